"""Who asks for, writes and reads references, who logs engagements, and who meets whom for mentoring."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select

from quad.academics.models.people import Student
from quad.alumni.models.engagements import Engagement, EngagementState
from quad.alumni.models.mentoring import MentorBooking, MentorSlot
from quad.alumni.models.references import Reference, ReferenceState
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.accounts import RoleGrant, User
from quad.relations.policy import not_blocked

WRITERS = ("alumnus", "faculty", "hod", "advisor", "counsellor")
ASKERS = ("student", "alumnus")
OFFICE = ("admin", "placement")
HOSTS = ("admin", "placement", "hod", "faculty")

Clause = ColumnElement[bool]


def _holds(*roles: str) -> Clause:
    """Return the clause for people who hold one of `roles`."""
    return exists().where(RoleGrant.user_id == User.id, RoleGrant.role.in_(roles))


def _met(actor: Actor, *roles: str) -> Branches:
    """Active people with one of `roles` who are not oneself and have no block with one."""
    if actor.id is None:
        return NOTHING
    return (User.is_active & (User.id != actor.id) & _holds(*roles) & not_blocked(actor, User.id),)


ASK = Gate("alumni.reference.ask", _l("Ask for a reference"), lambda actor: actor.has(*ASKERS))
WRITER = Permission(
    "alumni.reference.writer",
    _l("Ask this person for a reference"),
    User,
    lambda actor: _met(actor, *WRITERS) if actor.has(*ASKERS) else NOTHING,
)


def _of_references(actor: Actor) -> Branches:
    if actor.has(*OFFICE):
        return EVERYTHING
    if actor.id is None:
        return NOTHING
    return (Reference.asker_id == actor.id, Reference.writer_id == actor.id)


REFERENCE_READ = Permission(
    "alumni.reference.read", _l("See that there is a reference"), Reference, _of_references
)
REFERENCE_ASKED = Permission(
    "alumni.reference.asked",
    _l("Withdraw the own request for a reference"),
    Reference,
    lambda actor: (Reference.asker_id == actor.own_id,),
)
REFERENCE_WRITE = Permission(
    "alumni.reference.write",
    _l("Answer, write and give a reference"),
    Reference,
    lambda actor: (Reference.writer_id == actor.own_id,),
)
REFERENCE_OFFICE = Gate(
    "alumni.reference.office",
    _l("See all requests for references"),
    lambda actor: actor.has(*OFFICE),
)


def _written_about(actor: Actor) -> Branches:
    """Students whose reference one has agreed to write: its document may be issued."""
    if actor.id is None:
        return NOTHING
    asked = select(Reference.asker_id).where(
        Reference.writer_id == actor.id, Reference.state == ReferenceState.ACCEPTED
    )
    return (Student.user_id.in_(asked),)


REFERENCE_ISSUE = Permission(
    "alumni.reference.issue", _l("Give a reference as a document"), Student, _written_about
)


def _hosts(actor: Actor) -> bool:
    return actor.has(*HOSTS)


def _of_engagements(actor: Actor) -> Branches:
    if actor.has(*OFFICE, "hod"):
        return EVERYTHING
    if actor.id is None:
        return NOTHING
    return (Engagement.alumnus_id == actor.id, Engagement.created_by == actor.id)


def _answered(actor: Actor) -> Branches:
    """The side that did not write it down: the graduate, or the institution’s people."""
    branches: list[Clause] = []
    if actor.id is not None:
        branches.append((Engagement.alumnus_id == actor.id) & Engagement.by_institution.is_(True))
    if actor.has(*OFFICE, "hod"):
        branches.append(
            Engagement.by_institution.is_(False) & (Engagement.alumnus_id != actor.own_id)
        )
    return branches


ENGAGEMENT_LOG = Gate(
    "alumni.engagement.log",
    _l("Write down what a graduate did"),
    lambda actor: actor.has("alumnus", *HOSTS),
)
ENGAGEMENT_HOST = Gate(
    "alumni.engagement.host", _l("Write down what others did for the institution"), _hosts
)
ENGAGED = Permission(
    "alumni.engagement.alumnus",
    _l("Be the graduate of an engagement"),
    User,
    lambda actor: (User.is_active & _holds("alumnus"),) if _hosts(actor) else NOTHING,
)
ENGAGEMENT_READ = Permission(
    "alumni.engagement.read", _l("See an engagement"), Engagement, _of_engagements
)
ENGAGEMENT_ANSWER = Permission(
    "alumni.engagement.answer", _l("Confirm or refuse an engagement"), Engagement, _answered
)
ENGAGEMENT_THANK = Permission(
    "alumni.engagement.thank",
    _l("Thank for an engagement"),
    Engagement,
    lambda actor: (
        (Engagement.state != EngagementState.REFUSED,) if actor.has(*OFFICE, "hod") else NOTHING
    ),
)
ENGAGEMENT_REPORT = Gate(
    "alumni.engagement.report",
    _l("See what graduates did, by year"),
    lambda actor: actor.has(*OFFICE, "hod"),
)

OFFER = Gate("alumni.mentoring.offer", _l("Offer times to meet"), lambda a: a.has("alumnus"))
MEET = Gate("alumni.mentoring.meet", _l("Ask a mentor to meet"), lambda a: a.has("student"))
MENTORING = Gate(
    "alumni.mentoring.open",
    _l("Open mentoring by graduates"),
    lambda actor: actor.has("student", "alumnus", "admin", "placement"),
)
SLOT_READ = Permission(
    "alumni.slot.read",
    _l("See times that mentors offer"),
    MentorSlot,
    lambda actor: (
        EVERYTHING
        if actor.has(*OFFICE)
        else (MentorSlot.mentor_id == actor.own_id,)
        if not MEET.may(actor)
        else (
            MentorSlot.withdrawn_at.is_(None) & not_blocked(actor, MentorSlot.mentor_id),
            MentorSlot.mentor_id == actor.own_id,
        )
    ),
)
SLOT_OWN = Permission(
    "alumni.slot.own",
    _l("Take back a time one offers"),
    MentorSlot,
    lambda actor: (MentorSlot.mentor_id == actor.own_id,),
)
SLOT_BOOK = Permission(
    "alumni.slot.book",
    _l("Ask for a time"),
    MentorSlot,
    lambda actor: (
        (
            (MentorSlot.mentor_id != actor.own_id)
            & MentorSlot.withdrawn_at.is_(None)
            & not_blocked(actor, MentorSlot.mentor_id),
        )
        if MEET.may(actor)
        else NOTHING
    ),
)


def _as_mentor(actor: Actor) -> Clause:
    mine = select(MentorSlot.id).where(MentorSlot.mentor_id == actor.own_id)
    return MentorBooking.slot_id.in_(mine)


BOOKING_READ = Permission(
    "alumni.booking.read",
    _l("See a meeting with a mentor"),
    MentorBooking,
    lambda actor: (
        EVERYTHING
        if actor.has(*OFFICE)
        else (MentorBooking.student_id == actor.own_id, _as_mentor(actor))
    ),
)
BOOKING_MENTOR = Permission(
    "alumni.booking.answer",
    _l("Confirm or decline a meeting"),
    MentorBooking,
    lambda actor: (_as_mentor(actor),),
)
BOOKING_PART = Permission(
    "alumni.booking.part",
    _l("Cancel a meeting one takes part in, and say how it was"),
    MentorBooking,
    lambda actor: (MentorBooking.student_id == actor.own_id, _as_mentor(actor)),
)
