"""Reporting, the queue of those who look after the community, and appeals."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from quad.community.forms.posts import AppealHiding, HideThing
from quad.community.kinds import STATES
from quad.community.service import moderating
from quad.community.views.blueprint import act, back, bp, post_place, signed_in
from quad.community.views.feed import tabs
from quad.core.errors import Rejected
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.markdown import opening
from quad.relations.forms import ReportForm
from quad.web.kit import bind, current_actor, current_db, done, form_page, page, refusals

THING = "/community/<any(post,comment):written>/<int:thing_id>"


@bp.get("/community/moderation")
def queue() -> ResponseReturnValue:
    """What waits for a moderator."""
    found = moderating.queue(current_db(), signed_in())
    return page(
        "community/queue.html",
        queue=found,
        tabs=tabs("queue"),
        states=STATES,
        form=Bound(HideThing),
    )


@bp.route(f"{THING}/report", methods=["GET", "POST"])
def report(written: str, thing_id: int) -> ResponseReturnValue:
    """Say that something does not belong here."""
    db, actor = current_db(), signed_in()
    row = moderating.kind_of(written).show.get(db, actor, thing_id)
    place = post_place(moderating.post_of(row))
    form = bind(ReportForm)
    if form.data is not None:
        with refusals(form):
            moderating.report(db, actor, written, thing_id, form.data)
        if not form.errors:
            return done(_("Thank you. An administrator looks at it."), place)
    return form_page(
        form,
        title=_("Report this post") if written == "post" else _("Report this comment"),
        lead=_("An administrator looks at it. The author is not told who reported it."),
        crumbs=[(_("Community"), url_for("community.index")), (opening(row.text, 40), place)],
        submit=_("Report"),
        cancel=place,
    )


@bp.route(f"{THING}/appeal", methods=["GET", "POST"])
def appeal(written: str, thing_id: int) -> ResponseReturnValue:
    """Ask a moderator to look again at what is one's own."""
    db, actor = current_db(), signed_in()
    known = moderating.kind_of(written)
    row = known.own.get(db, actor, thing_id, read=known.open)
    place = post_place(moderating.post_of(row))
    if row.appeal or row.withheld_at is None:
        raise Rejected(_("There is nothing to ask again here."))
    form = bind(AppealHiding)
    if form.data is not None:
        with refusals(form):
            moderating.appeal(db, actor, written, thing_id, form.data)
        if not form.errors:
            return done(_("Sent. A moderator looks again."), place)
    return form_page(
        form,
        title=_("Ask to look again"),
        lead=_("It was hidden: %(reason)s", reason=row.reason),
        crumbs=[(_("Community"), url_for("community.index")), (opening(row.text, 40), place)],
        submit=_("Send"),
        cancel=place,
    )


@bp.post(f"{THING}/hide")
def hide(written: str, thing_id: int) -> BaseResponse:
    form = Bound.from_html(HideThing, _posted())
    return act(
        lambda: moderating.hide(current_db(), current_actor(), written, thing_id, form.require()),
        _("Hidden. The author reads why."),
        place=_place(),
    )


@bp.post(f"{THING}/publish")
def publish(written: str, thing_id: int) -> BaseResponse:
    return act(
        lambda: moderating.publish(current_db(), current_actor(), written, thing_id),
        _("Others see it."),
        place=_place(),
    )


@bp.post(f"{THING}/stay")
def stay(written: str, thing_id: int) -> BaseResponse:
    return act(
        lambda: moderating.stay(current_db(), current_actor(), written, thing_id),
        _("It stays hidden."),
        place=_place(),
    )


def _place() -> str:
    return back(url_for("community.queue"))


def _posted() -> Any:
    return MultiDict((name, text) for name, text in request.form.items() if name != "back")
