from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, exists, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.identity.models import (
    ROLE_NAMES,
    SEARCHED_AS,
    AccountState,
    Role,
    RoleGrant,
    SignInGuard,
    User,
)
from quad.identity.policy import MANAGE
from quad.institution.models import Department

STATES = {
    AccountState.ACTIVE: ("done", _l("Active")),
    AccountState.UNCONFIRMED: ("open", _l("E-mail not confirmed")),
    AccountState.APPLIED: ("warn", _l("Waiting for approval")),
    AccountState.DISABLED: ("stop", _l("Closed")),
}
LOCKED = "locked"

ROLES = (
    select(func.aggregate_strings(type_coerce(RoleGrant.role, String) + literal(""), ","))
    .where(RoleGrant.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
    .label("roles")
)


def roles_of(row: Any) -> list[str]:
    """Return the roles of a row in their usual order, each once."""
    held = set((row.roles or "").split(","))
    return [role.value for role in Role if role.value in held]


def _state(row: Any) -> Cell:
    mark, label = STATES[row.state]
    return Cell(str(label), kind="status", state=mark)


def _waits() -> ColumnElement[bool]:
    return exists().where(SignInGuard.user_id == User.id, SignInGuard.locked_until > clock.now())


def _by_state(value: str) -> ColumnElement[bool]:
    return _waits() if value == LOCKED else User.state == AccountState(value)


def department_choices(db: Session) -> Sequence[tuple[int, str]]:
    """Return (id, name) of every department, for choosing one."""
    query = (
        select(Department.id, Department.name)
        .where(Department.deleted_at.is_(None))
        .order_by(Department.sort_name, Department.id)
    )
    return [(row.id, row.name) for row in db.execute(query)]


USERS = Listing(
    name="users",
    title=_l("Accounts"),
    singular=_l("account"),
    plural=_l("accounts"),
    read=MANAGE,
    columns=(
        Column(
            "name",
            _l("Name"),
            (User.full_name, User.email_as_typed),
            lambda row: Cell(
                row.full_name,
                sub=row.email_as_typed,
                href=("identity_users.show", {"user_id": row.id}),
                kind="person",
            ),
            sort=User.sort_name,
        ),
        Column(
            "roles",
            _l("Roles"),
            ROLES,
            lambda row: ", ".join(str(ROLE_NAMES[role]) for role in roles_of(row)) or _("None"),
            export=lambda row: ", ".join(roles_of(row)),
        ),
        Column("state", _l("Account"), User.state, _state, sort=User.state),
        Column("last_sign_in_at", _l("Last sign-in"), User.last_sign_in_at, hide_below="md"),
        Column("created_at", _l("Made"), User.created_at, hide_below="lg", default=False),
        Column("username", _l("User name"), User.username, default=False),
    ),
    default_sort="name",
    search=SearchTerms(SEARCHED_AS),
    search_label=_l("Search names and e-mail addresses"),
    filters=(
        Filter(
            "role",
            _l("Role"),
            "choice",
            lambda value: exists().where(RoleGrant.user_id == User.id, RoleGrant.role == value),
            choices=tuple((role, ROLE_NAMES[role]) for role in Role),
        ),
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: exists().where(
                RoleGrant.user_id == User.id, RoleGrant.department_id == value
            ),
            choices=lambda db, _actor: department_choices(db),
        ),
        Filter(
            "state",
            _l("Account"),
            "choice",
            _by_state,
            choices=(
                *((state.value, label) for state, (_mark, label) in STATES.items()),
                (LOCKED, _l("Waiting after failed sign-ins")),
            ),
        ),
    ),
    href=lambda row: ("identity_users.show", {"user_id": row.id}),
    row_label=lambda row: str(row.full_name),
)
