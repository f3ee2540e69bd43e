"""One page for everything that waits for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for
from flask.typing import ResponseReturnValue

from quad.approvals import service
from quad.approvals.forms import DecideWaiting, Deed
from quad.core import clock
from quad.core.approving import APPROVALS
from quad.core.errors import Invalid
from quad.core.forms import Bound
from quad.core.i18n import current_reader, ngettext
from quad.core.i18n import gettext as _
from quad.web.kit import ask_who_it_is, by_htmx, current_actor, current_db, done, page

bp = Blueprint("approvals", __name__, template_folder="templates")
bp.before_request(ask_who_it_is)


@bp.get("/approvals")
def index() -> ResponseReturnValue:
    """What waits for oneself, the oldest first; `?kind=` narrows."""
    return _page("approvals/index.html")


def _page(
    template: str, form: Bound[DecideWaiting] | None = None, outcomes: Sequence[Any] = ()
) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    kind = request.values.get("kind", "")
    counts = service.counts(db, actor)
    rows = service.waiting(db, actor, kind)
    return page(
        template,
        form.status if form else 200,
        rows=rows,
        kind=kind,
        tabs=_tabs(counts, kind),
        total=counts.get(kind, 0) if kind else sum(counts.values()),
        form=form or Bound(DecideWaiting),
        failed=[outcome for outcome in outcomes if not outcome.done],
        titles={row.item: row.title for row in rows},
        today=clock.today(current_reader().zone),
    )


def _tabs(counts: Mapping[str, int], kind: str) -> Sequence[dict[str, Any]]:
    every = {
        "label": _("Everything"),
        "href": url_for("approvals.index"),
        "current": not kind,
        "count": sum(counts.values()),
    }
    kinds = [
        {
            "label": str(one.label),
            "href": url_for("approvals.index", kind=one.name),
            "current": one.name == kind,
            "count": counts.get(one.name, 0),
        }
        for one in APPROVALS.values()
        if one.name in counts or one.name == kind
    ]
    return [every, *kinds]


@bp.post("/approvals")
def decide() -> ResponseReturnValue:
    """Approve or refuse what was chosen; what could not be done is said and stays."""
    posted = {name: request.form.getlist(name) for name in ("items",)}
    raw: dict[str, Any] = {name: request.form.get(name, "") for name in ("deed", "reason")}
    # The button beside one thing names both: what is done, and with what.
    deed, _colon, item = request.form.get("one", "").partition("|")
    raw = {**raw, **posted} if not item else {**raw, "deed": deed, "items": [item]}
    form = Bound.from_row(DecideWaiting, raw)
    outcomes: Sequence[service.Outcome] = ()
    if form.data is not None:
        try:
            outcomes = service.decide(current_db(), current_actor(), form.data)
        except Invalid as error:
            form.refuse(error)
    if form.errors:
        return _page("approvals/list.html" if by_htmx() else "approvals/index.html", form)
    return _answered(Deed(raw["deed"]), outcomes)


def _answered(deed: Deed, outcomes: Sequence[service.Outcome]) -> ResponseReturnValue:
    count = sum(outcome.done for outcome in outcomes)
    failed = [outcome for outcome in outcomes if not outcome.done]
    told = _told(deed, count) if count else ""
    if by_htmx():
        current_db().flush()
        answer: Response = make_response(_page("approvals/list.html", outcomes=outcomes))
        if told:
            answer.headers["HX-Trigger"] = json.dumps({"toast": {"text": told}})
        return answer
    if failed:
        told = " ".join([told, *(dict.fromkeys(outcome.error for outcome in failed))]).strip()
    place = url_for("approvals.index", kind=request.form.get("kind") or None)
    return done(told, place, category="bad" if failed else "done")


def _told(deed: Deed, count: int) -> str:
    if deed is Deed.APPROVE:
        return ngettext("%(num)s thing is approved.", "%(num)s things are approved.", count)
    return ngettext(
        "%(num)s thing is refused, with your reason.",
        "%(num)s things are refused, with your reason.",
        count,
    )
