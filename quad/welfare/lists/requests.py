"""The queue."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_
from sqlalchemy.orm import aliased

from quad.academics.models.cells import student_cell
from quad.academics.models.people import Student
from quad.core import clock
from quad.core.i18n import current_reader, ngettext
from quad.core.i18n import day as day_words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Bulk, Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.institution.models import Department
from quad.welfare import policy
from quad.welfare.lists import choices
from quad.welfare.models.requests import CLOSED, OPEN, Request, State
from quad.welfare.models.setup import Category, Office

# State: its mark and its word.
STATES: dict[State, tuple[str, str]] = {
    State.SUBMITTED: ("open", _l("Submitted")),
    State.ASSIGNED: ("going", _l("Assigned")),
    State.IN_PROGRESS: ("going", _l("In progress")),
    State.RESOLVED: ("done", _l("Resolved")),
    State.REJECTED: ("stop", _l("Declined")),
    State.WITHDRAWN: ("open", _l("Withdrawn")),
}
SEARCHED = "welfare.request"
Assignee = aliased(User)


def _today() -> date:
    return clock.today(current_reader().zone)


def _joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(User, User.id == Request.user_id)
        .join(Student, Student.id == Request.student_id)
        .join(Category, Category.id == Request.category_id)
        .outerjoin(Department, Department.id == Request.department_id)
        .outerjoin(Assignee, Assignee.id == Request.assignee_id)
        .outerjoin(Office, Office.id == Request.office_id)
    )


def _request(row: Any) -> Cell:
    place = ("welfare.show", {"request_id": row.id})
    sub = f"#{row.id}"
    if row.confidential:
        sub = _("%(number)s, confidential", number=sub)
    return Cell(row.title, sub=sub, href=place)


def _student(row: Any) -> Cell:
    return student_cell(row, name="student")


def _state(row: Any) -> Cell:
    mark, label = STATES[row.state]
    if row.state in OPEN and row.escalated_at is not None:
        return Cell(_("%(state)s, escalated", state=str(label)), kind="status", state="warn")
    return Cell(str(label), kind="status", state=mark)


def _due(row: Any) -> Cell:
    if row.state in CLOSED:
        return Cell("–")
    left = (row.due - _today()).days
    if left < 0:
        late = ngettext("%(num)s day late", "%(num)s days late", -left)
        return Cell(late, kind="status", state="stop")
    if left <= 1:
        return Cell(_("Today") if left == 0 else _("Tomorrow"), kind="status", state="warn")
    return Cell(day_words(row.due), kind="date")


def _who_has_it(row: Any) -> Cell:
    if row.assignee:
        return Cell(row.assignee, sub=row.office or "")
    return Cell(row.office or _("Nobody yet"))


def _waits_for(value: str) -> ColumnElement[bool]:
    if value == "open":
        return Request.closed_at.is_(None)
    if value == "closed":
        return Request.closed_at.is_not(None)
    if value == "overdue":
        return and_(Request.closed_at.is_(None), Request.due_on < _today())
    return and_(Request.closed_at.is_(None), Request.assignee_id.is_(None))


def _of_office(value: int) -> ColumnElement[bool]:
    return and_(Request.office_id == value, Request.confidential.is_(False))


REQUESTS = Listing(
    name="welfare.requests",
    title=_l("Requests"),
    singular=_l("request"),
    plural=_l("requests"),
    read=policy.QUEUE,
    columns=(
        Column("request", _l("Request"), (Request.title, Request.confidential), _request),
        Column(
            "student",
            _l("Student"),
            (
                User.full_name.label("student"),
                Student.register_number,
                User.photo,
                Request.user_id,
            ),
            _student,
            hide_below="md",
        ),
        Column("category", _l("Category"), Category.name.label("category"), default=False),
        Column(
            "department",
            _l("Department"),
            Department.code.label("department"),
            hide_below="lg",
        ),
        Column(
            "assignee",
            _l("With"),
            (Assignee.full_name.label("assignee"), Office.name.label("office")),
            _who_has_it,
            hide_below="lg",
        ),
        Column(
            "state",
            _l("State"),
            (Request.state, Request.escalated_at),
            _state,
            export=lambda row: row.state.value,
        ),
        Column("due", _l("Due"), Request.due_on, _due, sort=Request.due_on, hide_below="sm"),
        Column(
            "asked",
            _l("Asked on"),
            Request.asked_on,
            sort=Request.asked_on,
            default=False,
            hide_below="lg",
        ),
        Column("first_day", _l("First day"), Request.first_day, default=False, hide_below="lg"),
        Column("last_day", _l("Last day"), Request.last_day, default=False, hide_below="lg"),
        Column(
            "closed",
            _l("Closed"),
            Request.closed_at.label("closed"),
            default=False,
            hide_below="lg",
        ),
        Column("outcome", _l("Answer"), Request.outcome, default=False, hide_below="lg"),
    ),
    default_sort="due",
    joins=_joins,
    extra=(
        Request.category_id,
        Request.student_id,
        Request.department_id,
        Request.assignee_id,
        Request.office_id,
        Request.created_at,
    ),
    search=SearchTerms(SEARCHED),
    search_label=_l("Search by subject, name or number"),
    search_placeholder=_l("Subject, name or number"),
    filters=(
        Filter(
            "waits",
            _l("Which"),
            "choice",
            _waits_for,
            choices=(
                ("open", _l("Open")),
                ("unassigned", _l("Nobody has it")),
                ("overdue", _l("Overdue")),
                ("closed", _l("Closed")),
            ),
        ),
        Filter(
            "state",
            _l("State"),
            "choice",
            lambda value: Request.state == value,
            choices=tuple((state, label) for state, (_mark, label) in STATES.items()),
        ),
        Filter(
            "category",
            _l("Category"),
            "choice",
            lambda value: Request.category_id == value,
            choices=choices.categories,
        ),
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: Request.department_id == value,
            choices=choices.departments,
        ),
        Filter("office", _l("Office"), "choice", _of_office, choices=choices.offices),
        Filter(
            "escalated",
            _l("Escalated"),
            "flag",
            lambda yes: (
                Request.escalated_at.is_not(None) if yes else Request.escalated_at.is_(None)
            ),
            menu=False,
        ),
        Filter("from", _l("Asked from"), "date", lambda value: Request.asked_on >= value),
        Filter("until", _l("Asked until"), "date", lambda value: Request.asked_on <= value),
        Filter(
            "assignee",
            _l("With"),
            "number",
            lambda value: Request.assignee_id == value,
            places=0,
            menu=False,
        ),
        Filter(
            "student",
            _l("Student"),
            "number",
            lambda value: Request.student_id == value,
            places=0,
            menu=False,
        ),
    ),
    bulk=(
        Bulk("assign", _l("Assign"), "user-check", "welfare.assign_many", policy.HANDLE),
        Bulk("start", _l("Start"), "clock", "welfare.start_many", policy.HANDLE),
        Bulk("resolve", _l("Resolve"), "check", "welfare.resolve_many", policy.HANDLE),
        Bulk("reject", _l("Decline"), "x", "welfare.reject_many", policy.HANDLE, danger=True),
    ),
    href=lambda row: ("welfare.show", {"request_id": row.id}),
    row_label=lambda row: row.title,
)
