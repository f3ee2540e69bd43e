"""The results of an offering, one student's result in it, and results given by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.awards import GiveAward
from quad.academics.lists.reevaluation import STATES as REQUEST_STATES
from quad.academics.lists.results import RESULTS
from quad.academics.lists.teaching import STATES
from quad.academics.models.results import AwardKind, Standing
from quad.academics.models.teaching import Weighting
from quad.academics.policy import base as policy
from quad.academics.policy import results as results_policy
from quad.academics.policy.reevaluation import REEVALUATION_ASK
from quad.academics.service import awards, graded, offering_results, records, sheets
from quad.academics.service.reevaluation import asking
from quad.academics.views.blueprint import bp, named, offering_crumbs
from quad.core.errors import NotFound
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number
from quad.core.jobs.models import JobState
from quad.core.listing import rights
from quad.core.policy import Actor
from quad.institution import policy as institution
from quad.web.kit import bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page

AWARDS: dict[AwardKind, str] = {
    AwardKind.INCOMPLETE: _l("Incomplete (I)"),
    AwardKind.ABSENT: _l("Absent from the exam (AB)"),
    AwardKind.GRADE: _l("A grade"),
    AwardKind.TAKEN_BACK: _l("As computed from the marks"),
}
STANDINGS: dict[Standing, tuple[str, str]] = {
    Standing.OPEN: ("going", _l("Under way")),
    Standing.FINAL: ("done", _l("Final")),
    Standing.INCOMPLETE: ("warn", _l("Incomplete")),
    Standing.ABSENT: ("stop", _l("Absent")),
    Standing.WITHDRAWN: ("stop", _l("Withdrawn")),
}
JOB_STATES = {
    JobState.QUEUED: "waiting",
    JobState.FAILED: "waiting",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.DEAD: "failed",
}


@bp.get("/results")
def results_index() -> BaseResponse:
    """The results that count, across courses."""
    results_policy.LIST.require(current_actor())
    return list_page(RESULTS)


@bp.get("/offerings/<int:offering_id>/results")
def offering_results_page(offering_id: int) -> ResponseReturnValue:
    """Who has which result, and how the course went."""
    db, actor = current_db(), current_actor()
    found = offering_results.results_of(db, actor, offering_id)
    return page(
        "academics/results.html",
        results=found,
        head=found.head,
        crumbs=[*offering_crumbs(found.head), _("Results")],
        standings=STANDINGS,
        states=STATES,
        may_lock=bool(policy.RESULTS_LOCK.allowed(db, actor, [offering_id])),
    )


@bp.get("/enrolments/<int:enrolment_id>")
def enrolment(enrolment_id: int) -> ResponseReturnValue:
    """One course of one student, component by component; for its teacher beside the others' average."""
    db, actor = current_db(), current_actor()
    row = policy.ENROLMENT_READ.get(db, actor, enrolment_id)
    record = records.record(db, actor, row.student_id)
    found = record.course(enrolment_id)
    if found is None:
        raise NotFound
    may = rights.allowed(
        db, actor, [enrolment_id], {"manage": policy.ENROLMENT_MANAGE, "ask": REEVALUATION_ASK}
    )
    manages = bool(may["manage"])
    own = record.user_id == actor.id
    return page(
        "academics/enrolment.html",
        record=record,
        term=found[0],
        course=found[1],
        own=own,
        manages=manages,
        others={one.id: one for one in offering_results.components_of(db, row.offering_id)}
        if manages
        else {},
        # Who manages the offering answers them in a queue of their own.
        requests=() if manages else asking.of_enrolment(db, actor, enrolment_id),
        request_states=REQUEST_STATES,
        may_ask=own and bool(may["ask"]),
        standings=STANDINGS,
        what_counts=what_counts(found[1].weighting, found[1].exam_share),
    )


def what_counts(weighting: Weighting, exam_share: Any) -> str:
    """Say how the components make the result."""
    if weighting is Weighting.POINTS:
        return _("All marks together, out of all the marks there are to be had.")
    if weighting is Weighting.COURSEWORK_EXAM:
        return _(
            "The coursework makes one percentage and the exam another; the exam counts %(share)s %%.",
            share=number(exam_share),
        )
    return _("Each component counts with its weight, whatever its maximum.")


@bp.route("/enrolments/<int:enrolment_id>/award", methods=["GET", "POST"])
def award(enrolment_id: int) -> ResponseReturnValue:
    """Give a result by hand, or let the computed one count again."""
    db, actor = current_db(), current_actor()
    row = policy.ENROLMENT_MANAGE.get(db, actor, enrolment_id, read=policy.ENROLMENT_READ)
    head = sheets.head(db, actor, row.offering_id)
    entries = awards.history(db, enrolment_id)
    now = next((one for one in entries if one.current), None)
    form = bind(
        GiveAward,
        initial={
            "kind": now.kind if now else AwardKind.INCOMPLETE,
            "letter": now.letter if now else "",
            "seen": now.id if now else 0,
        },
    )
    if form.data is not None:
        with refusals(form):
            awards.give_one(db, actor, enrolment_id, form.data)
        if not form.errors:
            place = url_for("academics.offering_results_page", offering_id=head.id)
            return done(_("The result is taken."), place)
    scheme = graded.scheme_of(db, row.student_id)
    grades = bool(policy.RESULTS_AWARD.allowed(db, actor, [head.id]))
    form.choices["kind"] = [
        (kind.value, label)
        for kind, label in AWARDS.items()
        if grades or kind is not AwardKind.GRADE
    ]
    form.choices["letter"] = [(band.letter, band.letter) for band in scheme.bands]
    student = sheets.person(db, row.student_id)
    results = url_for("academics.offering_results_page", offering_id=head.id)
    return page(
        "academics/award.html",
        form.status,
        form=form,
        head=head,
        name=named(head),
        student=student,
        entries=entries,
        awards=AWARDS,
        grades=grades,
        crumbs=[*offering_crumbs(head), (_("Results"), results), student.name],
        enrolment_id=enrolment_id,
        cancel=results,
    )


def regrading(db: Session, _actor: Actor, scheme_id: int) -> Mapping[str, Any]:
    """How many a grading scheme reads, and how far the work is that its last change began."""
    return {
        "students": graded.count(db, graded.graded_by(scheme_id)),
        "job": _job(db, scheme_id),
    }


def _job(db: Session, scheme_id: int) -> dict[str, Any] | None:
    found = graded.latest_rebuild(db, "grading_scheme_id", scheme_id)
    if found is None:
        return None
    state = JOB_STATES[found.state]
    return {
        "id": found.id,
        "label": _("Working out results and averages"),
        "state": state,
        "done": found.progress_done,
        "total": found.progress_total,
        "message": found.last_error if state == "failed" else "",
        "poll_href": url_for("academics.scheme_regrading", scheme_id=scheme_id),
    }


@bp.get("/grading-schemes/<int:scheme_id>/regrading")
def scheme_regrading(scheme_id: int) -> ResponseReturnValue:
    """The part of the scheme's page that asks again by itself."""
    institution.CHANGE_SCHEME.get(
        current_db(), current_actor(), scheme_id, read=institution.READ_SCHEME
    )
    return page("academics/regrading.html", job=_job(current_db(), scheme_id))
