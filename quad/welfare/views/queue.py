"""The staff's side: the queue, one request, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import attempt
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.listing.bulk import chosen_ids
from quad.web.download import stored_file
from quad.web.kit import (
    action,
    attempted,
    bind,
    chosen_error,
    current_actor,
    current_db,
    done,
    page,
)
from quad.web.lists import list_page
from quad.welfare import policy
from quad.welfare.forms.requests import (
    Assign,
    ChangeDue,
    Comment,
    NumbersAsked,
    RejectRequest,
    Resolve,
    Why,
)
from quad.welfare.lists.choices import departments
from quad.welfare.lists.requests import REQUESTS, STATES
from quad.welfare.service import attachments, figures, handling, letters, people, reading
from quad.welfare.service.figures import Range
from quad.welfare.views.blueprint import bp, given_files, largest_attachment
from quad.welfare.views.words import entries, steps

SENTENCES = 3


@bp.get("/requests/queue")
def queue() -> BaseResponse:
    """The requests one may see as staff; without a choice, the open ones."""
    actor = current_actor()
    policy.OPEN_QUEUE.require(actor)
    actions = []
    if policy.SEE_FIGURES.may(actor):
        actions.append(action(_("Numbers"), "welfare.numbers", "chart-bar"))
    if policy.SET_UP.may(actor):
        actions.append(action(_("Set up"), "welfare_setup.categories", "settings"))
    if not request.query_string:
        return done("", url_for("welfare.queue", waits="open"))
    return list_page(REQUESTS, "welfare/queue.html", actions=actions, me=actor.own_id)


@bp.get("/requests/numbers")
def numbers() -> ResponseReturnValue:
    """How many requests there are: by category, state and department, in a range of days."""
    db, actor = current_db(), current_actor()
    policy.SEE_FIGURES.require(actor)
    form = Bound.from_html(NumbersAsked, request.args)
    given = form.data or NumbersAsked()
    which = Range(given.first, given.last, given.department_id)
    form.choices["department_id"] = departments(db)
    return page(
        "welfare/numbers.html",
        form.status,
        form=form,
        which=which,
        found=figures.figures(db, actor, which),
        states=STATES,
        whole=actor.has("admin"),
    )


@bp.get("/requests/<int:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    return _shown(request_id)


def _shown(
    request_id: int,
    *,
    comment: Bound[Comment] | None = None,
    status: int = 200,
    file_problem: str = "",
) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    found = reading.shown(db, actor, request_id)
    return page(
        "welfare/show.html",
        status,
        shown=found,
        head=found.head,
        states=STATES,
        entries=entries(found),
        steps=steps(found),
        answers=[
            (label, reading.worded(kind, given)) for _key, label, kind, given in found.head.answers
        ],
        comment=comment or Bound(Comment),
        resolve=Bound(Resolve),
        reject=Bound(RejectRequest),
        why=Bound(Why),
        due=Bound(ChangeDue, initial={"due_on": found.head.due_on}),
        assign=_assign_form(found) if found.may_handle and found.is_open else None,
        file_problem=file_problem,
        accept=attachments.FILE.accept,
        megabytes=largest_attachment() if found.is_open else 0,
        today=clock.today(actor.zone or "UTC"),
    )


def _assign_form(found: reading.Shown) -> dict[str, Any]:
    db, head = current_db(), found.head
    if head.confidential:
        named = people.assignable_confidential(db, head.id)
        return {"people": named, "offices": [], "form": Bound(Assign)}
    staff = people.assignable(db, head.department_id)
    return {"people": staff, "offices": people.offices(db), "form": Bound(Assign)}


@bp.post("/requests/<int:request_id>/comment")
def comment(request_id: int) -> ResponseReturnValue:
    form = bind(Comment)
    if form.data is None:
        return _shown(request_id, comment=form, status=422)
    handling.comment(current_db(), current_actor(), request_id, form.data)
    return done("", url_for("welfare.show", request_id=request_id, _anchor="story-end"))


@bp.post("/requests/<int:request_id>/attach")
def attach(request_id: int) -> ResponseReturnValue:
    try:
        given = given_files()
        if not given:
            raise Invalid({"file": _("Choose a file first.")})
    except Invalid as error:
        return _shown(request_id, status=422, file_problem=error.fields["file"])
    internal = request.form.get("internal") == "true"
    return _act(
        request_id,
        lambda: attachments.attach(
            current_db(), current_actor(), request_id, given, internal=internal
        ),
        _("The file is added."),
    )


@bp.get("/requests/<int:request_id>/files/<int:attachment_id>")
def file(request_id: int, attachment_id: int) -> BaseResponse:
    stored = attachments.find(current_db(), current_actor(), request_id, attachment_id)
    return stored_file(stored)


@bp.get("/requests/<int:request_id>/letter")
def letter(request_id: int) -> BaseResponse:
    _row, stored = letters.letter(current_db(), current_actor(), request_id)
    return stored_file(stored)


@bp.post("/requests/<int:request_id>/assign")
def assign(request_id: int) -> BaseResponse:
    """Pass a request on, and go to the queue: it may be out of sight now."""
    form, db, actor = bind(Assign), current_db(), current_actor()
    try:
        with attempt(db):
            handling.assign(db, actor, request_id, form.require())
    except (Rejected, Invalid) as error:
        place = url_for("welfare.show", request_id=request_id)
        return done(chosen_error(error), place, category="bad")
    return done(_("Passed on."), url_for("welfare.queue", waits="open"))


@bp.post("/requests/<int:request_id>/start")
def start(request_id: int) -> BaseResponse:
    return _act(
        request_id,
        lambda: handling.start(current_db(), current_actor(), request_id),
        _("It is yours now."),
    )


@bp.post("/requests/<int:request_id>/resolve")
def resolve(request_id: int) -> BaseResponse:
    return _decide(request_id, bind(Resolve), handling.resolve, _("Resolved."))


@bp.post("/requests/<int:request_id>/reject")
def reject(request_id: int) -> BaseResponse:
    return _decide(request_id, bind(RejectRequest), handling.reject, _("Declined."))


@bp.post("/requests/<int:request_id>/due")
def due(request_id: int) -> BaseResponse:
    return _decide(request_id, bind(ChangeDue), handling.change_due, _("The due day is changed."))


def _decide(
    request_id: int, form: Bound[Any], command: Callable[..., Any], told: str
) -> BaseResponse:
    return _act(
        request_id,
        lambda: command(current_db(), current_actor(), request_id, form.require()),
        told,
    )


def _act(request_id: int, act: Callable[[], Any], told: str) -> BaseResponse:
    """Do something with a request and go back to it; a refusal is told there, and nothing is changed."""
    return attempted(act, told, url_for("welfare.show", request_id=request_id))


@bp.post("/requests/queue/assign")
def assign_many() -> ResponseReturnValue:
    """The picked requests first come to a page that asks to whom, which posts here again."""
    db, actor = current_db(), current_actor()
    policy.OPEN_QUEUE.require(actor)
    chosen = chosen_ids(REQUESTS, db, actor, request.form, permission=policy.HANDLE)
    form = _asked_again(Assign, "to")
    if form is None or form.data is None:
        return page(
            "welfare/assign_many.html",
            form.status if form else 200,
            ids=chosen,
            form=form or Bound(Assign),
            people=people.assignable(db),
            offices=people.offices(db),
        )
    data = form.data
    return _done_many(chosen, lambda each: handling.assign(db, actor, each, data), _assigned)


def _assigned(count: int) -> str:
    return ngettext("%(num)s request passed on.", "%(num)s requests passed on.", count)


@bp.post("/requests/queue/start")
def start_many() -> BaseResponse:
    db, actor = current_db(), current_actor()
    policy.OPEN_QUEUE.require(actor)
    chosen = chosen_ids(REQUESTS, db, actor, request.form, permission=policy.HANDLE)
    return _done_many(
        chosen,
        lambda each: handling.start(db, actor, each),
        lambda count: ngettext(
            "%(num)s request is yours now.", "%(num)s requests are yours now.", count
        ),
    )


@bp.post("/requests/queue/resolve")
def resolve_many() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.OPEN_QUEUE.require(actor)
    chosen = chosen_ids(REQUESTS, db, actor, request.form, permission=policy.HANDLE)
    form = _asked_again(Resolve, "note")
    if form is None or form.data is None:
        return _why_many(chosen, form or Bound(Resolve), "resolve_many", _("Resolve"), "check")
    data = form.data
    return _done_many(
        chosen,
        lambda each: handling.resolve(db, actor, each, data),
        lambda count: ngettext("%(num)s request resolved.", "%(num)s requests resolved.", count),
    )


@bp.post("/requests/queue/reject")
def reject_many() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.OPEN_QUEUE.require(actor)
    chosen = chosen_ids(REQUESTS, db, actor, request.form, permission=policy.HANDLE)
    form = _asked_again(RejectRequest, "reason")
    if form is None or form.data is None:
        return _why_many(chosen, form or Bound(RejectRequest), "reject_many", _("Decline"), "x")
    data = form.data
    return _done_many(
        chosen,
        lambda each: handling.reject(db, actor, each, data),
        lambda count: ngettext("%(num)s request declined.", "%(num)s requests declined.", count),
    )


def _asked_again(kind: type[Any], field: str) -> Bound[Any] | None:
    """Bind the form of the second page; None when the list sent the rows and nothing was asked yet."""
    if field not in request.form:
        return None
    given = {name: request.form.get(name, "") for name in kind.model_fields}
    return Bound.from_row(kind, given)


def _why_many(
    ids: list[int], form: Bound[Any], endpoint: str, title: str, icon: str
) -> ResponseReturnValue:
    return page(
        "welfare/decide_many.html",
        form.status,
        ids=ids,
        form=form,
        title=title,
        icon_name=icon,
        action=url_for(f"welfare.{endpoint}"),
    )


def _done_many(
    ids: list[int], act: Callable[[int], Any], told: Callable[[int], str]
) -> BaseResponse:
    """Do something with each request; what is refused stays as it was, and the message says why."""
    count, refused = 0, dict[str, None]()
    for each in ids:
        try:
            with attempt(current_db()):
                act(each)
            count += 1
        except (Rejected, Invalid) as error:
            refused[f"#{each}: {chosen_error(error)}"] = None
    sentences = [*([told(count)] if count else []), *list(refused)[:SENTENCES]]
    return done(
        " ".join(sentences),
        url_for("welfare.queue", waits="open"),
        category="bad" if not count else "warn" if refused else "done",
    )
