"""Seasons: leaderboards of a time, and where everybody stood when it was frozen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.facts import SeasonChanged
from quad.coding.forms.mentoring import SeasonForm
from quad.coding.models.accounts import CodingProfile
from quad.coding.models.figures import RankMark
from quad.coding.models.seasons import Season, SeasonPlace
from quad.coding.service import freezing
from quad.coding.service.leaderboards import STAFF
from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Department

SHOWN = 50
MOST_PAGES = 50


def add(db: Session, actor: Actor, form: SeasonForm) -> Season:
    """Add a season. Raises Forbidden, Invalid."""
    policy.SET_UP.require(actor)
    if form.ends_on < form.starts_on:
        raise Invalid({"ends_on": _("The last day comes before the first one.")})
    row = Season(name=form.name, name_key=form.name, starts_on=form.starts_on, ends_on=form.ends_on)
    db.add(row)
    db.flush()
    emit(db, SeasonChanged(actor_id=actor.id, season_id=row.id, what="added"))
    return row


def freeze(db: Session, actor: Actor, season_id: int) -> Season:
    """Write down who stands where, by what was solved in the season; of a large institution a job does it.

    Raises NotFound, Forbidden, Rejected.
    """
    season = policy.SEASON_EDIT.get(db, actor, season_id, read=policy.SEASON_READ, lock=True)
    _require_still(season)
    if season.frozen_at is not None:
        raise Rejected(_("This season is frozen already."))
    if freezing.at_once(db, season.id):
        season.frozen_at = clock.now()
        db.flush()
        freezing.write_all(db, season)
    else:
        season.freezing_at = clock.now()
        freezing.later(db, freezing.FREEZE_JOB, season.id)
    emit(db, SeasonChanged(actor_id=actor.id, season_id=season.id, what="frozen"))
    return season


def thaw(db: Session, actor: Actor, season_id: int) -> Season:
    """Open a frozen season again, so that it can be frozen anew. Raises NotFound, Forbidden, Rejected."""
    season = policy.SEASON_EDIT.get(db, actor, season_id, read=policy.SEASON_READ, lock=True)
    _require_still(season)
    if season.frozen_at is None:
        raise Rejected(_("This season is not frozen."))
    season.frozen_at = None
    if freezing.at_once(db, season.id):
        freezing.clear_some(db, season.id, freezing.AT_ONCE)
    else:
        freezing.later(db, freezing.CLEAR_JOB, season.id)
    emit(db, SeasonChanged(actor_id=actor.id, season_id=season.id, what="thawed"))
    return season


def _require_still(season: Season) -> None:
    if season.freezing_at is not None:
        raise Rejected(
            _("The places of this season are being written down. Wait until it is done.")
        )


def every(db: Session, actor: Actor) -> Sequence[Season]:
    """Return the seasons, the latest first."""
    query = policy.SEASON_READ.visible(actor).order_by(Season.starts_on.desc(), Season.id.desc())
    return db.scalars(query).all()


def get(db: Session, actor: Actor, season_id: int) -> Season:
    """Return a season. Raises NotFound."""
    return policy.SEASON_READ.get(db, actor, season_id)


def count(db: Session, season: Season) -> int:
    """Return how many stand somewhere in a frozen season."""
    query = select(func.count(SeasonPlace.id)).where(SeasonPlace.season_id == season.id)
    return db.scalar(query) or 0


def places(db: Session, actor: Actor, season: Season, page: int = 1) -> list[dict[str, Any]]:
    """Return a page of a frozen season's places; names that students keep are kept here as well."""
    rows = db.execute(
        _places(season)
        .order_by(SeasonPlace.rank, SeasonPlace.sort_name, SeasonPlace.id)
        .limit(SHOWN)
        .offset((page - 1) * SHOWN)
    )
    staff = actor.has(*STAFF)
    return [_place(row, actor, staff) for row in rows]


def own_place(db: Session, actor: Actor, season: Season) -> dict[str, Any] | None:
    """Return one's own place in a frozen season, None without one."""
    row = db.execute(_places(season).where(Student.user_id == actor.own_id)).first()
    return None if row is None else _place(row, actor, staff=False)


def _places(season: Season) -> Any:
    return (
        select(
            SeasonPlace.rank,
            SeasonPlace.department_rank,
            SeasonPlace.growth,
            SeasonPlace.total,
            SeasonPlace.score,
            SeasonPlace.student_id,
            Student.user_id,
            User.full_name,
            Department.name.label("department_name"),
            CodingProfile.hide_name,
        )
        .join(Student, Student.id == SeasonPlace.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(Department, Department.id == SeasonPlace.department_id)
        .outerjoin(CodingProfile, CodingProfile.student_id == SeasonPlace.student_id)
        .where(SeasonPlace.season_id == season.id)
    )


def _place(row: Any, actor: Actor, staff: bool) -> dict[str, Any]:
    mine = row.user_id == actor.own_id
    known = staff or mine or not row.hide_name
    return {
        **row._mapping,
        "mine": mine,
        "student_id": row.student_id if known else 0,
        "full_name": row.full_name if known else _("A student, name withheld"),
    }


def forget_ranks(db: Session, before: date) -> None:
    """Take away what was noted before a day."""
    table: Any = RankMark.__table__
    db.connection().execute(delete(table).where(table.c.noted_on < before))
