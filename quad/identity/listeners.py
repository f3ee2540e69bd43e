"""What follows from changes of people, and what floors below ask about them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from quad.core.acting import use_actors
from quad.core.facts import on
from quad.core.policy import Actor
from quad.identity.facts import UserChanged, UserCreated
from quad.identity.service.actor import read_person
from quad.identity.service.directory import index_people
from quad.identity.service.grants import appoint_head, find_heads
from quad.institution.service.heads import provide_heads

provide_heads(find=find_heads, appoint=appoint_head)


def _person_in_a_job(db: Session, user_id: int) -> Actor | None:
    """Return a person with the rights they hold now, for work they asked for earlier."""
    try:
        return replace(read_person(db, user_id, zone="UTC"), via="system")
    except NoResultFound:
        return None


use_actors(_person_in_a_job)


@on(UserCreated)
def find_new_people(db: Session, fact: UserCreated) -> None:
    index_people(db, [fact.user_id], new=True)


@on(UserChanged)
def find_renamed_people(db: Session, fact: UserChanged) -> None:
    index_people(db, [fact.user_id])
