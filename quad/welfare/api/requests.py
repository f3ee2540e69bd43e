"""Requests over JSON: ask, track, take care of."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from quad.core.errors import NotFound
from quad.core.forms import Form
from quad.core.taking import take
from quad.web.api import Answer, operation
from quad.web.download import stored_file
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json
from quad.welfare import policy
from quad.welfare.api.shapes import (
    AttachmentOut,
    CategoryBrief,
    CategoryToAsk,
    FiguresOut,
    OwnRequest,
    PersonOut,
    QuestionOut,
    RequestBrief,
    RequestEventOut,
    RequestOut,
)
from quad.welfare.forms.requests import (
    Assign,
    ChangeDue,
    Comment,
    NewRequest,
    NewRequestIn,
    NumbersAsked,
    RejectRequest,
    Resolve,
    Why,
)
from quad.welfare.lists.requests import REQUESTS
from quad.welfare.service import (
    asking,
    attachments,
    categories,
    figures,
    handling,
    letters,
    people,
    reading,
)
from quad.welfare.service.figures import Range

API = "/api/v1/welfare"
bp = APIBlueprint("welfare_api", __name__, url_prefix=API, tag="Requests")
ONE = "/requests/<int:request_id>"


class UploadQuery(Form):
    """The name decides nothing but how the file is called; its ending must fit the content."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    internal: bool = False


@operation(bp, "GET", "/categories", answers=list[CategoryBrief], errors=(403,))
def open_categories() -> list[Any]:
    """The categories one may ask within."""
    policy.ASK.require(current_actor())
    return categories.open_categories(current_db(), current_actor())


@operation(bp, "GET", "/categories/<int:category_id>", answers=CategoryToAsk, errors=(403,))
def category_to_ask(category_id: int) -> CategoryToAsk:
    """A category with the questions of its form."""
    db, actor = current_db(), current_actor()
    asked = categories.asked(db, actor, category_id)
    committee = people.names_of_office(db, asked.committee_id) if asked.committee_id else []
    return CategoryToAsk(
        **{name: getattr(asked, name) for name in CategoryBrief.model_fields},
        fields=[
            QuestionOut(
                key=one.key,
                label=one.label,
                hint=one.hint,
                kind=one.kind,
                required=one.required,
                choices=list(one.choices),
            )
            for one in asked.questions
        ],
        committee=[
            PersonOut(id=number, name=name) for number, name in committee if number != actor.id
        ],
    )


@operation(bp, "GET", "/requests", answers=list[OwnRequest], errors=(403,))
def own_requests() -> Any:
    """One's own requests, the newest first."""
    return reading.own_requests(current_db(), current_actor())


@operation(
    bp,
    "POST",
    "/requests",
    body=NewRequestIn,
    answers=RequestOut,
    status=201,
    message="We have your request",
    errors=(403, 404, 409),
)
def request_add(body: NewRequestIn) -> RequestOut:
    """Ask for something; the same `submit_key` once more gives the request that is there."""
    given = NewRequest(**body.model_dump(exclude={"category_id"}))
    made = asking.submit(current_db(), current_actor(), body.category_id, given)
    return _one(made.id)


@operation(bp, "GET", "/queue", answers=list[RequestBrief], paged=True, errors=(403,))
def queue() -> Answer:
    """Requests one may see as staff. Filters: waits (open, unassigned, overdue, closed), state, category, department,
    office, assignee, student, from, until.
    """
    policy.OPEN_QUEUE.require(current_actor())
    return list_json(REQUESTS, _brief)


def _brief(row: Any) -> RequestBrief:
    return RequestBrief.model_validate({**row._mapping, "due_on": row.due, "asked_on": row.asked})


@operation(bp, "GET", "/figures", query=NumbersAsked, answers=FiguresOut, errors=(403,))
def numbers(query: NumbersAsked) -> FiguresOut:
    """How many requests there are and what became of them; confidential ones do not count."""
    which = Range(query.first, query.last, query.department_id)
    found = figures.figures(current_db(), current_actor(), which)
    return FiguresOut.model_validate(
        {
            **{name: getattr(found, name) for name in FiguresOut.model_fields},
            "by_state": {state.value: count for state, count in found.by_state},
            "by_category": list(found.by_category),
            "by_department": list(found.by_department),
        }
    )


@operation(bp, "GET", ONE, answers=RequestOut)
def request_show(request_id: int) -> RequestOut:
    return _one(request_id)


@operation(bp, "GET", f"{ONE}/events", answers=list[RequestEventOut])
def request_events(request_id: int) -> list[RequestEventOut]:
    """What happened, the first thing first."""
    return _story(request_id)


@operation(
    bp,
    "POST",
    f"{ONE}/comments",
    body=Comment,
    answers=list[RequestEventOut],
    status=201,
    message="Written",
)
def comment_add(request_id: int, body: Comment) -> Answer:
    handling.comment(current_db(), current_actor(), request_id, body)
    return Answer(_story(request_id))


def _story(request_id: int) -> list[RequestEventOut]:
    rows = reading.events(current_db(), current_actor(), request_id)
    return [_event(row) for row in rows]


