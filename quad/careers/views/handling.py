"""The poster's side: who applied, as a list and as a board, and what becomes of them."""

from __future__ import annotations

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.alumni.models.references import MARKS as REFERENCE_MARKS
from quad.alumni.models.references import STATES as REFERENCE_STATES
from quad.careers import policy
from quad.careers.forms.applications import Move, Note, Withdraw
from quad.careers.kinds import money, per
from quad.careers.lists.applications import APPLICANTS
from quad.careers.models.applications import MOVES, STAGES, WITHDRAWABLE, Stage
from quad.careers.service import cvs, handling, reading
from quad.careers.views.blueprint import bp
from quad.careers.views.words import entries
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.listing.bulk import chosen_ids
from quad.web.download import disposition
from quad.web.kit import action, attempted, bind, current_actor, current_db, done, page, runtime
from quad.web.lists import list_page

SENTENCES = 3
ALL_STAGES = [(stage.value, label) for stage, (_mark, label) in STAGES.items()]
ASKED = [pair for pair in ALL_STAGES if pair[0] != Stage.WITHDRAWN.value]


@bp.get("/jobs/<int:job_id>/applicants")
def applicants(job_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    job = policy.JOB_EDIT.get(db, actor, job_id, read=policy.JOB_READ)
    actions = [action(_("Board"), "careers.stages", "columns-3", job_id=job_id)]
    return list_page(
        APPLICANTS, "careers/applicants.html", fixed={"job": str(job_id)}, actions=actions, job=job
    )


@bp.get("/jobs/<int:job_id>/board")
def stages(job_id: int) -> ResponseReturnValue:
    """The applicants in columns, a stage each."""
    db, actor = current_db(), current_actor()
    job = policy.JOB_EDIT.get(db, actor, job_id, read=policy.JOB_READ)
    rows = handling.board(db, actor, job_id)
    columns = [
        {
            "stage": stage.value,
            "mark": mark,
            "label": label,
            "rows": [row for row in rows if row.stage is stage],
            "moves": [(one.value, STAGES[one][1]) for one in MOVES[stage]],
        }
        for stage, (mark, label) in STAGES.items()
    ]
    return page("careers/stages.html", job=job, columns=columns, full=len(rows) >= handling.SHOWN)


@bp.get("/applications/<int:application_id>")
def application(application_id: int) -> ResponseReturnValue:
    return _shown(application_id)


def _shown(application_id: int, note: Bound[Note] | None = None) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    found = reading.application(db, actor, application_id)
    head = found.head
    offer = (
        per(head.pay_period, money(head.offer, head.offer_currency))
        if head.offer is not None
        else ""
    )
    return page(
        "careers/application.html",
        note.status if note is not None else 200,
        shown=found,
        head=head,
        stages=STAGES,
        moves=[(stage.value, STAGES[stage][1]) for stage in MOVES[head.stage]],
        entries=entries(found),
        offer=offer,
        reference_states=dict(REFERENCE_STATES),
        reference_marks=REFERENCE_MARKS,
        move=Bound(Move),
        note=note or Bound(Note),
        withdraw=Bound(Withdraw),
        may_withdraw=found.own and head.stage in WITHDRAWABLE,
    )


@bp.post("/applications/<int:application_id>/move")
def move(application_id: int) -> BaseResponse:
    form = bind(Move)
    back = request.args.get("back", "")
    place = (
        url_for("careers.stages", job_id=int(back))
        if back.isdigit() and len(back) < 19
        else url_for("careers.application", application_id=application_id)
    )
    return attempted(
        lambda: handling.move(current_db(), current_actor(), application_id, form.require()),
        _("Moved. The applicant hears of it."),
        place,
    )


@bp.post("/applications/<int:application_id>/note")
def note(application_id: int) -> ResponseReturnValue:
    form = bind(Note)
    if form.data is None:
        return _shown(application_id, form)
    handling.note(current_db(), current_actor(), application_id, form.data)
    return done("", url_for("careers.application", application_id=application_id))


@bp.post("/applications/move")
def move_many() -> ResponseReturnValue:
    """The picked applications first come to a page that asks where to, which posts here again."""
    db, actor = current_db(), current_actor()
    chosen = chosen_ids(APPLICANTS, db, actor, request.form, permission=policy.APPLICATION_HANDLE)
    form = None
    if "stage" in request.form:
        given = {name: request.form.get(name, "") for name in Move.model_fields}
        form = Bound.from_row(Move, given)
    if form is None or form.data is None:
        shown = form or Bound(Move)
        shown.choices["stage"] = ASKED
        return page("careers/move_many.html", shown.status, ids=chosen, form=shown)
    count, refused = handling.move_many(db, actor, chosen, form.data)
    told = ngettext("%(num)s application moved.", "%(num)s applications moved.", count)
    sentences = [*([told] if count else []), *dict.fromkeys(refused.values())]
    return done(
        " ".join(sentences[: SENTENCES + 1]),
        _back_to_list(chosen),
        category="bad" if not count else "warn" if refused else "done",
    )


def _back_to_list(chosen: list[int]) -> str:
    found = handling.job_of(current_db(), current_actor(), chosen)
    return url_for("careers.applicants", job_id=found) if found else url_for("careers.manage")


@bp.get("/download/cv/<int:application_id>")
def download_cv(application_id: int) -> BaseResponse:
    """The CV, to whoever posted the job or sent it in."""
    key, name, media_type = cvs.take_out(runtime().database, current_actor(), application_id)
    response = Response(mimetype=media_type)
    response.headers["X-Quad-File"] = key
    response.headers["Content-Disposition"] = disposition("attachment", name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
