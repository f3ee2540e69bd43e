"""What people are told of references, engagements and mentoring, and by which facts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from quad.alumni.facts import (
    BookingChanged,
    EngagementChanged,
    EngagementThanked,
    MeetingReminded,
    ReferenceAsked,
    ReferenceChanged,
    ReferenceReminded,
)
from quad.alumni.models.engagements import Engagement
from quad.alumni.models.mentoring import MentorBooking, MentorSlot
from quad.alumni.models.references import Reference
from quad.core.facts import on
from quad.identity.models.accounts import User
from quad.notifications.kinds.giving import (
    ENGAGEMENT_LOGGED,
    ENGAGEMENT_THANKED,
    MEETING_NEWS,
    MEETING_REMINDED,
    REFERENCE_ANSWERED,
    REFERENCE_ASKED,
    REFERENCE_REMINDED,
)
from quad.notifications.service import notify


@on(ReferenceChanged)
def tell_of_reference(db: Session, fact: ReferenceChanged) -> None:
    if not fact.to_ids:
        return
    query = (
        select(Reference.purpose, User.full_name)
        .join(User, User.id == Reference.asker_id)
        .where(Reference.id == fact.reference_id)
    )
    row = db.execute(query).one()
    kinds = {ReferenceAsked: REFERENCE_ASKED, ReferenceReminded: REFERENCE_REMINDED}
    kind = kinds.get(type(fact), REFERENCE_ANSWERED)
    data = {"who": row.full_name, "what": row.purpose}
    notify(db, kind, fact.to_ids, data, f"/references/{fact.reference_id}")


@on(EngagementChanged)
def tell_of_engagement(db: Session, fact: EngagementChanged) -> None:
    if not fact.to_ids:
        return
    query = select(Engagement.title, Engagement.thanks).where(Engagement.id == fact.engagement_id)
    row = db.execute(query).one()
    kind = ENGAGEMENT_THANKED if isinstance(fact, EngagementThanked) else ENGAGEMENT_LOGGED
    data = {"what": row.title, "thanks": row.thanks}
    notify(db, kind, fact.to_ids, data, f"/engagements/{fact.engagement_id}")


@on(BookingChanged)
def tell_of_meeting(db: Session, fact: BookingChanged) -> None:
    if not fact.to_ids:
        return
    mentor, student = aliased(User), aliased(User)
    query = (
        select(mentor.full_name.label("mentor"), student.full_name.label("student"))
        .select_from(MentorBooking)
        .join(MentorSlot, MentorSlot.id == MentorBooking.slot_id)
        .join(mentor, mentor.id == MentorSlot.mentor_id)
        .join(student, student.id == MentorBooking.student_id)
        .where(MentorBooking.id == fact.booking_id)
    )
    row: Any = db.execute(query).one()
    kind = MEETING_REMINDED if isinstance(fact, MeetingReminded) else MEETING_NEWS
    data = {"mentor": row.mentor, "student": row.student}
    notify(db, kind, fact.to_ids, data, f"/mentoring/{fact.booking_id}")
