"""Words that several rooms use."""

from __future__ import annotations

from quad.community.models.posts import PostVisibility, ShownState
from quad.core.i18n import lazy_gettext as _l

FOUND = "community_post"
POST, COMMENT = "post", "comment"
TELL = "community.tell"

VISIBILITIES: dict[str, str] = {
    PostVisibility.MEMBERS: _l("Everybody with an account"),
    PostVisibility.FOLLOWERS: _l("Those who follow me"),
    PostVisibility.GROUP: _l("One of my groups"),
}
# ShownState → (mark, word).
STATES: dict[str, tuple[str, str]] = {
    ShownState.PUBLISHED: ("done", _l("Published")),
    ShownState.WAITING: ("warn", _l("Waits for a moderator")),
    ShownState.HIDDEN: ("stop", _l("Hidden by a moderator")),
}
