"""What an administrator decides about signing in, on the settings page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.settings import Setting, between, value
from quad.identity.models.accounts import Role

GROUP = _l("Signing in")
NEVER = timedelta(days=36_500)


def _idle(given: Any) -> None:
    if given and not 5 <= given <= 1440:
        raise ValueError(_("Write a number of minutes from 5 to 1440, or 0 for no such end."))


def _roles(given: Any) -> None:
    unknown = [word for word in _words(given) if word not in set(Role)]
    if unknown:
        raise ValueError(_("There is no role called “%(name)s”.", name=unknown[0]))


def _words(text: str) -> list[str]:
    return text.replace(",", " ").lower().split()


STEP_UP_MINUTES = Setting(
    key="identity.step_up_minutes",
    label=_l("Minutes a proof counts for dangerous acts"),
    hint=_l(
        "Who changes a password, a second factor or a role has proved who they are this short while ago, or proves it"
        " again."
    ),
    default=15,
    kind="int",
    group=GROUP,
    check=between(1, 1440, _l("Write a number of minutes from 1 to 1440.")),
    order=80,
)
IDLE_MINUTES = Setting(
    key="identity.idle_minutes",
    label=_l("Minutes without use after which people are signed out"),
    hint=_l(
        "Counts for browsers where “Keep me signed in” was not chosen; those end after half a day in any case. 0: only"
        " then."
    ),
    default=120,
    kind="int",
    group=GROUP,
    check=_idle,
    order=78,
)
FACTOR_ROLES = Setting(
    key="identity.factor_roles",
    label=_l("Roles that need a second factor"),
    hint=_l(
        "For example: admin, hod. Who holds one sets up an authenticator app or a passkey at the next sign-in; a mailed"
        " code is not enough."
    ),
    default="",
    kind="text",
    group=GROUP,
    check=_roles,
    order=82,
)


def idle_since(db: Session) -> datetime:
    """Return the moment of last use before which an ordinary session has ended."""
    minutes = value(db, IDLE_MINUTES)
    return clock.now() - (timedelta(minutes=minutes) if minutes else NEVER)


def factor_roles(db: Session) -> frozenset[str]:
    """Return the roles whose holders must have an authenticator app or a passkey."""
    return frozenset(_words(value(db, FACTOR_ROLES)))
