"""All references and engagements as lists, for those who look after them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from quad.alumni.forms.giving import KINDS
from quad.alumni.models.engagements import Engagement, EngagementState
from quad.alumni.models.mentoring import BookingState
from quad.alumni.models.references import MARKS, STATES, Reference
from quad.alumni.policy import giving as policy
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, SearchColumns
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User

ENGAGEMENT_STATES = (
    (EngagementState.LOGGED, _l("To be confirmed")),
    (EngagementState.CONFIRMED, _l("Confirmed")),
    (EngagementState.REFUSED, _l("Refused")),
)
ENGAGEMENT_MARKS = {
    EngagementState.LOGGED: "going",
    EngagementState.CONFIRMED: "done",
    EngagementState.REFUSED: "stop",
}
BOOKING_STATES = {
    BookingState.REQUESTED: ("going", _l("Waits for an answer")),
    BookingState.CONFIRMED: ("done", _l("Confirmed")),
    BookingState.DECLINED: ("stop", _l("Declined")),
    BookingState.CANCELLED: ("stop", _l("Cancelled")),
}
_ASKER, _WRITER, _ALUMNUS = aliased(User), aliased(User), aliased(User)


def _people(statement: Select[Any]) -> Select[Any]:
    return statement.join(_ASKER, _ASKER.id == Reference.asker_id).join(
        _WRITER, _WRITER.id == Reference.writer_id
    )


def _status(pairs: Any, marks: Any, state: Any) -> Cell:
    return Cell(str(dict(pairs)[state]), kind="status", state=marks[state])


REFERENCES = Listing(
    name="alumni.references",
    title=_l("References"),
    singular=_l("reference"),
    plural=_l("references"),
    read=policy.REFERENCE_READ,
    columns=(
        Column(
            "asker",
            _l("Asked by"),
            (_ASKER.full_name.label("asker"), Reference.purpose),
            lambda row: Cell(row.asker, sub=row.purpose),
        ),
        Column("writer", _l("Written by"), _WRITER.full_name.label("writer")),
        Column("due_on", _l("Needed by"), Reference.due_on, hide_below="md"),
        Column(
            "requested_at",
            _l("Asked"),
            Reference.created_at,
            sort=Reference.created_at,
            hide_below="md",
        ),
        Column(
            "state",
            _l("State"),
            Reference.state,
            lambda row: _status(STATES, MARKS, row.state),
            export=lambda row: row.state.value,
        ),
    ),
    joins=_people,
    default_sort="-requested_at",
    search=SearchColumns((Reference.purpose,)),
    search_label=_l("Search by purpose"),
    filters=(
        Filter("state", _l("State"), "choice", lambda v: Reference.state == v, choices=STATES),
    ),
    href=lambda row: ("giving.reference", {"reference_id": row.id}),
    row_label=lambda row: row.purpose,
)

ENGAGEMENTS = Listing(
    name="alumni.engagements",
    title=_l("Engagements"),
    singular=_l("engagement"),
    plural=_l("engagements"),
    read=policy.ENGAGEMENT_READ,
    columns=(
        Column(
            "title",
            _l("What it was"),
            (Engagement.title, _ALUMNUS.full_name.label("alumnus")),
            lambda row: Cell(row.title, sub=row.alumnus),
        ),
        Column(
            "kind",
            _l("Kind"),
            Engagement.kind,
            lambda row: Cell(str(dict(KINDS)[row.kind])),
            hide_below="sm",
            export=lambda row: row.kind.value,
        ),
        Column("held_on", _l("Day"), Engagement.held_on, sort=Engagement.held_on),
        Column("minutes", _l("Minutes"), Engagement.minutes, numeric=True, hide_below="md"),
        Column(
            "state",
            _l("State"),
            Engagement.state,
            lambda row: _status(ENGAGEMENT_STATES, ENGAGEMENT_MARKS, row.state),
            export=lambda row: row.state.value,
        ),
    ),
    joins=lambda statement: statement.join(_ALUMNUS, _ALUMNUS.id == Engagement.alumnus_id),
    default_sort="-held_on",
    extra=(Engagement.thanked_at,),
    search=SearchColumns((Engagement.title,)),
    search_label=_l("Search by title"),
    filters=(
        Filter("kind", _l("Kind"), "choice", lambda v: Engagement.kind == v, choices=KINDS),
        Filter(
            "state",
            _l("State"),
            "choice",
            lambda v: Engagement.state == v,
            choices=ENGAGEMENT_STATES,
        ),
        Filter("year", _l("Year"), "number", lambda v: Engagement.year == v, places=0),
        Filter(
            "thanked",
            _l("Thanked"),
            "flag",
            lambda yes: (
                Engagement.thanked_at.is_not(None) if yes else Engagement.thanked_at.is_(None)
            ),
        ),
    ),
    href=lambda row: ("giving.engagement", {"engagement_id": row.id}),
    row_label=lambda row: row.title,
)
