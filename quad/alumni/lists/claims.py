"""Who waits to be verified as a graduate."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from quad.alumni.models.members import Member, MemberStanding
from quad.alumni.policy import base as policy
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.institution.models import Department

STATES = {
    MemberStanding.CLAIMED: ("open", _l("Waiting")),
    MemberStanding.REFUSED: ("stop", _l("Refused")),
}


def _joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Member.user_id).outerjoin(
        Department, Department.id == Member.department_id
    )


def _state(row: Any) -> Cell:
    state, label = STATES[row.standing]
    return Cell(str(label), kind="status", state=state)


CLAIMS = Listing(
    name="alumni.claims",
    title=_l("Graduates to verify"),
    singular=_l("graduate"),
    plural=_l("graduates"),
    read=policy.VERIFY,
    columns=(
        Column(
            "person",
            _l("Name"),
            (User.full_name, User.email_as_typed),
            lambda row: Cell(row.full_name, sub=row.email_as_typed, kind="person"),
            sort=Member.sort_name,
        ),
        Column("register_number", _l("Register number"), Member.register_number, hide_below="sm"),
        Column(
            "year",
            _l("Class of"),
            Member.graduation_year.label("graduation_year"),
            lambda row: str(row.graduation_year or "–"),
            numeric=True,
        ),
        Column(
            "department", _l("Department"), Department.name.label("department"), hide_below="md"
        ),
        Column(
            "standing",
            _l("State"),
            Member.standing,
            _state,
            export=lambda row: row.standing.value,
        ),
    ),
    default_sort="person",
    joins=_joins,
    filters=(
        Filter(
            "standing",
            _l("State"),
            "choice",
            lambda value: Member.standing == value,
            choices=tuple((standing, label) for standing, (_mark, label) in STATES.items()),
        ),
    ),
    href=lambda row: ("alumni.claim", {"member_id": row.id}),
    row_label=lambda row: row.full_name,
)
