"""Where materials belong: to a course in every term, or to one of its offerings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import Session

from quad.academics.models.teaching import Course, Offering
from quad.academics.policy import base as academics
from quad.core.errors import Invalid, NotFound
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor
from quad.institution.models import Term
from quad.materials.models.materials import Material, Section

Kept = type[Material] | type[Section]


@dataclass(frozen=True)
class Scope:
    """A course, and the offering within it that is meant, if one is."""

    course_id: int
    offering_id: int | None = None

    def of(self, model: Kept) -> ColumnElement[bool]:
        """Return the clause for what belongs exactly here."""
        here = model.course_id == self.course_id
        if self.offering_id is None:
            return here & model.offering_id.is_(None)
        return here & (model.offering_id == self.offering_id)


def within(section_id: int | None) -> ColumnElement[bool]:
    """Return the clause for the materials of a section, or of none."""
    if section_id is None:
        return Material.section_id.is_(None)
    return Material.section_id == section_id


def hold(db: Session, course_id: int) -> None:
    """Hold a course until the unit ends: what its materials add up to, and their order, change one after the other."""
    db.execute(select(Course.id).where(Course.id == course_id).with_for_update())


def kept_scope(db: Session, actor: Actor, course_id: int, offering_id: int | None) -> Scope:
    """Return a place whose materials the actor keeps.

    Raises NotFound, Forbidden, and Invalid (field `offering_id`) for an offering of another course.
    """
    if offering_id is None:
        academics.COURSE_EDIT.get(db, actor, course_id, read=academics.COURSE_READ)
        return Scope(course_id)
    academics.COURSE_READ.get(db, actor, course_id)
    try:
        offering = academics.OFFERING_MANAGE.get(
            db, actor, offering_id, read=academics.OFFERING_READ
        )
    except NotFound as error:
        # Who keeps nothing of the course hears of that first, and nothing of its offerings.
        academics.COURSE_EDIT.get(db, actor, course_id, read=academics.COURSE_READ)
        raise Invalid({"offering_id": _("There is no such offering.")}) from error
    if offering.course_id != course_id:
        raise Invalid({"offering_id": _("This offering is of another course.")})
    return Scope(course_id, offering_id)


@dataclass(frozen=True)
class KeptOffering:
    """An offering whose materials one keeps.

    `now` tells that it is of the current term, `filled` that something stands in it, `whole_filled` that something
    stands in the whole course.
    """

    id: int
    words: str
    now: bool
    filled: bool
    whole_filled: bool


def kept_offerings(db: Session, actor: Actor, course_id: int) -> list[KeptOffering]:
    """Return the offerings of a course whose materials the actor keeps, the latest term first (one statement)."""
    rows = db.execute(
        select(
            Offering.id,
            Offering.section,
            Term.name,
            Term.is_current,
            _something(Offering.id == Material.offering_id, Offering.id == Section.offering_id),
            _something(
                (Material.course_id == course_id) & Material.offering_id.is_(None),
                (Section.course_id == course_id) & Section.offering_id.is_(None),
            ),
        )
        .join(Term, Term.id == Offering.term_id)
        .where(Offering.course_id == course_id, academics.OFFERING_MANAGE.where(actor))
        .order_by(Term.starts_on.desc(), Offering.section, Offering.id)
        .limit(100)
    )
    return [
        KeptOffering(
            number, _("%(term)s, section %(section)s", term=term, section=section), *map(bool, told)
        )
        for number, section, term, *told in rows
    ]


def _something(materials: ColumnElement[bool], sections: ColumnElement[bool]) -> Any:
    """Return 1 where a material or a section stands, else 0."""
    held = select(Material.id).where(materials, Material.deleted_at.is_(None)).exists()
    headed = select(Section.id).where(sections, Section.deleted_at.is_(None)).exists()
    return case((or_(held, headed), 1), else_=0)


def filled_scope(course_id: int, offerings: Sequence[KeptOffering], *, whole: bool) -> Scope:
    """Return the place to begin at: one with something in it, of the current term first, then the whole course.

    `offerings` and `whole` say what the actor keeps; while nothing is anywhere, the whole course comes first.
    """
    filled = [each for each in offerings if each.filled]
    now = [each for each in filled if each.now]
    if now:
        return Scope(course_id, now[0].id)
    if whole and (not filled or offerings[0].whole_filled):
        return Scope(course_id)
    return Scope(course_id, (filled or offerings)[0].id)


def keeps_course(db: Session, actor: Actor, course_id: int) -> bool:
    """Tell whether the actor may change what belongs to the whole course."""
    return bool(academics.COURSE_EDIT.allowed(db, actor, [course_id]))


def require_section(db: Session, scope: Scope, section_id: int | None) -> None:
    """Raise Invalid (field `section_id`) for a section that is not of this place."""
    if section_id is None:
        return
    wanted = (Section.id == section_id, scope.of(Section), Section.deleted_at.is_(None))
    if db.scalar(select(Section.id).where(*wanted)) is None:
        raise Invalid({"section_id": _("There is no such section here.")})


def zone_of(db: Session) -> ZoneInfo:
    """Return the institution's zone, in which days begin."""
    runtime = runtime_of(db)
    return ZoneInfo(runtime.settings.time_zone if runtime else "UTC")


def moment_of(db: Session, day: date | None) -> datetime | None:
    """Return when a day begins for the institution."""
    return None if day is None else datetime.combine(day, time(), zone_of(db))


def day_of(db: Session, moment: datetime | None) -> date | None:
    """Return the institution's day of a moment."""
    return None if moment is None else moment.astimezone(zone_of(db)).date()


def keeps_any(db: Session, actor: Actor, course_id: int) -> bool:
    """Tell whether the actor keeps materials of a course, or of any offering of it (one statement)."""
    whole = select(Course.id).where(Course.id == course_id, academics.COURSE_EDIT.where(actor))
    some = select(Offering.id).where(
        Offering.course_id == course_id, academics.OFFERING_MANAGE.where(actor)
    )
    return bool(db.scalar(select(or_(whole.exists(), some.exists()))))


def course_of(db: Session, actor: Actor, course_id: int) -> Course:
    """Return a course of the catalogue. Raises NotFound."""
    return academics.COURSE_READ.get(db, actor, course_id)


def course_of_offering(db: Session, offering_id: int) -> int | None:
    """Return the course that an offering is of."""
    return db.scalar(select(Offering.course_id).where(Offering.id == offering_id))


def takes_part(db: Session, actor: Actor, course_id: int) -> bool:
    """Tell whether the actor teaches or takes an offering of a course."""
    seen = select(Offering.id).where(
        Offering.course_id == course_id, academics.OFFERING_READ.where(actor)
    )
    return db.scalar(seen.limit(1)) is not None


def require_concerned(db: Session, actor: Actor, course_id: int) -> None:
    """Raise NotFound unless a course's materials are the actor's business, even while there are none."""
    course_of(db, actor, course_id)
    if not takes_part(db, actor, course_id) and not keeps_course(db, actor, course_id):
        raise NotFound


def require_keeper(db: Session, actor: Actor, course_id: int) -> None:
    """Raise NotFound unless the actor keeps materials of a course, or of an offering of it."""
    course_of(db, actor, course_id)
    if not keeps_any(db, actor, course_id):
        raise NotFound
