"""Writing jobs, sending them in, approving and closing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.audience.service import choices as audience_choices
from quad.audience.service.keeping import values_of
from quad.careers import policy
from quad.careers.forms.jobs import JobEdit, JobIn, SendBack
from quad.careers.lists.jobs import MANAGED
from quad.careers.models.jobs import PostingState
from quad.careers.service import drives, matching, posting, rules
from quad.careers.views.blueprint import bp
from quad.core import clock
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.settings import value
from quad.web.kit import action, attempted, bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page


@bp.get("/jobs/manage")
def manage() -> BaseResponse:
    """The jobs one posts; the placement office sees all."""
    actor = current_actor()
    policy.POST.require(actor)
    actions = [action(_("Post a job"), "careers.create", "plus", primary=True)]
    return list_page(
        MANAGED, "careers/manage.html", actions=actions, office=policy.RUN_DRIVES.may(actor)
    )


@bp.route("/jobs/create", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.POST.require(actor)
    usual = clock.now() + timedelta(days=21)
    form = bind(
        JobIn,
        initial={
            "currency": value(db, rules.CURRENCY),
            "deadline": posting.local_text(db, usual)[:11] + "23:59",
        },
        choices=_choices(),
    )
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(posting.write(db, actor, form.data).id)
        if made:
            told = _("Kept as a draft. Read it once more, then send it in.")
            return done(told, url_for("careers.show", job_id=made[0]))
    return _form(form, _("Post a job"), url_for("careers.index"))


@bp.route("/jobs/<int:job_id>/edit", methods=["GET", "POST"])
def edit(job_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    job = policy.JOB_EDIT.get(db, actor, job_id, read=policy.JOB_READ)
    form = bind(JobEdit, initial=_initial(job), choices=_choices())
    place = url_for("careers.show", job_id=job_id)
    if form.data is not None:
        with refusals(form):
            posting.edit(db, actor, job_id, form.data)
        if not form.errors:
            return done(_("Saved."), place)
    return _form(form, _("Change the job"), place, version=job.version)


def _initial(job: Any) -> Mapping[str, Any]:
    db = current_db()
    skills = matching.asked_by(db, [job.id])[job.id]
    return {
        **{name: getattr(job, name) for name in posting.PLAIN},
        "currency": job.currency,
        "deadline": posting.local_text(db, job.deadline),
        "questions": posting.as_lines(job.questions),
        "required_skills": [one.name for one in skills if one.required],
        "nice_skills": [one.name for one in skills if not one.required],
        "drive_id": job.drive_id,
        "version": job.version,
        **values_of(db, job.audience_id),
    }


def _choices() -> dict[str, Any]:
    db = current_db()
    found: dict[str, Any] = dict(audience_choices.choices(db))
    if policy.RUN_DRIVES.may(current_actor()):
        found["drive_id"] = drives.choices(db, local_today(db))
    return found


def _form(
    form: Bound[Any], title: str, cancel: str, version: int | None = None
) -> ResponseReturnValue:
    return page(
        "careers/job_form.html",
        form.status,
        form=form,
        title=title,
        cancel=cancel,
        version=version,
        with_drive="drive_id" in form.choices,
    )


@bp.post("/jobs/<int:job_id>/submit")
def submit(job_id: int) -> BaseResponse:
    """Send a draft in; the message says whether it is open now."""
    sent: list[Any] = []
    answer = _step(job_id, lambda db, actor: sent.append(posting.submit(db, actor, job_id)), "")
    if sent:
        waits = sent[0].state is PostingState.WAITING
        told = (
            _("Sent to the placement office. You hear when it opens.")
            if waits
            else _("The job is open. People can apply now.")
        )
        return done(told, url_for("careers.show", job_id=job_id))
    return answer


@bp.post("/jobs/<int:job_id>/approve")
def approve(job_id: int) -> BaseResponse:
    told = _("Approved. The job is open.")
    return _step(job_id, lambda db, actor: posting.approve(db, actor, job_id), told)


@bp.post("/jobs/<int:job_id>/send-back")
def send_back(job_id: int) -> BaseResponse:
    form = bind(SendBack)
    return _step(
        job_id,
        lambda db, actor: posting.send_back(db, actor, job_id, form.require()),
        _("Sent back with your reason."),
        place=url_for("careers.manage"),
    )


@bp.post("/jobs/<int:job_id>/close")
def close(job_id: int) -> BaseResponse:
    told = _("Closed. Nobody can apply any more.")
    return _step(job_id, lambda db, actor: posting.close(db, actor, job_id), told)


@bp.post("/jobs/<int:job_id>/reopen")
def reopen(job_id: int) -> BaseResponse:
    told = _("It is a draft again. Set a deadline, then send it in.")
    return _step(job_id, lambda db, actor: posting.reopen(db, actor, job_id), told)


@bp.post("/jobs/<int:job_id>/delete")
def delete(job_id: int) -> BaseResponse:
    return _step(
        job_id,
        lambda db, actor: posting.remove(db, actor, job_id),
        _("The job is deleted."),
        place=url_for("careers.manage"),
    )


def _step(
    job_id: int, do: Callable[[Any, Any], Any], told: str, *, place: str = ""
) -> BaseResponse:
    where = place or url_for("careers.show", job_id=job_id)
    return attempted(lambda: do(current_db(), current_actor()), told, where)
