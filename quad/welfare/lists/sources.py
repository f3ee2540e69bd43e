"""What reports can be built from here: requests, without the confidential ones.

A confidential request is for its named people only, who read it on its page; a report, which is shared, mailed and kept
in files, leaves it out for everybody.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement

from quad.academics.models.reported import PERSON, department_field
from quad.core.i18n import lazy_gettext as _l
from quad.core.sources import Field, Ready, Source
from quad.welfare import policy
from quad.welfare.lists import choices
from quad.welfare.lists.requests import REQUESTS, STATES, Assignee
from quad.welfare.models.requests import OPEN, Request
from quad.welfare.models.setup import Category, Office

DAY = 86_400  # seconds
STILL_OPEN = {"field": "state", "op": "any", "values": [state.value for state in OPEN]}


def _ordinary() -> ColumnElement[bool]:
    return Request.confidential.is_(False)


REQUESTS_SOURCE = Source(
    name="welfare.requests",
    label=_l("Requests"),
    about=_l("One row for each request of a student. Confidential ones are in no report."),
    singular=_l("request"),
    plural=_l("requests"),
    gate=policy.OPEN_QUEUE,
    read=REQUESTS.read,
    joins=REQUESTS.joins,
    only=_ordinary,
    fields=(
        Field("request", _l("Request"), "text", Request.title, by=Request.id),
        *PERSON,
        Field(
            "category",
            _l("Category"),
            "choice",
            Category.name,
            choices.categories,
            by=Request.category_id,
        ),
        department_field(Request.department_id, choices.departments),
        Field("office", _l("Office"), "choice", Office.name, choices.offices, by=Request.office_id),
        Field("assignee", _l("With"), "text", Assignee.full_name, by=Request.assignee_id),
        Field(
            "state",
            _l("State"),
            "choice",
            Request.state,
            tuple((state, label) for state, (_mark, label) in STATES.items()),
        ),
        Field("asked_on", _l("Asked on"), "date", Request.asked_on),
        Field("due_on", _l("Due"), "date", Request.due_on),
        Field("closed", _l("Closed"), "moment", Request.closed_at),
        Field("days", _l("Days until closed"), "number", Request.seconds // DAY),
    ),
    usual=("request", "student", "category", "state", "asked_on", "due_on"),
    link=("welfare.show", "request_id", Request.id),
    ready=(
        Ready(
            "open",
            _l("Open requests by category"),
            _l("What waits for an answer, and how much of it."),
            {
                "shape": "summary",
                "filters": [STILL_OPEN],
                "groups": [{"field": "category"}],
                "measures": [{"by": "count"}],
                "sort": "-count",
                "chart": "bars",
            },
        ),
        Ready(
            "overdue",
            _l("Overdue requests"),
            _l("Open requests past their day, the oldest first."),
            {
                "columns": ["request", "student", "category", "assignee", "due_on"],
                "filters": [STILL_OPEN, {"field": "due_on", "op": "older", "values": ["0"]}],
                "sort": "due_on",
            },
        ),
    ),
    order=30,
)

SOURCES = (REQUESTS_SOURCE,)
