"""Posts, comments and likes over JSON."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from quad.community import policy
from quad.community.api.shapes import CommentOut, PostBrief, PostOut, QueuedThingOut
from quad.community.forms.posts import (
    AppealHiding,
    ChangedComment,
    ChangedPost,
    HideThing,
    NewComment,
    NewPost,
)
from quad.community.lists.posts import COMMENTS, POSTS
from quad.community.service import commenting, liking, moderating, pictures, reading, writing
from quad.core.forms import Form
from quad.core.taking import take
from quad.relations.forms import ReportForm
from quad.web.api import Answer, operation
from quad.web.download import stored_picture
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json

API = "/api/v1"
bp = APIBlueprint("community_api", __name__, url_prefix=API, tag="Community")
POST, COMMENT = "/posts/<int:post_id>", "/comments/<int:comment_id>"
THING = "/moderation/<written>/<int:thing_id>"


class PostPictureQuery(Form):
    """The name decides nothing but how the file is called; its ending must fit the content."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    alt: Annotated[str, Field(max_length=200)] = ""


@operation(bp, "GET", "/posts", answers=list[PostBrief], paged=True)
def posts_index() -> Answer:
    """Posts one may read, newest first. Filters: author, skill."""
    return list_json(POSTS, lambda row: PostBrief.model_validate(row._mapping))


@operation(
    bp,
    "POST",
    "/posts",
    body=NewPost,
    answers=PostOut,
    status=201,
    message="Published, or waiting for a moderator: see `state`",
)
def post_add(body: NewPost) -> PostOut:
    """Write a post. `who` is members, followers, or one of one's own groups: department-1, programme-1, batch-1."""
    return _one(writing.create(current_db(), current_actor(), body).id)


@operation(bp, "GET", POST, answers=PostOut)
def post_show(post_id: int) -> PostOut:
    return _one(post_id)


@operation(bp, "PUT", POST, body=ChangedPost, answers=PostOut, message="Saved", errors=(403, 409))
def post_edit(post_id: int, body: ChangedPost) -> PostOut:
    writing.edit(current_db(), current_actor(), post_id, body)
    return _one(post_id)


@operation(bp, "DELETE", POST, message="Deleted", errors=(403,))
def post_delete(post_id: int) -> None:
    writing.delete(current_db(), current_actor(), post_id)


@operation(bp, "POST", f"{POST}/restore", answers=PostOut, message="Back")
def post_restore(post_id: int) -> PostOut:
    """Take the deletion of one's post back."""
    writing.undelete(current_db(), current_actor(), post_id)
    return _one(post_id)


def _one(post_id: int) -> PostOut:
    shown = reading.post(current_db(), current_actor(), post_id)
    place = f"{API}/posts/{post_id}/pictures"
    under = [{"id": one.id, "alt": one.alt, "url": f"{place}/{one.id}"} for one in shown.pictures]
    names = [name for name in PostOut.model_fields if name != "pictures"]
    return PostOut.model_validate(
        {**{name: getattr(shown, name) for name in names}, "pictures": under}
    )


@operation(
    bp,
    "POST",
    f"{POST}/pictures",
    query=PostPictureQuery,
    answers=PostOut,
    status=201,
    message="Added",
    raw_body="application/octet-stream",
    errors=(403, 409, 413, 415, 422, 503),
)
def picture_add(post_id: int, query: PostPictureQuery) -> PostOut:
    """Put a picture under one's post; it is drawn anew."""
    db = current_db()
    limit = pictures.PICTURE.limit(db)
    taken = take(
        runtime().settings,
        BytesIO(request.get_data()),
        query.name,
        pictures.PICTURE,
        limit=limit,
    )
    writing.add_picture(db, current_actor(), post_id, taken, query.alt)
    return _one(post_id)


@operation(bp, "GET", f"{POST}/pictures/<int:picture_id>", file="image/*")
def picture_show(post_id: int, picture_id: int) -> Response:
    return stored_picture(pictures.stored(current_db(), current_actor(), post_id, picture_id))


@operation(bp, "PUT", f"{POST}/like", answers=PostOut, message="Liked")
def post_like(post_id: int) -> PostOut:
    """Like a post; twice is once."""
    liking.like_post(current_db(), current_actor(), post_id)
    return _one(post_id)


@operation(bp, "DELETE", f"{POST}/like", answers=PostOut, message="Not liked any more")
def post_unlike(post_id: int) -> PostOut:
    liking.unlike_post(current_db(), current_actor(), post_id)
    return _one(post_id)


