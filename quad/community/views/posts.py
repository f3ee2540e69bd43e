"""One post, and what is done to it; its comments."""

from __future__ import annotations

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.community import policy
from quad.community.forms.posts import ChangedComment, ChangedPost, NewComment
from quad.community.service import (
    commenting,
    groups,
    liking,
    pictures,
    reading,
    topics,
    writing,
)
from quad.community.service.pictures import MOST, PICTURE
from quad.community.views.blueprint import (
    act,
    back,
    bp,
    post_place,
    posted_pictures,
    signed_in,
    with_problem,
)
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.web.download import stored_picture
from quad.web.kit import bind, by_htmx, current_actor, current_db, done, form_page, page, refusals

ONE = "/community/posts/<int:post_id>"
COMMENT = "/community/comments/<int:comment_id>"


@bp.get(ONE)
def post(post_id: int) -> ResponseReturnValue:
    """A post with its comments."""
    return _page(post_id, Bound(NewComment))


def _page(
    post_id: int, form: Bound[NewComment], template: str = "community/post.html"
) -> ResponseReturnValue:
    db, actor = current_db(), signed_in()
    after = request.args.get("after", "")
    return page(
        template,
        form.status,
        post=reading.post(db, actor, post_id),
        talk=reading.talk(
            db, actor, post_id, int(after) if after.isdecimal() and len(after) < 19 else 0
        ),
        form=form,
        moderates=policy.QUEUE.may(actor),
    )


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
def edit(post_id: int) -> ResponseReturnValue:
    """Change one's post."""
    taken, problem = posted_pictures() if request.method == "POST" else ([], "")
    db, actor = current_db(), signed_in()
    row = policy.OWN.get(db, actor, post_id, read=policy.OPEN)
    who = groups.standing_of(db, row)
    there = groups.choices(db, actor)
    if who not in dict(there):
        there.append((who, reading.post(db, actor, post_id).seen_by))
    shown = pictures.of_posts(db, [post_id]).get(post_id, [])
    about = [one.name for one in topics.of_posts(db, [post_id]).get(post_id, [])]
    form = bind(
        ChangedPost,
        initial={"text": row.text, "who": who, "skills": about, "version": row.version},
        choices={"who": there},
    )
    with_problem(form, problem)
    if form.data is not None:
        with refusals(form):
            writing.edit(db, actor, post_id, form.data, taken)
        if not form.errors:
            return done(_("Saved."), post_place(post_id))
    return page(
        "community/edit.html",
        form.status,
        form=form,
        post_id=post_id,
        pictures=shown,
        most=MOST,
        accept=PICTURE.accept,
        taken=PICTURE.sentence(PICTURE.limit(db)),
    )


@bp.post(f"{ONE}/delete")
def delete(post_id: int) -> BaseResponse:
    """Hide one's post; the next page offers to take that back."""
    place = url_for("community.index", feed="mine", deleted=post_id)
    return act(lambda: writing.delete(current_db(), current_actor(), post_id), "", place=place)


@bp.post(f"{ONE}/undelete")
def undelete(post_id: int) -> BaseResponse:
    return act(
        lambda: writing.undelete(current_db(), current_actor(), post_id),
        _("It is back."),
        place=post_place(post_id),
    )


@bp.get(f"{ONE}/pictures/<int:picture_id>")
def picture(post_id: int, picture_id: int) -> Response:
    return stored_picture(pictures.stored(current_db(), current_actor(), post_id, picture_id))


@bp.post(f"{ONE}/like")
def like(post_id: int) -> ResponseReturnValue:
    liking.like_post(current_db(), current_actor(), post_id)
    return _liked_post(post_id)


@bp.post(f"{ONE}/unlike")
def unlike(post_id: int) -> ResponseReturnValue:
    liking.unlike_post(current_db(), current_actor(), post_id)
    return _liked_post(post_id)


def _liked_post(post_id: int) -> ResponseReturnValue:
    """Answer with the button as it is now; without htmx with the page it is on."""
    if not by_htmx():
        return done("", back(post_place(post_id)))
    return page(
        "community/like.html",
        kind="post",
        thing=reading.post(current_db(), current_actor(), post_id),
    )


@bp.post(f"{ONE}/comments")
def comment(post_id: int) -> ResponseReturnValue:
    """Say something to a post; htmx gets the talk as it is now."""
    form = bind(NewComment)
    if form.data is not None:
        made = []
        with refusals(form):
            made.append(commenting.add(current_db(), signed_in(), post_id, form.data))
        if made and not by_htmx():
            told = (
                ""
                if made[0].withheld_at is None
                else _("A moderator looks at it before others see it.")
            )
            return done(told, post_place(post_id, made[0].id))
        if made:
            form = Bound(NewComment)
    return _page(post_id, form, "community/talk.html" if by_htmx() else "community/post.html")


@bp.route(f"{COMMENT}/edit", methods=["GET", "POST"])
def edit_comment(comment_id: int) -> ResponseReturnValue:
    """Change one's comment."""
    db, actor = current_db(), signed_in()
    row = policy.COMMENT_OWN.get(db, actor, comment_id, read=policy.COMMENT_OPEN)
    place = post_place(row.post_id, comment_id)
    form = bind(ChangedComment, initial={"text": row.text})
    if form.data is not None:
        with refusals(form):
            commenting.edit(db, actor, comment_id, form.data)
        if not form.errors:
            return done(_("Saved."), place)
    return form_page(
        form,
        title=_("Change your comment"),
        crumbs=[(_("Community"), url_for("community.index")), (_("Post"), post_place(row.post_id))],
        submit=_("Save"),
        cancel=place,
    )


@bp.post(f"{COMMENT}/delete")
def delete_comment(comment_id: int) -> BaseResponse:
    """Hide one's comment; the next page offers to take that back."""
    row = commenting.delete(current_db(), current_actor(), comment_id)
    return done("", url_for("community.post", post_id=row.post_id, deleted=comment_id))


@bp.post(f"{COMMENT}/undelete")
def undelete_comment(comment_id: int) -> BaseResponse:
    row = commenting.undelete(current_db(), current_actor(), comment_id)
    return done(_("It is back."), post_place(row.post_id, comment_id))


@bp.post(f"{COMMENT}/like")
def like_comment(comment_id: int) -> ResponseReturnValue:
    liking.like_comment(current_db(), current_actor(), comment_id)
    return _liked_comment(comment_id)


@bp.post(f"{COMMENT}/unlike")
def unlike_comment(comment_id: int) -> ResponseReturnValue:
    liking.unlike_comment(current_db(), current_actor(), comment_id)
    return _liked_comment(comment_id)


def _liked_comment(comment_id: int) -> ResponseReturnValue:
    post_id, thing = reading.comment(current_db(), current_actor(), comment_id)
    if not by_htmx():
        return done("", back(post_place(post_id, comment_id)))
    return page("community/like.html", kind="comment", thing=thing)
