"""What people are told of other people, and by which facts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.facts import on
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.notifications.kinds.people import CONNECTED, FOLLOWED, PERSON_REPORTED, SKILL_ENDORSED
from quad.notifications.service import notify
from quad.relations.facts import Followed, Reported
from quad.skills.facts import SkillEndorsed
from quad.skills.service.finding import names_of


def _name(db: Session, user_id: int | None) -> str:
    return db.scalar(select(User.full_name).where(User.id == user_id)) or ""


@on(SkillEndorsed)
def tell_of_endorsement(db: Session, fact: SkillEndorsed) -> None:
    skill = names_of(db, [fact.skill_id]).get(fact.skill_id, "")
    data = {"who": _name(db, fact.actor_id), "skill": skill}
    notify(db, SKILL_ENDORSED, [fact.person_id], data, "/profile/skills")


@on(Followed)
def tell_of_follower(db: Session, fact: Followed) -> None:
    kind = CONNECTED if fact.connected else FOLLOWED
    data = {"who": _name(db, fact.follower_id)}
    notify(db, kind, [fact.followed_id], data, "/connections")


@on(Reported)
def tell_administrators(db: Session, fact: Reported) -> None:
    admins = db.scalars(select(RoleGrant.user_id).where(RoleGrant.role == Role.ADMIN)).all()
    notify(db, PERSON_REPORTED, admins, {}, f"/reports/people/{fact.report_id}")
