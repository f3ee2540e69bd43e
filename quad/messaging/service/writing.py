"""Writing: the first message to somebody, more of them, changing and taking back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.search.index import unindex
from quad.core.settings import value
from quad.core.taking import Taken
from quad.identity.models.accounts import User
from quad.messaging import policy
from quad.messaging.facts import (
    MessageEdited,
    MessageRequested,
    MessageSent,
    MessageTakenBack,
    RequestAccepted,
)
from quad.messaging.forms import EditMessage, WriteMessage
from quad.messaging.models.conversations import (
    Attachment,
    Box,
    Conversation,
    ConversationState,
    Message,
    Revision,
    Side,
)
from quad.messaging.service.finding import FOUND, index_message
from quad.messaging.service.live import tell_both, tell_number
from quad.messaging.service.settings import EDIT_MINUTES, MOST_FILES, NEW_PER_DAY
from quad.messaging.service.wishes import takes_requests

DAY = timedelta(days=1)
Files = Sequence[Taken]


def other_of(conversation: Conversation, person_id: int) -> int:
    """Return the number of the other one of the two."""
    return conversation.high_id if conversation.low_id == person_id else conversation.low_id


def between(db: Session, one: int, other: int, *, lock: bool = False) -> Conversation | None:
    """Return the conversation of two people, None before there is one."""
    query = select(Conversation).where(
        Conversation.low_id == min(one, other), Conversation.high_id == max(one, other)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.scalar(query)


def compose(
    db: Session, actor: Actor, person_id: int, form: WriteMessage, files: Files = ()
) -> Message:
    """Write to a person, in the conversation there is or in a new one; somebody outside their circle sends a request.

    Raises NotFound for somebody who is not there for the actor, Invalid for an empty message, Rejected.
    """
    policy.OWN.require(actor)
    policy.WRITE_TO.get(db, actor, person_id)
    _something(form, files)
    there = between(db, actor.own_id, person_id, lock=True)
    if there is None:
        _hold(db, actor.own_id, person_id)
        there = between(db, actor.own_id, person_id, lock=True)
    if there is None:
        there = _begin(db, actor, person_id)
    return _write(db, actor, there, form, files)


def send(
    db: Session, actor: Actor, conversation_id: int, form: WriteMessage, files: Files = ()
) -> Message:
    """Write in a conversation. Raises NotFound, Invalid for an empty message, Rejected."""
    policy.READ.get(db, actor, conversation_id)
    _something(form, files)
    there = policy.READ.get(db, actor, conversation_id, lock=True)
    if not policy.WRITE_TO.allowed(db, actor, [other_of(there, actor.own_id)]):
        raise Rejected(_("This person does not read messages here any more."))
    return _write(db, actor, there, form, files)


def _something(form: WriteMessage, files: Files) -> None:
    if not form.text and not files:
        raise Invalid({"text": _("Write something, or attach a file.")})
    if len(files) > MOST_FILES:
        raise Invalid({"file": _("Attach at most %(n)s files.", n=MOST_FILES)})


def _hold(db: Session, *person_ids: int) -> None:
    """Hold two people, the lower number first, so that a pair begins one conversation."""
    db.execute(
        select(User.id)
        .where(User.id.in_(person_ids))
        .order_by(User.id)
        .with_for_update(key_share=True)
    ).all()


def _begin(db: Session, actor: Actor, person_id: int) -> Conversation:
    me = actor.own_id
    direct = bool(policy.CIRCLE.allowed(db, actor, [person_id]))
    if not direct and not takes_requests(db, person_id):
        raise Rejected(
            _("This person takes messages only from people they know. Follow each other first.")
        )
    begun = select(func.count(Conversation.id)).where(
        Conversation.opener_id == me, Conversation.created_at > clock.now() - DAY
    )
    if (db.scalar(begun) or 0) >= value(db, NEW_PER_DAY):
        raise Rejected(_("You began many conversations today. Go on tomorrow."))
    state = ConversationState.OPEN if direct else ConversationState.REQUESTED
    made = Conversation(
        low_id=min(me, person_id), high_id=max(me, person_id), opener_id=me, state=state
    )
    db.add(made)
    db.flush()
    theirs = Box.INBOX if direct else Box.REQUESTS
    db.add(Side(conversation_id=made.id, person_id=me, other_id=person_id))
    db.add(Side(conversation_id=made.id, person_id=person_id, other_id=me, box=theirs))
    db.flush()
    return made


def _write(
    db: Session, actor: Actor, there: Conversation, form: WriteMessage, files: Files
) -> Message:
    sent = _sent_before(db, actor, form.key)
    if sent is not None:
        return sent
    begins = _may_go_on(db, actor, there)
    other = other_of(there, actor.own_id)
    side = db.scalars(
        select(Side).where(Side.conversation_id == there.id, Side.person_id == other)
    ).one()
    message = Message(
        conversation_id=there.id,
        sender_id=actor.own_id,
        side_id=side.id,
        text=form.text,
        key=form.key,
    )
    db.add(message)
    db.flush()
    _attach(db, actor, message, files)
    if side.waiting_since is None:
        side.waiting_since = message.created_at
    index_message(db, message, new=True)
    tell_both(db, there, new=actor.own_id, who=actor.name)
    tell_number(db, other)
    kind = MessageRequested if begins else MessageSent
    emit(
        db,
        kind(actor_id=actor.id, conversation_id=there.id, message_id=message.id, to_id=other),
    )
    return message


def _sent_before(db: Session, actor: Actor, key: str | None) -> Message | None:
    """Return what was sent under this name already: a form that comes twice is sent once."""
    if key is None:
        return None
    return db.scalar(select(Message).where(Message.sender_id == actor.own_id, Message.key == key))


def _may_go_on(db: Session, actor: Actor, there: Conversation) -> bool:
    """Tell whether this is the one message of a request; raise Rejected for another one.

    An answer opens the conversation, and so does having come into the receiver's circle meanwhile.
    """
    if there.state is ConversationState.OPEN:
        return False
    other = other_of(there, actor.own_id)
    if there.opener_id != actor.own_id:
        open_up(db, actor, there)
        return False
    first = select(Message.id).where(Message.conversation_id == there.id).limit(1)
    if db.scalar(first) is None:
        return True
    declined = there.state is ConversationState.DECLINED
    if declined or not policy.CIRCLE.allowed(db, actor, [other]):
        raise Rejected(
            _("Your message waits for an answer. You can write more once it is accepted.")
        )
    open_up(db, actor, there)
    return False


def open_up(db: Session, actor: Actor, there: Conversation) -> None:
    """Let both write; whoever has the conversation elsewhere finds it in the inbox."""
    there.state = ConversationState.OPEN
    for side in db.scalars(select(Side).where(Side.conversation_id == there.id)):
        side.box = Box.INBOX
    if there.opener_id != actor.own_id:
        emit(
            db,
            RequestAccepted(actor_id=actor.id, conversation_id=there.id, to_id=there.opener_id),
        )


def _attach(db: Session, actor: Actor, message: Message, files: Files) -> None:
    for given in files:
        stored = given.row(actor.id)
        db.add(stored)
        db.flush()
        db.add(Attachment(message_id=message.id, file_id=stored.id))
    db.flush()


def edit(db: Session, actor: Actor, message_id: int, form: EditMessage) -> Message:
    """Let a message say something else; what it said is kept beside it.

    Raises NotFound, Forbidden, Rejected when it is too late.
    """
    message = changeable(db, actor, message_id)
    if message.text == form.text:
        return message
    db.add(Revision(message_id=message.id, text=message.text))
    message.text = form.text
    message.edited_at = clock.now()
    db.flush()
    index_message(db, message)
    tell_both(db, db.get_one(Conversation, message.conversation_id))
    emit(
        db,
        MessageEdited(
            actor_id=actor.id, conversation_id=message.conversation_id, message_id=message.id
        ),
    )
    return message


def take_back(db: Session, actor: Actor, message_id: int) -> Message:
    """Empty a message; an empty place stays. Raises NotFound, Forbidden, Rejected when it is too late."""
    message = changeable(db, actor, message_id)
    db.add(Revision(message_id=message.id, text=message.text))
    empty(db, [message])
    there = db.get_one(Conversation, message.conversation_id)
    tell_both(db, there)
    tell_number(db, other_of(there, actor.own_id))
    emit(
        db,
        MessageTakenBack(
            actor_id=actor.id, conversation_id=message.conversation_id, message_id=message.id
        ),
    )
    return message


def empty(db: Session, messages: Sequence[Message]) -> None:
    """Take words and files out of messages, and out of the search."""
    ids = [message.id for message in messages]
    for message in messages:
        message.text, message.deleted_at = "", message.deleted_at or clock.now()
    db.execute(delete(Attachment).where(Attachment.message_id.in_(ids)))
    unindex(db, FOUND, ids)
    db.flush()


def change_until(db: Session, created_at: datetime) -> datetime:
    """Return until when a message of this moment can be changed."""
    return created_at + timedelta(minutes=value(db, EDIT_MINUTES))


def changeable(db: Session, actor: Actor, message_id: int, *, lock: bool = True) -> Message:
    """Return a message of one's own that can still be changed, held until the unit ends.

    Raises NotFound, Forbidden, Rejected when it was taken back or is too old.
    """
    message = policy.CHANGE.get(db, actor, message_id, read=policy.MESSAGE, lock=lock)
    if message.deleted_at is not None:
        raise Rejected(_("This message was taken back already."))
    if clock.now() > change_until(db, message.created_at):
        raise Rejected(_("It is too late to change this message."))
    return message
