"""Studies in the timeline of a person: what the record shows, for those who may see the record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select

from quad.academics.lists.reevaluation import STATES
from quad.academics.models.documents import IssuedDocument
from quad.academics.models.people import Student
from quad.academics.models.promotion import Outcome, Promotion, PromotionLine, PromotionState
from quad.academics.models.reevaluation import Reevaluation, ReevaluationState
from quad.academics.models.results import EnrolmentResult
from quad.academics.models.teaching import Component, Course, Enrolment, EnrolmentStatus, Offering
from quad.academics.policy import base as policy
from quad.academics.policy.documents import DOCUMENT_READ, DocumentKind
from quad.academics.policy.reevaluation import REEVALUATION_READ
from quad.core.db.days import start_of_day
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.timeline import Precision, TimelineKind, timeline_columns, worded
from quad.institution.models import Programme, Term


def _seen(actor: Actor, person_id: int) -> ColumnElement[bool]:
    return (Student.user_id == person_id) & policy.STUDENT_READ.where(actor)


def _admission(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Student.id,
        at=Student.created_at,
        title=_("Became a student"),
        detail=func.coalesce(Programme.name, ""),
    )
    entered = select(*columns).outerjoin(Programme, Programme.id == Student.programme_id)
    return entered.where(_seen(actor, person_id))


def _graduation(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Student.id,
        at=start_of_day(Student.graduated_on),
        title=_("Graduated"),
        detail=func.coalesce(Programme.name, ""),
    )
    left = select(*columns).outerjoin(Programme, Programme.id == Student.programme_id)
    return left.where(_seen(actor, person_id), Student.graduated_on.is_not(None))


def _enrolments(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Enrolment.id,
        at=func.coalesce(start_of_day(Enrolment.enrolled_on), Enrolment.created_at),
        title=Course.title,
        detail=Term.name,
        mark=Enrolment.status,
        about=Course.id,
    )
    return (
        select(*columns)
        .join(Student, Student.id == Enrolment.student_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(_seen(actor, person_id))
    )


def _results(actor: Actor, person_id: int) -> Select[Any]:
    """Published results only, to staff as well: until then a result is no event."""
    columns = timeline_columns(
        EnrolmentResult.id,
        at=Offering.published_at,
        title=Course.title,
        detail=EnrolmentResult.letter,
        about=Course.id,
    )
    return (
        select(*columns)
        .join(Student, Student.id == EnrolmentResult.student_id)
        .join(Offering, Offering.id == EnrolmentResult.offering_id)
        .join(Course, Course.id == EnrolmentResult.course_id)
        .where(
            _seen(actor, person_id),
            EnrolmentResult.counts,
            Offering.published_at.is_not(None),
        )
    )


def _documents(actor: Actor, person_id: int) -> Select[Any]:
    kinds = {name: kind.label for name, kind in DocumentKind.registry.items()}
    columns = timeline_columns(
        IssuedDocument.id,
        at=start_of_day(IssuedDocument.issued_on),
        title=worded(IssuedDocument.kind, kinds),
        detail=IssuedDocument.serial,
    )
    issued = select(*columns).join(Student, Student.id == IssuedDocument.student_id)
    return issued.where(Student.user_id == person_id, DOCUMENT_READ.where(actor))


def _promotions(actor: Actor, person_id: int) -> Select[Any]:
    """Moves to the next semester, as the record shows the semester; who was held back and why stays with the run."""
    semester = cast(PromotionLine.semester + 1, String(3))
    columns = timeline_columns(
        PromotionLine.id,
        at=Promotion.applied_at,
        title=_("Moved up"),
        detail=literal(_("Semester") + " ").concat(semester),
    )
    return (
        select(*columns)
        .join(Promotion, Promotion.id == PromotionLine.promotion_id)
        .join(Student, Student.id == PromotionLine.student_id)
        .where(
            _seen(actor, person_id),
            PromotionLine.moved == 1,
            PromotionLine.outcome == Outcome.PROMOTED,
            Promotion.state == PromotionState.APPLIED,
            Promotion.applied_at.is_not(None),
        )
    )


def _reevaluations(actor: Actor, person_id: int) -> Select[Any]:
    asked = _reevaluation(Reevaluation.created_at)
    return asked.where(Student.user_id == person_id, REEVALUATION_READ.where(actor))


def _decisions(actor: Actor, person_id: int) -> Select[Any]:
    return _reevaluation(Reevaluation.decided_at).where(
        Student.user_id == person_id,
        Reevaluation.decided_at.is_not(None),
        REEVALUATION_READ.where(actor),
    )


def _reevaluation(at: Any) -> Select[Any]:
    """Select requests with the moment that counts: when it was asked, or when it was decided."""
    columns = timeline_columns(
        Reevaluation.id,
        at=at,
        title=Course.title,
        detail=func.coalesce(Component.name, _("The whole result")),
        mark=Reevaluation.state,
    )
    return (
        select(*columns)
        .join(Student, Student.id == Reevaluation.student_id)
        .join(Offering, Offering.id == Reevaluation.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .outerjoin(Component, Component.id == Reevaluation.component_id)
    )


def _request(reevaluation_id: int) -> str:
    return f"/reevaluations/{reevaluation_id}"


def _course(course_id: int) -> str:
    return f"/courses/{course_id}"


TIMELINE = (
    TimelineKind("admission", _l("Admission"), _admission, order=20),
    TimelineKind(
        "enrolments",
        _l("Enrolment"),
        _enrolments,
        _course,
        Precision.DAY,
        {EnrolmentStatus.WITHDRAWN: ("stop", _l("Withdrawn"))},
        order=21,
    ),
    TimelineKind("results", _l("Result"), _results, _course, order=22),
    TimelineKind("graduation", _l("Graduation"), _graduation, precision=Precision.DAY, order=23),
    TimelineKind("promotions", _l("Promotion"), _promotions, order=25),
    TimelineKind(
        "reevaluations",
        _l("Re-evaluation asked for"),
        _reevaluations,
        _request,
        marks={ReevaluationState.WITHDRAWN: STATES[ReevaluationState.WITHDRAWN]},
        order=26,
    ),
    TimelineKind(
        "reevaluations-decided",
        _l("Re-evaluation decided"),
        _decisions,
        _request,
        marks=STATES,
        order=27,
    ),
    TimelineKind(
        "documents",
        _l("Document"),
        _documents,
        lambda document_id: f"/documents/{document_id}",
        Precision.DAY,
        order=24,
    ),
)
