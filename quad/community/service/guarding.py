"""What keeps the community kind: words that a moderator looks at first, and a slow start for new accounts."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.community.models.posts import Post
from quad.community.policy import MODERATORS
from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import TooMany
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.core.policy import Actor
from quad.core.settings import Setting, between, value
from quad.identity.models.accounts import User

GROUP = _l("Community")
WORDS = Setting(
    key="community.watched_words",
    label=_l("Words that a moderator looks at before others see them"),
    hint=_l("Words or phrases with commas between them. Case does not matter."),
    default="",
    kind="text",
    group=GROUP,
    order=10,
)
NEW_DAYS = Setting(
    key="community.new_days",
    label=_l("Days for which an account counts as new"),
    hint=_l("0 lets everybody post as they like at once."),
    default=3,
    kind="int",
    group=GROUP,
    check=between(0, 365),
    order=20,
)
NEW_POSTS = Setting(
    key="community.new_posts",
    label=_l("Posts a new account may write in a day"),
    default=5,
    kind="int",
    group=GROUP,
    check=between(0, 1_000),
    order=30,
)
DAY = timedelta(days=1)


def is_watched(db: Session, text: str) -> bool:
    """Tell whether `text` has one of the words that a moderator looks at first."""
    watched = [_words(each) for each in value(db, WORDS).split(",")]
    said = _words(text)
    return any(each.strip() and each in said for each in watched)


def _words(text: str) -> str:
    """Return the words of a text between single spaces, so that only whole words are found in it."""
    return " " + " ".join(re.findall(r"\w+", normalised(text))) + " "


def require_pace(db: Session, actor: Actor) -> None:
    """Raise TooMany when a new account has written enough for a day; moderators write as they like."""
    days = value(db, NEW_DAYS)
    if not days or actor.has(*MODERATORS):
        return
    since = db.scalar(select(User.created_at).where(User.id == actor.own_id).with_for_update())
    now = clock.now()
    if since is None or since <= now - days * DAY:
        return
    most = value(db, NEW_POSTS)
    written = db.scalar(
        select(func.count(Post.id)).where(
            Post.author_id == actor.own_id, Post.created_at > now - DAY
        )
    )
    if (written or 0) >= most:
        raise TooMany(
            ngettext(
                "A new account may write %(num)s post a day. Write on tomorrow.",
                "A new account may write %(num)s posts a day. Write on tomorrow.",
                most,
            )
        )
