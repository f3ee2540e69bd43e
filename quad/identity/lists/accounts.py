from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    String,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.i18n import current_reader
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Bulk, Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import (
    ROLE_NAMES,
    SEARCHED_AS,
    AccountOrigin,
    AccountState,
    Role,
    RoleGrant,
    SignInGuard,
    User,
)
from quad.identity.models.factors import Passkey, TotpFactor
from quad.identity.models.mentors import MentorAssignment
from quad.identity.models.profiles import photo_path
from quad.identity.policy import MANAGE, TEAM, grant_counts
from quad.institution.models import Department

STATES = {
    AccountState.ACTIVE: ("done", _l("Active")),
    AccountState.DISABLED: ("stop", _l("Closed")),
}
LOCKED, LEAVING = "locked", "leaving"
ORIGINS: dict[AccountOrigin, str] = {
    AccountOrigin.INVITED: _l("Invited or made by staff"),
    AccountOrigin.REGISTERED: _l("Registered"),
    AccountOrigin.IMPORTED: _l("Imported"),
}

ROLES = (
    select(func.aggregate_strings(type_coerce(RoleGrant.role, String) + literal(""), ","))
    .where(RoleGrant.user_id == User.id, grant_counts())
    .correlate(User)
    .scalar_subquery()
    .label("roles")
)


def roles_of(row: Any) -> list[str]:
    """Return the roles of a row in their usual order, each once."""
    held = set((row.roles or "").split(","))
    return [role.value for role in Role if role.value in held]


def _state(row: Any) -> Cell:
    if row.leaves_at is not None:
        return Cell(_("Leaving"), kind="status", state="warn")
    mark, label = STATES[row.state]
    return Cell(str(label), kind="status", state=mark)


def _waits() -> ColumnElement[bool]:
    return exists().where(SignInGuard.user_id == User.id, SignInGuard.locked_until > clock.now())


def _flag(clause: Callable[[], ColumnElement[bool]]) -> Callable[[bool], ColumnElement[bool]]:
    return lambda wanted: clause() if wanted else not_(clause())


def _by_state(value: str) -> ColumnElement[bool]:
    if value == LEAVING:
        return User.leaves_at.is_not(None)
    return _waits() if value == LOCKED else User.state == AccountState(value)


def department_choices(db: Session) -> Sequence[tuple[int, str]]:
    """Return (id, name) of every department, for choosing one."""
    query = (
        select(Department.id, Department.name)
        .where(Department.deleted_at.is_(None))
        .order_by(Department.sort_name, Department.id)
    )
    return [(row.id, row.name) for row in db.execute(query)]


def _start(day: date, later: int = 0) -> datetime:
    """The first moment of a day, in the reader's zone."""
    zone = ZoneInfo(current_reader().zone)
    return datetime.combine(day + timedelta(days=later), time(), zone)


def _factor(value: str) -> ColumnElement[bool]:
    app = exists().where(TotpFactor.user_id == User.id, TotpFactor.confirmed_at.is_not(None))
    key = exists().where(Passkey.user_id == User.id)
    return {"app": app, "passkey": key, "none": not_(or_(app, key))}[value]


def _held_today() -> ColumnElement[bool]:
    return exists().where(RoleGrant.user_id == User.id, grant_counts())


