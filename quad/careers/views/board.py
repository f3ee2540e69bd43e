"""The board, and one job with what it asks of the reader."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.audience.service import naming
from quad.careers import policy
from quad.careers.forms.jobs import SendBack
from quad.careers.kinds import salary_words
from quad.careers.lists.jobs import BOARD
from quad.careers.models.applications import STAGES
from quad.careers.models.jobs import JOB_STATES, KINDS, WORKPLACES, PostingState
from quad.careers.service import advice, eligibility, handling, looking, matching, reading
from quad.careers.service.reading import ShownJob
from quad.careers.views.blueprint import bp
from quad.core import clock
from quad.core.behind import behind
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.markdown import as_html
from quad.skills.service.held import skills_of
from quad.web.kit import action, attempted, current_actor, current_db, page, runtime
from quad.web.lists import list_page


@bp.get("/jobs")
def index() -> BaseResponse:
    actor = current_actor()
    actions = []
    if policy.POST.may(actor):
        actions.append(action(_("Posted jobs"), "careers.manage", "list-details"))
        actions.append(action(_("Post a job"), "careers.create", "plus", primary=True))
    return list_page(BOARD, "careers/board.html", actions=actions)


@bp.get("/jobs/<int:job_id>")
def show(job_id: int) -> ResponseReturnValue:
    """A job. The office and the poster see who may apply in a sentence, everybody else condition by condition."""
    db, actor = current_db(), current_actor()
    shown = reading.job(db, actor, job_id)
    if not shown.own:
        later = behind(runtime().database)
        later.put(looking.LOOKED, (job_id, actor.own_id, local_today(db)), True)
    context: dict[str, Any] = {}
    if shown.may_edit:
        context["meant"] = naming.describe(db, shown.head.audience_id)
        context["stages"] = handling.stages_of(db, job_id)
    else:
        context["standing"] = eligibility.of_shown(db, actor.own_id, shown)
        held = skills_of(db, [actor.own_id])[actor.own_id]
        context["match"] = matching.match(shown.skills, matching.shown(held))
    return page("careers/show.html", **_words(shown), send_back=Bound(SendBack), **context)


def _words(shown: ShownJob) -> dict[str, Any]:
    head = shown.head
    return {
        "shown": shown,
        "head": head,
        "about": as_html(head.about),
        "kind": KINDS[head.kind],
        "workplace": WORKPLACES[head.workplace],
        "salary": salary_words(head.salary_min, head.salary_max, head.currency, head.pay_period),
        "states": JOB_STATES,
        "stage_words": STAGES,
        "open": PostingState.OPEN,
        "now": clock.now(),
    }


@bp.get("/jobs/<int:job_id>/ways")
def ways(job_id: int) -> ResponseReturnValue:
    """What would make the reader eligible; a part of the job's page."""
    db, actor = current_db(), current_actor()
    shown = reading.job(db, actor, job_id)
    standing = eligibility.of_shown(db, actor.own_id, shown)
    found = advice.ways(db, actor, job_id, standing)
    return page("careers/ways.html", ways=found, head=shown.head)


@bp.post("/jobs/<int:job_id>/save")
def save(job_id: int) -> BaseResponse:
    return _save(job_id, saved=True, told=_("Saved. You find it on the board with the filter."))


@bp.post("/jobs/<int:job_id>/unsave")
def unsave(job_id: int) -> BaseResponse:
    return _save(job_id, saved=False, told=_("No longer saved."))


def _save(job_id: int, *, saved: bool, told: str) -> BaseResponse:
    place = url_for("careers.show", job_id=job_id)
    return attempted(
        lambda: looking.save(current_db(), current_actor(), job_id, saved=saved), told, place
    )
