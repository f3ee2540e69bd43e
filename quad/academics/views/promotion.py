"""Moving a batch up: the wizard, the preview, the report, and a programme's rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.promotion import (
    ApplyPromotion,
    NewPromotion,
    OverrideLine,
    RuleForm,
    UndoPromotion,
)
from quad.academics.lists.choices import batches, terms
from quad.academics.lists.promotion import LINES, OUTCOMES, PROMOTIONS, SETTLED, STATES, why
from quad.academics.models.promotion import Outcome, PromotionState
from quad.academics.policy import promotion as policy
from quad.academics.service.promotion import applying, previews, reading, rules, undoing
from quad.academics.service.promotion.reading import Run
from quad.academics.views.blueprint import bp
from quad.core.errors import Invalid, QuadError, Rejected
from quad.core.facts import attempt
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext, number
from quad.core.jobs.models import JobState
from quad.core.listing.bulk import chosen_ids
from quad.core.policy import Actor
from quad.web.added import reasons
from quad.web.kit import (
    action,
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

JOB_STATES = {
    JobState.QUEUED: "waiting",
    JobState.FAILED: "waiting",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.DEAD: "failed",
}
DECISIONS = (Outcome.PROMOTED, Outcome.GRADUATED, Outcome.HELD)


def _crumb() -> tuple[str, str]:
    return _("Promotions"), url_for("academics.promotions_index")


def _named(run: Run) -> str:
    return _("%(batch)s after %(term)s", batch=run.batch, term=run.term)


@bp.get("/promotions")
def promotions_index() -> BaseResponse:
    """Every run, the newest first."""
    actor = current_actor()
    policy.PROMOTION_LIST.require(actor)
    actions = []
    if policy.PROMOTION_START.may(actor):
        actions.append(
            action(_("Move a batch up"), "academics.new_promotion", "stairs-up", primary=True)
        )
    return list_page(PROMOTIONS, actions=actions)


@bp.route("/promotions/new", methods=["GET", "POST"])
def new_promotion() -> ResponseReturnValue:
    """Choose who moves up, and after which term; then look."""
    db, actor = current_db(), current_actor()
    policy.PROMOTION_START.require(actor)
    initial: dict[str, Any] = {"term_id": reading.usual_term(db)}
    given = request.args.get("batch_id", "")
    if given.isascii() and given.isdigit() and len(given) < 19:
        initial["batch_id"] = int(given)
    form = bind(NewPromotion, initial=initial)
    if form.data is not None:
        with refusals(form):
            run = previews.preview(db, actor, form.data)
        if not form.errors:
            return done("", url_for("academics.promotion", promotion_id=run.id))
    form.choices.update(batch_id=batches(db), term_id=terms(db))
    return form_page(
        form,
        title=_("Move a batch up"),
        lead=_("First you see what becomes of every student. Nothing changes until you say so."),
        crumbs=[_crumb()],
        submit=_("Show the preview"),
        cancel=url_for("academics.promotions_index"),
    )


@bp.get("/promotions/<int:promotion_id>")
def promotion(promotion_id: int) -> ResponseReturnValue:
    """The preview before, the report after: figures, and every student."""
    db, actor = current_db(), current_actor()
    run = reading.run_of(db, actor, promotion_id)
    may = policy.PROMOTION_START.may(actor)
    applied = run.row.state is PromotionState.APPLIED
    waiting = run.row.state is PromotionState.PREVIEWED
    return list_page(
        LINES if waiting and may else SETTLED,
        "academics/promotion.html",
        fixed={"run": str(promotion_id)},
        run=run,
        title=_named(run),
        state=STATES[run.row.state],
        may=may,
        until=undoing.until(db, run.row),
        obstacles=undoing.obstacles(db, run.row, reasons("promotion")) if may and applied else [],
        job=_job(run),
        conditions=conditions(run.rule),
    )


def conditions(rule: Any) -> list[str]:
    """Say in sentences what a rule asks."""
    found = []
    if rule.most_backlogs is not None:
        found.append(
            ngettext("At most %(num)s backlog.", "At most %(num)s backlogs.", rule.most_backlogs)
        )
    if rule.credits_a_semester:
        found.append(
            _(
                "%(credits)s credits for each semester completed.",
                credits=number(rule.credits_a_semester),
            )
        )
    if rule.least_cgpa is not None:
        found.append(_("A CGPA of %(cgpa)s or more.", cgpa=number(rule.least_cgpa)))
    if rule.dues_hold:
        found.append(_("No dues."))
    if rule.open_results_hold:
        found.append(_("No open results in the term."))
    graduation = _(
        "To graduate after semester %(n)s: %(credits)s credits and no backlog.",
        n=rule.semesters,
        credits=number(rule.credits_required),
    )
    if rule.graduation_cgpa is not None:
        graduation += " " + _("A CGPA of %(cgpa)s or more.", cgpa=number(rule.graduation_cgpa))
    return [*found, graduation]


def _job(run: Run) -> dict[str, Any] | None:
    """Return what the progress macro draws while the worker has a run."""
    if run.row.state is not PromotionState.APPLYING:
        return None
    state = JOB_STATES[run.job.state] if run.job else "waiting"
    return {
        "id": run.row.id,
        "label": _("Moving the batch up"),
        # Done is said by the run itself: until then the last unit is not committed.
        "state": "running" if state == "done" else state,
        "done": run.job.progress_done if run.job else 0,
        "total": run.job.progress_total if run.job else run.row.students,
        "message": "",
        "poll_href": url_for("academics.promotion_progress", promotion_id=run.row.id),
    }


@bp.get("/promotions/<int:promotion_id>/progress")
def promotion_progress(promotion_id: int) -> ResponseReturnValue:
    """The part of the page that asks again by itself."""
    run = reading.run_of(current_db(), current_actor(), promotion_id)
    return page(
        "academics/promotion_progress.html", job=_job(run), run=run, state=STATES[run.row.state]
    )


@bp.get("/promotions/<int:promotion_id>/differences")
def promotion_differences(promotion_id: int) -> ResponseReturnValue:
    """Who is not as in the preview any more."""
    db, actor = current_db(), current_actor()
    run = reading.run_of(db, actor, promotion_id)
    return page(
        "academics/promotion_differences.html",
        run=run,
        title=_named(run),
        differences=applying.differences(db, actor, promotion_id),
        outcomes=OUTCOMES,
        may=policy.PROMOTION_START.may(actor),
    )


@bp.post("/promotions/<int:promotion_id>/apply")
def apply_promotion(promotion_id: int) -> ResponseReturnValue:
    """Do what the preview shows; when it is not so any more, show the difference."""
    db, actor = current_db(), current_actor()
    place = url_for("academics.promotion", promotion_id=promotion_id)
    form = Bound.from_html(ApplyPromotion, request.form)
    try:
        with attempt(db):
            run = applying.apply(db, actor, promotion_id, form.require())
    except (Rejected, Invalid) as refused:
        if applying.differences(db, actor, promotion_id, 1):
            place = url_for("academics.promotion_differences", promotion_id=promotion_id)
        return done(_sentence(refused), place, category="bad")
    if run.state is PromotionState.APPLYING:
        return done("", place)
    told = ngettext("%(num)s student moved up", "%(num)s students moved up", run.promoted)
    if run.graduated:
        told += ngettext(", %(num)s graduated", ", %(num)s graduated", run.graduated)
    return done(f"{told}.", place)


def _sentence(refused: QuadError) -> str:
    if isinstance(refused, Invalid):
        return _("Look at the preview once more, then apply it.")
    return str(refused)


@bp.post("/promotions/<int:promotion_id>/refresh")
def refresh_promotion(promotion_id: int) -> ResponseReturnValue:
    """Make the preview again."""
    return _act(
        promotion_id, previews.refresh, _("The preview shows the figures and the rule of now.")
    )


@bp.post("/promotions/<int:promotion_id>/discard")
def discard_promotion(promotion_id: int) -> ResponseReturnValue:
    """Give the preview up."""
    return _act(promotion_id, previews.discard, _("The preview is given up. Nobody was moved."))


def _act(promotion_id: int, act: Any, told: str) -> ResponseReturnValue:
    place = url_for("academics.promotion", promotion_id=promotion_id)
    return attempted(lambda: act(current_db(), current_actor(), promotion_id), told, place)


@bp.route("/promotions/<int:promotion_id>/undo", methods=["GET", "POST"])
def undo_promotion(promotion_id: int) -> ResponseReturnValue:
    """Take a promotion back, or say what stands against it."""
    db, actor = current_db(), current_actor()
    policy.PROMOTION_RUN.get(db, actor, promotion_id, read=policy.PROMOTION_READ)
    run = reading.run_of(db, actor, promotion_id)
    form = bind(UndoPromotion)
    place = url_for("academics.promotion", promotion_id=promotion_id)
    if form.data is not None:
        with refusals(form):
            undoing.undo(db, actor, promotion_id, form.data, reasons("promotion"))
        if not form.errors:
            return done(_("Everybody is where they were before."), place)
    return page(
        "academics/promotion_undo.html",
        form.status,
        form=form,
        run=run,
        title=_named(run),
        crumbs=[_crumb(), (_named(run), place), _("Undo")],
        obstacles=undoing.obstacles(db, run.row, reasons("promotion")),
        cancel=place,
    )


@bp.route("/promotions/students/<int:line_id>", methods=["GET", "POST"])
def promotion_line(line_id: int) -> ResponseReturnValue:
    """One student of a run; while it is a preview, decide otherwise here."""
    db, actor = current_db(), current_actor()
    if request.method == "POST":
        policy.LINE_OVERRIDE.get(db, actor, line_id, read=policy.LINE_READ)
    head = reading.line_of(db, actor, line_id)
    run = reading.run_of(db, actor, head.line.promotion_id)
    decided = head.line.overridden_at is not None
    initial = {
        "outcome": head.line.outcome if decided else None,
        "reason": head.line.override_reason,
    }
    form = bind(OverrideLine, initial=initial)
    place = url_for("academics.promotion", promotion_id=run.row.id)
    if form.data is not None:
        with refusals(form):
            previews.override(db, actor, run.row.id, [line_id], form.data)
        if not form.errors:
            return done(_("The decision is kept."), place)
    form.choices["outcome"] = _decisions()
    return page(
        "academics/promotion_line.html",
        form.status,
        form=form,
        head=head,
        run=run,
        outcomes=OUTCOMES,
        why=why(head.line),
        crumbs=[_crumb(), (_named(run), place), head.name],
        may=run.row.state is PromotionState.PREVIEWED
        and head.line.by_rule is not Outcome.SKIPPED
        and bool(policy.LINE_OVERRIDE.allowed(db, actor, [line_id])),
        cancel=place,
    )


def _decisions() -> list[tuple[str, str]]:
    return [(outcome.value, OUTCOMES[outcome][1]) for outcome in DECISIONS]


@bp.post("/promotions/students/override")
def override_lines() -> ResponseReturnValue:
    """Decide otherwise for the picked students; the first time asks how."""
    db, actor = current_db(), current_actor()
    given = request.form.get("run", "")
    run_id = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    run = reading.run_of(db, actor, run_id)
    chosen = chosen_ids(
        LINES,
        db,
        actor,
        request.form,
        permission=policy.LINE_OVERRIDE,
        fixed={"run": str(run_id)},
    )
    form: Bound[OverrideLine] = Bound(OverrideLine)
    place = url_for("academics.promotion", promotion_id=run_id)
    if "reason" in request.form:
        values = {name: request.form.get(name, "") for name in OverrideLine.model_fields}
        form = Bound.from_html(OverrideLine, request.form.__class__(values))
        if form.data is not None:
            with refusals(form):
                count = previews.override(db, actor, run_id, chosen, form.data)
            if not form.errors:
                told = ngettext("%(num)s decision is kept.", "%(num)s decisions are kept.", count)
                return done(told, place)
    form.choices["outcome"] = _decisions()
    return page(
        "academics/promotion_override.html",
        form.status,
        form=form,
        ids=chosen,
        run=run,
        crumbs=[_crumb(), (_named(run), place), _("Decide otherwise")],
        cancel=place,
    )


@bp.route("/programmes/<int:programme_id>/promotion-rule", methods=["GET", "POST"])
def promotion_rule(programme_id: int) -> ResponseReturnValue:
    """What a programme asks of who moves up."""
    db, actor = current_db(), current_actor()
    policy.RULE_CHANGE.get(db, actor, programme_id, read=policy.RULE_READ)
    programme, rule, version = rules.read(db, actor, programme_id)
    initial = {name: getattr(rule, name) for name in rules.CONDITIONS}
    form = bind(RuleForm, initial=initial | {"version": version or None})
    place = url_for("institution.programme", programme_id=programme_id)
    if form.data is not None:
        with refusals(form):
            rules.change(db, actor, programme_id, form.data)
        if not form.errors:
            return done(_("The rule is saved."), place)
    return form_page(
        form,
        title=_("Promotion rule"),
        lead=programme.name,
        crumbs=[
            (_("Programmes"), url_for("institution.programmes_list")),
            (programme.name, place),
        ],
        submit=_("Save"),
        cancel=place,
    )


def rule_panel(db: Session, actor: Actor, programme_id: int) -> Mapping[str, Any] | None:
    """The rule on the page of its programme, for who teaches or administers."""
    if not actor.has("admin", "hod", "faculty", "advisor", "counsellor"):
        return None
    _programme, rule, version = rules.read(db, actor, programme_id)
    return {
        "conditions": conditions(rule),
        "usual": not version,
        "may": bool(policy.RULE_CHANGE.allowed(db, actor, [programme_id])),
        "programme_id": programme_id,
    }


def batch_panel(db: Session, actor: Actor, batch_id: int) -> Mapping[str, Any] | None:
    """The latest runs on the page of a batch."""
    if not policy.PROMOTION_LIST.may(actor):
        return None
    return {
        "runs": reading.runs_of_batch(db, actor, batch_id),
        "states": STATES,
        "may": policy.PROMOTION_START.may(actor),
        "batch_id": batch_id,
    }
