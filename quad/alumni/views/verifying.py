"""Verifying graduates who came from outside."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from quad.alumni.forms.verifying import LinkRecord, Refuse, Vouch
from quad.alumni.lists.claims import CLAIMS, STATES
from quad.alumni.policy import base as policy
from quad.alumni.service import verifying
from quad.alumni.views.blueprint import bp
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.web.kit import bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page


@bp.get("/alumni/verify")
def claims() -> Response:
    policy.VERIFY_OPEN.require(current_actor())
    actions = [
        {
            "label": _("Import"),
            "href": url_for("importing.upload", kind="alumni"),
            "icon": "file-import",
        }
    ]
    return list_page(CLAIMS, actions=actions)


@bp.get("/alumni/verify/<int:member_id>")
def claim(member_id: int) -> ResponseReturnValue:
    """What somebody said, the records it may be, and what to decide."""
    return _page(member_id)


def _page(
    member_id: int,
    *,
    linking: Bound[Any] | None = None,
    vouching: Bound[Any] | None = None,
    refusing: Bound[Any] | None = None,
) -> tuple[str, int]:
    db, actor = current_db(), current_actor()
    row = verifying.claimed(db, actor, member_id)
    forms = (linking or Bound(LinkRecord), vouching or Bound(Vouch), refusing or Bound(Refuse))
    forms[1].choices["programme_id"] = verifying.programmes(db)
    if not forms[1].submitted and row.graduation_year:
        forms[1].initial["graduation_year"] = row.graduation_year
    return page(
        "alumni/claim.html",
        max(form.status for form in forms),
        row=row,
        suggestions=verifying.suggestions(db, actor, member_id),
        linking=forms[0],
        vouching=forms[1],
        refusing=forms[2],
        state=STATES[row.standing],
    )


@bp.post("/alumni/verify/<int:member_id>/link")
def link_claim(member_id: int) -> ResponseReturnValue:
    form = bind(LinkRecord)
    if form.data is not None:
        with refusals(form):
            verifying.link(current_db(), current_actor(), member_id, form.data.student_id)
        if not form.errors:
            return _told(_("Verified by the record. The person is told by mail."))
    return _page(member_id, linking=form)


@bp.post("/alumni/verify/<int:member_id>/vouch")
def vouch_claim(member_id: int) -> ResponseReturnValue:
    form = bind(Vouch)
    if form.data is not None:
        with refusals(form):
            verifying.vouch(current_db(), current_actor(), member_id, form.data)
        if not form.errors:
            return _told(_("Verified. The person is told by mail."))
    return _page(member_id, vouching=form)


@bp.post("/alumni/verify/<int:member_id>/refuse")
def refuse_claim(member_id: int) -> ResponseReturnValue:
    form = bind(Refuse)
    if form.data is not None:
        with refusals(form):
            verifying.refuse(current_db(), current_actor(), member_id, form.data)
        if not form.errors:
            return _told(_("Refused. The person is told by mail."))
    return _page(member_id, refusing=form)


def _told(message: str) -> ResponseReturnValue:
    return done(message, url_for("alumni.claims"))
