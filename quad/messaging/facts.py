"""What happens between two people who write to each other. Who writes to whom is for the two alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ConversationFact(Fact):
    """Something happened in a conversation."""

    confidential: ClassVar[bool] = True

    conversation_id: int


@dataclass(frozen=True, kw_only=True)
class MessageSent(ConversationFact):
    """Somebody wrote to `to_id`."""

    message_id: int
    to_id: int


class MessageRequested(MessageSent):
    """Somebody outside the receiver's circle wrote: the receiver accepts or declines."""


@dataclass(frozen=True, kw_only=True)
class RequestAccepted(ConversationFact):
    """The receiver of a request takes part; `to_id` is who asked."""

    to_id: int


class RequestDeclined(ConversationFact):
    """The receiver of a request does not take part. Who asked is not told."""


@dataclass(frozen=True, kw_only=True)
class MessageEdited(ConversationFact):
    """A message says something else now."""

    message_id: int


@dataclass(frozen=True, kw_only=True)
class MessageTakenBack(ConversationFact):
    """A message is empty now."""

    message_id: int


@dataclass(frozen=True, kw_only=True)
class ConversationRead(ConversationFact):
    """Somebody read `number` messages."""

    number: int


class ConversationMuted(ConversationFact):
    """Somebody hears of a conversation no longer, or again."""


@dataclass(frozen=True, kw_only=True)
class MessageReported(ConversationFact):
    """Somebody showed a message to the administrators."""

    message_id: int


@dataclass(frozen=True, kw_only=True)
class MessagesWaiting(ConversationFact):
    """Messages of `from_id` lie unread for a while; `to_id` is told once until they are read."""

    from_id: int
    to_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class MessagesDelivered(Fact):
    """`number` messages arrived at somebody's screen."""

    confidential: ClassVar[bool] = True

    number: int


class MessagingWishesChanged(Fact):
    """Somebody wants messages in another way."""
