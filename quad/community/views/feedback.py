"""Being asked, and asking: forms for feedback."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.audience.service.choices import choices
from quad.community import policy
from quad.community.forms.feedback import FeedbackFormIn, FeedbackGivenIn, FeedbackQuestionIn
from quad.community.lists.feedback import FORMS
from quad.community.models.feedback import FeedbackForm, Naming
from quad.community.service import answering, asking
from quad.community.service import results as outcomes
from quad.community.views.blueprint import act, bp, signed_in
from quad.core.export.writing import write_table
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.markdown import as_html
from quad.core.questions import KIND_NAMES, given_answers, page_field
from quad.web.download import download
from quad.web.kit import action, bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page

ONE = "/feedback/<int:form_id>"


@bp.get("/feedback")
def asked() -> ResponseReturnValue:
    """What one is asked now, and the box that always stands open."""
    db, actor = current_db(), signed_in()
    return page(
        "community/asked.html",
        forms=answering.open_forms(db, actor),
        asks=policy.ASK.may(actor),
    )


@bp.route("/feedback/box", methods=["GET", "POST"])
def box() -> ResponseReturnValue:
    """Tell those who run the place what one thinks of it."""
    db, actor = current_db(), signed_in()
    row = asking.find_box(db) or asking.new_box()
    form: Bound[Any] = bind(answering.input_of(row))
    if form.data is not None:
        given = _given(form.data)
        with refusals(form):
            answering.answer_box(db, actor, given)
        if not form.errors:
            return done(_("Thank you. It is read."), url_for("community.asked"))
    return _answer_page(row, form)


@bp.route(ONE, methods=["GET", "POST"])
def answer(form_id: int) -> ResponseReturnValue:
    """Answer a form, once."""
    db, actor = current_db(), signed_in()
    found = answering.asked(db, actor, form_id)
    form: Bound[Any] = bind(answering.input_of(found.form))
    if form.data is not None:
        given = _given(form.data)
        with refusals(form):
            answering.answer(db, actor, form_id, given)
        if not form.errors:
            return done(_("Thank you."), url_for("community.asked"))
        form.errors = {page_field(name): said for name, said in form.errors.items()}
    return _answer_page(found.form, form, closed=not found.open, answered=found.answered)


def _given(data: Any) -> FeedbackGivenIn:
    return FeedbackGivenIn(
        answers=given_answers(data), anonymous=bool(getattr(data, "anonymous", False))
    )


def _answer_page(
    row: FeedbackForm, form: Bound[Any], *, closed: bool = False, answered: bool = False
) -> ResponseReturnValue:
    return page(
        "community/answer.html",
        form.status,
        row=row,
        form=form,
        about=as_html(row.about),
        fields=list(form.kind.model_fields),
        closed=closed,
        answered=answered,
        nameless=row.naming is Naming.ANONYMOUS,
        named=row.naming is Naming.NAMED,
    )


@bp.get("/feedback/manage")
def manage() -> ResponseReturnValue:
    """The forms one made; an administrator sees all."""
    policy.ASK.require(signed_in())
    return list_page(FORMS, actions=[action(_("New form"), "community.make", "plus", primary=True)])


@bp.route("/feedback/create", methods=["GET", "POST"])
def make() -> ResponseReturnValue:
    db, actor = current_db(), signed_in()
    policy.ASK.require(actor)
    form = bind(FeedbackFormIn, choices=choices(db))
    if form.data is not None:
        made = []
        with refusals(form):
            made.append(asking.create(db, actor, form.data).id)
        if made:
            return done(_("Now write the questions."), url_for("community.build", form_id=made[0]))
    return page("community/feedback_form.html", form.status, form=form, row=None)


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
def change(form_id: int) -> ResponseReturnValue:
    db, actor = current_db(), signed_in()
    row = asking.run(db, actor, form_id)
    form = bind(FeedbackFormIn, initial=asking.initial(db, row), choices=choices(db))
    if form.data is not None:
        with refusals(form):
            asking.edit(db, actor, form_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("community.build", form_id=form_id))
    return page("community/feedback_form.html", form.status, form=form, row=row)


@bp.get(f"{ONE}/questions")
def build(form_id: int) -> ResponseReturnValue:
    """The questions of a form, for who runs it."""
    return _build(form_id, Bound(FeedbackQuestionIn))


@bp.post(f"{ONE}/questions")
def add_question(form_id: int) -> ResponseReturnValue:
    form = bind(FeedbackQuestionIn)
    if form.data is not None:
        with refusals(form):
            asking.add_question(current_db(), signed_in(), form_id, form.data)
        if not form.errors:
            place = url_for("community.build", form_id=form_id)
            return done(_("The question is asked from now on."), place)
    return _build(form_id, form)


def _build(form_id: int, form: Bound[FeedbackQuestionIn]) -> ResponseReturnValue:
    row = asking.run(current_db(), signed_in(), form_id)
    return page(
        "community/questions.html",
        form.status,
        row=row,
        form=form,
        kinds=KIND_NAMES,
        tabs=_tabs(row, "build"),
    )


def _tabs(row: FeedbackForm, current: str) -> list[dict[str, Any]]:
    places = [("build", _("Questions"), 0), ("results", _("Answers"), row.answers)]
    return [
        {
            "label": label,
            "href": url_for(f"community.{name}", form_id=row.id),
            "current": name == current,
            "count": count,
        }
        for name, label, count in (places if row.standing is None else places[1:])
    ]


@bp.post(f"{ONE}/questions/<key>/delete")
def drop_question(form_id: int, key: str) -> BaseResponse:
    return act(
        lambda: asking.drop_question(current_db(), current_actor(), form_id, key),
        _("Not asked any more."),
        place=url_for("community.build", form_id=form_id),
    )


@bp.post(f"{ONE}/delete")
def drop_form(form_id: int) -> BaseResponse:
    """Hide a form with its answers."""
    return act(
        lambda: asking.delete(current_db(), current_actor(), form_id),
        _("The form is deleted."),
        place=url_for("community.manage"),
    )


@bp.get(f"{ONE}/results")
def results(form_id: int) -> ResponseReturnValue:
    """What people answered, for who runs the form."""
    found = outcomes.results(current_db(), signed_in(), form_id)
    return page(
        "community/results.html", results=found, row=found.form, tabs=_tabs(found.form, "results")
    )


@bp.get(f"{ONE}/results.csv")
def results_file(form_id: int) -> Response:
    """Every answer as a line of a table."""
    heads, rows = outcomes.table(current_db(), signed_in(), form_id)
    content = b"".join(write_table(heads, rows, "csv").pieces())
    return download(content, "text/csv; charset=utf-8", f"feedback-{form_id}.csv")
