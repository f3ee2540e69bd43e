"""Lists of those who take part: all of it for the host, names for the others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing
from quad.core.listing.filters import Filter
from quad.core.questions import QuestionKind
from quad.events import policy
from quad.events.models.attending import Certificate, CheckIn, Registration
from quad.identity.models.accounts import User

SEATED, WAITING, CAME, ABSENT, CANCELLED = "seated", "waiting", "came", "absent", "cancelled"
STANDINGS: dict[str, tuple[str, str]] = {
    SEATED: ("done", _l("Has a seat")),
    WAITING: ("warn", _l("Waits")),
    CAME: ("done", _l("Came")),
    ABSENT: ("open", _l("Did not come")),
    CANCELLED: ("stop", _l("Cancelled")),
}


def standing(row: Any) -> str:
    """Return where a registration stands: seated, waiting, came or cancelled."""
    if row.cancelled_at is not None:
        return CANCELLED
    if row.scanned_at is not None:
        return CAME
    return SEATED if row.seated_at is not None else WAITING


def _came() -> ColumnElement[bool]:
    return exists().where(CheckIn.registration_id == Registration.id, CheckIn.undone_at.is_(None))


def _where(value: str) -> ColumnElement[bool]:
    live = Registration.cancelled_at.is_(None)
    seated = live & Registration.seated_at.is_not(None)
    if value == CANCELLED:
        return Registration.cancelled_at.is_not(None)
    if value == WAITING:
        return live & Registration.queued_at.is_not(None)
    if value == CAME:
        return live & _came()
    return seated & ~_came() if value == ABSENT else seated


def _joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Registration.user_id).outerjoin(
        CheckIn, (CheckIn.registration_id == Registration.id) & CheckIn.undone_at.is_(None)
    )


def _with_certificates(statement: Select[Any]) -> Select[Any]:
    return _joins(statement).outerjoin(
        Certificate,
        (Certificate.registration_id == Registration.id) & (Certificate.latest_mark == 1),
    )


def _certificate(row: Any) -> Cell:
    if row.serial is None:
        return Cell("–")
    place = {"event_id": row.event_id, "registration_id": row.id}
    sub = _("Revoked") if row.revoked_at is not None else ""
    return Cell(row.serial, sub=sub, href=("events.certificates", place))


def worded(answers: list[Any]) -> str:
    """Return answers as a host reads them in one cell."""
    return "; ".join(
        f"{label}: {_answer(kind, given)}"
        for _key, label, kind, given in answers
        if given not in (None, "")
    )


def _answer(kind: str, given: Any) -> str:
    if kind == QuestionKind.YES_NO:
        return _("Yes") if given else _("No")
    return str(given)


def _standing_cell(row: Any) -> Cell:
    mark, word = STANDINGS[standing(row)]
    return Cell(str(word), kind="status", state=mark)


_EVENT = Filter(
    "event",
    _l("Event"),
    "number",
    lambda value: Registration.event_id == value,
    places=0,
    menu=False,
)

REGISTRATIONS = Listing(
    name="events.registrations",
    title=_l("Who registered"),
    singular=_l("registration"),
    plural=_l("registrations"),
    read=policy.REGISTRATIONS,
    columns=(
        Column("place", _l("No."), Registration.place, sort=Registration.place, numeric=True),
        Column(
            "name",
            _l("Name"),
            (User.full_name.label("name"), Registration.user_id),
            lambda row: Cell(row.name, sub=row.email, kind="person"),
            sort=Registration.sort_name,
        ),
        Column(
            "email",
            _l("E-mail"),
            User.email_as_typed.label("email"),
            default=False,
        ),
        Column(
            "standing",
            _l("State"),
            (
                Registration.seated_at,
                Registration.queued_at,
                Registration.cancelled_at,
                CheckIn.scanned_at,
            ),
            _standing_cell,
            export=standing,
        ),
        Column("came_at", _l("Registered"), Registration.came_at, hide_below="lg"),
        Column("scanned", _l("Came"), CheckIn.scanned_at.label("scanned"), hide_below="lg"),
        Column(
            "answers",
            _l("Answers"),
            Registration.answers,
            lambda row: Cell(worded(row.answers) or "–"),
            hide_below="md",
            export=lambda row: worded(row.answers),
        ),
        Column(
            "certificate",
            _l("Certificate"),
            (Certificate.serial, Certificate.revoked_at),
            _certificate,
            hide_below="lg",
            export=lambda row: "" if row.revoked_at is not None else row.serial,
        ),
    ),
    default_sort="place",
    joins=_with_certificates,
    extra=(Registration.event_id, Registration.name_hidden, Registration.promoted_at),
    filters=(
        _EVENT,
        Filter(
            "standing",
            _l("State"),
            "choice",
            _where,
            choices=tuple((name, word) for name, (_mark, word) in STANDINGS.items()),
        ),
    ),
    size=50,
    row_label=lambda row: row.name,
)

PARTICIPANTS = Listing(
    name="events.participants",
    title=_l("Who takes part"),
    singular=_l("person"),
    plural=_l("people"),
    read=policy.NAMES,
    columns=(
        Column(
            "name",
            _l("Name"),
            (User.full_name.label("name"), Registration.user_id),
            lambda row: Cell(row.name, kind="person"),
            sort=Registration.sort_name,
        ),
    ),
    default_sort="name",
    joins=_joins,
    filters=(_EVENT,),
    size=50,
    row_label=lambda row: row.name,
)
