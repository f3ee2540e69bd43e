"""Co-hosts of an event: who helps, found by name; the owner chooses, a co-host may leave."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.events import policy
from quad.events.forms.events import AddCoHost
from quad.events.service import helping
from quad.events.views.blueprint import bp, host_tabs
from quad.web.kit import attempted, current_actor, current_db, page


@bp.get("/events/<int:event_id>/co-hosts")
def co_hosts(event_id: int) -> ResponseReturnValue:
    """Who helps to hold the event; `?q=` looks for somebody to ask."""
    db, actor = current_db(), current_actor()
    event = policy.HOST.get(db, actor, event_id, read=policy.READ)
    leads = bool(policy.LEAD.allowed(db, actor, [event_id]))
    text = request.args.get("q", "")[:100]
    return page(
        "events/co_hosts.html",
        event=event,
        tabs=host_tabs(event, "co_hosts"),
        co_hosts=helping.co_hosts(db, actor, event_id),
        leads=leads,
        text=text,
        found=helping.people(db, actor, event_id, text) if leads else (),
        me=actor.id,
    )


@bp.post("/events/<int:event_id>/co-hosts")
def add_co_host(event_id: int) -> BaseResponse:
    form = Bound.from_html(AddCoHost, request.form)
    return attempted(
        lambda: helping.add(current_db(), current_actor(), event_id, form.require()),
        _("Added. They hear of it."),
        url_for("events.co_hosts", event_id=event_id),
    )


@bp.post("/events/<int:event_id>/co-hosts/<int:user_id>/remove")
def remove_co_host(event_id: int, user_id: int) -> BaseResponse:
    own = user_id == current_actor().id
    return attempted(
        lambda: helping.remove(current_db(), current_actor(), event_id, user_id),
        _("You do not help with this event any more.") if own else _("Removed."),
        url_for("events.mine") if own else url_for("events.co_hosts", event_id=event_id),
    )
