"""What the API answers about requests."""

from __future__ import annotations

from datetime import date
from typing import Any

from quad.web.api import Moment, Out, WireId
from quad.welfare.models.requests import EventKind, State
from quad.welfare.models.setup import FieldKind, Letter, Target


class FieldOut(Out):
    """`key` names the answer in a new request."""

    id: WireId
    key: str
    label: str
    hint: str
    kind: FieldKind
    required: bool
    choices: list[str]


class CategoryBrief(Out):
    id: WireId
    name: str
    about: str
    icon: str
    due_days: int
    with_days: bool
    confidential: bool
    letter: Letter


class QuestionOut(Out):
    key: str
    label: str
    hint: str
    kind: FieldKind
    required: bool
    choices: list[str]


class PersonOut(Out):
    id: WireId
    name: str


class CategoryToAsk(CategoryBrief):
    """A category with what its form asks; `committee` are those who may see a confidential request."""

    fields: list[QuestionOut]
    committee: list[PersonOut]


class CategoryOut(CategoryBrief):
    """A category as it is set up."""

    committee_id: WireId | None
    open: bool
    position: int
    version: int


class CategoryWithFields(CategoryOut):
    fields: list[FieldOut]


class OfficeOut(Out):
    id: WireId
    name: str
    version: int


class OfficeMemberOut(Out):
    user_id: WireId
    name: str
    email: str


class OfficeWithMembers(OfficeOut):
    members: list[OfficeMemberOut]


class RouteOut(Out):
    id: WireId
    category_id: WireId | None
    department_id: WireId | None
    target: Target
    office_id: WireId | None
    person_id: WireId | None
    role: str | None


class RequestBrief(Out):
    """A request in a list."""

    id: WireId
    title: str
    category: str
    state: State
    confidential: bool
    student: str
    register_number: str
    department: str | None
    assignee: str | None
    assignee_id: WireId | None
    office: str | None
    asked_on: date
    due_on: date
    created_at: Moment


class OwnRequest(Out):
    """One's own request in a list."""

    id: WireId
    title: str
    category: str
    state: State
    confidential: bool
    assignee: str | None
    office: str | None
    due_on: date
    created_at: Moment
    closed_at: Moment | None


class RequestAnswerOut(Out):
    key: str
    label: str
    kind: FieldKind
    value: Any


class RequestEventOut(Out):
    """Something that happened. `internal` ones are shown to the staff only."""

    id: WireId
    kind: EventKind
    at: Moment
    by: str | None
    state_before: State | None
    state_after: State
    person: str | None
    office: str | None
    day: date | None
    text: str
    internal: bool


class AttachmentOut(Out):
    id: WireId
    name: str
    size: int
    media_type: str
    internal: bool
    created_at: Moment
    file: str


class RequestOut(Out):
    """One request with its story. `letter` is the address of the letter it ended in."""

    id: WireId
    title: str
    category_id: WireId
    category: str
    state: State
    confidential: bool
    named_people: list[str]
    student_id: WireId
    student: str
    register_number: str
    department: str | None
    assignee_id: WireId | None
    assignee: str | None
    office: str | None
    first_day: date | None
    last_day: date | None
    answers: list[RequestAnswerOut]
    asked_on: date
    due_on: date
    overdue: bool
    escalated_at: Moment | None
    created_at: Moment
    closed_at: Moment | None
    outcome: str
    serial: str | None
    letter: str | None
    may_handle: bool
    may_withdraw: bool
    may_reopen: bool
    events: list[RequestEventOut]
    attachments: list[AttachmentOut]


class PartOut(Out):
    id: WireId
    name: str
    count: int
    pending: int


class FiguresOut(Out):
    """`days` is the average number of days from asking to answering."""

    total: int
    pending: int
    resolved: int
    rejected: int
    withdrawn: int
    days: float | None
    by_state: dict[str, int]
    by_category: list[PartOut]
    by_department: list[PartOut]
