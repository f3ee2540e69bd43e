"""How accounts are read: which ones are in trouble, and why."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, true

from quad.academics.models.people import Student
from quad.academics.service.findable import STUDENTS
from quad.coding import policy
from quad.coding.connectors.registry import LABELS, label_of
from quad.coding.connectors.troubles import Trouble, sentence
from quad.coding.lists.students import coding_student
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.sync import AccountSync, SyncOutcome
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import moment as worded
from quad.core.listing.declaration import Cell, Column, Listing
from quad.core.listing.filters import Filter
from quad.core.search.prefix import ids_beginning, words_of
from quad.identity.models.accounts import User

STATES: dict[SyncOutcome, tuple[str, str]] = {
    SyncOutcome.WAITING: ("open", _l("Not read yet")),
    SyncOutcome.ENTERED: ("done", _l("Works")),
    SyncOutcome.UNCHANGED: ("done", _l("Works")),
    SyncOutcome.FAILED: ("stop", _l("Trouble")),
}
FINE = (SyncOutcome.ENTERED, SyncOutcome.UNCHANGED)


def _joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(CodingAccount, CodingAccount.id == AccountSync.account_id)
        .join(Student, Student.id == CodingAccount.student_id)
        .join(User, User.id == Student.user_id)
    )


def _account(row: Any) -> Cell:
    place = ("coding_sync.show", {"account_id": row.account_id})
    return Cell(row.handle, sub=label_of(row.platform), href=place)


def _state(row: Any) -> Cell:
    mark, word = STATES[row.state]
    return Cell(str(word), kind="status", state=mark)


def _why(row: Any) -> str:
    if row.state is not SyncOutcome.FAILED or row.trouble not in set(Trouble):
        return ""
    return sentence(Trouble(row.trouble), label_of(row.platform), row.handle)


def _when(name: str) -> Any:
    def cell(row: Any) -> Cell:
        found = getattr(row, name)
        return Cell(worded(found) if found else _("Never"), kind="date")

    return cell


def _in_state(value: str) -> ColumnElement[bool]:
    if value == "fine":
        return AccountSync.outcome.in_(FINE)
    return AccountSync.outcome == SyncOutcome(value)


def _of_name(text: str) -> ColumnElement[bool]:
    found = [
        AccountSync.account_id.in_(
            select(CodingAccount.id).where(
                CodingAccount.student_id.in_(ids_beginning(STUDENTS, word))
            )
        )
        for word in words_of(text)
    ]
    return and_(true(), *found)


READINGS = Listing(
    name="coding.readings",
    title=_l("How accounts are read"),
    singular=_l("account"),
    plural=_l("accounts"),
    read=policy.READING_SEE,
    columns=(
        Column(
            "student",
            _l("Student"),
            (User.full_name.label("student"), Student.register_number, User.photo, Student.user_id),
            coding_student,
        ),
        Column(
            "account",
            _l("Account"),
            (AccountSync.handle.label("handle"), AccountSync.platform.label("platform")),
            _account,
        ),
        Column(
            "state",
            _l("State"),
            AccountSync.outcome.label("state"),
            _state,
            export=lambda row: row.state.value,
        ),
        Column(
            "trouble",
            _l("What is wrong"),
            AccountSync.trouble.label("trouble"),
            _why,
            hide_below="sm",
        ),
        Column(
            "read",
            _l("Last success"),
            AccountSync.read_at.label("read"),
            _when("read"),
            hide_below="md",
        ),
        Column(
            "next",
            _l("Next try"),
            AccountSync.next_at.label("next"),
            _when("next"),
            hide_below="lg",
        ),
        Column(
            "since",
            _l("Read since"),
            AccountSync.created_at.label("since"),
            _when("since"),
            sort=AccountSync.id,
            hide_below="lg",
        ),
    ),
    default_sort="-since",
    joins=_joins,
    extra=(AccountSync.account_id, CodingAccount.student_id),
    filters=(
        Filter("name", _l("Name or number"), "text", _of_name),
        Filter(
            "state",
            _l("State"),
            "choice",
            _in_state,
            choices=(
                (SyncOutcome.FAILED.value, _l("Trouble")),
                ("fine", _l("Works")),
                (SyncOutcome.WAITING.value, _l("Not read yet")),
            ),
        ),
        Filter(
            "platform",
            _l("Platform"),
            "choice",
            lambda value: AccountSync.platform == value,
            choices=tuple(LABELS.items()),
        ),
    ),
    row_label=lambda row: f"{row.student}, {row.handle}",
)
