"""The network in the timeline of a person: what a profile shows its reader, references, engagements and meetings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from quad.alumni.forms.giving import KINDS
from quad.alumni.lists.giving import (
    BOOKING_STATES,
    ENGAGEMENT_MARKS,
    ENGAGEMENT_STATES,
)
from quad.alumni.models.engagements import Engagement
from quad.alumni.models.members import Achievement, Education, Member, Work
from quad.alumni.models.mentoring import MentorBooking, MentorSlot
from quad.alumni.models.references import MARKS, STATES, Reference
from quad.alumni.policy import base, giving
from quad.alumni.policy.audience import sees
from quad.core.db.days import start_of_day, start_of_year
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.timeline import Precision, TimelineKind, timeline_columns, worded
from quad.identity.models.accounts import User


def _shown(field: str, actor: Actor, person_id: int) -> ColumnElement[bool]:
    """Hold for the profile of a person where its owner shows `field` to the reader."""
    seen = or_(sees(field, actor), Member.user_id == actor.own_id)
    return (Member.user_id == person_id) & base.SEE.where(actor) & seen


def _work(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Work.id, at=start_of_day(Work.begins_on), title=Work.title, detail=Work.company
    )
    begun = select(*columns).join(Member, Member.id == Work.member_id)
    return begun.where(_shown("work", actor, person_id))


def _education(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Education.id,
        at=start_of_year(Education.begins_in),
        title=Education.school,
        detail=Education.degree,
    )
    begun = select(*columns).join(Member, Member.id == Education.member_id)
    return begun.where(_shown("education", actor, person_id))


def _achievements(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Achievement.id,
        at=start_of_year(Achievement.year),
        title=Achievement.title,
        detail=Achievement.given_by,
    )
    got = select(*columns).join(Member, Member.id == Achievement.member_id)
    return got.where(_shown("achievements", actor, person_id))


def _references(actor: Actor, person_id: int) -> Select[Any]:
    asker, writer = aliased(User), aliased(User)
    columns = timeline_columns(
        Reference.id,
        at=Reference.created_at,
        title=Reference.purpose,
        detail=writer.full_name.concat(" → ").concat(asker.full_name),
        mark=Reference.state,
    )
    return (
        select(*columns)
        .join(asker, asker.id == Reference.asker_id)
        .join(writer, writer.id == Reference.writer_id)
        .where(
            or_(Reference.asker_id == person_id, Reference.writer_id == person_id),
            giving.REFERENCE_READ.where(actor),
        )
    )


def _engagements(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Engagement.id,
        at=start_of_day(Engagement.held_on),
        title=Engagement.title,
        detail=worded(Engagement.kind, dict(KINDS)),
        mark=Engagement.state,
    )
    return select(*columns).where(
        Engagement.alumnus_id == person_id, giving.ENGAGEMENT_READ.where(actor)
    )


def _meetings(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        MentorBooking.id,
        at=MentorSlot.starts_at,
        title=_("Meeting with a mentor"),
        detail=MentorSlot.topic,
        mark=MentorBooking.state,
    )
    met = select(*columns).join(MentorSlot, MentorSlot.id == MentorBooking.slot_id)
    return met.where(
        or_(MentorBooking.student_id == person_id, MentorSlot.mentor_id == person_id),
        giving.BOOKING_READ.where(actor),
    )


TIMELINE = (
    TimelineKind("work", _l("Work"), _work, precision=Precision.MONTH, order=70),
    TimelineKind("education", _l("Education"), _education, precision=Precision.YEAR, order=71),
    TimelineKind(
        "achievements", _l("Achievement"), _achievements, precision=Precision.YEAR, order=72
    ),
    TimelineKind(
        "references",
        _l("Reference"),
        _references,
        lambda reference_id: f"/references/{reference_id}",
        marks={state: (MARKS[state], label) for state, label in STATES},
        order=73,
    ),
    TimelineKind(
        "engagements",
        _l("Engagement"),
        _engagements,
        lambda engagement_id: f"/engagements/{engagement_id}",
        Precision.DAY,
        {state: (ENGAGEMENT_MARKS[state], label) for state, label in ENGAGEMENT_STATES},
        order=74,
    ),
    TimelineKind(
        "meetings",
        _l("Mentoring"),
        _meetings,
        lambda booking_id: f"/mentoring/{booking_id}",
        marks=BOOKING_STATES,
        order=75,
    ),
)
