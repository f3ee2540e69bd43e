"""The queue of re-evaluations: the student’s own, the teacher’s, the department’s."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from quad.academics.lists.choices import terms
from quad.academics.models.cells import student_cell
from quad.academics.models.people import Student
from quad.academics.models.reevaluation import Reevaluation, ReevaluationState
from quad.academics.models.teaching import Component, Course, Offering
from quad.academics.policy import reevaluation as policy
from quad.core import clock
from quad.core.i18n import day
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, attribute_of
from quad.core.listing.filters import Filter
from quad.core.search.prefix import matching
from quad.identity.models.accounts import User
from quad.institution.models import Term

STATES: dict[ReevaluationState, tuple[str, str]] = {
    ReevaluationState.ASKED: ("open", _l("With the teacher")),
    ReevaluationState.ANSWERED: ("going", _l("With the head")),
    ReevaluationState.KEPT: ("done", _l("Kept")),
    ReevaluationState.CHANGED: ("done", _l("Changed")),
    ReevaluationState.WITHDRAWN: ("stop", _l("Withdrawn")),
}
Teacher = aliased(User)


def _joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Student, Student.id == Reevaluation.student_id)
        .join(User, User.id == Student.user_id)
        .join(Offering, Offering.id == Reevaluation.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(Teacher, Teacher.id == Offering.faculty_id)
        .outerjoin(Component, Component.id == Reevaluation.component_id)
    )


def _state(row: Any) -> Cell:
    state, label = STATES[row.state]
    return Cell(str(label), kind="status", state=state)


def _due(row: Any) -> Cell:
    if row.open is None:
        return Cell("–")
    late = row.due_on < clock.today()
    return Cell(day(row.due_on), sub=_("overdue") if late else "", kind="date")


def _in_term(term_id: int) -> ColumnElement[bool]:
    return Reevaluation.offering_id.in_(select(Offering.id).where(Offering.term_id == term_id))


def _of_student(text: str) -> ColumnElement[bool]:
    found = select(Student.id).where(
        matching(attribute_of(Student, "id"), "academics.student", text)
    )
    return Reevaluation.student_id.in_(found)


REEVALUATIONS = Listing(
    name="academics.reevaluations",
    title=_l("Re-evaluations"),
    singular=_l("request"),
    plural=_l("requests"),
    read=policy.REEVALUATION_READ,
    columns=(
        Column(
            "course",
            _l("Course"),
            (Course.title.label("course"), Course.code.label("code"), Term.name.label("term")),
            lambda row: Cell(row.course, sub=f"{row.code}, {row.term}"),
        ),
        Column(
            "student",
            _l("Student"),
            (User.full_name, Student.register_number),
            student_cell,
            hide_below="sm",
        ),
        Column(
            "about",
            _l("About"),
            Component.name.label("component"),
            lambda row: row.component or _("The whole result"),
            hide_below="md",
            export=lambda row: row.component or "",
        ),
        Column(
            "state",
            _l("State"),
            Reevaluation.state,
            _state,
            export=lambda row: row.state.value,
        ),
        Column(
            "due",
            _l("Due"),
            (Reevaluation.due_on, Reevaluation.open),
            _due,
            sort=Reevaluation.due_on,
            hide_below="sm",
        ),
        Column(
            "asked",
            _l("Asked"),
            Reevaluation.created_at.label("asked_at"),
            sort=Reevaluation.created_at,
            hide_below="md",
        ),
        Column("decided_at", _l("Decided"), Reevaluation.decided_at, default=False),
        Column(
            "teacher",
            _l("Teacher"),
            Teacher.full_name.label("teacher"),
            hide_below="lg",
        ),
        Column(
            "before",
            _l("Grade before"),
            Reevaluation.letter_before,
            default=False,
            hide_below="lg",
        ),
        Column(
            "after", _l("Grade after"), Reevaluation.letter_after, default=False, hide_below="lg"
        ),
        Column("receipt", _l("Receipt"), Reevaluation.receipt, default=False, hide_below="lg"),
    ),
    default_sort="-asked",
    joins=_joins,
    extra=(
        Reevaluation.enrolment_id,
        Reevaluation.component_id,
        Reevaluation.student_id,
        Reevaluation.offering_id,
        Reevaluation.answer,
        Reevaluation.version,
    ),
    filters=(
        Filter(
            "open",
            _l("Still open"),
            "flag",
            lambda value: Reevaluation.open.is_not(None) if value else Reevaluation.open.is_(None),
        ),
        Filter(
            "state",
            _l("State"),
            "choice",
            lambda value: Reevaluation.state == value,
            choices=tuple((state, label) for state, (_mark, label) in STATES.items()),
        ),
        Filter(
            "overdue",
            _l("Overdue"),
            "flag",
            lambda value: (
                (Reevaluation.open == 1) & (Reevaluation.due_on < clock.today())
                if value
                else Reevaluation.open.is_(None) | (Reevaluation.due_on >= clock.today())
            ),
        ),
        Filter("term", _l("Term"), "choice", _in_term, choices=terms),
        Filter(
            "student",
            _l("Student"),
            "text",
            _of_student,
            chip=lambda value: _("Student: %(words)s", words=value),
        ),
        Filter(
            "offering",
            _l("Offering"),
            "number",
            lambda value: Reevaluation.offering_id == value,
            places=0,
            menu=False,
        ),
    ),
    href=lambda row: ("academics.reevaluation", {"reevaluation_id": row.id}),
    row_label=lambda row: row.course,
)
