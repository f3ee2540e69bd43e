"""Students hear of what is new: once per course and day, when its teacher has come to rest, and not at night.

What becomes visible later (its day comes, it is no longer hidden, the scanner lets it through) is told then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment, EnrolmentStatus, Offering
from quad.core import clock
from quad.core.facts import emit
from quad.institution.models import Term
from quad.materials.facts import MaterialsShown
from quad.materials.models.materials import (
    Material,
    MaterialKind,
    MaterialVersion,
    Section,
    VersionState,
)
from quad.materials.service import places

# A teacher who adds, arranges and hides is not done yet.
REST = timedelta(minutes=15)
MORNING, EVENING = time(7), time(21)


def due(db: Session) -> list[int]:
    """Return the courses whose students should hear of new materials now."""
    here = clock.now().astimezone(places.zone_of(db))
    if not MORNING <= here.time() < EVENING:
        return []
    rows = db.scalars(
        select(Material.course_id)
        .where(_untold(here.date()))
        .group_by(Material.course_id)
        .having(func.max(Material.updated_at) <= clock.now() - REST)
        .order_by(Material.course_id)
    )
    return list(rows)


def _untold(today: date) -> ColumnElement[bool]:
    """What students can see and did not hear of yet, of courses that are taught and were not told of today."""
    moment = clock.now()
    open_sections = select(Section.id).where(
        Section.deleted_at.is_(None),
        Section.hidden.is_(False),
        or_(Section.visible_at.is_(None), Section.visible_at <= moment),
    )
    clean = (
        select(MaterialVersion.id)
        .where(
            MaterialVersion.material_id == Material.id,
            MaterialVersion.current == 1,
            MaterialVersion.state == VersionState.CLEAN,
        )
        .exists()
    )
    taught = (
        select(Offering.id)
        .join(Term, Term.id == Offering.term_id)
        .where(
            Offering.course_id == Material.course_id,
            or_(Material.offering_id.is_(None), Material.offering_id == Offering.id),
            Term.is_current,
        )
        .exists()
    )
    other = aliased(Material)
    told = (
        select(other.id)
        .where(other.course_id == Material.course_id, other.told_on == today)
        .exists()
    )
    return and_(
        Material.told_on.is_(None),
        Material.deleted_at.is_(None),
        Material.hidden.is_(False),
        or_(Material.visible_at.is_(None), Material.visible_at <= moment),
        or_(Material.section_id.is_(None), Material.section_id.in_(open_sections)),
        or_(Material.kind == MaterialKind.LINK, clean),
        taught,
        ~told,
    )


def tell(db: Session, course_id: int) -> int:
    """Tell the students of a course what is new in it, each offering its own; return of how many materials."""
    places.hold(db, course_id)
    today = clock.now().astimezone(places.zone_of(db)).date()
    rows = db.execute(
        select(Material.id, Material.offering_id)
        .where(Material.course_id == course_id, _untold(today))
        .order_by(Material.id)
    ).all()
    if not rows:
        return 0
    for offering_id in _taught_now(db, course_id):
        theirs = tuple(row.id for row in rows if row.offering_id in (None, offering_id))
        people = _students(db, offering_id)
        if theirs and people:
            emit(
                db,
                MaterialsShown(
                    actor_id=None,
                    course_id=course_id,
                    offering_id=offering_id,
                    material_ids=theirs,
                    user_ids=tuple(people),
                ),
            )
    _note(db, [row.id for row in rows], today)
    return len(rows)


def _taught_now(db: Session, course_id: int) -> Sequence[int]:
    return db.scalars(
        select(Offering.id)
        .join(Term, Term.id == Offering.term_id)
        .where(Offering.course_id == course_id, Term.is_current)
        .order_by(Offering.id)
    ).all()


def _students(db: Session, offering_id: int) -> Sequence[int]:
    return db.scalars(
        select(Student.user_id)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(
            Enrolment.offering_id == offering_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Student.deleted_at.is_(None),
        )
        .order_by(Student.user_id)
    ).all()


def _note(db: Session, material_ids: Sequence[int], today: date) -> None:
    """Keep the day; nobody changed the materials themselves by that."""
    db.execute(
        update(Material)
        .where(Material.id.in_(material_ids))
        .values(told_on=today, updated_at=Material.updated_at, updated_by=Material.updated_by)
    )
