"""The audit as a list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, select
from sqlalchemy.orm import Session

from quad.audit import policy
from quad.audit.kinds import SUBJECTS, TABLES, about, column_label, subject_label, told
from quad.audit.models import AuditEntry, AuditSubject
from quad.core.i18n import current_reader, moment
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing
from quad.core.listing.filters import Filter
from quad.core.policy import Actor
from quad.core.search.prefix import ids_beginning, words_of
from quad.identity.models.accounts import ROLE_NAMES, SEARCHED_AS, User

SHOWN_CHANGES = 3
SHOWN_FIELDS = 5


def _start(day: date, later: int = 0) -> datetime:
    """The first moment of a day, in the reader's zone."""
    zone = ZoneInfo(current_reader().zone)
    return datetime.combine(day + timedelta(days=later), time(), zone)


def _who(row: Any) -> Cell:
    sub = ", ".join(part for part in (_role(row), row.address) if part)
    return Cell(row.full_name or _("System"), sub=sub, kind="person")


def _role(row: Any) -> str:
    return str(ROLE_NAMES.get(row.role, row.role))


def _what(row: Any) -> Cell:
    return Cell(row.action.capitalize(), sub=summary(row.changes))


def summary(changes: Sequence[Any]) -> str:
    """Say which values an entry changed, the first few."""
    changed = [_fields(change) for change in changes[:SHOWN_CHANGES]]
    return "; ".join(dict.fromkeys(part for part in changed if part))


def _fields(change: Any) -> str:
    names = told(list(change["after"] or change["before"]))
    labels = list(dict.fromkeys(column_label(name) for name in names))
    few = ", ".join(sorted(labels)[:SHOWN_FIELDS])
    return f"{few} …" if len(labels) > SHOWN_FIELDS else few


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _by(words: str) -> ColumnElement[bool]:
    """Hold for what somebody did, who is named by beginnings of the name's words, or of the e-mail address."""
    found = [AuditEntry.actor_id.in_(ids_beginning(SEARCHED_AS, word)) for word in words_of(words)]
    return and_(*found) if found else false()


def read_thing(text: str) -> tuple[str, int]:
    """Read "student:12". Raises ValueError for what is no thing with a history."""
    kind, _colon, number = text.partition(":")
    if kind not in SUBJECTS or not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise ValueError(text)
    return kind, int(number)


def _about(thing: tuple[str, int]) -> ColumnElement[bool]:
    return AuditEntry.id.in_(select(AuditSubject.entry_id).where(about(*thing)))


def _about_kind(kind: str) -> ColumnElement[bool]:
    return AuditEntry.id.in_(select(AuditSubject.entry_id).where(AuditSubject.kind == kind))


def _thing_words(thing: tuple[str, int]) -> str:
    return _("About: %(kind)s %(number)s", kind=subject_label(thing[0]), number=thing[1])


def _actions(_db: Session, _actor: Actor) -> Sequence[tuple[str, str]]:
    return [(action, action.capitalize()) for action in policy.actions()]


ENTRIES = Listing(
    name="audit.entries",
    title=_l("Audit"),
    singular=_l("entry"),
    plural=_l("entries"),
    read=policy.READ,
    columns=(
        Column(
            "at",
            _l("When"),
            AuditEntry.created_at.label("at"),
            lambda row: Cell(moment(row.at).replace(" ", "\u00a0"), kind="date"),
            sort=AuditEntry.created_at,
        ),
        Column(
            "who",
            _l("Who"),
            (User.full_name, AuditEntry.address, AuditEntry.role),
            _who,
        ),
        Column("what", _l("What"), (AuditEntry.action, AuditEntry.changes), _what),
        Column("role", _l("Role"), AuditEntry.role, _role, default=False, hide_below="lg"),
        Column("address", _l("Address"), AuditEntry.address, default=False, hide_below="lg"),
        Column("user_agent", _l("Program"), AuditEntry.user_agent, default=False, hide_below="lg"),
        Column("request_id", _l("Request"), AuditEntry.request_id, default=False, hide_below="lg"),
        Column(
            "data",
            _l("Details"),
            AuditEntry.data,
            lambda row: _json(row.data),
            default=False,
            export=lambda row: _json(row.data),
        ),
        Column(
            "changes",
            _l("Changes"),
            AuditEntry.changes,
            lambda row: _json(row.changes),
            default=False,
            export=lambda row: _json(row.changes),
        ),
    ),
    extra=(AuditEntry.seq, AuditEntry.actor_id),
    joins=lambda query: query.outerjoin(User, User.id == AuditEntry.actor_id),
    default_sort="-at",
    href=lambda row: ("audit.show", {"entry_id": row.id}),
    row_label=lambda row: row.action,
    filters=(
        Filter("person", _l("Person"), "text", _by),
        Filter(
            "kind",
            _l("About"),
            "choice",
            _about_kind,
            choices=tuple((kind, TABLES[table]) for kind, table in SUBJECTS.items()),
        ),
        Filter(
            "action",
            _l("What happened"),
            "choice",
            lambda word: AuditEntry.action == word,
            choices=_actions,
            parse=str,
        ),
        Filter("from", _l("From"), "date", lambda day: AuditEntry.created_at >= _start(day)),
        Filter("until", _l("Until"), "date", lambda day: AuditEntry.created_at < _start(day, 1)),
        Filter("address", _l("Address"), "text", lambda word: AuditEntry.address == word),
        Filter(
            "about",
            _l("About"),
            "text",
            _about,
            parse=read_thing,
            chip=_thing_words,
            menu=False,
        ),
        Filter(
            "actor",
            _l("Account"),
            "number",
            lambda value: AuditEntry.actor_id == value,
            places=0,
            menu=False,
        ),
        Filter(
            "request",
            _l("Request"),
            "text",
            lambda word: AuditEntry.request_id == word,
            menu=False,
        ),
    ),
)
