"""Lists of announcements, and of those who have read one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select

from quad.announcements import policy
from quad.announcements.forms import PRIORITIES
from quad.announcements.kinds import FOUND, PRIORITY_MARKS, STATES, phase
from quad.announcements.models import (
    Announcement,
    AnnouncementState,
    Priority,
    Recipient,
)
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import moment, number
from quad.core.listing.declaration import Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.core.policy import Permission
from quad.identity.models.accounts import User

STATE_CHOICES = tuple((state, word) for state, (_mark, word) in STATES.items())
UNSEEN, SEEN, ACKNOWLEDGED = "unseen", "seen", "acknowledged"
STANDINGS: dict[str, tuple[str, str]] = {
    UNSEEN: ("open", _l("Not opened")),
    SEEN: ("going", _l("Opened")),
    ACKNOWLEDGED: ("done", _l("Confirmed")),
}


def _authors(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Announcement.author_id)


def _title(row: Any) -> Cell:
    sub = _("Pinned, %(author)s", author=row.author) if row.pinned else row.author
    return Cell(
        row.title,
        sub=sub,
        href=("announcements.show", {"announcement_id": row.id}),
    )


def _priority(row: Any) -> Cell:
    if row.priority is Priority.NORMAL:
        return Cell("–")
    mark = PRIORITY_MARKS[row.priority]
    return Cell(str(PRIORITIES[row.priority]), kind="tag", state=mark)


def _state(row: Any) -> Cell:
    mark, word = phase(row.state, row.ends_at)
    return Cell(str(word), kind="status", state=mark)


def _when(row: Any) -> Cell:
    shown = row.published_at or row.begins_at or row.created_at
    return Cell(moment(shown), kind="date")


def _asks(row: Any) -> Cell:
    return Cell(_("Asks to confirm"), kind="tag") if row.acknowledge else Cell("–")


_TITLE = Column(
    "title",
    _l("Announcement"),
    (Announcement.title, Announcement.pinned, User.full_name.label("author")),
    _title,
    sort=Announcement.sort_title,
)
_PRIORITY = Column("priority", _l("Priority"), Announcement.priority, _priority, hide_below="sm")
_DATE = Column(
    "published_at",
    _l("Published"),
    (Announcement.published_at, Announcement.begins_at, Announcement.created_at),
    _when,
    sort=Announcement.rank,
)
_STATE = Column(
    "state",
    _l("State"),
    (Announcement.state, Announcement.ends_at),
    _state,
    export=lambda row: row.state.value,
)
_ASKS = Column("acknowledge", _l("Reading it"), Announcement.acknowledge, _asks, hide_below="md")
_SEEN = Column(
    "seen",
    _l("Opened"),
    (Announcement.told, Announcement.unseen),
    lambda row: Cell(
        _("%(seen)s of %(told)s", seen=number(row.told - row.unseen), told=number(row.told))
    ),
    hide_below="md",
    export=lambda row: row.told - row.unseen,
)
_BY_PRIORITY = Filter(
    "priority",
    _l("Priority"),
    "choice",
    lambda value: Announcement.priority == Priority(value),
    tuple(PRIORITIES.items()),
)
_BY_STATE = Filter(
    "state",
    _l("State"),
    "choice",
    lambda value: Announcement.state == AnnouncementState(value),
    STATE_CHOICES,
)
_PINNED = Filter("pinned", _l("Pinned"), "flag", lambda value: Announcement.pinned.is_(bool(value)))


def _listing(
    name: str,
    title: str,
    read: Permission[Announcement],
    *columns: Column,
    filters: tuple[Filter, ...] = (_BY_PRIORITY, _PINNED),
) -> Listing[Announcement]:
    return Listing(
        name=f"announcements.{name}",
        title=title,
        singular=_l("announcement"),
        plural=_l("announcements"),
        read=read,
        columns=(_TITLE, *columns, _DATE),
        default_sort="-published_at",
        joins=_authors,
        extra=(
            Announcement.state,
            Announcement.priority,
            Announcement.ends_at,
            Announcement.acknowledge,
            Announcement.comments,
            Announcement.author_id,
        ),
        search=SearchTerms(FOUND),
        search_label=_l("Search announcements"),
        filters=filters,
        href=lambda row: ("announcements.show", {"announcement_id": row.id}),
        row_label=lambda row: row.title,
    )


CURRENT = _listing("current", _l("Announcements"), policy.SHOW, _PRIORITY, _ASKS)
PAST = _listing("past", _l("Past announcements"), policy.PAST, _PRIORITY)
MINE = _listing(
    "mine",
    _l("My announcements"),
    policy.MINE,
    _STATE,
    _SEEN,
    filters=(_BY_STATE, _BY_PRIORITY),
)
EVERY = _listing(
    "every",
    _l("All announcements"),
    policy.ALL,
    _STATE,
    _SEEN,
    filters=(_BY_STATE, _BY_PRIORITY, _PINNED),
)
APPROVALS = _listing(
    "approvals", _l("Announcements to approve"), policy.APPROVE, _PRIORITY, filters=()
)


def standing(row: Any) -> str:
    """Return how far a reader is: unseen, seen or acknowledged."""
    if row.acknowledged_at is not None:
        return ACKNOWLEDGED
    return SEEN if row.seen_at is not None else UNSEEN


def _where(value: str) -> ColumnElement[bool]:
    if value == ACKNOWLEDGED:
        return Recipient.acknowledged_at.is_not(None)
    opened = Recipient.seen_at.is_not(None)
    return opened & Recipient.acknowledged_at.is_(None) if value == SEEN else ~opened


def _standing_cell(row: Any) -> Cell:
    mark, word = STANDINGS[standing(row)]
    return Cell(str(word), kind="status", state=mark)


READERS = Listing(
    name="announcements.readers",
    title=_l("Who has read it"),
    singular=_l("person"),
    plural=_l("people"),
    read=policy.READERS,
    columns=(
        Column(
            "name",
            _l("Name"),
            (User.full_name.label("name"), Recipient.user_id),
            lambda row: Cell(row.name, kind="person"),
            sort=Recipient.sort_name,
        ),
        Column(
            "standing",
            _l("State"),
            (Recipient.seen_at, Recipient.acknowledged_at),
            _standing_cell,
            export=lambda row: str(STANDINGS[standing(row)][1]),
        ),
        Column("seen_at", _l("Opened"), Recipient.seen_at, hide_below="sm"),
        Column("acknowledged_at", _l("Confirmed"), Recipient.acknowledged_at, hide_below="sm"),
    ),
    default_sort="name",
    joins=lambda statement: statement.join(User, User.id == Recipient.user_id),
    filters=(
        Filter(
            "announcement",
            _l("Announcement"),
            "number",
            lambda value: Recipient.announcement_id == value,
            places=0,
            menu=False,
        ),
        Filter(
            "standing",
            _l("State"),
            "choice",
            _where,
            tuple((key, word) for key, (_mark, word) in STANDINGS.items()),
        ),
    ),
    row_label=lambda row: row.name,
)
