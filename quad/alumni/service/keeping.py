"""What of the network belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from quad.alumni.models.members import Achievement, Education, Member, ProfileView, Work
from quad.alumni.policy.audience import FIELDS, TIERS
from quad.alumni.service.findable import index_members
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved
from quad.core.own_data import OwnData, Table, as_table
from quad.core.search.index import unindex
from quad.identity.models.accounts import User

ENTRIES = (Work, Education, Achievement)
# What an empty profile takes over from the one that goes.
TAKEN_OVER = ("headline", "title", "company", "company_key", "city", "city_key", "country")


def _count(db: Session, user_id: int) -> int:
    query = select(func.count(Member.id)).where(
        Member.user_id == user_id, Member.deleted_at.is_(None)
    )
    return db.scalar(query) or 0


def _of(db: Session, user_id: int) -> Member | None:
    return db.scalar(select(Member).where(Member.user_id == user_id).with_for_update())


def _move(db: Session, kept: int, gone: int) -> None:
    """Entries go to the kept profile, which stays as private as it is; an empty field takes the other's words."""
    coming, staying = _of(db, gone), _of(db, kept)
    if coming is None:
        return
    if staying is None:
        coming.user_id = kept
        db.flush()
        index_members(db, [coming.id])
        return
    quiet = {"synchronize_session": False}
    for model in ENTRIES:
        moving = update(model).where(model.member_id == coming.id).values(member_id=staying.id)
        db.execute(moving, execution_options=quiet)
    if not any(getattr(staying, name) for name in TAKEN_OVER):
        for name in TAKEN_OVER:
            setattr(staying, name, getattr(coming, name))
    coming.student_id, coming.deleted_at = None, coming.deleted_at or clock.now()
    db.flush()
    for kind in TIERS.values():
        unindex(db, kind, [coming.id])
    index_members(db, [staying.id])


MERGES: tuple[Merge, ...] = (
    Merge(_l("Profiles in the network"), (Member.user_id, Member.student_id), _count, _move),
    moved(
        _l("Looks at profiles"),
        ProfileView.viewer_id,
        once_per=(ProfileView.member_id, ProfileView.day),
    ),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    mine = Member.user_id == user_id
    profile = select(
        Member.headline,
        Member.city,
        Member.country,
        Member.mentoring,
        Member.hiring,
        Member.speaking,
        Member.standing,
        Member.graduation_year,
        Member.listed,
        Member.named_in_views,
        Member.views,
        *FIELDS.values(),
    ).where(mine)
    work = (
        select(Work.company, Work.title, Work.begins_on, Work.ends_on, Work.city, Work.description)
        .join(Member, Member.id == Work.member_id)
        .where(mine)
        .order_by(Work.begins_on)
    )
    education = (
        select(
            Education.school,
            Education.degree,
            Education.subject,
            Education.begins_in,
            Education.ends_in,
            Education.description,
        )
        .join(Member, Member.id == Education.member_id)
        .where(mine)
        .order_by(Education.begins_in)
    )
    achievements = (
        select(
            Achievement.title,
            Achievement.year,
            Achievement.given_by,
            Achievement.link,
            Achievement.description,
        )
        .join(Member, Member.id == Achievement.member_id)
        .where(mine)
        .order_by(Achievement.year)
    )
    looked = (
        select(ProfileView.day, User.full_name.label("at"))
        .join(Member, Member.id == ProfileView.member_id)
        .join(User, User.id == Member.user_id)
        .where(ProfileView.viewer_id == user_id)
        .order_by(ProfileView.day)
    )
    return {
        "network_profile": as_table(db.execute(profile)),
        "work": as_table(db.execute(work)),
        "education": as_table(db.execute(education)),
        "achievements": as_table(db.execute(achievements)),
        "profiles_you_looked_at": as_table(db.execute(looked)),
    }


def _forget(db: Session, user_id: int) -> None:
    """Remove all that the person told; that somebody graduated is the record's to keep."""
    ids = list(db.scalars(select(Member.id).where(Member.user_id == user_id)))
    quiet = {"synchronize_session": False}
    for model in ENTRIES:
        db.execute(delete(model).where(model.member_id.in_(ids)), execution_options=quiet)
    db.execute(
        delete(ProfileView).where(
            ProfileView.member_id.in_(ids) | (ProfileView.viewer_id == user_id)
        ),
        execution_options=quiet,
    )
    blank = dict.fromkeys(TAKEN_OVER, "")
    told = {"mentoring": False, "hiring": False, "speaking": False, "listed": False, "reason": ""}
    db.execute(
        update(Member).where(Member.id.in_(ids)).values(**blank, **told, deleted_at=clock.now()),
        execution_options=quiet,
    )
    for kind in TIERS.values():
        unindex(db, kind, ids)


OWN_DATA = OwnData("alumni", _l("Network"), _load, forget=_forget, order=55)
