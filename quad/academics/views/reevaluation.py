"""Re-evaluations: asking, following, answering, confirming."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.marks import read_cell
from quad.academics.forms.reevaluation import (
    AnswerReevaluation,
    AskReevaluation,
    ConfirmReevaluation,
    ProposedMark,
    ReturnReevaluation,
)
from quad.academics.lists.reevaluation import REEVALUATIONS, STATES
from quad.academics.models.reevaluation import Answer, ReevaluationState, Step
from quad.academics.policy import reevaluation as policy
from quad.academics.service.reevaluation import answering, asking, reading
from quad.academics.service.reevaluation.reading import Request
from quad.academics.views.blueprint import bp
from quad.core.errors import Rejected
from quad.core.facts import attempt
from quad.core.forms import Bound
from quad.core.i18n import day
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.web.kit import bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page

STEPS: dict[Step, str] = {
    Step.ASKED: _l("Asked"),
    Step.ANSWERED: _l("Answered by the teacher"),
    Step.RETURNED: _l("Sent back to the teacher"),
    Step.KEPT: _l("Confirmed: the result stays"),
    Step.CHANGED: _l("Confirmed: the result changes"),
    Step.WITHDRAWN: _l("Withdrawn"),
    Step.REMINDED: _l("Reminded"),
}
ANSWERS = ((Answer.KEEP, _l("The result stays")), (Answer.CHANGE, _l("The result changes")))
MARK = "mark-"


def _crumb() -> tuple[str, str]:
    return _("Re-evaluations"), url_for("academics.reevaluations_index")


@bp.get("/reevaluations")
def reevaluations_index() -> BaseResponse:
    """One's own, those of one's offerings, or those of the department."""
    policy.REEVALUATION_LIST.require(current_actor())
    return list_page(REEVALUATIONS)


@bp.route("/enrolments/<int:enrolment_id>/reevaluation", methods=["GET", "POST"])
def ask_reevaluation(enrolment_id: int) -> ResponseReturnValue:
    """Ask that a mark, or the whole result, be looked at again."""
    db, actor = current_db(), current_actor()
    about = asking.askable(db, actor, enrolment_id)
    values = request.form.to_dict()
    if values.get("component_id") == "whole":
        values["component_id"] = ""
    form: Bound[AskReevaluation] = Bound(AskReevaluation)
    if request.method == "POST":
        form = Bound.from_html(AskReevaluation, request.form.__class__(values))
    if form.data is not None:
        with refusals(form):
            row = asking.ask(db, actor, enrolment_id, form.data)
        if not form.errors:
            place = url_for("academics.reevaluation", reevaluation_id=row.id)
            return done(_("Your request is with the teacher now."), place)
    form.choices["component_id"] = [
        (
            choice.component_id or "whole",
            _("%(what)s, until %(day)s", what=choice.label, day=day(choice.until)),
        )
        for choice in about.choices
    ]
    back = url_for("academics.enrolment", enrolment_id=enrolment_id)
    return page(
        "academics/reevaluation_ask.html",
        form.status,
        form=form,
        about=about,
        crumbs=[(_("My record"), url_for("academics.own_record")), _("Re-evaluation")],
        cancel=back,
    )


@bp.get("/reevaluations/<int:reevaluation_id>")
def reevaluation(reevaluation_id: int) -> ResponseReturnValue:
    """One request: what it is about, how far it is, and what one may do."""
    return _show(reevaluation_id)


def _show(
    reevaluation_id: int, form: Bound[Any] | None = None, act: str = ""
) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    found = reading.request_of(db, actor, reevaluation_id)
    forms: dict[str, Bound[Any]] = {
        "answer": Bound(AnswerReevaluation),
        "confirm": Bound(ConfirmReevaluation),
        "return": Bound(ReturnReevaluation),
    }
    if form is not None:
        forms[act] = form
    forms["answer"].choices["answer"] = [(one.value, label) for one, label in ANSWERS]
    return page(
        "academics/reevaluation.html",
        form.status if form is not None else 200,
        found=found,
        row=found.row,
        forms=forms,
        may=_may(found),
        own=found.student_user_id == actor.id,
        states=STATES,
        steps=STEPS,
        typed=request.form if form is not None else {},
        crumbs=[_crumb(), found.course],
    )


def _may(found: Request) -> set[str]:
    """Return what the reader may do with a request in its state."""
    db, actor, row = current_db(), current_actor(), found.row
    if row.state is ReevaluationState.ASKED:
        wanted = {"answer": policy.REEVALUATION_ANSWER, "withdraw": policy.REEVALUATION_WITHDRAW}
    elif row.state is ReevaluationState.ANSWERED:
        wanted = {"confirm": policy.REEVALUATION_CONFIRM}
    else:
        return set()
    return {name for name, permission in wanted.items() if permission.allowed(db, actor, [row.id])}


def _typed_marks() -> tuple[list[ProposedMark], dict[str, str]]:
    """Read the fields `mark-<component>`; an empty one proposes nothing."""
    found, wrong = [], {}
    for name, text in request.form.items():
        number = name.removeprefix(MARK)
        if not name.startswith(MARK) or not (number.isascii() and number.isdigit()):
            continue
        if len(number) > 18 or not text.strip():
            continue
        try:
            value, absent = read_cell(text)
        except ValueError as error:
            wrong["marks"] = str(error)
            continue
        found.append(ProposedMark(component_id=int(number), value=value, absent=absent))
    return found, wrong


@bp.post("/reevaluations/<int:reevaluation_id>/answer")
def answer_reevaluation(reevaluation_id: int) -> ResponseReturnValue:
    """Answer as the teacher."""
    db, actor = current_db(), current_actor()
    policy.REEVALUATION_ANSWER.get(db, actor, reevaluation_id, read=policy.REEVALUATION_READ)
    plain = {name: request.form.get(name, "") for name in ("answer", "reason")}
    form = Bound.from_html(AnswerReevaluation, request.form.__class__(plain))
    marks, wrong = _typed_marks()
    if wrong:
        form.errors |= wrong
        form.data = None
    if form.data is not None:
        kept = [] if form.data.answer is Answer.KEEP else marks
        with refusals(form):
            answering.answer(
                db, actor, reevaluation_id, form.data.model_copy(update={"marks": kept})
            )
        if not form.errors:
            return done(_("Your answer is with the head of the department now."), _at())
    return _show(reevaluation_id, form, "answer")


@bp.post("/reevaluations/<int:reevaluation_id>/confirm")
def confirm_reevaluation(reevaluation_id: int) -> ResponseReturnValue:
    """Let the answer count."""
    db, actor = current_db(), current_actor()
    policy.REEVALUATION_CONFIRM.get(db, actor, reevaluation_id, read=policy.REEVALUATION_READ)
    form = bind(ConfirmReevaluation)
    if form.data is not None:
        with refusals(form):
            answering.confirm(db, actor, reevaluation_id, form.data)
        if not form.errors:
            return done(_("The answer counts now, and the student is told."), _at())
    return _show(reevaluation_id, form, "confirm")


@bp.post("/reevaluations/<int:reevaluation_id>/return")
def return_reevaluation(reevaluation_id: int) -> ResponseReturnValue:
    """Send the answer back."""
    db, actor = current_db(), current_actor()
    policy.REEVALUATION_CONFIRM.get(db, actor, reevaluation_id, read=policy.REEVALUATION_READ)
    form = bind(ReturnReevaluation)
    if form.data is not None:
        with refusals(form):
            answering.send_back(db, actor, reevaluation_id, form.data)
        if not form.errors:
            return done(_("The teacher has it again."), _at())
    return _show(reevaluation_id, form, "return")


@bp.post("/reevaluations/<int:reevaluation_id>/withdraw")
def withdraw_reevaluation(reevaluation_id: int) -> ResponseReturnValue:
    """Take one's own request back."""
    db, actor = current_db(), current_actor()
    try:
        with attempt(db):
            asking.withdraw(db, actor, reevaluation_id)
    except Rejected as refused:
        place = url_for("academics.reevaluation", reevaluation_id=reevaluation_id)
        return done(str(refused), place, category="bad")
    return done(_("Your request is withdrawn."), _at())


def _at() -> str:
    return url_for("academics.reevaluations_index")
