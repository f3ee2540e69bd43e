"""What the college keeps about a person's studies and teaching: for their copy, and when they leave."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from quad.academics.models.attendance import AbsenceExcuse, Attendance, ClassSession
from quad.academics.models.documents import IssuedDocument
from quad.academics.models.people import Student, Teacher
from quad.academics.models.promotion import Dues, Promotion, PromotionLine, PromotionState
from quad.academics.models.reevaluation import Reevaluation
from quad.academics.models.results import EnrolmentResult, Mark
from quad.academics.models.teaching import Component, Course, Enrolment, Offering
from quad.core import clock
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.own_data import OwnData, Table, as_table
from quad.identity.models.accounts import User
from quad.institution.models import Department, Programme, Term


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    return {**_studies(db, user_id), **_teaching(db, user_id)}


def _studies(db: Session, user_id: int) -> Mapping[str, Table]:
    student = (
        select(
            Student.register_number,
            Department.name.label("department"),
            Programme.name.label("programme"),
            Student.admission_year,
            Student.semester,
            Student.graduation_year,
            Student.status,
            Student.cgpa,
            Student.credits_earned,
        )
        .outerjoin(Department, Department.id == Student.department_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .where(Student.user_id == user_id)
    )
    taken = (
        select(
            Course.code,
            Course.title,
            Term.code.label("term"),
            Offering.section,
            Enrolment.attempt,
            Enrolment.status,
            Enrolment.enrolled_on,
            Enrolment.withdrawn_on,
        )
        .join(Student, Student.id == Enrolment.student_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(Student.user_id == user_id)
        .order_by(Enrolment.id)
    )
    return {
        "student": as_table(db.execute(student)),
        "courses_taken": as_table(db.execute(taken)),
        **_marks(db, user_id),
        **_lifecycle(db, user_id),
        **_presence(db, user_id),
    }


def _marks(db: Session, user_id: int) -> Mapping[str, Table]:
    """Marks and results as far as they are published: what one may see on one's record."""
    marks = (
        select(
            Course.code,
            Component.name.label("component"),
            Component.maximum,
            Component.weight,
            Mark.value,
            Mark.absent,
            Mark.created_at.label("entered_at"),
        )
        .join(Enrolment, Enrolment.id == Mark.enrolment_id)
        .join(Student, Student.id == Enrolment.student_id)
        .join(Component, Component.id == Mark.component_id)
        .join(Offering, Offering.id == Component.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .where(Student.user_id == user_id, Mark.current == 1, Component.published_at.is_not(None))
        .order_by(Mark.id)
    )
    results = (
        select(
            Course.code,
            Term.code.label("term"),
            EnrolmentResult.credits,
            EnrolmentResult.percentage,
            EnrolmentResult.letter,
            EnrolmentResult.points,
            EnrolmentResult.passed,
        )
        .join(Student, Student.id == EnrolmentResult.student_id)
        .join(Course, Course.id == EnrolmentResult.course_id)
        .join(Term, Term.id == EnrolmentResult.term_id)
        .where(Student.user_id == user_id, EnrolmentResult.counts)
        .order_by(EnrolmentResult.id)
    )
    return {
        "marks": as_table(db.execute(marks)),
        "results": as_table(db.execute(results)),
    }


def _presence(db: Session, user_id: int) -> Mapping[str, Table]:
    """Who was there when, leave, and the documents that were issued."""
    entries = (
        select(
            Course.code,
            ClassSession.held_on,
            ClassSession.starts_at,
            ClassSession.topic,
            Attendance.state,
        )
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .join(Student, Student.id == Enrolment.student_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .where(Student.user_id == user_id)
        .order_by(Attendance.id)
    )
    leave = (
        select(
            AbsenceExcuse.first_day,
            AbsenceExcuse.last_day,
            AbsenceExcuse.reason,
            AbsenceExcuse.withdrawn_at,
        )
        .join(Student, Student.id == AbsenceExcuse.student_id)
        .where(Student.user_id == user_id)
        .order_by(AbsenceExcuse.id)
    )
    issued = (
        select(
            IssuedDocument.serial,
            IssuedDocument.kind,
            IssuedDocument.issued_on,
            IssuedDocument.revoked_at,
        )
        .join(Student, Student.id == IssuedDocument.student_id)
        .where(Student.user_id == user_id)
        .order_by(IssuedDocument.id)
    )
    return {
        "attendance": as_table(db.execute(entries)),
        "leave": as_table(db.execute(leave)),
        "documents": as_table(db.execute(issued)),
    }


def _lifecycle(db: Session, user_id: int) -> Mapping[str, Table]:
    """Dues, promotions that were applied, and requests for re-evaluation."""
    owed = (
        select(Dues.reason, Dues.created_at.label("since"), Dues.cleared_at)
        .join(Student, Student.id == Dues.student_id)
        .where(Student.user_id == user_id)
        .order_by(Dues.id)
    )
    moved = (
        select(
            Term.code.label("term"),
            PromotionLine.semester,
            PromotionLine.outcome,
            Promotion.applied_at,
        )
        .join(Promotion, Promotion.id == PromotionLine.promotion_id)
        .join(Term, Term.id == PromotionLine.term_id)
        .join(Student, Student.id == PromotionLine.student_id)
        .where(Student.user_id == user_id, Promotion.state == PromotionState.APPLIED)
        .order_by(PromotionLine.id)
    )
    asked = (
        select(
            Course.code,
            Component.name.label("component"),
            Reevaluation.reason,
            Reevaluation.receipt,
            Reevaluation.state,
            Reevaluation.created_at.label("asked_at"),
            Reevaluation.decided_at,
            Reevaluation.letter_before,
            Reevaluation.letter_after,
        )
        .join(Student, Student.id == Reevaluation.student_id)
        .join(Offering, Offering.id == Reevaluation.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .outerjoin(Component, Component.id == Reevaluation.component_id)
        .where(Student.user_id == user_id)
        .order_by(Reevaluation.id)
    )
    return {
        "dues": as_table(db.execute(owed)),
        "promotions": as_table(db.execute(moved)),
        "reevaluations": as_table(db.execute(asked)),
    }


def _teaching(db: Session, user_id: int) -> Mapping[str, Table]:
    teacher = (
        select(Teacher.designation, Department.name.label("department"))
        .outerjoin(Department, Department.id == Teacher.department_id)
        .where(Teacher.user_id == user_id)
    )
    taught = (
        select(Course.code, Course.title, Term.code.label("term"), Offering.section)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(Offering.faculty_id == user_id)
        .order_by(Offering.id)
    )
    return {
        "teacher": as_table(db.execute(teacher)),
        "courses_taught": as_table(db.execute(taught)),
    }


def _keeps(db: Session, user_id: int) -> str | None:
    studied, taught = _studied(db, user_id), _taught(db, user_id)
    if studied and taught:
        return _(
            "Your name on your student record, with courses and marks, and on courses you taught."
        )
    if studied:
        return _("Your student record: name, register number, courses and marks.")
    return _("Your name on the courses you taught.") if taught else None


def _studied(db: Session, user_id: int) -> bool:
    enrolled = exists().where(Enrolment.student_id == Student.id, Student.user_id == user_id)
    return bool(db.scalar(select(enrolled)))


def _taught(db: Session, user_id: int) -> bool:
    return bool(db.scalar(select(exists().where(Offering.faculty_id == user_id))))


def _forget(db: Session, user_id: int) -> None:
    """Hide a student who never took a course and a teacher who never gave one; copies of the name follow."""
    name = db.scalars(select(User.sort_name).where(User.id == user_id)).one()
    for model, kept in ((Student, _studied(db, user_id)), (Teacher, _taught(db, user_id))):
        if not kept:
            db.execute(
                update(model)
                .where(model.user_id == user_id)
                .values(sort_name=name, deleted_at=clock.now())
                .execution_options(synchronize_session=False)
            )


OWN_DATA = OwnData(
    "academics", _l("Studies and teaching"), _load, forget=_forget, keeps=_keeps, order=20
)
