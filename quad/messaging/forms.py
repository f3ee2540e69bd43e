"""Input of messages."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field

from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l
from quad.messaging.models.conversations import KEY_LENGTH, LONGEST_TEXT

Text = Annotated[
    str,
    words(_l("Message"), longest=LONGEST_TEXT, shortest=0, widget="textarea", rows=3),
]


class WriteMessage(Form):
    """What somebody writes; with a file it may be empty. `key` is the writer's own name of it: sent twice, it is kept
    once.
    """

    text: Text = ""
    key: Annotated[str | None, Field(max_length=KEY_LENGTH)] = None


class NewConversation(WriteMessage):
    """The first message to a person."""

    person_id: Annotated[Id, Field(title=_l("To"))]


class EditMessage(Form):
    """What a message shall say instead."""

    text: Annotated[str, words(_l("Message"), longest=LONGEST_TEXT, widget="textarea", rows=4)]


class ReadUntil(Form):
    """The newest message that was seen; empty for all that are there."""

    until: Annotated[Id | None, Field(title=_l("Newest message seen"))] = None


class MuteConversation(Form):
    """Whether a conversation counts in the bar and sends letters."""

    muted: Annotated[bool, Field(title=_l("No numbers and no letters for this conversation"))]


class MessagingWishes(Form):
    """How one wants messages."""

    receipts: Annotated[
        bool,
        Field(
            title=_l("Show when I have read a message"),
            description=_l("It goes both ways: without it you do not see it of others either."),
        ),
    ] = True
    presence: Annotated[
        bool,
        Field(
            title=_l("Show that I am here"),
            description=_l(
                "To people you have a conversation with. Without it you do not see it of others either."
            ),
        ),
    ] = True
    requests: Annotated[
        bool,
        Field(
            title=_l("Take requests from people I do not know"),
            description=_l("A request is one message that you accept or decline."),
        ),
    ] = True
    quiet_from: Annotated[
        time | None,
        Field(
            title=_l("No mail about messages from"),
            description=_l("By your own clock. Empty: mail may come at any time."),
        ),
    ] = None
    quiet_until: Annotated[time | None, Field(title=_l("until"))] = None


class MessagesQuery(Form):
    """Which page: the newest, those older than `before`, those newer than `after`."""

    before: Annotated[Id | None, Field(description="Older than this message")] = None
    after: Annotated[Id | None, Field(description="Newer than this message")] = None


class ConversationsQuery(Form):
    """Which conversations: those one takes part in, or the requests; `after` comes from `next`."""

    box: Annotated[str, Field(pattern="^(inbox|requests)$")] = "inbox"
    after: Annotated[str, Field(max_length=80)] = ""


class MessageSearch(Form):
    """Words that stand in one's messages."""

    q: Annotated[str, Field(title=_l("Search"), max_length=200)] = ""


class AttachmentUpload(Form):
    """A file as a message; the name decides how it is called, and its ending must fit the content."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    text: Text = ""
