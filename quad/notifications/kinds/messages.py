"""What people are told of messages."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.notifications.kinds.base import Kind

MESSAGE_REQUESTED = Kind(
    "message_requested",
    _l("Somebody outside my circle writes to me"),
    _l("%(who)s would like to write to you."),
    "message",
    mailed=False,
)
MESSAGE_ACCEPTED = Kind(
    "message_accepted",
    _l("Somebody accepts my message"),
    _l("%(who)s accepted your message."),
    "message",
    mailed=False,
)
MESSAGES_WAITING = Kind(
    "messages_waiting",
    _l("Messages to me lie unread for a while"),
    _l("%(who)s wrote to you, and you did not read it yet."),
    "messages",
    mailed=True,
)
MESSAGE_KINDS = (MESSAGE_REQUESTED, MESSAGE_ACCEPTED, MESSAGES_WAITING)
