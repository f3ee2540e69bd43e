"""Jobs over JSON: the board, posting, approving, and what a job asks of oneself."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.audience.service import naming
from quad.careers import policy
from quad.careers.api.shapes import (
    EligibilityCondition,
    EligibilityOut,
    FitOut,
    JobBrief,
    JobQuestionOut,
    JobSkillOut,
    MatchOut,
    PostedJob,
    WayOut,
)
from quad.careers.forms.jobs import JobEdit, JobIn, SendBack
from quad.careers.lists.jobs import BOARD, MANAGED
from quad.careers.service import advice, eligibility, looking, matching, posting, reading
from quad.careers.service.eligibility import Eligibility
from quad.careers.service.matching import Match
from quad.skills.service.held import skills_of
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("careers_jobs_api", __name__, url_prefix="/api/v1/jobs", tag="Jobs")
ONE = "/<int:job_id>"


@operation(bp, "GET", "", answers=list[JobBrief], paged=True)
def jobs_index() -> Answer:
    """Open jobs. Filters: kind, workplace, drive, skill, until, meant (for oneself), saved."""
    return list_json(BOARD, _brief)


@operation(bp, "GET", "/posted", answers=list[JobBrief], paged=True, errors=(403,))
def jobs_posted() -> Answer:
    """Jobs one posted, in every state; the placement office gets all. Filters: state, kind, workplace, drive, own."""
    policy.POST.require(current_actor())
    return list_json(MANAGED, _brief)


def _brief(row: Any) -> JobBrief:
    return JobBrief.model_validate({**row._mapping, "listed_at": row.listed})


@operation(
    bp,
    "POST",
    "",
    body=JobIn,
    answers=PostedJob,
    status=201,
    message="Kept as a draft",
    errors=(403,),
)
def job_add(body: JobIn) -> PostedJob:
    """Write a job as a draft; `…/submit` sends it in."""
    return _one(posting.write(current_db(), current_actor(), body).id)


@operation(bp, "GET", ONE, answers=PostedJob)
def job_show(job_id: int) -> PostedJob:
    return _one(job_id)


@operation(bp, "PUT", ONE, body=JobEdit, answers=PostedJob, message="Saved", errors=(403, 409))
def job_edit(job_id: int, body: JobEdit) -> PostedJob:
    posting.edit(current_db(), current_actor(), job_id, body)
    return _one(job_id)


@operation(bp, "DELETE", ONE, message="Deleted", errors=(403, 409))
def job_delete(job_id: int) -> None:
    """Delete one's own job; applications for it stay with those who applied."""
    posting.remove(current_db(), current_actor(), job_id)


@operation(bp, "POST", f"{ONE}/submit", answers=PostedJob, message="Sent in", errors=(403, 409))
def job_submit(job_id: int) -> PostedJob:
    """Send a draft in: it opens, or waits for the placement office."""
    posting.submit(current_db(), current_actor(), job_id)
    return _one(job_id)


@operation(bp, "POST", f"{ONE}/approve", answers=PostedJob, message="Approved", errors=(403, 409))
def job_approve(job_id: int) -> PostedJob:
    posting.approve(current_db(), current_actor(), job_id)
    return _one(job_id)


@operation(
    bp,
    "POST",
    f"{ONE}/send-back",
    body=SendBack,
    message="Sent back",
    errors=(403, 409),
)
def job_send_back(job_id: int, body: SendBack) -> None:
    """Make a waiting job a draft again, with the reason."""
    posting.send_back(current_db(), current_actor(), job_id, body)


@operation(bp, "POST", f"{ONE}/close", answers=PostedJob, message="Closed", errors=(403, 409))
def job_close(job_id: int) -> PostedJob:
    posting.close(current_db(), current_actor(), job_id)
    return _one(job_id)


@operation(
    bp, "POST", f"{ONE}/reopen", answers=PostedJob, message="A draft again", errors=(403, 409)
)
def job_reopen(job_id: int) -> PostedJob:
    posting.reopen(current_db(), current_actor(), job_id)
    return _one(job_id)


@operation(bp, "POST", f"{ONE}/save", message="Saved")
def job_save(job_id: int) -> None:
    """Keep an eye on a job."""
    looking.save(current_db(), current_actor(), job_id, saved=True)


@operation(bp, "DELETE", f"{ONE}/save", message="No longer saved")
def job_unsave(job_id: int) -> None:
    looking.save(current_db(), current_actor(), job_id, saved=False)


@operation(bp, "GET", f"{ONE}/eligibility", answers=EligibilityOut)
def job_eligibility(job_id: int) -> EligibilityOut:
    """Everything the job asks of oneself, met or not, from the records of now."""
    db, actor = current_db(), current_actor()
    shown = reading.job(db, actor, job_id)
    return _eligibility(eligibility.of_shown(db, actor.own_id, shown))


@operation(bp, "GET", f"{ONE}/ways", answers=list[WayOut])
def job_ways(job_id: int) -> list[WayOut]:
    """What would make oneself eligible: of each condition that is not met, the way there."""
    db, actor = current_db(), current_actor()
    shown = reading.job(db, actor, job_id)
    standing = eligibility.of_shown(db, actor.own_id, shown)
    return [
        WayOut(kind=way.condition.kind, required=way.condition.required, advice=way.advice)
        for way in advice.ways(db, actor, job_id, standing)
    ]


def _eligibility(found: Eligibility) -> EligibilityOut:
    return EligibilityOut(
        eligible=found.eligible,
        conditions=[EligibilityCondition.model_validate(one) for one in found.conditions],
    )


def match_out(found: Match) -> MatchOut:
    """Return a match as it is answered."""
    fits = [
        FitOut(
            skill=fit.asked.name,
            required=fit.asked.required,
            has=fit.has,
            part=fit.part,
            known=fit.known,
        )
        for fit in found.fits
    ]
    return MatchOut(score=found.score, skills=fits)


def _one(job_id: int) -> PostedJob:
    db, actor = current_db(), current_actor()
    db.flush()
    shown = reading.job(db, actor, job_id)
    head = shown.head
    standing = found = None
    if not shown.own:
        standing = _eligibility(eligibility.of_shown(db, actor.own_id, shown))
        held = skills_of(db, [actor.own_id])[actor.own_id]
        found = match_out(matching.match(shown.skills, matching.shown(held)))
    return PostedJob.model_validate(
        {
            **head._mapping,
            "audience": naming.describe(db, head.audience_id),
            "views": head.views_count,
            "applications": head.applications_count,
            "skills": [
                JobSkillOut(id=one.skill_id, name=one.name, required=one.required)
                for one in shown.skills
            ],
            "questions": [
                JobQuestionOut(key=key, question=text, required=needed)
                for key, text, needed in head.questions
            ],
            "saved": shown.saved,
            "may_edit": shown.may_edit,
            "eligibility": standing,
            "match": found,
        }
    )
