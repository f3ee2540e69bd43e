"""The catalogue: looking for skills, one skill, and what an administrator keeps."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Rejected
from quad.core.facts import attempt
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.skills import policy
from quad.skills.forms import MergeForm, SkillForm
from quad.skills.lists.catalogue import CATALOGUE
from quad.skills.models import LEVELS
from quad.skills.service import catalogue, finding, holders, loading
from quad.skills.views.blueprint import bp
from quad.web.added import effects, panels
from quad.web.kit import (
    bind,
    by_htmx,
    current_actor,
    current_db,
    done,
    form_page,
    page,
    refusals,
)
from quad.web.lists import list_page


@bp.get("/skills")
def index() -> BaseResponse:
    actor, db = current_actor(), current_db()
    actions = []
    if actor.id is not None:
        actions.append(
            {
                "label": _("My skills"),
                "href": url_for("skills.own"),
                "icon": "user",
                "primary": False,
            }
        )
    if policy.SET_UP.may(actor):
        actions.append(
            {
                "label": _("Add skill"),
                "href": url_for("skills.new"),
                "icon": "plus",
                "primary": True,
            }
        )
    return list_page(
        CATALOGUE,
        "skills/catalogue.html",
        actions=actions,
        empty=policy.SET_UP.may(actor) and loading.is_empty(db),
    )


@bp.get("/skills/suggest")
def suggest() -> ResponseReturnValue:
    """Offers for what was typed so far: options for the picker, or JSON."""
    policy.SEE.require(current_actor())
    given = request.args.get("q", "")
    offers = finding.suggest(current_db(), given)
    if by_htmx() or "options" in request.args:
        return page("skills/options.html", offers=offers)
    return jsonify([asdict(offer) for offer in offers])


@bp.post("/skills/load")
def load() -> BaseResponse:
    """Add what comes with Quad."""
    told = loading.load(current_db(), current_actor())
    sentence = ngettext("%(num)s skill added.", "%(num)s skills added.", told.added)
    return done(sentence, url_for("skills.index"))


@bp.get("/skills/sources")
def sources() -> ResponseReturnValue:
    """Where the catalogue comes from, and its licence."""
    return page("skills/sources.html")


@bp.route("/skills/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.SET_UP.require(actor)
    form = bind(SkillForm)
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(catalogue.add(db, actor, form.data).id)
        if made:
            return done(_("Skill added."), url_for("skills.show", skill_id=made[0]))
    return form_page(
        form,
        title=_("Add skill"),
        crumbs=[(_("Skills"), url_for("skills.index"))],
        submit=_("Add skill"),
        cancel=url_for("skills.index"),
    )


@bp.get("/skills/<int:skill_id>")
def show(skill_id: int) -> ResponseReturnValue:
    """A skill, its other names, and people who have it."""
    db, actor = current_db(), current_actor()
    found = catalogue.show(db, actor, skill_id)
    if found.id != skill_id:
        return done("", url_for("skills.show", skill_id=found.id))
    return page(
        "skills/skill.html",
        skill=found,
        holders=holders.best(db, actor, found.id),
        levels=LEVELS,
        panels=panels("skill", found.id),
        may_edit=policy.SET_UP.may(actor),
    )


@bp.route("/skills/<int:skill_id>/edit", methods=["GET", "POST"])
def edit(skill_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.EDIT.get(db, actor, skill_id, read=policy.READ)
    found = catalogue.show(db, actor, skill_id)
    initial = {
        "name": found.name,
        "category": found.category,
        "synonyms": list(found.synonyms),
        "version": found.version,
    }
    form = bind(SkillForm, initial=initial)
    back = url_for("skills.show", skill_id=skill_id)
    if form.data is not None:
        with refusals(form):
            catalogue.change(db, actor, skill_id, form.data)
        if not form.errors:
            return done(_("Saved."), back)
    return form_page(
        form,
        title=_("Edit"),
        crumbs=[(_("Skills"), url_for("skills.index")), (found.name, back)],
        submit=_("Save"),
        cancel=back,
    )


@bp.post("/skills/<int:skill_id>/<any(retire,restore):deed>")
def change_state(skill_id: int, deed: str) -> BaseResponse:
    db, actor = current_db(), current_actor()
    place = url_for("skills.show", skill_id=skill_id)
    try:
        with attempt(db):
            {"retire": catalogue.retire, "restore": catalogue.restore}[deed](db, actor, skill_id)
    except Rejected as error:
        return done(str(error), place, category="bad")
    told = {"retire": _("Retired. Who has it keeps it."), "restore": _("It is offered again.")}
    return done(told[deed], place)


@bp.route("/skills/<int:skill_id>/merge", methods=["GET", "POST"])
def merge(skill_id: int) -> ResponseReturnValue:
    """Make this skill one with another: first what would happen, then, confirmed, it does."""
    db, actor = current_db(), current_actor()
    policy.EDIT.get(db, actor, skill_id, read=policy.READ)
    gone = catalogue.show(db, actor, skill_id)
    form = bind(MergeForm)
    preview: Any = None
    also: list[str] = []
    if form.data is not None:
        with refusals(form):
            kept_id = finding.resolve(db, form.data.into, field="into")[0]
            if "confirm" in request.args:
                catalogue.merge(db, actor, skill_id, kept_id)
                return done(_("They are one now."), url_for("skills.show", skill_id=kept_id))
            preview = catalogue.preview_merge(db, actor, skill_id, kept_id)
            also = effects("skill_merge", skill_id, kept_id)
    return page("skills/merge.html", form.status, form=form, gone=gone, preview=preview, also=also)