@operation(bp, "GET", f"{POST}/comments", answers=list[CommentOut], paged=True)
def comments_index(post_id: int) -> Answer:
    """The comments of a post that one may read, oldest first."""
    policy.OPEN.get(current_db(), current_actor(), post_id)
    return list_json(COMMENTS, _comment, fixed={"post": str(post_id)})


def _comment(row: Any) -> CommentOut:
    return CommentOut.model_validate(row._mapping)


@operation(
    bp,
    "POST",
    f"{POST}/comments",
    body=NewComment,
    answers=CommentOut,
    status=201,
    message="Published, or waiting for a moderator: see `state`",
)
def comment_add(post_id: int, body: NewComment) -> CommentOut:
    """Say something to a post; `parent_id` answers a comment of it."""
    return _said(commenting.add(current_db(), current_actor(), post_id, body).id)


@operation(bp, "GET", COMMENT, answers=CommentOut)
def comment_show(comment_id: int) -> CommentOut:
    return _said(comment_id)


@operation(
    bp, "PUT", COMMENT, body=ChangedComment, answers=CommentOut, message="Saved", errors=(403,)
)
def comment_edit(comment_id: int, body: ChangedComment) -> CommentOut:
    commenting.edit(current_db(), current_actor(), comment_id, body)
    return _said(comment_id)


@operation(bp, "DELETE", COMMENT, message="Deleted", errors=(403,))
def comment_delete(comment_id: int) -> None:
    commenting.delete(current_db(), current_actor(), comment_id)


@operation(bp, "POST", f"{COMMENT}/restore", answers=CommentOut, message="Back")
def comment_restore(comment_id: int) -> CommentOut:
    """Take the deletion of one's comment back."""
    commenting.undelete(current_db(), current_actor(), comment_id)
    return _said(comment_id)


@operation(bp, "PUT", f"{COMMENT}/like", answers=CommentOut, message="Liked")
def comment_like(comment_id: int) -> CommentOut:
    """Like a comment; twice is once."""
    liking.like_comment(current_db(), current_actor(), comment_id)
    return _said(comment_id)


@operation(bp, "DELETE", f"{COMMENT}/like", answers=CommentOut, message="Not liked any more")
def comment_unlike(comment_id: int) -> CommentOut:
    liking.unlike_comment(current_db(), current_actor(), comment_id)
    return _said(comment_id)


def _said(comment_id: int) -> CommentOut:
    post_id, shown = reading.comment(current_db(), current_actor(), comment_id)
    names = [name for name in CommentOut.model_fields if name != "post_id"]
    return CommentOut.model_validate(
        {**{name: getattr(shown, name) for name in names}, "post_id": post_id}
    )


@operation(bp, "GET", "/moderation", answers=list[QueuedThingOut], errors=(403,))
def moderation_index() -> list[Any]:
    """What waits for a moderator, the longest first."""
    return moderating.queue(current_db(), current_actor())


@operation(
    bp,
    "POST",
    f"{THING}/report",
    body=ReportForm,
    status=201,
    message="Reported",
    errors=(409,),
)
def thing_report(written: str, thing_id: int, body: ReportForm) -> None:
    """Report a post or a comment of somebody else."""
    moderating.report(current_db(), current_actor(), written, thing_id, body)


@operation(bp, "POST", f"{THING}/hide", body=HideThing, message="Hidden", errors=(403,))
def thing_hide(written: str, thing_id: int, body: HideThing) -> None:
    """Hide it from others; the author reads the reason."""
    moderating.hide(current_db(), current_actor(), written, thing_id, body)


@operation(bp, "POST", f"{THING}/publish", message="Published", errors=(403,))
def thing_publish(written: str, thing_id: int) -> None:
    """Let others see it; what was reported of it is dismissed."""
    moderating.publish(current_db(), current_actor(), written, thing_id)


@operation(bp, "POST", f"{THING}/stay", message="It stays hidden", errors=(403, 409))
def thing_stay(written: str, thing_id: int) -> None:
    """Answer an appeal: it stays hidden."""
    moderating.stay(current_db(), current_actor(), written, thing_id)


@operation(bp, "POST", f"{THING}/appeal", body=AppealHiding, message="Sent", errors=(403, 409))
def thing_appeal(written: str, thing_id: int, body: AppealHiding) -> None:
    """Ask to look at one's hidden post or comment again, once."""
    moderating.appeal(current_db(), current_actor(), written, thing_id, body)
