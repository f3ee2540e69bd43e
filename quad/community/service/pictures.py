"""Pictures under posts: drawn anew before the first statement, and read by who may read the post."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.community.models.posts import Post, PostPicture
from quad.community.policy import OPEN
from quad.core.db.rows import plain_rows
from quad.core.errors import Invalid, NotFound
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.settings import Setting, between
from quad.core.taking import Purpose, Taken
from quad.core.uploads import PHOTOS

MOST = 4
MEGABYTES = Setting(
    key="community.picture_megabytes",
    label=_l("Largest picture of a post"),
    hint=_l("In megabytes."),
    default=8,
    kind="int",
    group=_l("Community"),
    check=between(1, 25, _l("Write a number of megabytes from 1 to 25.")),
    order=40,
)
PICTURE = Purpose(PHOTOS, MEGABYTES)


def attach(db: Session, post: Post, owner_id: int, taken: Sequence[Taken], alt: str) -> None:
    """Put pictures under a post. Raises Invalid (`file`) when there are too many."""
    there = db.scalar(select(func.count(PostPicture.id)).where(PostPicture.post_id == post.id))
    if (there or 0) + len(taken) > MOST:
        raise Invalid({"file": _("A post has at most %(n)s pictures.", n=MOST)})
    for one in taken:
        stored = one.row(owner_id)
        db.add(stored)
        db.flush()
        db.add(PostPicture(post_id=post.id, file_id=stored.id, alt=alt))


def drop(db: Session, post: Post, picture_ids: Collection[int]) -> None:
    """Take pictures from under a post."""
    if picture_ids:
        db.execute(
            delete(PostPicture).where(
                PostPicture.post_id == post.id, PostPicture.id.in_(list(picture_ids))
            )
        )


def of_posts(db: Session, post_ids: Collection[int]) -> Mapping[int, list[Any]]:
    """Return id and alt of the pictures of each post (one query)."""
    found: dict[int, list[Any]] = {}
    if post_ids:
        query = (
            select(PostPicture.post_id, PostPicture.id, PostPicture.alt)
            .where(PostPicture.post_id.in_(list(post_ids)))
            .order_by(PostPicture.id)
        )
        for row in plain_rows(db, query):
            found.setdefault(row.post_id, []).append(row)
    return found


def stored(db: Session, actor: Actor, post_id: int, picture_id: int) -> StoredFile:
    """Return the file of a picture. Raises NotFound, SignedOut."""
    OPEN.get(db, actor, post_id)
    found = db.scalar(
        select(StoredFile)
        .join(PostPicture, PostPicture.file_id == StoredFile.id)
        .where(PostPicture.id == picture_id, PostPicture.post_id == post_id)
    )
    if found is None:
        raise NotFound
    return found
