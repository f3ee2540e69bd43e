"""The inbox behind the bell, and the page of preferences."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from quad.core.i18n import gettext as _
from quad.notifications import policy, service
from quad.notifications.forms import MarkRead, Preferences
from quad.notifications.kinds.every import KINDS, sentence
from quad.web.kit import bind, current_actor, current_db, done, page, refusals, same_site

bp = Blueprint("notifications", __name__, template_folder="templates")


@bp.get("/notifications")
def index() -> tuple[str, int]:
    """The inbox, newest first."""
    policy.PREFER.require(current_actor())
    given = request.args.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None
    rows = service.newest(current_db(), current_actor(), before)
    shown = [
        (row, sentence(row.kind, row.data), KINDS.get(row.kind)) for row in rows[: service.PAGE]
    ]
    older = rows[service.PAGE - 1].id if len(rows) > service.PAGE else None
    return page("notifications/index.html", shown=shown, older=older)


@bp.post("/notifications/read")
def read() -> Response:
    """Mark the named notifications read, or all of them; go on to where one of them leads."""
    form = bind(MarkRead).require()
    count = service.mark_read(current_db(), current_actor(), form)
    target = same_site(request.args.get("next"), url_for("notifications.index"))
    return done("" if form.ids else _("%(n)s marked as read.", n=count), target)


@bp.route("/account/notifications", methods=["GET", "POST"])
def preferences() -> tuple[str, int] | Response:
    """Choose what to hear of, and how."""
    form = bind(Preferences)
    if form.data is not None:
        with refusals(form):
            service.prefer(current_db(), current_actor(), form.data)
        if not form.errors:
            return done(_("Your choices are saved."), url_for("notifications.preferences"))
    wishes = service.preferences(current_db(), current_actor())
    return page(
        "notifications/preferences.html", form.status, form=form, wishes=wishes, kinds=KINDS
    )
