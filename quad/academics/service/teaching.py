"""The course catalogue and what is offered of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.base import (
    CourseAdded,
    CourseArchived,
    CourseChanged,
    CourseDeleted,
    CourseRestored,
    OfferingAdded,
    OfferingChanged,
    OfferingRemoved,
)
from quad.academics.forms.teaching import EditCourse, EditOffering, NewCourse, NewOffering
from quad.academics.models.results import EnrolmentResult, Mark
from quad.academics.models.teaching import (
    Component,
    Course,
    Enrolment,
    Offering,
    ResultState,
)
from quad.academics.policy import base as policy
from quad.academics.service import rollups
from quad.core import clock
from quad.core.errors import EditedMeanwhile, Forbidden, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.institution.models import Department, Term


def add_course(db: Session, actor: Actor, form: NewCourse) -> Course:
    """Add a course to the catalogue.

    Raises Forbidden (also for a head of department elsewhere), Invalid for a code in use or an unknown department.
    """
    policy.COURSE_ADD.require(actor)
    require_department(db, form.department_id)
    _own_department(actor, form.department_id)
    course = Course(**_course_values(form))
    _refuse_used_code(db, course.code_key, None)
    db.add(course)
    db.flush()
    emit(db, CourseAdded(actor_id=actor.id, course_id=course.id))
    return course


def edit_course(db: Session, actor: Actor, course_id: int, form: EditCourse) -> Course:
    """Change a course; new credits reach every result of it.

    Raises NotFound, Forbidden, EditedMeanwhile, Invalid, Rejected when results are locked with the old credits.
    """
    course = policy.COURSE_EDIT.get(db, actor, course_id, read=policy.COURSE_READ, lock=True)
    if form.version is not None and form.version != course.version:
        raise EditedMeanwhile
    if form.department_id != course.department_id:
        require_department(db, form.department_id)
        _own_department(actor, form.department_id)
    values = _course_values(form)
    _refuse_used_code(db, values["code_key"], course.id)
    credits_before, department_before = course.credits, course.department_id
    if form.credits != credits_before:
        _refuse_locked_credits(db, course)
    for name, value in values.items():
        setattr(course, name, value)
    db.flush()
    if course.department_id != department_before:
        db.execute(
            update(Offering)
            .where(Offering.course_id == course_id)
            .values(department_id=course.department_id)
        )
    if course.credits != credits_before:
        _refresh_course(db, course_id)
    emit(db, CourseChanged(actor_id=actor.id, course_id=course_id))
    return course


def delete_course(db: Session, actor: Actor, course_id: int) -> Course:
    """Delete a course, restorable; one that has marks is archived instead and its results stay.

    The row returned tells which: `deleted_at` or `archived_at` is set. Raises NotFound, Forbidden, Rejected when it is
    being taught.
    """
    course = policy.COURSE_EDIT.get(db, actor, course_id, read=policy.COURSE_READ, lock=True)
    if _has_marks(db, course_id):
        course.archived_at = course.archived_at or clock.now()
        emit(db, CourseArchived(actor_id=actor.id, course_id=course_id))
        return course
    taken = (
        select(Enrolment.id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .where(Offering.course_id == course_id)
    )
    if db.scalar(taken.limit(1)) is not None:
        raise Rejected(_("Students are enrolled in this course. Withdraw them first."))
    course.deleted_at = clock.now()
    emit(db, CourseDeleted(actor_id=actor.id, course_id=course_id))
    return course


def restore_course(db: Session, actor: Actor, course_id: int) -> Course:
    """Bring back a deleted or archived course. Raises NotFound, Forbidden, Invalid when its code is in use again."""
    course = policy.COURSE_RESTORE.get(db, actor, course_id, lock=True)
    if course.deleted_at is not None:
        _refuse_used_code(db, course.code_key, course.id)
    course.deleted_at = course.archived_at = None
    emit(db, CourseRestored(actor_id=actor.id, course_id=course_id))
    return course


def offer(db: Session, actor: Actor, form: NewOffering) -> Offering:
    """Offer a course in a term. Who only teaches offers what they will teach themselves.

    Raises Forbidden, NotFound for an unknown course, Invalid for an unknown term or teacher, or a section in use.
    """
    policy.OFFERING_ADD.require(actor)
    course = policy.COURSE_READ.get(db, actor, form.course_id)
    if course.archived_at is not None:
        raise Rejected(_("This course is archived. Bring it back before offering it."))
    if not policy.may_offer(actor, course.department_id):
        raise Forbidden
    faculty_id = form.faculty_id
    if not policy.supervises(actor, course.department_id):
        faculty_id = faculty_id or actor.own_id
        if faculty_id != actor.own_id:
            raise Invalid({"faculty_id": _("You can only offer what you teach yourself.")})
    _require_term(db, form.term_id)
    _require_teacher(db, faculty_id)
    section = form.section.upper()
    same = select(Offering.id).where(
        Offering.course_id == course.id,
        Offering.term_id == form.term_id,
        Offering.section == section,
    )
    if db.scalar(same) is not None:
        raise Invalid({"section": _("This course has this section in this term already.")})
    offering = Offering(
        course_id=course.id,
        term_id=form.term_id,
        section=section,
        department_id=course.department_id,
        faculty_id=faculty_id,
    )
    db.add(offering)
    db.flush()
    emit(db, OfferingAdded(actor_id=actor.id, offering_id=offering.id, faculty_id=faculty_id))
    return offering


def edit_offering(db: Session, actor: Actor, offering_id: int, form: EditOffering) -> Offering:
    """Change the section or who teaches. Raises NotFound, Forbidden, EditedMeanwhile, Invalid."""
    offering = policy.OFFERING_ASSIGN.get(
        db, actor, offering_id, read=policy.OFFERING_READ, lock=True
    )
    if form.version is not None and form.version != offering.version:
        raise EditedMeanwhile
    if form.faculty_id != offering.faculty_id:
        _require_teacher(db, form.faculty_id)
    offering.section = form.section.upper()
    offering.faculty_id = form.faculty_id
    emit(
        db,
        OfferingChanged(actor_id=actor.id, offering_id=offering_id, faculty_id=form.faculty_id),
    )
    return offering


def remove_offering(db: Session, actor: Actor, offering_id: int) -> None:
    """Remove an offering that nobody was ever enrolled in, with its components.

    Raises NotFound, Forbidden, Rejected when somebody is or was enrolled: that is part of their record.
    """
    offering = policy.OFFERING_ASSIGN.get(
        db, actor, offering_id, read=policy.OFFERING_READ, lock=True
    )
    used = select(Enrolment.id).where(Enrolment.offering_id == offering_id)
    if db.scalar(used.limit(1)) is not None:
        raise Rejected(
            _("Students are or were enrolled in this offering. It stays, as part of their records.")
        )
    course_id = offering.course_id
    # Before the row goes: whoever above keeps something of the offering lets go of it in this moment.
    emit(db, OfferingRemoved(actor_id=actor.id, offering_id=offering_id, course_id=course_id))
    db.execute(delete(Component).where(Component.offering_id == offering_id))
    db.delete(offering)
    db.flush()


def _course_values(form: NewCourse) -> dict[str, Any]:
    code = " ".join(form.code.split())
    return {
        "code": code,
        "code_key": code,
        "title": form.title,
        "sort_title": form.title,
        "credits": form.credits,
        "semester": form.semester,
        "department_id": form.department_id,
        "starts_on": form.starts_on,
    }


def _refuse_used_code(db: Session, code_key: str, except_id: int | None) -> None:
    same = select(Course.id).where(Course.code_key == code_key, Course.deleted_at.is_(None))
    if db.scalar(same) not in (None, except_id):
        raise Invalid({"code": _("Another course has this code already.")})


def _own_department(actor: Actor, department_id: int | None) -> None:
    """A head of department acts in the own departments only; teachers leave the department open or name any."""
    if actor.has("admin", "faculty") or department_id in actor.departments("hod"):
        return
    raise Invalid({"department_id": _("Choose a department that you head.")})


def require_department(db: Session, department_id: int | None) -> None:
    """Raise Invalid unless the department exists (none at all is fine)."""
    if department_id is None:
        return
    known = select(Department.id).where(
        Department.id == department_id, Department.deleted_at.is_(None)
    )
    if db.scalar(known) is None:
        raise Invalid({"department_id": _("Choose a department from the list.")})


def _require_term(db: Session, term_id: int) -> None:
    known = select(Term.id).where(Term.id == term_id, Term.deleted_at.is_(None))
    if db.scalar(known) is None:
        raise Invalid({"term_id": _("Choose a term from the list.")})


def _require_teacher(db: Session, user_id: int | None) -> None:
    if user_id is None:
        return
    known = (
        select(RoleGrant.id)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            RoleGrant.user_id == user_id,
            RoleGrant.role == Role.FACULTY,
            User.deleted_at.is_(None),
        )
    )
    if db.scalar(known.limit(1)) is None:
        raise Invalid({"faculty_id": _("Choose a teacher from the list.")})


def _has_marks(db: Session, course_id: int) -> bool:
    marked = (
        select(Mark.id)
        .join(Enrolment, Enrolment.id == Mark.enrolment_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .where(Offering.course_id == course_id)
    )
    return db.scalar(marked.limit(1)) is not None


def _refuse_locked_credits(db: Session, course: Course) -> None:
    locked = select(Offering.id).where(
        Offering.course_id == course.id, Offering.state == ResultState.LOCKED
    )
    if db.scalar(locked.limit(1)) is not None:
        raise Rejected(
            _(
                "Results are locked with %(credits)s credits. Reopen them, or add a course with another code.",
                credits=number(course.credits),
            )
        )


def _refresh_course(db: Session, course_id: int) -> None:
    ids = db.scalars(
        select(EnrolmentResult.enrolment_id).where(EnrolmentResult.course_id == course_id)
    ).all()
    rollups.lock_enrolments(db, ids)
    rollups.refresh(db, ids)
