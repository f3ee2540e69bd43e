"""Who writes, approves and reads announcements, and who sees by whom they were read.

To be meant is a matter of the audience, or of taking part in the offering; a role alone shows no announcement. Whom
somebody may announce to is judged when it is saved and when it is published (`service.reach`).
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, or_, select

from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment, EnrolmentStatus, Offering
from quad.announcements.models import (
    Announcement,
    AnnouncementComment,
    AnnouncementState,
    Recipient,
)
from quad.audience.service.meeting import contains
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.mentors import MentorAssignment

Branch = ColumnElement[bool]
ANYONE = ("admin", "placement")
MENTORS = ("advisor", "counsellor")
WRITERS = (*ANYONE, "hod", "faculty", *MENTORS)
APPROVERS = ("admin", "placement")
OPENED = (AnnouncementState.PUBLISHED, AnnouncementState.WITHDRAWN)


def taking_part(actor: Actor) -> list[Branch]:
    """Return the branches of offerings whose announcements concern somebody: taken, taught, or of the department."""
    taken = (
        select(Enrolment.offering_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(
            Student.user_id == actor.own_id,
            Student.deleted_at.is_(None),
            Enrolment.status == EnrolmentStatus.ENROLLED,
        )
    )
    branches: list[Branch] = [Announcement.offering_id.in_(taken)]
    if actor.has("faculty"):
        taught = select(Offering.id).where(Offering.faculty_id == actor.own_id)
        branches.append(Announcement.offering_id.in_(taught))
    departments = actor.departments("hod")
    if departments:
        held = select(Offering.id).where(Offering.department_id.in_(departments))
        branches.append(Announcement.offering_id.in_(held))
    return branches


def _meant(actor: Actor) -> list[Branch]:
    if actor.id is None:
        return []
    return [
        Announcement.audience_id.in_(contains(actor)),
        Announcement.mentor_id.in_(_mentors_of(actor)),
        *taking_part(actor),
    ]


def _mentors_of(actor: Actor) -> Select[int]:
    return select(MentorAssignment.mentor_id).where(MentorAssignment.mentee_id == actor.own_id)


def current() -> Branch:
    """Hold for announcements that are shown now."""
    return (Announcement.state == AnnouncementState.PUBLISHED) & or_(
        Announcement.ends_at.is_(None), Announcement.ends_at > clock.now()
    )


def _own(actor: Actor) -> Branches:
    return (Announcement.author_id == actor.own_id,) if actor.id is not None else NOTHING


def _hosted(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else _own(actor)


def _waiting(actor: Actor) -> Branches:
    if not actor.has(*APPROVERS):
        return NOTHING
    waits = Announcement.state == AnnouncementState.WAITING
    return (waits & (Announcement.author_id != actor.own_id),)


def _read(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    opened = [branch & Announcement.state.in_(OPENED) for branch in _meant(actor)]
    return [*opened, *_own(actor), *_waiting(actor)]


def _shown(actor: Actor) -> Branches:
    return [branch & current() for branch in _meant(actor)]


def _past(actor: Actor) -> Branches:
    over = (Announcement.state == AnnouncementState.PUBLISHED) & (
        Announcement.ends_at <= clock.now()
    )
    return [branch & over for branch in _meant(actor)]


READ = Permission("announcements.announcement.read", _l("See an announcement"), Announcement, _read)
SHOW = Permission(
    "announcements.announcement.show",
    _l("Find the announcements that are meant for oneself"),
    Announcement,
    _shown,
)
PAST = Permission(
    "announcements.announcement.past",
    _l("Find the announcements of before that were meant for oneself"),
    Announcement,
    _past,
)
MINE = Permission(
    "announcements.announcement.mine", _l("See the announcements one wrote"), Announcement, _own
)
ALL = Permission(
    "announcements.announcement.all",
    _l("See the announcements of everybody"),
    Announcement,
    lambda actor: EVERYTHING if actor.has("admin") else NOTHING,
)
HOST = Permission(
    "announcements.announcement.host",
    _l("Change, publish, withdraw and delete an announcement"),
    Announcement,
    _hosted,
)
APPROVE = Permission(
    "announcements.announcement.approve",
    _l("Approve or refuse an announcement"),
    Announcement,
    _waiting,
)
WRITE = Gate(
    "announcements.announcement.write",
    _l("Write an announcement"),
    lambda actor: actor.has(*WRITERS, "alumnus"),
)
OPEN_ALL = Gate(
    "announcements.all.open",
    _l("Open the list of all announcements"),
    lambda actor: actor.has("admin"),
)
OPEN_APPROVALS = Gate(
    "announcements.approvals.open",
    _l("Open the announcements that wait for approval"),
    lambda actor: actor.has(*APPROVERS),
)


def _of_hosted(actor: Actor) -> Branches:
    """Names of readers are for the staff; a graduate who announces sees how many, not who."""
    if actor.has("admin"):
        return EVERYTHING
    if not actor.has(*WRITERS):
        return NOTHING
    own = select(Announcement.id).where(
        Announcement.author_id == actor.own_id, Announcement.deleted_at.is_(None)
    )
    return (Recipient.announcement_id.in_(own),)


READERS = Permission(
    "announcements.recipient.read",
    _l("See who has read and acknowledged an announcement"),
    Recipient,
    _of_hosted,
)
OPEN_READERS = Gate(
    "announcements.recipient.open",
    _l("Open the list of those who have read an announcement"),
    lambda actor: actor.has(*WRITERS),
)


def _deletable(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    if actor.id is None:
        return NOTHING
    held = select(Announcement.id).where(Announcement.author_id == actor.own_id)
    return (
        AnnouncementComment.author_id == actor.own_id,
        AnnouncementComment.announcement_id.in_(held),
    )


def _announced_to(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    branches: list[Branch] = []
    if actor.has("faculty"):
        branches.append(Offering.faculty_id == actor.own_id)
    departments = actor.departments("hod")
    if departments:
        branches.append(Offering.department_id.in_(departments))
    return branches


ANNOUNCE_TO = Permission(
    "announcements.offering.announce",
    _l("Announce to everybody in a course one teaches or is responsible for"),
    Offering,
    _announced_to,
)
ANNOUNCE_TO_MENTEES = Gate(
    "announcements.mentees.announce",
    _l("Announce to the students one mentors"),
    lambda actor: actor.has(*MENTORS),
)
COMMENT_DELETE = Permission(
    "announcements.comment.delete",
    _l("Delete one’s own comments, and those below one’s own announcements"),
    AnnouncementComment,
    _deletable,
)


def _under_seen(actor: Actor) -> Branches:
    seen = select(Announcement.id).where(READ.where(actor))
    return (AnnouncementComment.announcement_id.in_(seen),)


COMMENT_READ = Permission(
    "announcements.comment.read",
    _l("Read the comments below an announcement one sees"),
    AnnouncementComment,
    _under_seen,
)