BULK = (
    Bulk("reset", _l("Mail a reset link"), "mail-forward", "identity_users.many_reset", MANAGE),
    Bulk(
        "activate",
        _l("Send activation links"),
        "mail-check",
        "identity_applicants.activate_chosen",
        MANAGE,
    ),
    Bulk("unlock", _l("Unlock"), "lock-open", "identity_users.many_unlock", MANAGE),
    Bulk("enable", _l("Open"), "user-check", "identity_users.many_enable", MANAGE),
    Bulk(
        "disable",
        _l("Close"),
        "ban",
        "identity_users.many_disable",
        MANAGE,
        confirm=_l("Close the chosen accounts? Every device of theirs is signed out."),
        danger=True,
    ),
)

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
            (User.full_name, User.email_as_typed, User.photo),
            lambda row: Cell(
                row.full_name,
                sub=row.email_as_typed,
                href=("identity_users.show", {"user_id": row.id}),
                kind="person",
                photo=photo_path(row.id, row.photo),
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
        Column("state", _l("Account"), (User.state, User.leaves_at), _state, sort=User.state),
        Column("last_sign_in_at", _l("Last sign-in"), User.last_sign_in_at, hide_below="md"),
        Column(
            "created_at",
            _l("Made"),
            User.created_at,
            sort=User.created_at,
            hide_below="lg",
            default=False,
        ),
        Column(
            "origin",
            _l("Came by"),
            User.origin,
            lambda row: str(ORIGINS[row.origin]),
            hide_below="lg",
            default=False,
            export=lambda row: row.origin.value,
        ),
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
            lambda value: exists().where(
                RoleGrant.user_id == User.id, RoleGrant.role == value, grant_counts()
            ),
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
                (LEAVING, _l("Leaving")),
            ),
        ),
        Filter(
            "factor",
            _l("Second factor"),
            "choice",
            _factor,
            choices=(
                ("app", _l("Authenticator app")),
                ("passkey", _l("Passkey")),
                ("none", _l("Only the mailed code")),
            ),
        ),
        Filter("locked", _l("Waits after failed sign-ins"), "flag", _flag(_waits)),
        Filter("no_role", _l("Holds no role today"), "flag", _flag(lambda: not_(_held_today()))),
        Filter(
            "never",
            _l("Never signed in"),
            "flag",
            _flag(lambda: User.last_sign_in_at.is_(None)),
        ),
        Filter(
            "seen_from",
            _l("Signed in since"),
            "date",
            lambda day: User.last_sign_in_at >= _start(day),
        ),
        Filter(
            "seen_until",
            _l("Last signed in before"),
            "date",
            lambda day: User.last_sign_in_at < _start(day),
        ),
        Filter(
            "origin",
            _l("Came by"),
            "choice",
            lambda value: User.origin == value,
            choices=tuple((origin, label) for origin, label in ORIGINS.items()),
        ),
        Filter("from", _l("Made since"), "date", lambda day: User.created_at >= _start(day)),
        Filter("until", _l("Made until"), "date", lambda day: User.created_at < _start(day, 1)),
    ),
    bulk=BULK,
    href=lambda row: ("identity_users.show", {"user_id": row.id}),
    row_label=lambda row: str(row.full_name),
)

_DEPARTMENTS = (
    select(func.aggregate_strings(Department.name, ", "))
    .join(RoleGrant, RoleGrant.department_id == Department.id)
    .where(
        RoleGrant.user_id == User.id,
        RoleGrant.role.in_((Role.HOD, Role.ADVISOR, Role.COUNSELLOR)),
        grant_counts(),
    )
    .correlate(User)
    .scalar_subquery()
    .label("departments")
)
_LOAD = (
    select(func.count())
    .where(MentorAssignment.mentor_id == User.id)
    .correlate(User)
    .scalar_subquery()
    .label("load")
)

TEAM_LIST = Listing(
    name="team",
    title=_l("My team"),
    singular=_l("member of staff"),
    plural=_l("members of staff"),
    read=TEAM,
    columns=(
        Column(
            "name",
            _l("Name"),
            (User.full_name, User.email_as_typed),
            lambda row: Cell(
                row.full_name,
                sub=row.email_as_typed,
                href=("identity_staff.member", {"user_id": row.id}),
                kind="person",
            ),
            sort=User.sort_name,
        ),
        Column(
            "roles",
            _l("Roles"),
            ROLES,
            lambda row: ", ".join(str(ROLE_NAMES[role]) for role in roles_of(row)),
            export=lambda row: ", ".join(roles_of(row)),
            hide_below="sm",
        ),
        Column("departments", _l("Department"), _DEPARTMENTS, hide_below="md"),
        Column("load", _l("Students looked after"), _LOAD, numeric=True),
        Column("state", _l("Account"), (User.state, User.leaves_at), _state, hide_below="md"),
    ),
    default_sort="name",
    search=SearchTerms(SEARCHED_AS),
    search_label=_l("Search names and e-mail addresses"),
    filters=(
        Filter(
            "role",
            _l("Role"),
            "choice",
            lambda value: exists().where(
                RoleGrant.user_id == User.id, RoleGrant.role == value, grant_counts()
            ),
            choices=tuple(
                (role, ROLE_NAMES[role]) for role in (Role.HOD, Role.ADVISOR, Role.COUNSELLOR)
            ),
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
    ),
    href=lambda row: ("identity_staff.member", {"user_id": row.id}),
    row_label=lambda row: str(row.full_name),
)
