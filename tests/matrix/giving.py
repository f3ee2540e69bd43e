"""Skills, connections, references, engagements and mentoring in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from quad.alumni.forms.giving import (
    AskReference,
    BookSlot,
    LogEngagement,
    OfferSlots,
    WriteReference,
)
from quad.alumni.models.engagements import EngagementKind
from quad.alumni.service import engagements, mentoring, references
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import User
from quad.relations.forms import ReportForm
from quad.relations.models import Reason
from quad.relations.service import following, reports
from quad.skills.service import catalogue, courses, finding, loading, own

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]
TODAY = clock.today()
EARLIER = clock.now() - timedelta(days=2)
SOON = clock.now() + timedelta(days=2)
CATALOGUE = (
    ("Python", "Languages"),
    ("Pyton", "Languages"),
    ("Git", "Tools"),
    ("Cobol", "Languages"),
)


def build(db: Session, people: dict[str, User], things: Given) -> Given:
    """Let the student know Python, follow and ask the alumnus for a reference and a meeting."""
    loading.load(db, SYSTEM, CATALOGUE, ())
    skill = finding.find(db, [name for name, _category in CATALOGUE])
    student, alumnus = (actor_by_id(db, people[name].id) for name in ("stu", "alu"))
    admin, teacher = (actor_by_id(db, people[name].id) for name in ("admin", "fac"))
    assert student.id is not None
    assert alumnus.id is not None
    own.set_own(db, student, student.id, [(skill["python"], 2)])
    courses.set_course(db, SYSTEM, things["course"], [(skill["git"], 2)])
    following.follow(db, alumnus, student.id)
    spam = ReportForm(reason=Reason.SPAM)
    report = reports.report_person(db, teacher, alumnus.id, spam)
    asked = references.ask(db, student, AskReference(writer_id=alumnus.id, purpose="Waits"))
    written = references.ask(db, student, AskReference(writer_id=alumnus.id, purpose="Written"))
    references.accept(db, alumnus, written.id)
    references.write(
        db, alumnus, written.id, WriteReference(capacity="Mentor", text="Knows a lot of things.")
    )
    given = references.ask(db, student, AskReference(writer_id=alumnus.id, purpose="Given"))
    references.accept(db, alumnus, given.id)
    references.write(
        db, alumnus, given.id, WriteReference(capacity="Mentor", text="Knows a lot of things.")
    )
    references.deliver(db, alumnus, given.id)
    talk = LogEngagement(kind=EngagementKind.SPEAKING, title="Talk", held_on=TODAY)
    logged = engagements.log(db, alumnus, talk)
    confirmed = engagements.log(db, alumnus, talk)
    engagements.confirm(db, admin, confirmed.id)
    slots = mentoring.offer(db, alumnus, OfferSlots(starts_at=SOON, weeks=3))
    meeting = mentoring.request(db, student, slots[0].id, BookSlot(note="Please"))
    catalogue.retire(db, SYSTEM, skill["cobol"])
    past = mentoring.request(db, student, slots[2].id, BookSlot(note="Please"))
    mentoring.confirm(db, alumnus, past.id)
    slots[2].starts_at, slots[2].ends_at = EARLIER, EARLIER + timedelta(minutes=30)
    db.flush()
    return {
        "retired_skill": skill["cobol"],
        "past_meeting": past.id,
        "skill": skill["python"],
        "other_skill": skill["pyton"],
        "course_skill": skill["git"],
        "stu_user": student.id,
        "alu_user": alumnus.id,
        "person_report": report.id,
        "reference": asked.id,
        "written_reference": written.id,
        "given_reference": given.id,
        "engagement": logged.id,
        "confirmed_engagement": confirmed.id,
        "slot": slots[1].id,
        "meeting": meeting.id,
    }


USUAL = {
    "skill_id": "skill",
    "person_id": "stu_user",
    "report_id": "person_report",
    "reference_id": "reference",
    "engagement_id": "engagement",
    "slot_id": "slot",
    "booking_id": "meeting",
}
WRITTEN = {"reference_id": "written_reference"}
OTHERS: dict[str, dict[str, str]] = {
    **{f"/references/<int:reference_id>/{act}": WRITTEN for act in ("write", "text", "deliver")},
    "/references/<int:reference_id>/document": {"reference_id": "given_reference"},
    "/engagements/<int:engagement_id>/thank": {"engagement_id": "confirmed_engagement"},
    "/courses/<int:course_id>/skills/<int:skill_id>/remove": {"skill_id": "course_skill"},
    **{
        f"/users/<int:user_id>{rest}": {"user_id": "stu_user"}
        for rest in (
            "/skills",
            "/skills/<int:skill_id>/endorsement",
            "/connection",
            "/follow",
            "/block",
            "/reports",
        )
    },
    "/skills/<int:skill_id>/restore": {"skill_id": "retired_skill"},
    "/mentoring/bookings/<int:booking_id>/feedback": {"booking_id": "past_meeting"},
    "/me/followers/<int:user_id>": {"user_id": "stu_user"},
}
WORDS: dict[str, str] = {}
NAMES = {
    "/mentoring/<int:booking_id>.ics": "1.ics",
    "/skills/<int:skill_id>/<any(retire,restore):deed>": "retire",
    "/people/<int:person_id>/skills/<int:skill_id>/<any(endorse,withdraw):deed>": "endorse",
    "/references/<int:reference_id>/<any(accept,withdraw,deliver):deed>": "accept",
    "/engagements/<int:engagement_id>/<any(confirm,refuse,thank):deed>": "confirm",
    "/mentoring/<int:booking_id>/<any(confirm,decline,cancel,judge):deed>": "confirm",
}
SKILL = {"name": "Rust", "category": "Languages"}
REASON = {"reason": "spam"}
TALK = {"kind": "speaking", "title": "Talk", "held_on": TODAY.isoformat()}
WRITE = {"capacity": "Mentor", "text": "Knows a lot of things."}

FORMS: dict[str, Give] = {
    "/skills/new": lambda v: SKILL,
    "/skills/<int:skill_id>/edit": lambda v: SKILL,
    "/skills/<int:skill_id>/merge": lambda v: {"into": "Pyton"},
    "/profile/skills": lambda v: {"skills": "Git", "level": "2"},
    "/profile/skills/<int:skill_id>/level": lambda v: {"level": "3"},
    "/profile/skills/<int:skill_id>/show": lambda v: {"hidden": "false"},
    "/courses/<int:course_id>/skills": lambda v: {"skills": "Python", "level": "2"},
    "/people/<int:person_id>/report": lambda v: REASON,
    "/reports/people/<int:report_id>": lambda v: {"state": "acted"},
    "/references/new": lambda v: {"writer_id": v.teacher_user, "purpose": "More"},
    "/references/<int:reference_id>/write": lambda v: WRITE,
    "/references/<int:reference_id>/decline": lambda v: {"reason": "No time"},
    "/engagements/new": lambda v: TALK | {"alumnus_id": v.alu_user},
    "/mentoring": lambda v: {"starts_at": f"{SOON + timedelta(hours=5):%Y-%m-%dT%H:%M}"},
    "/mentoring/slots/<int:slot_id>": lambda v: {"note": "Please"},
}
BODIES: dict[str, Give] = {
    "POST /skills": lambda v: SKILL,
    "PUT /skills/<int:skill_id>": lambda v: SKILL,
    "POST /skills/<int:skill_id>/merge": lambda v: {"kept_id": v.other_skill},
    "POST /skills/<int:skill_id>/merge/preview": lambda v: {"kept_id": v.other_skill},
    "PUT /me/skills": lambda v: {"skills": [{"name": "Git", "level": 2}]},
    "PUT /courses/<int:course_id>/skills": lambda v: {"skills": []},
    "POST /users/<int:user_id>/reports": lambda v: REASON,
    "POST /reports/people/<int:report_id>/decision": lambda v: {"state": "acted"},
    "POST /references": lambda v: {"writer_id": v.teacher_user, "purpose": "More"},
    "POST /references/<int:reference_id>/decline": lambda v: {"reason": "No time"},
    "PUT /references/<int:reference_id>/text": lambda v: WRITE,
    "POST /engagements": lambda v: TALK | {"alumnus_id": v.alu_user},
    "POST /engagements/<int:engagement_id>/refuse": lambda v: {"reason": "It was not so"},
    "POST /engagements/<int:engagement_id>/thank": lambda v: {"thanks": "Thank you"},
    "POST /mentoring/slots": lambda v: {"starts_at": (SOON + timedelta(hours=5)).isoformat()},
    "POST /mentoring/slots/<int:slot_id>/bookings": lambda v: {"note": "Please"},
    "POST /mentoring/bookings/<int:booking_id>/decline": lambda v: {"reason": "Ill"},
    "POST /mentoring/bookings/<int:booking_id>/cancel": lambda v: {"reason": "Ill"},
    "POST /mentoring/bookings/<int:booking_id>/feedback": lambda v: {"rating": 5},
}
