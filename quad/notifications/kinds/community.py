"""What people are told of posts and comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from quad.community.service.telling import readable
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.notifications.kinds.base import Kind


@dataclass(frozen=True)
class LikesKind(Kind):
    """A line that grows while it is unread: one for all who like the same."""

    def sentence(self, data: Mapping[str, Any]) -> str:
        """Return the sentence for `data`: of one person by name, of more by number."""
        count = int(data.get("count", 1))
        if count < 2:
            return super().sentence(data)
        return ngettext(
            "%(num)s new like on “%(title)s”.",
            "%(num)s new likes on “%(title)s”.",
            count,
            title=data["title"],
        )


MENTIONED = Kind(
    "community_mentioned",
    _l("Somebody names me in a post or comment"),
    _l("%(who)s names you: “%(title)s”"),
    "messages",
    mailed=False,
)
COMMENTED = Kind(
    "community_commented",
    _l("Somebody comments on my post or answers my comment"),
    _l("%(who)s comments: “%(title)s”"),
    "message",
    mailed=False,
)
LIKED = LikesKind(
    "community_liked",
    _l("Somebody likes what I wrote"),
    _l("%(who)s likes “%(title)s”."),
    "star",
    mailed=False,
)
HIDDEN = Kind(
    "community_hidden",
    _l("Something I wrote is hidden"),
    _l("A moderator hid “%(title)s”: %(reason)s"),
    "eye-off",
    mailed=True,
)
SHOWN = Kind(
    "community_shown",
    _l("Something I wrote is published by a moderator"),
    _l("A moderator published “%(title)s”."),
    "eye-check",
    mailed=False,
)
QUEUED = Kind(
    "community_queued",
    _l("A post or comment waits for a moderator"),
    _l("Posts or comments wait for your decision."),
    "flag",
    mailed=True,
    roles=frozenset({"admin"}),
)


def _still_shown(db: Session, user_id: int, data: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Tell of each of these posts whether somebody may see it."""
    shown = readable(db, user_id, [each["post"] for each in data])
    return [each["post"] in shown for each in data]


# The sentence quotes nothing: the post may be hidden by the time somebody reads it.
FOLLOWED_POST = Kind(
    "community_posted",
    _l("There is a new post in what I follow"),
    _l("%(who)s wrote a post."),
    "messages",
    mailed=True,
    gathered=True,
    together=_l("%(count)s new posts in what you follow."),
    still=_still_shown,
)
COMMUNITY_KINDS = (FOLLOWED_POST, MENTIONED, COMMENTED, LIKED, HIDDEN, SHOWN, QUEUED)
