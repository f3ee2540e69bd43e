from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.identity import jobs, listeners
from quad.identity.api import accounts as accounts_api
from quad.identity.api import auth as auth_api
from quad.identity.api import users as users_api
from quad.identity.service.directory import ACCOUNTS
from quad.identity.views import account, passwords, signin, users
from quad.web.module import Module, Nav

MODULE = Module(
    "identity",
    (
        signin.bp,
        passwords.bp,
        account.bp,
        users.bp,
        auth_api.bp,
        accounts_api.bp,
        users_api.bp,
    ),
    nav=(
        Nav(
            _l("Accounts"),
            "identity_users.index",
            "user-cog",
            _l("Institution"),
            frozenset({"admin"}),
            order=80,
        ),
        Nav(
            _l("Permissions"),
            "identity_users.permissions",
            "shield-check",
            _l("Institution"),
            frozenset({"admin"}),
            order=82,
        ),
    ),
    searchables=(ACCOUNTS,),
    parts=(jobs, listeners),
)
