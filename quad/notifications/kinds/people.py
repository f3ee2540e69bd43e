"""What people are told of other people: skills they confirm, and who follows them."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.notifications.kinds.base import Kind

SKILL_ENDORSED = Kind(
    "skill_endorsed",
    _l("Somebody confirms a skill of mine"),
    _l("%(who)s confirms that you know %(skill)s."),
    "check",
    mailed=False,
)
FOLLOWED = Kind(
    "followed",
    _l("Somebody follows me"),
    _l("%(who)s follows you."),
    "user-plus",
    mailed=False,
)
CONNECTED = Kind(
    "connected",
    _l("Somebody I follow follows me back"),
    _l("You and %(who)s are connected now."),
    "users",
    mailed=False,
)
PERSON_REPORTED = Kind(
    "person_reported",
    _l("Somebody reports a person"),
    _l("A report waits for your answer."),
    "flag",
    mailed=True,
    roles=frozenset({"admin"}),
)
