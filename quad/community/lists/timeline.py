"""Posts in the timeline of a person, for those who read them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from quad.community import policy
from quad.community.models.posts import Post
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.timeline import TimelineKind, timeline_columns

FIRST_WORDS = 120


def _posts(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Post.id, at=Post.created_at, title=func.substr(Post.text, 1, FIRST_WORDS)
    )
    return select(*columns).where(Post.author_id == person_id, policy.SHOW.where(actor))


TIMELINE = (
    TimelineKind(
        "posts",
        _l("Post"),
        _posts,
        lambda post_id: f"/community/posts/{post_id}",
        order=80,
    ),
)
