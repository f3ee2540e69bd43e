"""What people are told of their studies, their account and their requests, and by which facts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts.attendance import AttendanceFellShort
from quad.academics.facts.base import MarksEntered, MarksPublished, ResultsAwarded, StudentsEnrolled
from quad.academics.facts.documents import DocumentIssued, DocumentRevoked, DocumentsIssued
from quad.academics.facts.promotion import DuesFlagged, PromotionTold
from quad.academics.facts.reevaluation import (
    ReevaluationDecided,
    ReevaluationDue,
    ReevaluationFact,
    ReevaluationReturned,
)
from quad.academics.forms.documents import Paper
from quad.academics.models.documents import IssuedDocument
from quad.academics.models.people import Student
from quad.academics.models.promotion import Dues, Promotion
from quad.academics.models.reevaluation import Reevaluation
from quad.academics.models.teaching import Course, Offering
from quad.core.facts import on
from quad.identity.facts.accounts import RegistrationWaiting, RoleGranted
from quad.identity.models.accounts import User
from quad.identity.service.approvals import approvers
from quad.institution.models import Term
from quad.notifications.kinds.studies import (
    APPLICATION_WAITING,
    ATTENDANCE_SHORT,
    DOCUMENT_ISSUED,
    DOCUMENT_REVOKED,
    DUES_FLAGGED,
    ENROLLED,
    GRADUATED,
    HELD_BACK,
    MARK_CHANGED,
    MARKS_PUBLISHED,
    MENTEE_SHORT,
    PROMOTED,
    PROMOTION_UNDONE,
    REEVALUATION_DECIDED,
    REEVALUATION_DUE,
    REEVALUATION_RETURNED,
    REEVALUATION_STEP,
    REEVALUATION_WAITING,
    REQUEST_DUE,
    REQUEST_NEWS,
    REQUEST_OVERDUE,
    REQUEST_STEPS,
    REQUEST_WAITING,
    RESULT_GIVEN,
    RESULTS_PUBLISHED,
    ROLE_GRANTED,
)
from quad.notifications.service import have_unread, notify
from quad.welfare.facts import RequestChanged
from quad.welfare.models.requests import Event, Request
from quad.welfare.models.setup import Office

OF_THE_REGISTRAR = [paper.value for paper in Paper]
MOVED = {"promoted": PROMOTED, "graduated": GRADUATED, "held": HELD_BACK}


def _course_of(db: Session, offering_id: int) -> str:
    title = db.scalar(
        select(Course.title)
        .join(Offering, Offering.course_id == Course.id)
        .where(Offering.id == offering_id)
    )
    return title or ""


def _has_signed_in(db: Session, user_id: int) -> bool:
    return db.scalar(select(User.last_sign_in_at).where(User.id == user_id)) is not None


@on(MarksPublished)
def tell_students_of_marks(db: Session, fact: MarksPublished) -> None:
    """Tell the students whose marks, or whose results with them, became visible."""
    data = {"course": _course_of(db, fact.offering_id)}
    kind = RESULTS_PUBLISHED if fact.final else MARKS_PUBLISHED
    notify(db, kind, fact.user_ids, data, "/record")


@on(MarksEntered)
def tell_students_of_changed_marks(db: Session, fact: MarksEntered) -> None:
    """Tell the students a mark of whom changed after they could see it."""
    if fact.user_ids:
        data = {"course": _course_of(db, fact.offering_id)}
        notify(db, MARK_CHANGED, fact.user_ids, data, "/record")


@on(ResultsAwarded)
def tell_students_of_awards(db: Session, fact: ResultsAwarded) -> None:
    """Tell the students who can see already that their result was given, or taken back."""
    if fact.user_ids:
        data = {"course": _course_of(db, fact.offering_id)}
        notify(db, RESULT_GIVEN, fact.user_ids, data, "/record")


@on(StudentsEnrolled)
def tell_students_of_enrolment(db: Session, fact: StudentsEnrolled) -> None:
    """Tell the students who are in a course now."""
    data = {"course": _course_of(db, fact.offering_id)}
    notify(db, ENROLLED, fact.user_ids, data, "/record")


@on(RegistrationWaiting)
def tell_approvers(db: Session, fact: RegistrationWaiting) -> None:
    """Tell who may decide; whoever has not yet looked at the last message gets no second one."""
    people = approvers(db, fact.department_id)
    unaware = set(people) - have_unread(db, APPLICATION_WAITING, people)
    notify(db, APPLICATION_WAITING, unaware, {}, "/registrations?state=waiting")


@on(RoleGranted)
def tell_of_role(db: Session, fact: RoleGranted) -> None:
    """Tell a person who is given a role by somebody else; whoever never signed in has the invitation."""
    if fact.user_id != fact.actor_id and _has_signed_in(db, fact.user_id):
        notify(db, ROLE_GRANTED, [fact.user_id], {"role": fact.role}, "/")


@on(PromotionTold)
def tell_of_promotion(db: Session, fact: PromotionTold) -> None:
    """Tell students what a promotion did with them, or that it was taken back."""
    term = db.scalar(
        select(Term.name)
        .join(Promotion, Promotion.term_id == Term.id)
        .where(Promotion.id == fact.promotion_id)
    )
    kind = PROMOTION_UNDONE if fact.undone else MOVED[fact.outcome]
    notify(db, kind, fact.user_ids, {"term": term or ""}, "/record")


@on(DuesFlagged)
def tell_of_dues(db: Session, fact: DuesFlagged) -> None:
    """Tell a student what is owed."""
    reason = db.scalar(select(Dues.reason).where(Dues.id == fact.dues_id))
    notify(db, DUES_FLAGGED, [fact.user_id], {"reason": reason or ""}, "/record")


@on(AttendanceFellShort)
def tell_of_shortage(db: Session, fact: AttendanceFellShort) -> None:
    """Tell the student and the advisor."""
    data = {"course": _course_of(db, fact.offering_id)}
    notify(db, ATTENDANCE_SHORT, [fact.user_id], data, "/attendance")
    if fact.advisor_id is not None:
        name = db.scalar(select(User.full_name).where(User.id == fact.user_id))
        place = f"/students/{fact.student_id}/attendance"
        notify(db, MENTEE_SHORT, [fact.advisor_id], data | {"student": name or ""}, place)


@on(DocumentIssued)
def tell_of_document(db: Session, fact: DocumentIssued) -> None:
    """Tell the student of a document of the registrar's; whoever issues another kind says so in their own words."""
    _tell_of_documents(db, [fact.document_id])


