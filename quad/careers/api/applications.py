"""Applications over JSON: hand one in, follow it, take care of those for one's jobs."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from quad.careers import policy
from quad.careers.api.jobs import match_out
from quad.careers.api.shapes import (
    ApplicantBrief,
    ApplicationAnswer,
    ApplicationOut,
    ApplicationsMoved,
    ApplicationStepOut,
    HandedOnReference,
    KeptCv,
    OwnApplication,
)
from quad.careers.forms.applications import (
    ApplyForJob,
    AskForApplication,
    Move,
    MoveMany,
    Note,
    Withdraw,
)
from quad.careers.lists.applications import APPLICANTS, OWN
from quad.careers.models.applications import MOVES
from quad.careers.service import applying, cvs, handling, reading, recommending
from quad.core.forms import Form
from quad.core.taking import CV, take
from quad.web.api import Answer, operation
from quad.web.download import disposition
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json

API = "/api/v1"
bp = APIBlueprint("careers_applications_api", __name__, url_prefix=API, tag="Applications")
ONE = "/applications/<int:application_id>"


class CvUpload(Form):
    """The name decides nothing but how the file is called; its ending must fit the content."""

    name: Annotated[str, Field(min_length=1, max_length=255)]


@operation(
    bp,
    "GET",
    "/jobs/<int:job_id>/applications",
    answers=list[ApplicantBrief],
    paged=True,
    errors=(403,),
)
def applications_of_job(job_id: int) -> Answer:
    """Who applied for a job one takes care of. Filters: stage, fit."""
    db, actor = current_db(), current_actor()
    policy.JOB_EDIT.get(db, actor, job_id, read=policy.JOB_READ)
    return list_json(APPLICANTS, _applicant, fixed={"job": str(job_id)})


def _applicant(row: Any) -> ApplicantBrief:
    return ApplicantBrief.model_validate({**row._mapping, "applied_at": row.applied})


@operation(
    bp,
    "POST",
    "/jobs/<int:job_id>/applications",
    body=ApplyForJob,
    answers=ApplicationOut,
    status=201,
    message="Your application is on its way",
    errors=(409,),
)
def application_add(job_id: int, body: ApplyForJob) -> ApplicationOut:
    """ApplyForJob with a CV that one keeps; `POST /applications/cvs` keeps one."""
    made = applying.apply(current_db(), current_actor(), job_id, body)
    return _one(made.id)


@operation(bp, "GET", "/applications", answers=list[OwnApplication], paged=True)
def applications_own() -> Answer:
    """One's own applications. Filter: stage."""
    return list_json(OWN, _own)


def _own(row: Any) -> OwnApplication:
    return OwnApplication.model_validate({**row._mapping, "applied_at": row.applied})


@operation(bp, "GET", ONE, answers=ApplicationOut)
def application_show(application_id: int) -> ApplicationOut:
    return _one(application_id)


@operation(
    bp, "POST", f"{ONE}/move", body=Move, answers=ApplicationOut, message="Moved", errors=(403, 409)
)
def application_move(application_id: int, body: Move) -> ApplicationOut:
    """Bring an application to a stage that is allowed after the present one."""
    handling.move(current_db(), current_actor(), application_id, body)
    return _one(application_id)


@operation(
    bp, "POST", "/applications/move", body=MoveMany, answers=ApplicationsMoved, message="Moved"
)
def applications_move(body: MoveMany) -> ApplicationsMoved:
    """Move several; what is refused stays as it is. Those one does not take care of are left out."""
    db, actor = current_db(), current_actor()
    mine = policy.APPLICATION_HANDLE.allowed(db, actor, body.ids)
    moved, refused = handling.move_many(db, actor, sorted(mine), body)
    return ApplicationsMoved(
        moved=moved, refused={str(each): said for each, said in refused.items()}
    )


@operation(
    bp,
    "POST",
    f"{ONE}/notes",
    body=Note,
    answers=ApplicationOut,
    status=201,
    message="Written",
    errors=(403,),
)
def application_note(application_id: int, body: Note) -> ApplicationOut:
    """Write a word for those who take care of an application; the applicant does not see it."""
    handling.note(current_db(), current_actor(), application_id, body)
    return _one(application_id)


@operation(
    bp,
    "POST",
    f"{ONE}/withdraw",
    body=Withdraw,
    answers=ApplicationOut,
    message="Withdrawn",
    errors=(403, 409),
)
def application_withdraw(application_id: int, body: Withdraw) -> ApplicationOut:
    applying.withdraw(current_db(), current_actor(), application_id, body)
    return _one(application_id)


@operation(
    bp,
    "POST",
    f"{ONE}/references",
    body=AskForApplication,
    answers=ApplicationOut,
    status=201,
    message="Asked",
    errors=(403, 409),
)
def application_reference_ask(application_id: int, body: AskForApplication) -> ApplicationOut:
    """Ask somebody to write about one for this application. Who posted the job reads it; oneself does not."""
    recommending.ask(current_db(), current_actor(), application_id, body)
    return _one(application_id)


@operation(bp, "GET", f"{ONE}/cv", file="*/*", errors=(403, 409))
def application_cv(application_id: int) -> Response:
    """The CV, to whoever posted the job or sent it in; who takes it is written down."""
    key, name, media_type = cvs.take_out(runtime().database, current_actor(), application_id)
    response = Response(mimetype=media_type)
    response.headers["X-Quad-File"] = key
    response.headers["Content-Disposition"] = disposition("attachment", name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@operation(bp, "GET", "/applications/cvs", answers=list[KeptCv])
def cvs_index() -> Any:
    """The CVs one keeps, the newest first."""
    return cvs.own(current_db(), current_actor())


@operation(
    bp,
    "POST",
    "/applications/cvs",
    query=CvUpload,
    answers=list[KeptCv],
    status=201,
    message="Kept",
    errors=(413, 415),
    raw_body="application/octet-stream",
)
def cv_add(query: CvUpload) -> Answer:
    """Keep the body as a CV; the content decides whether it is one that is taken."""
    with runtime().database.reading() as looking:
        limit = CV.limit(looking)
    content = BytesIO(request.get_data(cache=False))
    given = take(runtime().settings, content, query.name, CV, limit=limit)
    cvs.keep(current_db(), current_actor(), given)
    return Answer(cvs.own(current_db(), current_actor()))


@operation(bp, "DELETE", "/applications/cvs/<int:cv_id>", message="No longer kept")
def cv_remove(cv_id: int) -> None:
    cvs.forget(current_db(), current_actor(), cv_id)


def _one(application_id: int) -> ApplicationOut:
    db, actor = current_db(), current_actor()
    db.flush()
    found = reading.application(db, actor, application_id)
    head = found.head
    return ApplicationOut.model_validate(
        {
            **head._mapping,
            "moves": list(MOVES[head.stage]) if found.may_handle else [],
            "answers": [
                ApplicationAnswer(key=key, question=text, answer=given)
                for key, text, given in head.answers
            ],
            "cv": f"{API}/applications/{head.id}/cv" if found.may_take_cv else None,
            "references": [HandedOnReference.model_validate(vars(one)) for one in found.references],
            "match": match_out(found.match),
            "steps": [
                ApplicationStepOut.model_validate(
                    {**row._mapping, "at": row.created_at, "by": row.actor}
                )
                for row in found.steps
            ],
            "may_handle": found.may_handle,
        }
    )
