"""The author's side: write, change, publish, withdraw; and approving what graduates wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from quad.announcements import policy
from quad.announcements.forms import (
    EditAnnouncement,
    NewAnnouncement,
    PreviewIn,
    RefuseAnnouncement,
)
from quad.announcements.models import Announcement, AnnouncementState
from quad.announcements.service import attachments, reach, standing, times, writing
from quad.announcements.views.blueprint import AT_ONCE, bp
from quad.audience.service.choices import choices
from quad.audience.service.keeping import values_of
from quad.core.errors import Invalid
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.markdown import as_html
from quad.core.taking import PAPER, Taken
from quad.web.kit import attempted, bind, by_htmx, current_actor, current_db, done, page, refusals
from quad.web.taken import posted_files


def _choices(kept: int | None = None) -> dict[str, Any]:
    db, actor = current_db(), current_actor()
    found = reach.narrowed_choices(actor, dict(choices(db)))
    if reach.offered(actor)["course"]:
        found["offering_id"] = reach.courses(db, actor, kept)
    return found


def _draw(form: Bound[Any], title: str, back: str, row: Announcement | None) -> tuple[str, int]:
    actor = current_actor()
    return page(
        "announcements/edit.html",
        form.status,
        form=form,
        title=title,
        back=back,
        row=row,
        offered=reach.offered(actor) | ({"mentees": True} if row and row.mentees else {}),
        asks=not actor.has(*policy.WRITERS),
        accept=PAPER.accept,
        taken=PAPER.sentence(PAPER.limit(current_db())),
    )


def _files(form: Bound[Any]) -> list[Taken]:
    """Return the posted files; what is wrong with one is said in the form."""
    try:
        return posted_files(PAPER, most=AT_ONCE)
    except Invalid as error:
        form.refuse(error)
        return []


@bp.route("/announcements/create", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Write an announcement; it is a draft until it is published."""
    form = bind(NewAnnouncement)
    files = _files(form) if form.data is not None else []
    db, actor = current_db(), current_actor()
    policy.WRITE.require(actor)
    if form.data is not None:
        made: list[Announcement] = []
        with refusals(form):
            made.append(writing.create(db, actor, form.data, files))
        if made:
            return done(_told(made[0]), _place(made[0].id))
    form.initial, form.choices = reach.presets(actor), _choices()
    return _draw(form, _("New announcement"), url_for("announcements.index"), None)


def _told(row: Announcement) -> str:
    match row.state:
        case AnnouncementState.PUBLISHED:
            return _("Published. Everybody it is meant for is told now.")
        case AnnouncementState.SCHEDULED:
            return _("Scheduled. It is published by itself.")
        case AnnouncementState.WAITING:
            return _("Sent. You hear as soon as somebody decided.")
    return _("The draft is kept. This is how readers will see it.")


def _place(announcement_id: int) -> str:
    return url_for("announcements.show", announcement_id=announcement_id)


@bp.route("/announcements/<int:announcement_id>/edit", methods=["GET", "POST"])
def edit(announcement_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.HOST.get(db, actor, announcement_id, read=policy.READ)
    form = bind(EditAnnouncement)
    if form.data is not None:
        with refusals(form):
            writing.edit(db, actor, announcement_id, form.data)
        if not form.errors:
            return done(_("Saved."), _place(announcement_id))
        db.refresh(row)
    form.initial = _initial(row) | dict(values_of(db, row.audience_id))
    form.choices = _choices(row.offering_id)
    return _draw(form, _("Edit the announcement"), _place(announcement_id), row)


def _initial(row: Announcement) -> dict[str, Any]:
    given = {
        name: getattr(row, name) for name in EditAnnouncement.model_fields if hasattr(row, name)
    }
    return given | {name: times.written(given[name]) for name in ("begins_at", "ends_at")}


@bp.post("/announcements/preview")
def preview() -> ResponseReturnValue:
    """Show what has been typed the way readers will see it; nothing is kept."""
    policy.WRITE.require(current_actor())
    typed = {name: request.form.getlist(name) for name in PreviewIn.model_fields}
    form = Bound.from_html(PreviewIn, MultiDict(typed))
    template = "announcements/preview_part.html" if by_htmx() else "announcements/preview.html"
    body = as_html(form.data.body) if form.data else ""
    return page(template, title=form.data.title if form.data else "", body=body, form=form)


def _act(announcement_id: int, do: Callable[[], Any], told: str, place: str = "") -> BaseResponse:
    return attempted(do, told, place or _place(announcement_id))


@bp.post("/announcements/<int:announcement_id>/publish")
def publish(announcement_id: int) -> BaseResponse:
    return _act(
        announcement_id,
        lambda: standing.publish(current_db(), current_actor(), announcement_id),
        _("Done. Its state stands at the top."),
    )


@bp.post("/announcements/<int:announcement_id>/approve")
def approve(announcement_id: int) -> BaseResponse:
    return _act(
        announcement_id,
        lambda: standing.approve(current_db(), current_actor(), announcement_id),
        _("Approved."),
        url_for("announcements.approvals"),
    )


@bp.post("/announcements/<int:announcement_id>/refuse")
def refuse(announcement_id: int) -> BaseResponse:
    form = bind(RefuseAnnouncement)
    return _act(
        announcement_id,
        lambda: standing.refuse(current_db(), current_actor(), announcement_id, form.require()),
        _("Sent back with your reason."),
        url_for("announcements.approvals"),
    )


@bp.post("/announcements/<int:announcement_id>/withdraw")
def withdraw(announcement_id: int) -> BaseResponse:
    return _act(
        announcement_id,
        lambda: standing.withdraw(current_db(), current_actor(), announcement_id),
        _("Withdrawn. Nobody can read it any more; you can undo this here."),
    )


@bp.post("/announcements/<int:announcement_id>/restore")
def restore(announcement_id: int) -> BaseResponse:
    """Undo a withdrawal."""
    return _act(
        announcement_id,
        lambda: standing.restore(current_db(), current_actor(), announcement_id),
        _("It can be read again."),
    )


@bp.post("/announcements/<int:announcement_id>/delete")
def delete(announcement_id: int) -> BaseResponse:
    return _act(
        announcement_id,
        lambda: writing.delete(current_db(), current_actor(), announcement_id),
        _("The announcement is deleted."),
        url_for("announcements.mine"),
    )


@bp.post("/announcements/<int:announcement_id>/files")
def add_files(announcement_id: int) -> BaseResponse:
    try:
        files = posted_files(PAPER, most=AT_ONCE)
    except Invalid as error:
        return done("; ".join(error.fields.values()), _place(announcement_id), category="bad")
    if not files:
        return done(_("Choose a file first."), _place(announcement_id), category="bad")
    return _act(
        announcement_id,
        lambda: attachments.add(current_db(), current_actor(), announcement_id, files),
        _("Added."),
    )


@bp.post("/announcements/<int:announcement_id>/files/<int:attachment_id>/delete")
def delete_file(announcement_id: int, attachment_id: int) -> BaseResponse:
    return _act(
        announcement_id,
        lambda: attachments.remove(current_db(), current_actor(), announcement_id, attachment_id),
        _("Taken off."),
    )