@on(DocumentsIssued)
def tell_of_documents(db: Session, fact: DocumentsIssued) -> None:
    """Tell the students of a batch."""
    _tell_of_documents(db, fact.document_ids)


def _tell_of_documents(db: Session, ids: Sequence[int]) -> None:
    rows = db.execute(
        select(IssuedDocument.id, IssuedDocument.serial, Student.user_id)
        .join(Student, Student.id == IssuedDocument.student_id)
        .where(IssuedDocument.id.in_(ids), IssuedDocument.kind.in_(OF_THE_REGISTRAR))
        .order_by(IssuedDocument.id)
    )
    for row in rows:
        data = {"serial": row.serial}
        notify(db, DOCUMENT_ISSUED, [row.user_id], data, f"/documents/{row.id}")


@on(DocumentRevoked)
def tell_of_revocation(db: Session, fact: DocumentRevoked) -> None:
    """Tell the student, so that nobody shows a paper that is not valid."""
    serial = db.scalar(select(IssuedDocument.serial).where(IssuedDocument.id == fact.document_id))
    place = f"/documents/{fact.document_id}"
    notify(db, DOCUMENT_REVOKED, [fact.user_id], {"serial": serial or ""}, place)


def _place(fact: ReevaluationFact) -> str:
    return f"/reevaluations/{fact.reevaluation_id}"


@on(ReevaluationFact)
def tell_of_step(db: Session, fact: ReevaluationFact) -> None:
    """Tell the student of the step, and whoever acts next that it is their turn."""
    if isinstance(fact, ReevaluationDue | ReevaluationDecided):
        return
    data = {"course": _course_of(db, fact.offering_id)}
    notify(db, REEVALUATION_STEP, [fact.student_user_id], data, _place(fact))
    if isinstance(fact, ReevaluationReturned):
        notify(db, REEVALUATION_RETURNED, fact.to_ids, data | {"reason": fact.reason}, _place(fact))
    else:
        notify(db, REEVALUATION_WAITING, fact.to_ids, data, _place(fact))


@on(ReevaluationDecided)
def tell_of_decision(db: Session, fact: ReevaluationDecided) -> None:
    """Tell the student how it ended."""
    data = {"course": _course_of(db, fact.offering_id)}
    notify(db, REEVALUATION_DECIDED, [fact.student_user_id], data, _place(fact))


@on(ReevaluationDue)
def tell_of_due_day(db: Session, fact: ReevaluationDue) -> None:
    """Remind whoever has a request."""
    due = db.scalar(select(Reevaluation.due_on).where(Reevaluation.id == fact.reevaluation_id))
    data = {"course": _course_of(db, fact.offering_id), "day": due.isoformat() if due else ""}
    notify(db, REEVALUATION_DUE, fact.to_ids, data, _place(fact))


# What a step of a request means for the staff; every other one is news.
FOR_STAFF = {
    "submitted": REQUEST_WAITING,
    "assigned": REQUEST_WAITING,
    "passed": REQUEST_WAITING,
    "reopened": REQUEST_WAITING,
    "reminded": REQUEST_DUE,
    "escalated": REQUEST_OVERDUE,
}


@on(RequestChanged)
def tell_of_request(db: Session, fact: RequestChanged) -> None:
    """Tell the student and the staff of a step; of a confidential request nothing but that there is one."""
    row = db.execute(
        select(Request.title, Request.confidential, User.full_name, Office.name)
        .join(Event, Event.request_id == Request.id)
        .outerjoin(User, User.id == Event.person_id)
        .outerjoin(Office, Office.id == Event.office_id)
        .where(Event.id == fact.event_id)
    ).one()
    named = f"#{fact.request_id}" if row.confidential else f"“{row.title}”"
    data = {"request": named, "person": row.full_name or "", "office": row.name or ""}
    url, private = f"/requests/{fact.request_id}", row.confidential
    notify(db, FOR_STAFF.get(fact.kind, REQUEST_NEWS), fact.told, data, url, private=private)
    step = REQUEST_STEPS.get(fact.kind)
    student = fact.student_user_id
    own = student == fact.actor_id and fact.kind != "submitted"
    if step is not None and student is not None and not own:
        notify(db, step, [student], data, url, private=private)
