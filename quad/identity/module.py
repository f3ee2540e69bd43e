from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity import importers, jobs, listeners
from quad.identity.api import accounts as accounts_api
from quad.identity.api import auth as auth_api
from quad.identity.api import factors as factors_api
from quad.identity.api import joining as joining_api
from quad.identity.api import links as links_api
from quad.identity.api import own as own_api
from quad.identity.api import staff as staff_api
from quad.identity.api import tokens as tokens_api
from quad.identity.api import users as users_api
from quad.identity.lists.timeline import TIMELINE
from quad.identity.service import applying
from quad.identity.service.approvals import count_waiting
from quad.identity.service.directory import ACCOUNTS
from quad.identity.service.merges import MERGES
from quad.identity.service.own_records import OWN_RECORDS
from quad.identity.views import (
    account,
    applicants,
    factors,
    joining,
    merge,
    oidc,
    own,
    passwords,
    profile,
    second,
    signin,
    staff,
    stepup,
    strength,
    tokens,
    users,
)
from quad.web.module import Badge, Card, Module, Nav


def _applications(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    """Return how many applicants wait for this person; nothing when nobody does."""
    count = count_waiting(db, actor)
    return {"count": count} if count else None


MODULE = Module(
    "identity",
    (
        signin.bp,
        second.bp,
        stepup.bp,
        factors.bp,
        oidc.bp,
        passwords.bp,
        joining.bp,
        applicants.bp,
        profile.bp,
        own.bp,
        account.bp,
        merge.bp,
        users.bp,
        staff.bp,
        strength.bp,
        tokens.bp,
        auth_api.bp,
        links_api.bp,
        factors_api.bp,
        accounts_api.bp,
        own_api.bp,
        joining_api.bp,
        users_api.bp,
        staff_api.bp,
        tokens_api.bp,
    ),
    nav=(
        Nav(
            _l("Applications"),
            "identity_applicants.applications",
            "user-plus",
            _l("Institution"),
            frozenset({"admin", "hod"}),
            badge="applications",
            order=76,
        ),
        Nav(
            _l("Invitations"),
            "identity_applicants.list_invitations",
            "mail-forward",
            _l("Institution"),
            frozenset({"admin", "hod"}),
            order=78,
        ),
        Nav(
            _l("Accounts"),
            "identity_users.index",
            "user-cog",
            _l("Institution"),
            frozenset({"admin"}),
            order=80,
        ),
        Nav(
            _l("My team"),
            "identity_staff.index",
            "users-group",
            _l("People"),
            frozenset({"admin", "hod", "advisor"}),
            order=32,
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
    badges=(Badge("applications", applying.waiting_count),),
    approvals=(applying.APPROVAL,),
    merges=MERGES,
    timeline=TIMELINE,
    label=_l("Accounts and staff"),
    cards=(
        Card(
            "applications",
            "identity/applications_card.html",
            _applications,
            frozenset({"admin", "hod"}),
            width=6,
            order=30,
        ),
    ),
    searchables=(ACCOUNTS,),
    importers=(importers.INVITATIONS,),
    own_data=(OWN_RECORDS,),
    parts=(jobs, listeners),
)
