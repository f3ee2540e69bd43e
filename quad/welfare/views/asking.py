"""The student's side: choose what it is about, ask, and see what became of it."""

from __future__ import annotations

import secrets
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Invalid, Rejected
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.taking import Taken
from quad.web.kit import (
    bind,
    chosen_error,
    current_actor,
    current_db,
    done,
    page,
    refusals,
    require_role,
)
from quad.welfare import policy
from quad.welfare.forms.requests import ANSWER, NewRequest, Why, answers_form
from quad.welfare.lists.requests import STATES
from quad.welfare.models.requests import OPEN
from quad.welfare.service import asking, attachments, categories, handling, people, reading
from quad.welfare.views.blueprint import bp, given_files, largest_attachment


@bp.get("/requests")
def index() -> ResponseReturnValue:
    """A student's own requests; the staff goes on to the queue."""
    actor = current_actor()
    if actor.working_role != "student" and policy.OPEN_QUEUE.may(actor):
        return done("", url_for("welfare.queue"))
    require_role("student")
    rows = reading.own_requests(current_db(), actor)
    return page(
        "welfare/own.html",
        waiting=[row for row in rows if row.state in OPEN],
        closed=[row for row in rows if row.state not in OPEN],
        states=STATES,
    )


@bp.get("/requests/new")
def choose() -> ResponseReturnValue:
    require_role("student")
    found = categories.open_categories(current_db(), current_actor())
    return page("welfare/choose.html", categories=found)


@bp.route("/requests/new/<int:category_id>", methods=["GET", "POST"])
def ask(category_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    require_role("student")
    problem, files = "", list[Taken]()
    if request.method == "POST":
        try:
            files = given_files()
        except Invalid as error:
            problem = error.fields["file"]
    asked = categories.asked(db, actor, category_id)
    kind = answers_form(asked.questions, with_days=asked.with_days, confidential=asked.confidential)
    committee = (
        [one for one in people.names_of_office(db, asked.committee_id) if one[0] != actor.id]
        if asked.committee_id is not None
        else []
    )
    form: Bound[Any] = bind(
        kind,
        initial={
            "submit_key": secrets.token_hex(16),
            "people": [number for number, _name in committee],
        },
        choices={"people": committee},
    )
    if problem:
        form.data = None
        form.errors["file"] = problem
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(asking.submit(db, actor, category_id, _given(form.data), files).id)
        if made:
            return done(
                _("We have your request. You see here what becomes of it."),
                url_for("welfare.show", request_id=made[0]),
            )
        form.errors = {_field(name): said for name, said in form.errors.items()}
    return page(
        "welfare/ask.html",
        form.status,
        form=form,
        category=asked,
        committee=committee,
        accept=attachments.FILE.accept,
        megabytes=largest_attachment(),
        most=attachments.AT_ONCE,
    )


def _given(data: Any) -> NewRequest:
    """Read the category's form as the one input class that every door sends."""
    values = data.model_dump(mode="json")
    answers = {
        name.removeprefix(ANSWER): value
        for name, value in values.items()
        if name.startswith(ANSWER) and value is not None
    }
    return NewRequest(
        first_day=getattr(data, "first_day", None),
        last_day=getattr(data, "last_day", None),
        people=getattr(data, "people", []),
        answers=answers,
        submit_key=data.submit_key,
    )


def _field(name: str) -> str:
    return ANSWER + name.removeprefix("answers.") if name.startswith("answers.") else name


@bp.post("/requests/<int:request_id>/withdraw")
def withdraw(request_id: int) -> BaseResponse:
    form = bind(Why).require()
    return _change(request_id, lambda: handling.withdraw(*_me(), request_id, form), _("Withdrawn."))


@bp.post("/requests/<int:request_id>/reopen")
def reopen(request_id: int) -> BaseResponse:
    form = bind(Why).require()
    told = _("Reopened. Somebody looks at it again.")
    return _change(request_id, lambda: handling.reopen(*_me(), request_id, form), told)


def _me() -> tuple[Any, Any]:
    return current_db(), current_actor()


def _change(request_id: int, act: Any, told: str) -> BaseResponse:
    place = url_for("welfare.show", request_id=request_id)
    try:
        act()
    except Rejected as error:
        return done(chosen_error(error), place, category="bad")
    return done(told, place)
