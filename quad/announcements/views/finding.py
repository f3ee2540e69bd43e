"""Finding announcements: lists, the page of one, its files and its readers."""

from __future__ import annotations

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.announcements import policy
from quad.announcements.forms import PRIORITIES, CommentIn, RefuseAnnouncement
from quad.announcements.kinds import PRIORITY_MARKS
from quad.announcements.lists import APPROVALS, CURRENT, EVERY, MINE, PAST, READERS
from quad.announcements.service import attachments, comments, reading
from quad.announcements.views.blueprint import actions, bp, tabs
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.markdown import as_html
from quad.core.taking import PAPER
from quad.web.download import stored_file
from quad.web.kit import attempted, bind, current_actor, current_db, page
from quad.web.lists import list_page

LIST = "announcements/index.html"


@bp.get("/announcements")
def index() -> ResponseReturnValue:
    """What is said to oneself now: pinned first, then by priority, then the newest."""
    return list_page(CURRENT, LIST, actions=actions(), tabs=tabs("index"))


@bp.get("/announcements/past")
def past() -> ResponseReturnValue:
    return list_page(PAST, LIST, actions=actions(), tabs=tabs("past"))


@bp.get("/announcements/mine")
def mine() -> ResponseReturnValue:
    """What one wrote."""
    policy.WRITE.require(current_actor())
    return list_page(MINE, LIST, actions=actions(), tabs=tabs("mine"))


@bp.get("/announcements/all")
def every() -> ResponseReturnValue:
    """What anybody wrote, for the administration."""
    policy.OPEN_ALL.require(current_actor())
    return list_page(EVERY, LIST, actions=actions(), tabs=tabs("every"))


@bp.get("/announcements/approvals")
def approvals() -> ResponseReturnValue:
    """What waits for one's approval."""
    policy.OPEN_APPROVALS.require(current_actor())
    return list_page(APPROVALS, LIST, actions=actions(), tabs=tabs("approvals"))


@bp.get("/announcements/<int:announcement_id>")
def show(announcement_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    found = reading.shown(db, actor, announcement_id)
    reading.note_seen(db, actor, found)
    limit = PAPER.limit(db) if found.may_host else 0
    return page(
        "announcements/show.html",
        shown=found,
        row=found.row,
        body=as_html(found.row.body),
        priorities=PRIORITIES,
        marks=PRIORITY_MARKS,
        refusal=Bound(RefuseAnnouncement),
        comment=Bound(CommentIn),
        accept=PAPER.accept,
        taken=PAPER.sentence(limit) if limit else "",
    )


@bp.get("/announcements/<int:announcement_id>/readers")
def readers(announcement_id: int) -> BaseResponse:
    """Who was told, who opened it, and who confirmed; also as a file."""
    db, actor = current_db(), current_actor()
    policy.OPEN_READERS.require(actor)
    row = policy.HOST.get(db, actor, announcement_id, read=policy.READ)
    return list_page(
        READERS, "announcements/readers.html", fixed={"announcement": str(announcement_id)}, row=row
    )


@bp.get("/announcements/<int:announcement_id>/files/<int:attachment_id>")
def file(announcement_id: int, attachment_id: int) -> Response:
    return stored_file(
        attachments.find(current_db(), current_actor(), announcement_id, attachment_id)
    )


@bp.post("/announcements/<int:announcement_id>/acknowledge")
def acknowledge(announcement_id: int) -> BaseResponse:
    """Confirm having read it."""
    return attempted(
        lambda: reading.acknowledge(current_db(), current_actor(), announcement_id),
        _("Confirmed. Thank you."),
        url_for("announcements.show", announcement_id=announcement_id),
    )


@bp.post("/announcements/<int:announcement_id>/comments")
def comment(announcement_id: int) -> BaseResponse:
    form = bind(CommentIn)
    return attempted(
        lambda: comments.add(current_db(), current_actor(), announcement_id, form.require()),
        "",
        url_for("announcements.show", announcement_id=announcement_id, _anchor="comments"),
    )


@bp.post("/announcements/<int:announcement_id>/comments/<int:comment_id>/delete")
def delete_comment(announcement_id: int, comment_id: int) -> BaseResponse:
    return attempted(
        lambda: comments.delete(current_db(), current_actor(), announcement_id, comment_id),
        _("The comment is deleted."),
        url_for("announcements.show", announcement_id=announcement_id, _anchor="comments"),
    )
