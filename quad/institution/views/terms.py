from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from quad.core.i18n import gettext as _
from quad.institution import lists, policy
from quad.institution.forms import TermForm
from quad.institution.service import terms
from quad.institution.views.shared import add_button, bp, delete_and_say, readable
from quad.web.added import panels, reasons
from quad.web.kit import bind, current_actor, current_db, done, page, refusals
from quad.web.lists import list_page


@bp.get("/terms")
def terms_list() -> ResponseReturnValue:
    may = policy.ADD_TERM.may(current_actor())
    return list_page(lists.TERMS, actions=add_button(_("Add term"), "institution.term_new", may))


@bp.get("/terms/<int:term_id>")
def term(term_id: int) -> ResponseReturnValue:
    row = readable(policy.READ_TERM, policy.RESTORE_TERM, term_id)
    return page(
        "institution/term.html",
        row=row,
        panels=panels("term", row.id),
        may_change=policy.ADD_TERM.may(current_actor()),
    )


@bp.route("/terms/new", methods=["GET", "POST"])
def term_new() -> ResponseReturnValue:
    policy.ADD_TERM.require(current_actor())
    form = bind(TermForm)
    if form.data is not None:
        with refusals(form):
            row = terms.add(current_db(), current_actor(), form.data)
            return done(
                _("%(name)s is added.", name=row.name), url_for("institution.term", term_id=row.id)
            )
    return page(
        "institution/form.html",
        form.status,
        form=form,
        title=_("Add term"),
        parent=(_("Terms"), url_for("institution.terms_list")),
    )


@bp.route("/terms/<int:term_id>/edit", methods=["GET", "POST"])
def term_edit(term_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = policy.CHANGE_TERM.get(db, actor, term_id, read=policy.READ_TERM)
    form = bind(TermForm, initial={name: getattr(row, name) for name in TermForm.model_fields})
    place = url_for("institution.term", term_id=row.id)
    if form.data is not None:
        with refusals(form):
            terms.change(db, actor, term_id, form.data)
            return done(_("The change is saved."), place)
    return page(
        "institution/form.html",
        form.status,
        form=form,
        title=_("Edit %(name)s", name=row.name),
        parent=(row.name, place),
    )


@bp.post("/terms/<int:term_id>/delete")
def term_delete(term_id: int) -> ResponseReturnValue:
    return delete_and_say(
        lambda: terms.delete(current_db(), current_actor(), term_id, reasons("term")),
        url_for("institution.term", term_id=term_id),
        _("The term is deleted. You can restore it here."),
    )


@bp.post("/terms/<int:term_id>/restore")
def term_restore(term_id: int) -> ResponseReturnValue:
    terms.restore(current_db(), current_actor(), term_id)
    return done(_("The term is back."), url_for("institution.term", term_id=term_id))
