"""A college that talks: people of several roles, and helpers that write through the commands."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from quad.alumni.service import members
from quad.community.forms.posts import NewComment, NewPost
from quad.community.service import commenting, writing
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.core.settings import StoredSetting
from quad.notifications.models import Notification
from tests.factories import academics as factory
from tests.factories.people import person


@dataclass
class World:
    """Numbers of people, and of the department they belong to."""

    people: SimpleNamespace
    department: int


def build(db):
    home, away = factory.department(db, "CSE"), factory.department(db, "CIV")
    people = SimpleNamespace(
        asha=factory.student(db, name="Asha Rao", of=home).user_id,
        bina=factory.student(db, name="Bina Shah", of=home).user_id,
        carl=factory.student(db, name="Carl Civil", of=away).user_id,
        teacher=person(db, role="faculty", name="Tara Teacher").id,
        admin=person(db, role="admin", name="Ada Admin").id,
    )
    members.follow(db, list(vars(people).values()))
    return World(people, home.id)


@pytest.fixture
def world(app, database):
    """The college, committed."""
    with database.writer() as db, unit(db):
        return build(db)


def posted(database, author: int, text: str = "Hello everybody", **values) -> int:
    """Write a post and return its number."""
    with database.writer() as db, unit(db):
        return writing.create(db, actor_by_id(db, author), NewPost(text=text, **values)).id


def said(database, author: int, post_id: int, text: str = "Well said", parent=None) -> int:
    """Write a comment and return its number."""
    with database.writer() as db, unit(db):
        form = NewComment(text=text, parent_id=parent)
        return commenting.add(db, actor_by_id(db, author), post_id, form).id


def told(database, user_id: int) -> list[str]:
    """Return the kinds of notifications a person has, the newest last."""
    with database.reading() as db:
        query = select(Notification.kind).where(Notification.user_id == user_id)
        return list(db.scalars(query.order_by(Notification.id)))


def setting(database, key, value):
    """Keep a setting."""
    with database.writer() as db, unit(db):
        db.add(StoredSetting(key=key, value=value))
