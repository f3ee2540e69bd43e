"""What the network shows on home pages: one's own page, meetings, references, engagements, who waits to be verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session, aliased

from quad.alumni.models.engagements import Engagement, EngagementState
from quad.alumni.models.members import Member, MemberStanding
from quad.alumni.models.mentoring import BookingState, MentorBooking, MentorSlot
from quad.alumni.models.references import WAITING, Reference
from quad.alumni.policy import base as policy
from quad.alumni.policy import giving
from quad.alumni.service import completeness, looking
from quad.core import clock
from quad.core.policy import Actor
from quad.identity.models.accounts import User

FEW = 5


@dataclass(frozen=True)
class OwnPage:
    """One's own page in the network: where it stands, what is missing, who looked at it."""

    standing: MemberStanding
    hints: completeness.Hints
    lookers: looking.Lookers
    views: int


def own_page(db: Session, actor: Actor) -> OwnPage | None:
    """Return what is said about one's own page; None for who is in no network."""
    if not policy.OWN.may(actor):
        return None
    mine = (Member.user_id == actor.own_id, Member.deleted_at.is_(None))
    member = db.scalar(select(Member).where(*mine))
    if member is None:
        return None
    return OwnPage(
        member.standing,
        completeness.hints(db, member),
        looking.lookers(db, actor, member.id),
        member.views,
    )


def meetings(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the meetings to come that one takes part in; `to_answer` is 1 where the mentor has not said yes."""
    mentor, student = aliased(User), aliased(User)
    as_mentor = case((MentorSlot.mentor_id == actor.own_id, 1), else_=0)
    asked = MentorBooking.state == BookingState.REQUESTED
    return db.execute(
        select(
            MentorBooking.id,
            MentorBooking.state,
            MentorSlot.starts_at,
            MentorSlot.minutes,
            MentorSlot.topic,
            case((as_mentor == 1, student.full_name), else_=mentor.full_name).label("other"),
            case((asked & (as_mentor == 1), 1), else_=0).label("to_answer"),
        )
        .join(MentorSlot, MentorSlot.id == MentorBooking.slot_id)
        .join(mentor, mentor.id == MentorSlot.mentor_id)
        .join(student, student.id == MentorBooking.student_id)
        .where(
            giving.BOOKING_PART.where(actor),
            MentorBooking.held_mark == 1,
            MentorSlot.ends_at > clock.now(),
        )
        .order_by(MentorSlot.starts_at, MentorBooking.id)
        .limit(FEW)
    ).all()


def references(db: Session, actor: Actor) -> Sequence[Any]:
    """Return references that are asked for and not given: those one writes first, then those one waits for."""
    asker, writer = aliased(User), aliased(User)
    mine = case((Reference.writer_id == actor.own_id, 1), else_=0).label("mine_to_write")
    return db.execute(
        select(
            Reference.id,
            Reference.purpose,
            Reference.state,
            Reference.due_on,
            case((mine == 1, asker.full_name), else_=writer.full_name).label("other"),
            mine,
        )
        .join(asker, asker.id == Reference.asker_id)
        .join(writer, writer.id == Reference.writer_id)
        .where(
            (Reference.writer_id == actor.own_id) | (Reference.asker_id == actor.own_id),
            Reference.state.in_(WAITING),
        )
        .order_by(mine.desc(), Reference.created_at, Reference.id)
        .limit(FEW)
    ).all()


def engagements(db: Session, actor: Actor) -> Sequence[Any]:
    """Return what the other side wrote down and one has not confirmed yet, the oldest first."""
    return db.execute(
        select(
            Engagement.id,
            Engagement.title,
            Engagement.kind,
            Engagement.held_on,
            User.full_name.label("alumnus"),
        )
        .join(User, User.id == Engagement.alumnus_id)
        .where(giving.ENGAGEMENT_ANSWER.where(actor), Engagement.state == EngagementState.LOGGED)
        .order_by(Engagement.held_on, Engagement.id)
        .limit(FEW)
    ).all()


def claims(db: Session, actor: Actor) -> Sequence[Any]:
    """Return graduates who wait to be verified, for who may do so."""
    return db.execute(
        select(Member.id, User.full_name, Member.graduation_year, Member.created_at)
        .join(User, User.id == Member.user_id)
        .where(policy.VERIFY.where(actor), Member.standing == MemberStanding.CLAIMED)
        .order_by(Member.created_at, Member.id)
        .limit(FEW)
    ).all()
