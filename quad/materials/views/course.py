"""The materials of a course: read by those who take it, kept by those who teach it."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Invalid, NotFound
from quad.core.files import MEGABYTE
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.listing.bulk import chosen_ids
from quad.core.policy import Actor
from quad.core.settings import value
from quad.materials import policy
from quad.materials.forms import NewLink, NewSection, Order, ReaderChoiceForm, Where
from quad.materials.kinds import ICONS, WORDS
from quad.materials.lists import MATERIALS
from quad.materials.service import (
    adding,
    changing,
    finding,
    kinds,
    openings,
    places,
    reading,
    sections,
    uploads,
)
from quad.materials.service.places import KeptOffering, Scope
from quad.materials.views.blueprint import WHOLE, bp, course_crumbs, place, posted_files
from quad.web.kit import attempted, bind, current_actor, current_db, done, form_page, page, refusals
from quad.web.lists import list_page

LONGEST_ASKED = 200


@bp.get("/materials")
def index() -> BaseResponse:
    """Every material one keeps or reads."""
    policy.LIST.require(current_actor())
    return list_page(MATERIALS)


@bp.post("/materials/delete")
def remove_many() -> BaseResponse:
    """Delete the chosen materials of the list."""
    db, actor = current_db(), current_actor()
    ids = chosen_ids(MATERIALS, db, actor, request.form, permission=policy.MANAGE)
    for material_id in ids:
        changing.remove(db, actor, material_id)
    told = ngettext("%(num)s material is deleted.", "%(num)s materials are deleted.", len(ids))
    return done(told, url_for("materials.index"))


@bp.get("/courses/<int:course_id>/materials")
def course(course_id: int) -> ResponseReturnValue:
    return _shown(course_id)


def _shown(course_id: int, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = places.course_of(db, actor, course_id)
    offerings = places.kept_offerings(db, actor, course_id)
    whole = places.keeps_course(db, actor, course_id)
    if not whole and not offerings:
        return _read(row, actor)
    scope = _asked_scope(course_id, offerings, whole=whole)
    values = _kept(scope, {each.id: each.words for each in offerings})
    template = "materials/kept.html"
    if request.headers.get("HX-Target") == "kept-materials":
        template = "materials/kept_list.html"
    response = make_response(
        render_template(
            template,
            course=row,
            offerings=offerings,
            whole=whole,
            problem=problem,
            **values,
        ),
        status,
    )
    response.vary.update(("HX-Request", "HX-Target"))
    return response


def _read(row: Any, actor: Actor) -> ResponseReturnValue:
    """What a reader has of a course. Raises NotFound for who has no part in it."""
    db = current_db()
    groups = reading.outline(db, actor, row.id)
    if not groups and not places.takes_part(db, actor, row.id):
        raise NotFound
    return page("materials/read.html", course=row, groups=groups, icons=ICONS, kinds=WORDS)


def _asked_scope(course_id: int, offerings: list[KeptOffering], *, whole: bool) -> Scope:
    """Return the place the address asks for: the whole course, or an offering.

    Without a word it is the one with something in it; a form without an offering means the whole course.
    """
    asked = request.args.get("offering", "") or request.form.get("offering_id", "")
    if not asked and request.method == "GET":
        return places.filled_scope(course_id, offerings, whole=whole)
    if asked in ("", WHOLE):
        return Scope(course_id, None if whole else offerings[0].id)
    if not asked.isdecimal() or int(asked) not in {each.id for each in offerings}:
        raise NotFound
    return Scope(course_id, int(asked))


def _kept(scope: Scope, offerings: dict[int, str]) -> dict[str, Any]:
    db, actor = current_db(), current_actor()
    groups = reading.with_empty(
        reading.outline_of(db, actor, scope),
        sections.of_scope(db, scope),
        offerings.get(scope.offering_id or 0, ""),
    )
    what = kinds.taken(db)
    return {
        "scope": scope,
        "groups": groups,
        "what": what,
        "used": kinds.used_by(db, scope.course_id),
        "quota": value(db, kinds.QUOTA) * MEGABYTE,
        "unfinished": uploads.unfinished(db, actor, scope.course_id),
        "piece": uploads.PIECE,
        "icons": ICONS,
        "kinds": WORDS,
        "section": Bound(NewSection),
    }


@bp.post("/courses/<int:course_id>/materials")
def add(course_id: int) -> ResponseReturnValue:
    """Take files from a form, for browsers in which the pieces do not work."""
    form = Bound.from_html(Where, request.form).require()
    try:
        given = posted_files()
    except Invalid as error:
        return _shown(course_id, problem=error.fields["file"], status=422)
    told = ngettext("%(num)s file is added.", "%(num)s files are added.", len(given))
    return attempted(
        lambda: adding.add_files(current_db(), current_actor(), course_id, form, given),
        told,
        place(course_id, form.offering_id),
    )


@bp.post("/courses/<int:course_id>/materials/order")
def order(course_id: int) -> BaseResponse:
    """Keep the order in which sections, or the materials of one, were dragged."""
    form = Bound.from_html(Order, request.form).require()
    sections.order(current_db(), current_actor(), course_id, form)
    if request.headers.get("X-Requested-With") == "fetch":
        return make_response("", 204)
    return done(_("The order is kept."), place(course_id, form.offering_id))


@bp.route("/courses/<int:course_id>/materials/link", methods=["GET", "POST"])
def add_link(course_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = places.course_of(db, actor, course_id)
    offerings = places.kept_offerings(db, actor, course_id)
    whole = places.keeps_course(db, actor, course_id)
    scope = _scope_or_refuse(course_id, offerings, whole=whole)
    form = bind(NewLink, initial={"offering_id": scope.offering_id})
    if form.data is not None:
        with refusals(form):
            adding.add_link(db, actor, course_id, form.data)
        if not form.errors:
            return done(_("The link is added."), place(course_id, form.data.offering_id))
    form.choices["offering_id"] = [(each.id, each.words) for each in offerings]
    form.choices["section_id"] = [(each.id, each.title) for each in sections.of_scope(db, scope)]
    return form_page(
        form,
        title=_("Add a link"),
        crumbs=course_crumbs(course_id, row.title),
        submit=_("Add link"),
        cancel=place(course_id, scope.offering_id),
    )


def _scope_or_refuse(course_id: int, offerings: list[KeptOffering], *, whole: bool) -> Scope:
    """Like `_asked_scope`. Raises Forbidden for who keeps nothing of the course."""
    if not whole and not offerings:
        return places.kept_scope(current_db(), current_actor(), course_id, None)
    return _asked_scope(course_id, offerings, whole=whole)


@bp.post("/courses/<int:course_id>/materials/sections")
def add_section(course_id: int) -> ResponseReturnValue:
    form = bind(NewSection)
    if form.data is not None:
        with refusals(form):
            sections.add(current_db(), current_actor(), course_id, form.data)
        if not form.errors:
            return done(_("The section is added."), place(course_id, form.data.offering_id))
    said = "; ".join(form.errors.values())
    return _shown(course_id, problem=said, status=422)


@bp.get("/courses/<int:course_id>/materials/deleted")
def deleted(course_id: int) -> ResponseReturnValue:
    """What was deleted and can be brought back."""
    db, actor = current_db(), current_actor()
    row = places.course_of(db, actor, course_id)
    places.require_keeper(db, actor, course_id)
    gone_sections, gone = reading.deleted(db, actor, course_id)
    return page(
        "materials/deleted.html",
        course=row,
        crumbs=course_crumbs(course_id, row.title),
        sections=gone_sections,
        materials=gone,
        days=value(db, kinds.UNDO_DAYS),
        icons=ICONS,
    )


@bp.get("/courses/<int:course_id>/materials/search")
def search(course_id: int) -> ResponseReturnValue:
    """Titles and pages of a course's materials that have the words asked for."""
    db, actor = current_db(), current_actor()
    row = places.course_of(db, actor, course_id)
    places.require_concerned(db, actor, course_id)
    asked = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_ASKED]
    return page(
        "materials/found.html",
        course=row,
        crumbs=course_crumbs(course_id, row.title),
        asked=asked,
        hits=finding.find(db, actor, course_id, asked),
        icons=ICONS,
    )


@bp.route("/materials/choices", methods=["GET", "POST"])
def choices() -> ResponseReturnValue:
    """Whether teachers may see by name what one has opened."""
    db, actor = current_db(), current_actor()
    policy.CHOOSE.require(actor)
    form = bind(ReaderChoiceForm, initial={"by_name": openings.chosen(db, actor)})
    if form.data is not None:
        openings.choose(db, actor, form.data)
        return done(_("Saved."), url_for("materials.choices"))
    home = url_for("materials.index")
    return form_page(
        form,
        title=_("Who sees what I open"),
        crumbs=[(_("Materials"), home)],
        submit=_("Save"),
        cancel=home,
    )
