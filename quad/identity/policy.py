from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models import PersonalToken, User, UserSession


def _users(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else (User.id == actor.own_id,)


def _managed(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else NOTHING


def _sessions(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else (UserSession.user_id == actor.own_id,)


def _tokens(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else (PersonalToken.user_id == actor.own_id,)


READ = Permission("identity.user.read", _l("See an account"), User, _users)
MANAGE = Permission("identity.user.manage", _l("Change an account and its roles"), User, _managed)
END_SESSION = Permission(
    "identity.session.revoke", _l("See and end a session"), UserSession, _sessions
)
USE_TOKENS = Permission(
    "identity.token.revoke", _l("See and end a personal access token"), PersonalToken, _tokens
)
ADMINISTER = Gate(
    "identity.user.create", _l("Create accounts and give roles"), lambda actor: actor.has("admin")
)
OWN_ACCOUNT = Gate(
    "identity.account.change",
    _l("Change the own account, password and sessions"),
    lambda actor: actor.id is not None,
)
SEE_PERMISSIONS = Gate(
    "identity.permissions.read", _l("See who may do what"), lambda actor: actor.has("admin")
)
