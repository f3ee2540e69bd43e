"""What people are told of announcements."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.notifications.kinds.base import Kind

ANNOUNCED = {
    "normal": Kind(
        "announcement",
        _l("An announcement is meant for me"),
        _l("%(author)s announces: %(title)s"),
        "speakerphone",
        mailed=True,
    ),
    "important": Kind(
        "announcement_important",
        _l("An important announcement is meant for me"),
        _l("Important, from %(author)s: %(title)s"),
        "speakerphone",
        mailed=True,
    ),
    "urgent": Kind(
        "announcement_urgent",
        _l("An urgent announcement is meant for me"),
        _l("Urgent, from %(author)s: %(title)s"),
        "alert-triangle",
        mailed=True,
        urgent=True,
    ),
}
ANNOUNCEMENT_WAITING = Kind(
    "announcement_waiting",
    _l("An announcement waits for my approval"),
    _l("%(author)s asks for approval of the announcement “%(title)s”."),
    "hourglass",
    mailed=True,
    roles=frozenset({"admin", "placement"}),
)
ANNOUNCEMENT_APPROVED = Kind(
    "announcement_approved",
    _l("An announcement of mine is approved"),
    _l("Your announcement “%(title)s” was approved."),
    "circle-check",
    mailed=True,
)
ANNOUNCEMENT_REFUSED = Kind(
    "announcement_refused",
    _l("An announcement of mine is not approved"),
    _l("Your announcement “%(title)s” was not approved: %(reason)s"),
    "x",
    mailed=True,
)
ANNOUNCEMENT_COMMENTED = Kind(
    "announcement_commented",
    _l("Somebody commented on an announcement of mine"),
    _l("%(person)s commented on “%(title)s”."),
    "message",
    mailed=False,
    together=_l("%(count)s new comments on “%(title)s”."),
)
ANNOUNCEMENT_KINDS: tuple[Kind, ...] = (
    *ANNOUNCED.values(),
    ANNOUNCEMENT_WAITING,
    ANNOUNCEMENT_APPROVED,
    ANNOUNCEMENT_REFUSED,
    ANNOUNCEMENT_COMMENTED,
)
