"""Revisions of a page: the list, what is different, and going back."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import NotFound
from quad.core.i18n import gettext as _
from quad.pages.service import comparing, reading, writing
from quad.pages.views.blueprint import act, bp, desk, seen, signed_in, tabs, trail
from quad.web.kit import current_actor, current_db, page


@bp.get("/pages/<int:page_id>/revisions")
def revisions(page_id: int) -> ResponseReturnValue:
    """All revisions, the newest first; which one readers see is marked."""
    db = current_db()
    found = reading.written(db, signed_in(), page_id)
    rows = reading.revisions(db, page_id)
    return page(
        "pages/revisions.html",
        row=found.page,
        rows=rows,
        crumbs=trail((found.page.title, desk(page_id)), _("Revisions")),
        tabs=tabs(page_id, "revisions"),
    )


@bp.get("/pages/<int:page_id>/revisions/<int:number>")
def revision(page_id: int, number: int) -> ResponseReturnValue:
    """What a revision changed, against the one before it or `?against=`."""
    db = current_db()
    found = reading.written(db, signed_in(), page_id)
    new = reading.revision(db, page_id, number)
    against = _against(number)
    old = reading.revision(db, page_id, against) if against else None
    differences = comparing.compare(old.revision_data, new.revision_data) if old else ()
    rows = reading.revisions(db, page_id)
    return page(
        "pages/revision.html",
        row=found.page,
        shown=next((each for each in rows if each.number == number), new),
        number=number,
        against=against,
        numbers=[each.number for each in rows if each.number != number],
        differences=differences,
        crumbs=trail(
            (found.page.title, desk(page_id)),
            (_("Revisions"), url_for("pages.revisions", page_id=page_id)),
            _("Revision %(n)s", n=number),
        ),
        tabs=tabs(page_id, "revisions"),
    )


def _against(number: int) -> int:
    given = request.args.get("against", "")
    if not given:
        return number - 1
    if not given.isdecimal() or len(given) > 9:
        raise NotFound
    return int(given)


@bp.post("/pages/<int:page_id>/revisions/<int:number>/restore")
def restore(page_id: int, number: int) -> BaseResponse:
    return act(
        lambda: writing.restore(current_db(), current_actor(), page_id, number, seen().version),
        _("The page says again what it said. Publish it when it is right."),
        desk(page_id),
    )
