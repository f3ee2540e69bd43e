"""One conversation: read, write, answer a request, change and take back; and what open pages ask and tell."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import Response, make_response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core import clock
from quad.core.behind import behind
from quad.core.errors import Invalid
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.messaging.door import SIGNALS, WRITING, WRITING_SCOPE, who
from quad.messaging.forms import EditMessage, ReadUntil, WriteMessage
from quad.messaging.service import answering, reading, receipts, writing
from quad.messaging.service.settings import FILES, MOST_FILES
from quad.messaging.views.blueprint import asked_number, bp
from quad.messaging.views.inbox import beside
from quad.messaging.views.words import bubbles, head_actions
from quad.relations.forms import ReportForm
from quad.web.download import stored_file
from quad.web.kit import (
    attempted,
    bind,
    by_htmx,
    current_actor,
    current_db,
    done,
    form_page,
    page,
    refusals,
    runtime,
)
from quad.web.limits import limit
from quad.web.taken import posted_files


def _place(conversation_id: int) -> str:
    return url_for("messaging.conversation", conversation_id=conversation_id)


def _fresh() -> Bound[WriteMessage]:
    return Bound(WriteMessage, initial={"key": secrets.token_hex(16)})


@bp.get("/messages/<int:conversation_id>")
def conversation(conversation_id: int) -> ResponseReturnValue:
    """A conversation. Opening it reads what the other one wrote, as far as it is shown."""
    found = reading.head(current_db(), current_actor(), conversation_id)
    return _page(found, _fresh())


def _page(found: reading.Head, form: Bound[WriteMessage]) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    at = asked_number("at")
    shown = (
        reading.around(db, actor, found, at)
        if at is not None
        else reading.messages(db, actor, found, before=asked_number("before"))
    )
    if found.unread and shown.last:
        later = behind(runtime().database)
        later.put(receipts.OPENED, (found.id, actor.own_id), shown.last)
        if not found.muted and not found.to_answer:
            # What this page shows is read with it.
            counted = actor.badges.get("messages", 0)
            actor.badges["messages"] = max(0, counted - found.unread)
    return page(
        "messaging/conversation.html",
        form.status,
        found=found,
        shown=shown,
        messages=bubbles(db, shown.messages),
        actions=head_actions(found),
        beside=beside(found.id),
        since=clock.now().isoformat(),
        **_writing(form),
    )


def _writing(form: Bound[WriteMessage]) -> dict[str, Any]:
    return {
        "form": form,
        "accept": FILES.accept,
        "taken": FILES.sentence(FILES.limit(current_db())),
    }


@bp.post("/messages/<int:conversation_id>")
@limit(WRITING, scope=WRITING_SCOPE, key=who)
def send(conversation_id: int) -> ResponseReturnValue:
    """Write in a conversation; htmx gets the form for the next message."""
    form: Bound[WriteMessage] = Bound.from_html(WriteMessage, request.form)
    files = []
    try:
        files = posted_files(FILES, most=MOST_FILES)
    except Invalid as error:
        form.data, form.errors["file"] = None, error.fields["file"]
    db, actor = current_db(), current_actor()
    found = reading.head(db, actor, conversation_id)
    if form.data is not None:
        with refusals(form):
            writing.send(db, actor, conversation_id, form.data, files)
    if not by_htmx():
        return _page(found, form) if form.errors else done("", _place(conversation_id))
    answer = make_response(
        page(
            "messaging/write.html",
            form.status,
            found=found,
            **_writing(form if form.errors else _fresh()),
        )
    )
    if not form.errors:
        answer.headers["HX-Trigger"] = "message-sent"
    return answer


@bp.get("/messages/<int:conversation_id>/news")
@limit(SIGNALS, key=who)
def news(conversation_id: int) -> ResponseReturnValue:
    """What came after a message, what changed since a moment, and who is here: for a page that is open."""
    db, actor = current_db(), current_actor()
    found = reading.head(db, actor, conversation_id)
    now = clock.now()
    try:
        since = datetime.fromisoformat(request.args.get("since", ""))
    except ValueError:
        since = now
    if since.tzinfo is None:
        since = now
    shown = reading.news(db, actor, found, after=asked_number("after") or 0, since=since)
    return page(
        "messaging/news.html",
        found=found,
        messages=bubbles(db, shown.messages),
        reload=shown.newer,
        since=now.isoformat(),
    )


@bp.post("/messages/<int:conversation_id>/read")
@limit(SIGNALS, key=who)
def read(conversation_id: int) -> ResponseReturnValue:
    form = Bound.from_html(ReadUntil, request.form).require()
    receipts.read(current_db(), current_actor(), conversation_id, form.until)
    return Response(status=204)


@bp.post("/messages/delivered")
@limit(SIGNALS, key=who)
def delivered() -> ResponseReturnValue:
    receipts.delivered(current_db(), current_actor())
    return Response(status=204)


@bp.post("/messages/<int:conversation_id>/typing")
@limit(SIGNALS, key=who)
def typing(conversation_id: int) -> ResponseReturnValue:
    receipts.typing(current_db(), current_actor(), conversation_id)
    return Response(status=204)


@bp.post("/messages/<int:conversation_id>/accept")
def accept(conversation_id: int) -> BaseResponse:
    return attempted(
        lambda: answering.accept(current_db(), current_actor(), conversation_id),
        _("Accepted. You can write to each other now."),
        _place(conversation_id),
    )


@bp.post("/messages/<int:conversation_id>/decline")
def decline(conversation_id: int) -> BaseResponse:
    return attempted(
        lambda: answering.decline(current_db(), current_actor(), conversation_id),
        _("Declined. Who asked is not told."),
        url_for("messaging.index"),
    )


@bp.post("/messages/<int:conversation_id>/mute")
def mute(conversation_id: int) -> BaseResponse:
    return _mute(conversation_id, _("Muted: no numbers and no letters."), muted=True)


@bp.post("/messages/<int:conversation_id>/unmute")
def unmute(conversation_id: int) -> BaseResponse:
    return _mute(conversation_id, _("You hear of this conversation again."), muted=False)


def _mute(conversation_id: int, told: str, *, muted: bool) -> BaseResponse:
    return attempted(
        lambda: answering.mute(current_db(), current_actor(), conversation_id, muted=muted),
        told,
        _place(conversation_id),
    )


@bp.route("/messages/items/<int:message_id>/edit", methods=["GET", "POST"])
def edit(message_id: int) -> ResponseReturnValue:
    """Let a message say something else."""
    db, actor = current_db(), current_actor()
    message = reading.one(db, actor, message_id)
    place = _place(message.conversation_id)
    if request.method == "GET":
        writing.changeable(db, actor, message_id, lock=False)
    form = bind(EditMessage, initial={"text": message.text})
    if form.data is not None:
        data = form.data
        with refusals(form):
            writing.edit(db, actor, message_id, data)
        if not form.errors:
            return done(_("Changed."), place)
    return form_page(
        form,
        title=_("Change a message"),
        lead=_("The other one sees that it was changed."),
        crumbs=[(_("Messages"), url_for("messaging.index"))],
        submit=_("Save"),
        cancel=place,
    )


@bp.post("/messages/items/<int:message_id>/take-back")
def take_back(message_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    message = reading.one(db, actor, message_id)
    return attempted(
        lambda: writing.take_back(db, actor, message_id),
        _("Taken back."),
        _place(message.conversation_id),
    )


@bp.route("/messages/items/<int:message_id>/report", methods=["GET", "POST"])
def report(message_id: int) -> ResponseReturnValue:
    """Show a message to the administrators."""
    db, actor = current_db(), current_actor()
    message = reading.one(db, actor, message_id)
    form = bind(ReportForm)
    if form.data is not None:
        data = form.data
        with refusals(form):
            answering.report(db, actor, message_id, data)
        if not form.errors:
            told = _("Thank you. An administrator looks at it.")
            return done(told, _place(message.conversation_id))
    return form_page(
        form,
        title=_("Report a message"),
        lead=_("The administrators get the words of this message with your report."),
        crumbs=[(_("Messages"), url_for("messaging.index"))],
        submit=_("Report"),
        cancel=_place(message.conversation_id),
    )


@bp.get("/messages/files/<int:attachment_id>")
def attachment(attachment_id: int) -> Response:
    return stored_file(reading.file(current_db(), current_actor(), attachment_id))
