"""What the receiver does with a conversation: accept, decline, mute, report."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.messaging import policy
from quad.messaging.facts import ConversationMuted, MessageReported, RequestDeclined
from quad.messaging.models.conversations import Box, Conversation, ConversationState, Side
from quad.messaging.service.finding import excerpt
from quad.messaging.service.live import tell_both, tell_number
from quad.messaging.service.writing import open_up
from quad.relations.forms import ReportForm
from quad.relations.service import reports

MESSAGE = "message"


def accept(db: Session, actor: Actor, conversation_id: int) -> Conversation:
    """Take part in a conversation that somebody asked for; once more changes nothing.

    Raises NotFound, Rejected for one's own request.
    """
    there = policy.READ.get(db, actor, conversation_id, lock=True)
    if there.state is ConversationState.OPEN:
        return there
    if there.opener_id == actor.own_id:
        raise Rejected(_("The other one decides about your request."))
    open_up(db, actor, there)
    tell_both(db, there)
    tell_number(db, actor.own_id)
    return there


def decline(db: Session, actor: Actor, conversation_id: int) -> Conversation:
    """Put a request away; who asked is not told. Raises NotFound, Rejected when there is nothing to decline."""
    there = policy.READ.get(db, actor, conversation_id, lock=True)
    if there.opener_id == actor.own_id or there.state is ConversationState.OPEN:
        raise Rejected(_("There is no request to decline."))
    there.state = ConversationState.DECLINED
    side = _side(db, actor, there)
    side.box, side.waiting_since = Box.AWAY, None
    emit(db, RequestDeclined(actor_id=actor.id, conversation_id=there.id))
    return there


def mute(db: Session, actor: Actor, conversation_id: int, *, muted: bool) -> None:
    """Let a conversation be silent, or heard again. Raises NotFound."""
    there = policy.READ.get(db, actor, conversation_id)
    _side(db, actor, there).muted = muted
    tell_number(db, actor.own_id)
    emit(db, ConversationMuted(actor_id=actor.id, conversation_id=there.id))


def _side(db: Session, actor: Actor, there: Conversation) -> Side:
    return db.scalars(
        select(Side).where(Side.conversation_id == there.id, Side.person_id == actor.own_id)
    ).one()


def report(db: Session, actor: Actor, message_id: int, form: ReportForm) -> int:
    """Show a message of the other one to the administrators; they get its words with the report.

    Return the number of the conversation. Raises NotFound, Rejected.
    """
    message = policy.MESSAGE.get(db, actor, message_id)
    if message.sender_id == actor.own_id:
        raise Rejected(_("You wrote this message yourself."))
    quoted = form.model_copy(update={"text": _quoted(form.text, message.text)})
    reports.report(
        db,
        actor,
        MESSAGE,
        message.id,
        quoted,
        person_id=message.sender_id,
        title=excerpt(message.text) or _("A file, or a message that was taken back"),
        url="",
    )
    emit(
        db,
        MessageReported(
            actor_id=actor.id, conversation_id=message.conversation_id, message_id=message.id
        ),
    )
    return message.conversation_id


def _quoted(said: str, text: str) -> str:
    """Put the message's words below what the reporter says: nobody but the two can open it."""
    return f"{said}\n\n“{text}”".strip() if text else said
