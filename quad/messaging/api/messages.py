"""Messages over JSON: conversations, what stands in them, requests, receipts, wishes."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response, request

from quad.core.taking import take
from quad.messaging.api.shapes import (
    ConversationBrief,
    ConversationOut,
    LastMessageOut,
    MessageFileOut,
    MessageFound,
    MessageOut,
    MessagesReadOut,
    MessagingWishesOut,
)
from quad.messaging.door import WRITING, WRITING_SCOPE, who
from quad.messaging.forms import (
    AttachmentUpload,
    ConversationsQuery,
    EditMessage,
    MessageSearch,
    MessagesQuery,
    MessagingWishes,
    MuteConversation,
    NewConversation,
    ReadUntil,
    WriteMessage,
)
from quad.messaging.models.conversations import Box, ConversationState
from quad.messaging.service import answering, finding, reading, receipts, wishes, writing
from quad.messaging.service.places import read_place, write_place
from quad.messaging.service.settings import FILES
from quad.relations.forms import ReportForm
from quad.web.api import Answer, PageOut, operation
from quad.web.download import stored_file
from quad.web.kit import current_actor, current_db, runtime
from quad.web.limits import limit

API = "/api/v1"
ONE = "/conversations/<int:conversation_id>"
MESSAGE = "/messages/<int:message_id>"

bp = APIBlueprint("messaging_api", __name__, url_prefix=API, tag="Messages")


def _page(count: int, path: str, following: Mapping[str, Any] | None) -> PageOut:
    onward = f"{API}{path}?{urlencode(following)}" if following else None
    return PageOut(total=count, exact=onward is None, next=onward, previous=None)


@operation(
    bp, "GET", "/conversations", query=ConversationsQuery, answers=list[ConversationBrief],
    errors=(403,),
)  # fmt: skip
def conversations_index(query: ConversationsQuery) -> Answer:
    """One's conversations, the newest first; `box=requests` are those that wait for one's answer."""
    found = reading.conversations(
        current_db(), current_actor(), Box(query.box), read_place(query.after)
    )
    onward = {"box": query.box, "after": write_place(found.after)} if found.after else None
    rows = [_brief(row) for row in found.rows]
    return Answer(rows, page=_page(len(rows), "/conversations", onward))


def _brief(row: Any) -> ConversationBrief:
    last = None
    if row.text is not None:
        last = LastMessageOut(text=row.text, mine=row.mine, deleted=row.deleted_at is not None)
    asked = row.state is not ConversationState.OPEN and row.opener_id != row.person_id
    return ConversationBrief.model_validate(
        {
            **row._mapping,
            "last": last,
            # Who asked is not told that it was declined.
            "state": ConversationState.REQUESTED if asked else row.state,
        }
    )


@operation(
    bp, "POST", "/conversations", body=NewConversation, answers=MessageOut, status=201,
    message="Sent", errors=(403, 404, 409),
)  # fmt: skip
@limit(WRITING, scope=WRITING_SCOPE, key=who)
def conversation_begin(body: NewConversation) -> MessageOut:
    """Write to a person; who is not in one's circle gets a request."""
    form = WriteMessage(text=body.text, key=body.key)
    made = writing.compose(current_db(), current_actor(), body.person_id, form)
    return _message(made.id)


def _message(message_id: int) -> MessageOut:
    db = current_db()
    db.flush()
    return _shown(reading.one(db, current_actor(), message_id))


def _shown(message: reading.ShownMessage) -> MessageOut:
    files = [
        MessageFileOut(
            id=file.id,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            url=f"{API}/attachments/{file.id}",
        )
        for file in message.files
    ]
    return MessageOut.model_validate({**vars(message), "files": files})


@operation(bp, "GET", ONE, answers=ConversationOut)
def conversation_show(conversation_id: int) -> ConversationOut:
    return _conversation(conversation_id)


def _conversation(conversation_id: int) -> ConversationOut:
    db = current_db()
    db.flush()
    found = reading.head(db, current_actor(), conversation_id)
    shown = ConversationOut.model_validate(found)
    return shown.model_copy(update={"state": ConversationState.REQUESTED}) if found.waits else shown


@operation(
    bp, "GET", f"{ONE}/messages", query=MessagesQuery, answers=list[MessageOut]
)  # fmt: skip
def messages_index(conversation_id: int, query: MessagesQuery) -> Answer:
    """The newest messages in their order; `before` and `after` lead on. Reading them here does not mark them read."""
    db, actor = current_db(), current_actor()
    found = reading.head(db, actor, conversation_id)
    shown = reading.messages(db, actor, found, before=query.before, after=query.after)
    if query.after is not None:
        onward = {"after": shown.last} if shown.newer else None
    else:
        onward = {"before": shown.first} if shown.older else None
    place = f"/conversations/{conversation_id}/messages"
    rows = [_shown(message) for message in shown.messages]
    return Answer(rows, page=_page(len(rows), place, onward))


