"""What the API answers about messages."""

from __future__ import annotations

from datetime import time

from quad.messaging.models.conversations import ConversationState
from quad.messaging.service.presence import Here
from quad.web.api import Moment, Out, WireId


class MessageFileOut(Out):
    id: WireId
    name: str
    media_type: str
    size: int
    url: str


class MessageOut(Out):
    """A message. `deleted`: it was taken back, and its place is empty. `read_at` is told where both show it."""

    id: WireId
    conversation_id: WireId
    sender_id: WireId
    mine: bool
    text: str
    created_at: Moment
    edited_at: Moment | None
    deleted: bool
    delivered_at: Moment | None
    read_at: Moment | None
    files: list[MessageFileOut]


class LastMessageOut(Out):
    text: str
    mine: bool
    deleted: bool


class ConversationBrief(Out):
    """A conversation in a list."""

    id: WireId
    person_id: WireId
    name: str
    unread: int
    muted: bool
    state: ConversationState
    last_message_at: Moment
    last: LastMessageOut | None


class ConversationOut(Out):
    """A conversation. `to_answer`: one may accept or decline; `waits`: one wrote and waits for that.

    `here`: whether the other one has a page open `now`, had one `today`, or `away`, which is told as well where one of
    the two does not show it.
    """

    id: WireId
    person_id: WireId
    name: str
    unread: int
    muted: bool
    state: ConversationState
    to_answer: bool
    waits: bool
    receipts: bool
    here: Here


class MessageFound(Out):
    """A message that has all words of a search."""

    id: WireId
    conversation_id: WireId
    name: str
    mine: bool
    text: str
    created_at: Moment


class MessagesReadOut(Out):
    read: int


class MessagingWishesOut(Out):
    receipts: bool
    requests: bool
    presence: bool
    quiet_from: time | None
    quiet_until: time | None
