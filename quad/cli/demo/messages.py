"""Conversations of the demo college, written through the commands people use, at the time they were written."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment
from quad.cli.demo import plan
from quad.cli.demo.chats import CHATS, CLASSMATE, REQUEST, STAR, Chat
from quad.cli.demo.college import STAR_MAILBOX
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.db.model import set_acting_user
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.messaging import policy
from quad.messaging.forms import WriteMessage
from quad.messaging.service import answering, receipts, writing

SOON = timedelta(minutes=4)


def build_messages(db: Session) -> None:
    """Let people write to each other."""
    star = _of_mailbox(db, STAR_MAILBOX)
    known = {STAR: star, CLASSMATE: actor_by_id(db, _classmate(db, star.own_id))}
    for chat in CHATS:
        for name in (chat.one, chat.other):
            if name not in known:
                known[name] = _of_mailbox(db, name)
        _talk(db, chat, known)
    _ask(db, star)
    db.flush()


def _of_mailbox(db: Session, mailbox: str) -> Actor:
    address = f"{mailbox}@{plan.DOMAIN}"
    return actor_by_id(db, db.scalars(select(User.id).where(User.email == address)).one())


def _classmate(db: Session, star: int) -> int:
    """Return somebody who takes a course with the visitors' student."""
    mine, theirs, me = aliased(Enrolment), aliased(Enrolment), aliased(Student)
    beside = (
        select(Student.user_id)
        .join(theirs, theirs.student_id == Student.id)
        .join(mine, mine.offering_id == theirs.offering_id)
        .join(me, me.id == mine.student_id)
        .where(me.user_id == star, Student.user_id != star)
        .order_by(Student.id)
    )
    return db.scalars(beside.limit(1)).one()


def _talk(db: Session, chat: Chat, known: dict[str, Actor]) -> None:
    """Let two talk; each line is read a little later, but the last ones that are not."""
    people = {name: known[name] for name in (chat.one, chat.other)}
    for number, (ago, who, words) in enumerate(chat.lines, start=1):
        actor = people[who]
        other = next(person for name, person in people.items() if name != who)
        moment = clock.now() - timedelta(hours=ago)
        set_acting_user(actor.id)
        with clock.travel(moment):
            message = writing.compose(db, actor, other.own_id, WriteMessage(text=words))
        if number == 1:
            # A first message outside the circle is a request; these two know each other by now.
            with clock.travel(moment + SOON / 2):
                answering.accept(db, other, message.conversation_id)
        if number <= len(chat.lines) - chat.unread:
            with clock.travel(moment + SOON):
                receipts.read(db, other, message.conversation_id)
    set_acting_user(None)


def _ask(db: Session, star: Actor) -> None:
    """Let a student outside the star's circle ask, which waits for an answer."""
    held = select(RoleGrant.user_id).where(RoleGrant.role == Role.STUDENT)
    near = policy.CIRCLE.where(star)
    stranger = select(User.id).where(User.id.in_(held), policy.WRITE_TO.where(star), ~near)
    found = db.scalar(stranger.order_by(User.id.desc()).limit(1))
    if found is not None:
        with clock.travel(clock.now() - timedelta(hours=5)):
            actor = actor_by_id(db, found)
            writing.compose(db, actor, star.own_id, WriteMessage(text=REQUEST))
