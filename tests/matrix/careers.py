"""Jobs and applications in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.careers.forms.applications import ApplyForJob
from quad.careers.forms.jobs import DriveIn, JobIn
from quad.careers.models.applications import StoredCv
from quad.careers.models.jobs import Job
from quad.careers.service import applying, drives, posting
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.config import Settings
from quad.core.files import MEGABYTE
from quad.core.policy import SYSTEM
from quad.core.taking import CV, take
from quad.identity.models.accounts import User
from tests.materials import samples

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]
DEADLINE = (clock.now() + timedelta(days=20)).isoformat()
JOB = {"title": "Engineer", "company": "Kaveri", "about": "Work.", "deadline": DEADLINE}


def build(db: Session, settings: Settings, people: dict[str, User]) -> Given:
    """Let the alumnus post jobs in every state, and the student apply for one of them with a CV."""
    alumnus = actor_by_id(db, people["alu"].id)
    made: Given = {}
    for name in ("vacancy", "spare_vacancy", "draft_vacancy", "waiting_vacancy", "closed_vacancy"):
        job = posting.write(db, alumnus, JobIn(**JOB, cv_needed=False))
        made[name] = job.id
        if name != "draft_vacancy":
            posting.submit(db, alumnus, job.id)
        if name not in ("draft_vacancy", "waiting_vacancy"):
            posting.approve(db, actor_by_id(db, people["plc"].id), job.id)
    posting.close(db, alumnus, made["closed_vacancy"])
    student = actor_by_id(db, people["stu"].id)
    given = take(settings, BytesIO(samples.pdf()), "cv.pdf", CV, limit=MEGABYTE)
    sent = applying.apply(db, student, made["vacancy"], ApplyForJob(), given)
    season = DriveIn(name="Season", starts_on=clock.today(), ends_on=clock.today())
    drive = drives.add(db, SYSTEM, season)
    db.flush()
    db.expire_all()
    return {
        **made,
        "vacancy_version": db.get_one(Job, made["vacancy"]).version,
        "vacancy_audience": db.get_one(Job, made["vacancy"]).audience_id,
        "sent_application": sent.id,
        "kept_cv": db.scalars(select(StoredCv.id)).one(),
        "drive": drive.id,
        "drive_version": drive.version,
    }


USUAL = {
    "application_id": "sent_application",
    "drive_id": "drive",
    "cv_id": "kept_cv",
    "audience_id": "vacancy_audience",
}
WORDS: dict[str, str] = {}
_ONE = "/jobs/<int:job_id>"
OTHERS: dict[str, dict[str, str]] = {
    f"{_ONE}{rest}": {"job_id": thing}
    for thing, rests in {
        "vacancy": (
            *("", "/ways", "/edit", "/close", "/save", "/unsave", "/applicants", "/board"),
            *("/eligibility", "/applications"),
        ),
        "spare_vacancy": ("/delete", "/apply"),
        "draft_vacancy": ("/submit",),
        "waiting_vacancy": ("/approve", "/send-back"),
        "closed_vacancy": ("/reopen",),
    }.items()
    for rest in rests
} | {
    f"DELETE {_ONE}": {"job_id": "spare_vacancy"},
    f"POST {_ONE}/applications": {"job_id": "spare_vacancy"},
}
SUFFIXES = {"POST /applications/cvs": "?name=cv.pdf"}
CV_BYTES = samples.pdf()
_DAYS = {"starts_on": "2026-11-01", "ends_on": "2026-12-01"}
_REASON = {"reason": "Say more."}


def _edited(v: SimpleNamespace) -> Given:
    return {**JOB, "cv_needed": False, "version": v.vacancy_version}


def _asked_for(v: SimpleNamespace) -> Given:
    return {"writer_id": v.teacher_user}


def _drive(v: SimpleNamespace) -> Given:
    return {"name": "Season", **_DAYS, "version": v.drive_version}


FORMS: dict[str, Give] = {
    "/jobs/create": lambda _: JOB,
    f"{_ONE}/edit": _edited,
    f"{_ONE}/send-back": lambda _: _REASON,
    f"{_ONE}/apply": lambda _: {"cover_letter": "Hello"},
    "/applications/<int:application_id>/move": lambda _: {"stage": "under_review"},
    "/applications/<int:application_id>/note": lambda _: {"text": "Good"},
    "/applications/<int:application_id>/references/new": _asked_for,
    "/applications/move": lambda v: {"id": v.sent_application, "stage": "under_review"},
    "/drives/new": lambda _: {"name": "Another", **_DAYS},
    "/drives/<int:drive_id>/edit": _drive,
}
BODIES: dict[str, Give] = {
    "POST /jobs": lambda _: JOB,
    f"PUT {_ONE}": _edited,
    f"POST {_ONE}/send-back": lambda _: _REASON,
    f"POST {_ONE}/applications": lambda _: {},
    "POST /applications/<int:application_id>/move": lambda _: {"stage": "under_review"},
    "POST /applications/<int:application_id>/notes": lambda _: {"text": "Good"},
    "POST /applications/<int:application_id>/references": _asked_for,
    "POST /applications/<int:application_id>/withdraw": lambda _: {},
    "POST /applications/move": lambda v: {
        "ids": [str(v.sent_application)],
        "stage": "under_review",
    },
    "POST /drives": lambda _: {"name": "Another", **_DAYS},
    "PUT /drives/<int:drive_id>": _drive,
    "POST /audiences/reach": lambda _: {"for_roles": ["student"]},
}
