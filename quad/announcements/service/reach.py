"""Whom somebody may announce to, and whether somebody else approves it first.

The administration and the placement office reach everybody, the head of a department the own department, a teacher
everybody in an own course, a mentor the own students. A graduate reaches graduates, once somebody approved it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, EnrolmentStatus, Offering
from quad.announcements import policy
from quad.announcements.forms import AnnouncementIn
from quad.announcements.models import Announcement
from quad.audience.forms import AudienceIn
from quad.audience.service.keeping import form_of, save
from quad.audience.service.meeting import people as people_of_audience
from quad.core.errors import Forbidden, Invalid
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, User
from quad.identity.models.mentors import MentorAssignment
from quad.institution.models import Term

MOST_COURSES = 300


@dataclass(frozen=True)
class Target:
    """Whom an announcement is meant for: an audience, an offering or a mentor's students.

    `asks` when somebody approves it first.
    """

    audience_id: int | None = None
    offering_id: int | None = None
    mentor_id: int | None = None
    asks: bool = False


def asked_audience(form: AnnouncementIn) -> AudienceIn:
    """Return the part of an announcement that says who is meant."""
    return AudienceIn.model_validate(form.model_dump(include=set(AudienceIn.model_fields)))


def target(db: Session, actor: Actor, form: AnnouncementIn, row: Announcement) -> Target:
    """Return whom the form means, kept; `row` is the announcement as it was.

    Raises Invalid with a sentence where `actor` may not announce to them.
    """
    audience = asked_audience(form)
    if form.mentees:
        if audience != AudienceIn() or form.offering_id is not None:
            raise Invalid({"mentees": _("Choose your students, a course or people: one of them.")})
        mentor_id = row.mentor_id or actor.own_id
        _require_mentor(actor, mentor_id)
        return Target(mentor_id=mentor_id)
    if form.offering_id is not None:
        if audience != AudienceIn():
            raise Invalid({"offering_id": _("Choose a course or people, not both.")})
        _require_course(db, actor, form.offering_id)
        return Target(offering_id=form.offering_id)
    allowed, asks = _judged(actor, audience)
    return Target(save(db, allowed, row.audience_id), asks=asks)


def asks_approval(db: Session, actor: Actor, row: Announcement) -> bool:
    """Tell whether somebody else approves this announcement when `actor` publishes it now.

    Raises Invalid when `actor` may not announce to them (any more).
    """
    if row.mentor_id is not None:
        _require_mentor(actor, row.mentor_id)
        return False
    if row.offering_id is not None:
        _require_course(db, actor, row.offering_id)
        return False
    assert row.audience_id is not None
    return _judged(actor, form_of(db, row.audience_id))[1]


def _require_mentor(actor: Actor, mentor_id: int) -> None:
    """Mentors announce to their own students; the administration may go on with what one of them wrote."""
    mine = mentor_id == actor.id
    may = policy.ANNOUNCE_TO_MENTEES.may(actor) if mine else actor.has("admin")
    if not may:
        raise Invalid({"mentees": _("Only mentors announce to their own students.")})


def _require_course(db: Session, actor: Actor, offering_id: int) -> None:
    if not policy.ANNOUNCE_TO.allowed(db, actor, [offering_id]):
        raise Invalid({"offering_id": _("Choose one of your courses.")})


def _judged(actor: Actor, audience: AudienceIn) -> tuple[AudienceIn, bool]:
    """Return the audience that `actor` may announce to by some of the held roles, and whether that asks approval."""
    if actor.has(*policy.ANYONE):
        return audience, False
    departments = set(actor.departments("hod"))
    named = set(audience.for_departments)
    if named and named <= departments:
        return audience, False
    if actor.has(Role.ALUMNUS) and set(audience.for_roles) <= {Role.ALUMNUS}:
        return audience.model_copy(update={"for_roles": [Role.ALUMNUS]}), True
    raise _refusal(actor)


def _refusal(actor: Actor) -> Exception:
    if actor.departments("hod"):
        return Invalid({"for_departments": _("Choose your own department.")})
    if actor.has(Role.ALUMNUS):
        return Invalid({"for_roles": _("You can announce to graduates only.")})
    if actor.has("faculty"):
        return Invalid({"offering_id": _("Choose one of your courses.")})
    if policy.ANNOUNCE_TO_MENTEES.may(actor):
        return Invalid({"mentees": _("Choose the students you mentor.")})
    return Forbidden()


def presets(actor: Actor) -> dict[str, Any]:
    """Return what a new announcement's audience begins with: one's own department, or the graduates."""
    if actor.has(*policy.ANYONE):
        return {}
    departments = actor.departments("hod")
    if departments:
        return {"for_departments": list(departments)}
    if actor.has(Role.ALUMNUS):
        return {"for_roles": [Role.ALUMNUS.value]}
    only_mentor = policy.ANNOUNCE_TO_MENTEES.may(actor) and not actor.has("faculty")
    return {"mentees": True} if only_mentor else {}


def offered(actor: Actor) -> dict[str, bool]:
    """Tell which ways of saying who is meant there are for `actor`: `mentees`, `course`, `people`."""
    return {
        "mentees": policy.ANNOUNCE_TO_MENTEES.may(actor),
        "course": actor.has("faculty", "hod", "admin"),
        "people": actor.has(*policy.ANYONE, "hod", Role.ALUMNUS),
    }


def narrowed_choices(actor: Actor, choices: dict[str, Any]) -> dict[str, Any]:
    """Leave out of the choices of an audience what `actor` cannot announce to."""
    if actor.has(*policy.ANYONE):
        return choices
    departments = actor.departments("hod")
    found = dict(choices)
    if departments:
        found["for_departments"] = [
            pair for pair in choices["for_departments"] if pair[0] in departments
        ]
    elif actor.has(Role.ALUMNUS):
        found["for_roles"] = [pair for pair in choices["for_roles"] if pair[0] == Role.ALUMNUS]
    return found


def courses(db: Session, actor: Actor, kept: int | None = None) -> Sequence[tuple[int, str]]:
    """Return the offerings of this and later terms that `actor` may announce to, with how many take them."""
    taking = (
        select(func.count(Enrolment.id))
        .where(Enrolment.offering_id == Offering.id, Enrolment.status == EnrolmentStatus.ENROLLED)
        .correlate(Offering)
        .scalar_subquery()
    )
    rows = db.execute(
        select(Offering.id, Course.code, Course.title, Offering.section, Term.name, taking)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(
            policy.ANNOUNCE_TO.where(actor, many=True),
            (Term.ends_on >= local_today(db)) | (Offering.id == (kept or 0)),
            Course.deleted_at.is_(None),
        )
        .order_by(Term.starts_on, Course.code_key, Offering.section)
        .limit(MOST_COURSES)
    )
    return [
        (
            offering_id,
            _(
                "%(code)s %(title)s, %(section)s, %(term)s: %(count)s people",
                code=code,
                title=title,
                section=section,
                term=term,
                count=count,
            ),
        )
        for offering_id, code, title, section, term, count in rows
    ]


def course_name(db: Session, offering_id: int) -> str:
    """Return the words for an offering."""
    row = db.execute(
        select(Course.code, Course.title, Offering.section)
        .join(Course, Course.id == Offering.course_id)
        .where(Offering.id == offering_id)
    ).one()
    return _("Everybody in %(code)s %(title)s, %(section)s", **row._mapping)


def mentor_name(db: Session, mentor_id: int) -> str:
    """Return the words for the students of a mentor."""
    name = db.scalar(select(User.full_name).where(User.id == mentor_id))
    return _("The students of %(name)s", name=name)


def people(row: Announcement) -> Select[Any]:
    """Select the user numbers of everybody an announcement is meant for."""
    if row.audience_id is not None:
        return people_of_audience(row.audience_id)
    if row.mentor_id is not None:
        assigned = select(MentorAssignment.mentee_id).where(
            MentorAssignment.mentor_id == row.mentor_id
        )
        return select(User.id).where(User.id.in_(assigned), User.deleted_at.is_(None))
    return (
        select(Student.user_id.label("id"))
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(User, User.id == Student.user_id)
        .where(
            Enrolment.offering_id == row.offering_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Student.deleted_at.is_(None),
            User.deleted_at.is_(None),
        )
    )
