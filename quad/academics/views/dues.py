"""Dues: the list of flags, and a student's own."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.forms.promotion import ClearDues, FlagDues
from quad.academics.lists.dues import DUES
from quad.academics.policy import base as records_policy
from quad.academics.policy import promotion as policy
from quad.academics.service import dues, sheets
from quad.academics.views.blueprint import bp
from quad.core.errors import Rejected
from quad.core.facts import attempt
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.listing.bulk import chosen_ids
from quad.web.kit import action, bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page


@bp.get("/dues")
def dues_index() -> BaseResponse:
    """Who owes what."""
    actor = current_actor()
    policy.DUES_LIST.require(actor)
    actions = []
    if policy.DUES_IMPORT.may(actor):
        actions.append(action(_("Import"), "importing.upload", "file-import", kind="dues"))
    return list_page(DUES, actions=actions)


@bp.post("/dues/clear")
def clear_dues_of_many() -> ResponseReturnValue:
    """Clear the picked flags; those cleared already stay as they are."""
    db, actor = current_db(), current_actor()
    chosen = chosen_ids(DUES, db, actor, request.form, permission=policy.DUES_CLEAR)
    count = dues.clear_many(db, actor, chosen)
    told = ngettext("%(num)s flag is cleared.", "%(num)s flags are cleared.", count)
    return done(told, url_for("academics.dues_index"))


@bp.route("/students/<int:student_id>/dues", methods=["GET", "POST"])
def student_dues(student_id: int) -> ResponseReturnValue:
    """Flag a student, and see what was flagged before."""
    db, actor = current_db(), current_actor()
    policy.DUES_SET.get(db, actor, student_id, read=records_policy.STUDENT_READ)
    entries = dues.history(db, student_id)
    now = next((one for one in entries if one.open), None)
    form = bind(FlagDues, initial={"reason": now.reason if now else ""})
    back = url_for("academics.student", student_id=student_id)
    if form.data is not None:
        with refusals(form):
            dues.flag(db, actor, student_id, form.data)
        if not form.errors:
            return done(_("The student is flagged."), back)
    student = sheets.person(db, student_id)
    return page(
        "academics/student_dues.html",
        form.status,
        form=form,
        student=student,
        student_id=student_id,
        entries=entries,
        now=now,
        crumbs=[
            (_("Students"), url_for("academics.students_index")),
            (student.name, back),
            _("Dues"),
        ],
        cancel=back,
    )


@bp.post("/students/<int:student_id>/dues/clear")
def clear_student_dues(student_id: int) -> ResponseReturnValue:
    """Take a student's flag away."""
    db, actor = current_db(), current_actor()
    place = url_for("academics.student_dues", student_id=student_id)
    form = Bound.from_html(ClearDues, request.form)
    try:
        with attempt(db):
            dues.clear(db, actor, student_id, form.require())
    except Rejected as refused:
        return done(str(refused), place, category="bad")
    return done(_("The flag is cleared."), place)