@operation(
    bp, "POST", f"{ONE}/messages", body=WriteMessage, answers=MessageOut, status=201,
    message="Sent", errors=(403, 409),
)  # fmt: skip
@limit(WRITING, scope=WRITING_SCOPE, key=who)
def message_send(conversation_id: int, body: WriteMessage) -> MessageOut:
    """Write in a conversation; the same `key` once more answers the message that was sent."""
    return _message(writing.send(current_db(), current_actor(), conversation_id, body).id)


@operation(
    bp, "POST", f"{ONE}/attachments", query=AttachmentUpload, answers=MessageOut, status=201,
    message="Sent", errors=(403, 409, 413, 415), raw_body="application/octet-stream",
)  # fmt: skip
@limit(WRITING, scope=WRITING_SCOPE, key=who)
def attachment_send(conversation_id: int, query: AttachmentUpload) -> MessageOut:
    """Send the body as a file; the content decides whether it is one that is taken."""
    with runtime().database.reading() as looking:
        reading.head(looking, current_actor(), conversation_id)
        most = FILES.limit(looking)
    content = BytesIO(request.get_data(cache=False))
    given = take(runtime().settings, content, query.name, FILES, limit=most)
    form = WriteMessage(text=query.text)
    return _message(writing.send(current_db(), current_actor(), conversation_id, form, [given]).id)


@operation(bp, "GET", "/attachments/<int:attachment_id>", file="*/*")
def attachment_file(attachment_id: int) -> Response:
    """A file that came with a message."""
    return stored_file(reading.file(current_db(), current_actor(), attachment_id))


@operation(
    bp, "POST", f"{ONE}/read", body=ReadUntil, answers=MessagesReadOut, message="Read"
)  # fmt: skip
def conversation_read(conversation_id: int, body: ReadUntil) -> MessagesReadOut:
    """Mark what the other one wrote as read, up to a message."""
    number = receipts.read(current_db(), current_actor(), conversation_id, body.until)
    return MessagesReadOut(read=number)


@operation(bp, "POST", f"{ONE}/typing", message="Told")
def conversation_typing(conversation_id: int) -> None:
    """Tell the other one that something is being written."""
    receipts.typing(current_db(), current_actor(), conversation_id)


@operation(bp, "POST", "/messages/delivered", message="Told", errors=(403,))
def messages_delivered() -> None:
    """Tell that what waits arrived at a screen."""
    receipts.delivered(current_db(), current_actor())


@operation(
    bp, "POST", f"{ONE}/accept", answers=ConversationOut, message="Accepted", errors=(409,)
)  # fmt: skip
def conversation_accept(conversation_id: int) -> ConversationOut:
    """Take part in a conversation that somebody asked for."""
    answering.accept(current_db(), current_actor(), conversation_id)
    return _conversation(conversation_id)


@operation(bp, "POST", f"{ONE}/decline", message="Declined", errors=(409,))
def conversation_decline(conversation_id: int) -> None:
    """Put a request away; who asked is not told."""
    answering.decline(current_db(), current_actor(), conversation_id)


@operation(
    bp, "PUT", f"{ONE}/mute", body=MuteConversation, answers=ConversationOut, message="Saved"
)  # fmt: skip
def conversation_mute(conversation_id: int, body: MuteConversation) -> ConversationOut:
    answering.mute(current_db(), current_actor(), conversation_id, muted=body.muted)
    return _conversation(conversation_id)


@operation(
    bp, "GET", "/messages", query=MessageSearch, answers=list[MessageFound], errors=(403,)
)  # fmt: skip
def messages_search(query: MessageSearch) -> Any:
    """One's newest messages that have all these words."""
    return finding.found_messages(current_db(), current_actor(), query.q)


@operation(bp, "GET", MESSAGE, answers=MessageOut)
def message_show(message_id: int) -> MessageOut:
    return _message(message_id)


@operation(
    bp, "PATCH", MESSAGE, body=EditMessage, answers=MessageOut, message="Changed",
    errors=(403, 409),
)  # fmt: skip
def message_edit(message_id: int, body: EditMessage) -> MessageOut:
    """Let one's message say something else, within the minutes the institution allows."""
    writing.edit(current_db(), current_actor(), message_id, body)
    return _message(message_id)


@operation(bp, "DELETE", MESSAGE, message="Taken back", errors=(403, 409))
def message_delete(message_id: int) -> None:
    """Take one's message back; an empty place stays."""
    writing.take_back(current_db(), current_actor(), message_id)


@operation(
    bp, "POST", f"{MESSAGE}/report", body=ReportForm, status=201, message="Thank you",
    errors=(409,),
)  # fmt: skip
def message_report(message_id: int, body: ReportForm) -> None:
    """Show a message of the other one to the administrators, with its words."""
    answering.report(current_db(), current_actor(), message_id, body)


@operation(bp, "GET", "/messages/preferences", answers=MessagingWishesOut, errors=(403,))
def messaging_wishes() -> MessagingWishes:
    return wishes.wishes(current_db(), current_actor())


@operation(
    bp, "PUT", "/messages/preferences", body=MessagingWishes, answers=MessagingWishesOut,
    message="Saved", errors=(403,),
)  # fmt: skip
def messaging_wishes_change(body: MessagingWishes) -> MessagingWishes:
    wishes.wish(current_db(), current_actor(), body)
    return body
