"""The applicant's side: apply, see what became of it, withdraw, keep CVs."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.alumni.policy import giving as asking
from quad.alumni.service import passing_on, references
from quad.careers.forms.applications import ApplyForJob, AskForApplication, Withdraw
from quad.careers.lists.applications import OWN
from quad.careers.models.applications import Stage
from quad.careers.service import applying, cvs, eligibility, reading, recommending
from quad.careers.views.blueprint import bp, prepared_cv
from quad.core.errors import Invalid
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.taking import CV, Taken
from quad.web.kit import (
    attempted,
    bind,
    current_actor,
    current_db,
    done,
    form_page,
    page,
    refusals,
)
from quad.web.lists import list_page

ANSWER = "a_"


@bp.route("/jobs/<int:job_id>/apply", methods=["GET", "POST"])
def apply(job_id: int) -> ResponseReturnValue:
    problem, given = "", None
    if request.method == "POST":
        try:
            given = prepared_cv()
        except Invalid as error:
            problem = error.fields["file"]
    db, actor = current_db(), current_actor()
    shown = reading.job(db, actor, job_id)
    if shown.mine is not None and shown.mine.stage is not Stage.WITHDRAWN:
        place = url_for("careers.application", application_id=shown.mine.application_id)
        return done(_("You have applied for this job already."), place, category="note")
    standing = eligibility.of_shown(db, actor.own_id, shown)
    form, answers = _bound()
    if problem:
        form.data, form.errors["file"] = None, problem
    if form.data is not None:
        made = _send(job_id, form, answers, given)
        if made is not None:
            return made
    return page(
        "careers/apply.html",
        form.status if standing.eligible else 409 if request.method == "POST" else 200,
        form=form,
        shown=shown,
        head=shown.head,
        standing=standing,
        answers=answers,
        kept=[(row.id, row.name) for row in cvs.own(db, actor)],
        given=passing_on.given(db, actor),
        accept=CV.accept,
        taken=CV.sentence(CV.limit(db)),
    )


def _bound() -> tuple[Bound[ApplyForJob], dict[str, str]]:
    """Bind the form; the answers come as fields of their own."""
    answers = {
        name.removeprefix(ANSWER): text
        for name, text in request.form.items()
        if name.startswith(ANSWER)
    }
    if request.method == "GET":
        return Bound(ApplyForJob), answers
    raw = {name: request.form.get(name) or "" for name in ("cover_letter", "cv_id")}
    references = request.form.getlist("references")
    form = Bound.from_row(ApplyForJob, {**raw, "references": references, "answers": answers})
    return form, answers


def _send(
    job_id: int, form: Bound[ApplyForJob], answers: dict[str, str], given: Taken | None
) -> ResponseReturnValue | None:
    made: list[int] = []
    data = form.require()
    with refusals(form):
        made.append(applying.apply(current_db(), current_actor(), job_id, data, given).id)
    if not made:
        form.raw["answers"] = answers
        return None
    return done(
        _("Your application is on its way. You see here what becomes of it."),
        url_for("careers.application", application_id=made[0]),
    )


@bp.get("/applications")
def applications() -> BaseResponse:
    """One's own applications, and the CVs one keeps."""
    kept: Any = cvs.own(current_db(), current_actor())
    return list_page(OWN, "careers/own.html", kept=kept)


@bp.route("/applications/<int:application_id>/references/new", methods=["GET", "POST"])
def ask_for_reference(application_id: int) -> ResponseReturnValue:
    """Ask somebody to write about one for this application; only who posted the job reads it."""
    db, actor = current_db(), current_actor()
    asking.ASK.require(actor)
    here = url_for("careers.application", application_id=application_id)
    form = bind(AskForApplication)
    if form.data is not None:
        with refusals(form):
            recommending.ask(db, actor, application_id, form.data)
        if not form.errors:
            return done(_("Asked. What is written goes to who posted the job."), here)
    recommending.undecided(db, actor, application_id)
    form.choices["writer_id"] = references.writers(db, actor)
    return form_page(
        form,
        title=_("Ask for a reference"),
        lead=_("For this application alone: who posted the job reads it, and you do not."),
        crumbs=[
            (_("My applications"), url_for("careers.applications")),
            (_("Application"), here),
        ],
        submit=_("Ask"),
        cancel=here,
    )


@bp.post("/applications/<int:application_id>/withdraw")
def withdraw(application_id: int) -> BaseResponse:
    form = bind(Withdraw)
    return attempted(
        lambda: applying.withdraw(current_db(), current_actor(), application_id, form.require()),
        _("Withdrawn."),
        url_for("careers.application", application_id=application_id),
    )


@bp.post("/applications/cvs/<int:cv_id>/remove")
def forget_cv(cv_id: int) -> BaseResponse:
    return attempted(
        lambda: cvs.forget(current_db(), current_actor(), cv_id),
        _("No longer kept. Applications it was sent with still have it."),
        url_for("careers.applications"),
    )