@operation(bp, "GET", f"{ONE}/attachments", answers=list[AttachmentOut])
def attachments_index(request_id: int) -> list[AttachmentOut]:
    return _one(request_id).attachments


@operation(
    bp,
    "POST",
    f"{ONE}/attachments",
    query=UploadQuery,
    answers=list[AttachmentOut],
    status=201,
    message="Added",
    errors=(409, 413, 415),
    raw_body="application/octet-stream",
)
def attachment_add(request_id: int, query: UploadQuery) -> Answer:
    """Take the body as a file; PDF, PNG, JPEG and WebP are taken, and the content decides."""
    with runtime().database.reading() as looking:
        limit = attachments.FILE.limit(looking)
    content = BytesIO(request.get_data(cache=False))
    given = take(runtime().settings, content, query.name, attachments.FILE, limit=limit)
    attachments.attach(current_db(), current_actor(), request_id, [given], internal=query.internal)
    return Answer(_one(request_id).attachments)


@operation(
    bp,
    "GET",
    f"{ONE}/attachments/<int:attachment_id>",
    file="*/*",
)
def attachment_file(request_id: int, attachment_id: int) -> Response:
    return stored_file(attachments.find(current_db(), current_actor(), request_id, attachment_id))


@operation(bp, "GET", f"{ONE}/letter", file="application/pdf")
def letter(request_id: int) -> Response:
    """The letter that an approved request ended in."""
    _row, stored = letters.letter(current_db(), current_actor(), request_id)
    return stored_file(stored)


@operation(
    bp,
    "POST",
    f"{ONE}/assign",
    body=Assign,
    answers=RequestOut | None,
    message="Passed on",
    errors=(403, 409),
)
def request_assign(request_id: int, body: Assign) -> RequestOut | None:
    """Give it to a person or an office; null when one does not see it any more afterwards."""
    handling.assign(current_db(), current_actor(), request_id, body)
    try:
        return _one(request_id)
    except NotFound:
        return None


@operation(bp, "POST", f"{ONE}/start", answers=RequestOut, message="Started", errors=(403, 409))
def request_start(request_id: int) -> RequestOut:
    handling.start(current_db(), current_actor(), request_id)
    return _one(request_id)


@operation(
    bp,
    "POST",
    f"{ONE}/due",
    body=ChangeDue,
    answers=RequestOut,
    message="Changed",
    errors=(403, 409),
)
def request_due(request_id: int, body: ChangeDue) -> RequestOut:
    handling.change_due(current_db(), current_actor(), request_id, body)
    return _one(request_id)


@operation(
    bp,
    "POST",
    f"{ONE}/resolve",
    body=Resolve,
    answers=RequestOut,
    message="Resolved",
    errors=(403, 409),
)
def request_resolve(request_id: int, body: Resolve) -> RequestOut:
    """An approved leave excuses absence; where the category has a letter, it is written."""
    handling.resolve(current_db(), current_actor(), request_id, body)
    return _one(request_id)


@operation(
    bp,
    "POST",
    f"{ONE}/reject",
    body=RejectRequest,
    answers=RequestOut,
    message="Declined",
    errors=(403, 409),
)
def request_reject(request_id: int, body: RejectRequest) -> RequestOut:
    handling.reject(current_db(), current_actor(), request_id, body)
    return _one(request_id)


@operation(
    bp,
    "POST",
    f"{ONE}/withdraw",
    body=Why,
    answers=RequestOut,
    message="Withdrawn",
    errors=(403, 409),
)
def request_withdraw(request_id: int, body: Why) -> RequestOut:
    handling.withdraw(current_db(), current_actor(), request_id, body)
    return _one(request_id)


@operation(
    bp,
    "POST",
    f"{ONE}/reopen",
    body=Why,
    answers=RequestOut,
    message="Reopened",
    errors=(403, 409),
)
def request_reopen(request_id: int, body: Why) -> RequestOut:
    handling.reopen(current_db(), current_actor(), request_id, body)
    return _one(request_id)


def _one(request_id: int) -> RequestOut:
    current_db().flush()
    found = reading.shown(current_db(), current_actor(), request_id)
    head = found.head
    path = f"{API}/requests/{request_id}"
    return RequestOut.model_validate(
        {
            **head._mapping,
            "named_people": list(found.named),
            "answers": [
                {"key": key, "label": label, "kind": kind, "value": given}
                for key, label, kind, given in head.answers
            ],
            "overdue": found.overdue,
            "letter": f"{path}/letter" if head.document_id else None,
            "may_handle": found.may_handle,
            "may_withdraw": found.may_withdraw,
            "may_reopen": found.may_reopen,
            "events": [_event(row) for row in found.events],
            "attachments": [
                {**row._mapping, "file": f"{path}/attachments/{row.id}"} for row in found.files
            ],
        }
    )


def _event(row: Any) -> RequestEventOut:
    return RequestEventOut.model_validate({**row._mapping, "at": row.created_at, "by": row.actor})
