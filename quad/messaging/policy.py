"""Who may write to whom, and who reads what was written.

A conversation belongs to its two people and to nobody else, administrators included; a block between the two closes it
to both. Whoever may write to somebody directly is in that person's circle; anybody else sends a request.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, select, union_all
from sqlalchemy.orm import aliased

from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment, EnrolmentStatus
from quad.alumni.models.members import Member
from quad.alumni.models.mentoring import MentorBooking, MentorSlot
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.accounts import RoleGrant, User
from quad.identity.models.mentors import MentorAssignment
from quad.identity.policy import grant_counts
from quad.messaging.models.conversations import Attachment, Box, Conversation, Message, Side
from quad.relations.policy import connections_of, not_blocked

STAFF = ("admin", "hod", "faculty", "advisor", "counsellor", "placement")
PEOPLE = (*STAFF, "student", "alumnus")

Clause = ColumnElement[bool]
People = Select[Any]

OWN = Gate(
    "messaging.own",
    _l("Write messages, and read one’s own"),
    lambda actor: actor.id is not None and actor.has(*PEOPLE),
)


def own_conversations(actor: Actor) -> Select[int]:
    """Select the conversations of `actor`, but those with somebody who is blocked, one way or the other."""
    return select(Side.conversation_id).where(
        Side.person_id == actor.own_id, not_blocked(actor, Side.other_id)
    )


def _read(actor: Actor, conversation_id: SQLColumnExpression[int]) -> Branches:
    return (conversation_id.in_(own_conversations(actor)),) if OWN.may(actor) else NOTHING


READ = Permission(
    "messaging.conversation.read",
    _l("Read a conversation, and write in it"),
    Conversation,
    lambda actor: _read(actor, Conversation.id),
)
SIDE = Permission(
    "messaging.conversation.list",
    _l("Find one’s own conversations"),
    Side,
    lambda actor: (
        ((Side.person_id == actor.own_id) & not_blocked(actor, Side.other_id),)
        if OWN.may(actor)
        else NOTHING
    ),
)
# A message that was taken back leaves an empty place, which both see.
MESSAGE = Permission(
    "messaging.message.read",
    _l("Read a message"),
    Message,
    lambda actor: _read(actor, Message.conversation_id),
    deleted_too=True,
)
FOUND = Permission(
    "messaging.message.find",
    _l("Find a message by its words"),
    Message,
    lambda actor: _read(actor, Message.conversation_id),
)
CHANGE = Permission(
    "messaging.message.change",
    _l("Change or take back one’s own message"),
    Message,
    lambda actor: [
        branch & (Message.sender_id == actor.own_id)
        for branch in _read(actor, Message.conversation_id)
    ],
    deleted_too=True,
)
ATTACHMENT = Permission(
    "messaging.attachment.read",
    _l("Open a file that came with a message"),
    Attachment,
    lambda actor: (
        (Attachment.message_id.in_(select(Message.id).where(FOUND.where(actor))),)
        if OWN.may(actor)
        else NOTHING
    ),
)


def _holders(*roles: str) -> People:
    return select(RoleGrant.user_id).where(RoleGrant.role.in_(roles), grant_counts())


def _same_courses(actor: Actor) -> People:
    """Select those who take a course with `actor`; its teachers are staff."""
    mine, theirs = aliased(Enrolment), aliased(Enrolment)
    me, them = aliased(Student), aliased(Student)
    takes = EnrolmentStatus.ENROLLED
    return (
        select(them.user_id)
        .join(theirs, theirs.student_id == them.id)
        .join(mine, mine.offering_id == theirs.offering_id)
        .join(me, me.id == mine.student_id)
        .where(me.user_id == actor.own_id, mine.status == takes, theirs.status == takes)
    )


def _mentoring(actor: Actor) -> tuple[People, ...]:
    """Whom `actor` looks after or is looked after by, and whom `actor` meets for mentoring."""
    me = actor.own_id
    meetings = select(MentorBooking).join(MentorSlot, MentorSlot.id == MentorBooking.slot_id)
    return (
        select(MentorAssignment.mentee_id).where(MentorAssignment.mentor_id == me),
        select(MentorAssignment.mentor_id).where(MentorAssignment.mentee_id == me),
        meetings.with_only_columns(MentorBooking.student_id).where(MentorSlot.mentor_id == me),
        meetings.with_only_columns(MentorSlot.mentor_id).where(MentorBooking.student_id == me),
    )


def _known_member(actor: Actor) -> Clause:
    """Hold when `actor` is of the network: a graduate nobody has verified is not."""
    mine = aliased(Member)
    return select(mine.id).where(mine.user_id == actor.own_id, mine.shown == 1).exists()


def _network(actor: Actor) -> People:
    """For somebody of the network: graduates who offer mentoring; for a graduate: every graduate in the directory."""
    listed = select(Member.user_id).where(
        Member.shown == 1, Member.is_alumnus, _known_member(actor)
    )
    return listed if actor.has("alumnus") else listed.where(Member.mentoring)


def _may_meet(actor: Actor) -> Clause:
    """Hold for people with an account that opens who are not oneself and have no block with one."""
    return User.is_active & (User.id != actor.own_id) & not_blocked(actor, User.id)


def _anybody(actor: Actor) -> Branches:
    return (_may_meet(actor) & User.id.in_(_holders(*PEOPLE)),) if OWN.may(actor) else NOTHING


def _circle(actor: Actor) -> Branches:
    """Return whom `actor` writes to directly. Staff write to everybody, and everybody of the network to staff."""
    if not OWN.may(actor):
        return NOTHING
    if actor.has(*STAFF):
        return _anybody(actor)
    near: list[People] = [
        connections_of(actor.own_id),
        _same_courses(actor),
        *_mentoring(actor),
        _network(actor),
        _holders(*STAFF) if actor.has("student") else _holders(*STAFF).where(_known_member(actor)),
    ]
    return (_may_meet(actor) & User.id.in_(select(union_all(*near).subquery("near"))),)


WRITE_TO = Permission("messaging.person.write", _l("Write to somebody, or ask to"), User, _anybody)
CIRCLE = Permission(
    "messaging.person.direct", _l("Write to somebody without asking first"), User, _circle
)


def in_box(actor: Actor, box: Box) -> Clause:
    """Hold for the sides of `actor` that stand in `box`."""
    return SIDE.where(actor) & (Side.box == box)
