"""The editors' side: begin a page, its words, its readers and menus, publish, delete."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.audience.service.choices import choices
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import moment
from quad.pages import policy
from quad.pages.forms.content import SECTION_NAMES, WORDS
from quad.pages.forms.pages import EditPage, MenuOrder, NewPage, PageSettings, PublishPage
from quad.pages.kinds import ABOUT, STATES, address_of, state_of
from quad.pages.lists import PAGES
from quad.pages.models import Page
from quad.pages.service import images, publishing, reading, standard, writing
from quad.pages.views import drawing
from quad.pages.views.blueprint import act, bp, desk, seen, signed_in, tabs, trail
from quad.web.kit import action, bind, current_actor, current_db, done, form_page, page, refusals
from quad.web.lists import list_page


@bp.get("/pages/manage")
def manage() -> BaseResponse:
    """All pages, for their editors."""
    policy.CREATE.require(signed_in())
    return list_page(
        PAGES,
        "pages/manage.html",
        actions=[
            action(_("Deleted"), "pages.deleted", "trash"),
            action(_("Order of the menus"), "pages.menu", "sort-ascending"),
            action(_("New page"), "pages.new", "plus", primary=True),
        ],
    )


@bp.get("/pages/deleted")
def deleted() -> ResponseReturnValue:
    """What was deleted and can be brought back."""
    policy.CREATE.require(signed_in())
    rows = reading.deleted(current_db(), current_actor())
    return page("pages/deleted.html", rows=rows, crumbs=trail(_("Deleted")))


@bp.route("/pages/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Begin a page; `?slug=about` begins with the text that stands there until then."""
    actor = signed_in()
    policy.CREATE.require(actor)
    begun = standard.about(current_db()) if request.args.get("slug") == ABOUT else None
    initial = {name: getattr(begun, name) for name in (*WORDS, "slug")} if begun else {}
    form = bind(NewPage, initial=initial)
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            sections = begun.sections if begun and form.data.slug == ABOUT else []
            filled = form.data.model_copy(update={"sections": sections})
            made.append(writing.create(current_db(), actor, filled).id)
        if made:
            told = _("The draft is kept. Add sections, then publish it.")
            return done(told, desk(made[0]))
    return form_page(
        form,
        title=_("New page"),
        lead=_("It is a draft first: only editors see it until it is published."),
        crumbs=trail(),
        submit=_("Keep the draft"),
        cancel=url_for("pages.manage"),
        fields=("title", "lead", "slug"),
        more=("search_title", "description"),
    )


@bp.route("/pages/<int:page_id>/edit", methods=["GET", "POST"])
def edit(page_id: int) -> ResponseReturnValue:
    """The desk of a page: its words, its sections, and publishing."""
    db, actor = current_db(), signed_in()
    found = reading.written(db, actor, page_id)
    initial = {name: found.data[name] for name in WORDS} | {"version": found.page.version}
    form = bind(EditPage, initial=initial)
    if form.data is not None:
        with refusals(form):
            writing.edit(db, actor, page_id, form.data)
        if not form.errors:
            return done(_("Saved."), desk(page_id))
    return page(
        "pages/edit.html", form.status, form=form, **_head(found.page, "edit"), data=found.data
    )


def _head(row: Page, current: str) -> dict[str, Any]:
    mark, word = STATES[state_of(row.latest_id, row.published_id, row.publish_at)]
    return {
        "row": row,
        "mark": mark,
        "word": word,
        "crumbs": trail(row.title),
        "tabs": tabs(row.id, current),
        "address": address_of(row.slug),
        "kinds": SECTION_NAMES,
        "publish_form": Bound(PublishPage, initial={"version": row.version}),
        "fresh": row.published_id == row.latest_id,
    }


@bp.route("/pages/<int:page_id>/settings", methods=["GET", "POST"])
def settings(page_id: int) -> ResponseReturnValue:
    """Address, readers and menus."""
    db, actor = current_db(), signed_in()
    found = reading.written(db, actor, page_id)
    initial = {
        name: getattr(found.page, name)
        for name in PageSettings.model_fields
        if hasattr(found.page, name)
    }
    form = bind(PageSettings, initial=initial | dict(found.audience), choices=choices(db))
    if form.data is not None:
        with refusals(form):
            writing.settle(db, actor, page_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("pages.settings", page_id=page_id))
    return page("pages/settings.html", form.status, form=form, **_head(found.page, "settings"))


@bp.get("/pages/<int:page_id>/preview")
def preview(page_id: int) -> ResponseReturnValue:
    """The newest revision as readers would see it."""
    db = current_db()
    found = reading.written(db, signed_in(), page_id)
    body = drawing.sections(found.data, images.sizes(db, found.data))
    return page("pages/preview.html", data=found.data, body=body, **_head(found.page, "preview"))


@bp.post("/pages/<int:page_id>/publish")
def publish(page_id: int) -> BaseResponse:
    form = Bound.from_html(PublishPage, request.form)
    told: list[str] = []

    def do() -> None:
        row = publishing.publish(current_db(), current_actor(), page_id, form.require())
        when = row.publish_at
        told.append(
            _("Readers see it from %(when)s on.", when=moment(when)) if when else _("Published.")
        )

    answer = act(do, "", desk(page_id))
    return done(told[0], desk(page_id)) if told else answer


@bp.post("/pages/<int:page_id>/unpublish")
def unpublish(page_id: int) -> BaseResponse:
    return act(
        lambda: publishing.unpublish(current_db(), current_actor(), page_id, seen()),
        _("Readers see this page no more."),
        desk(page_id),
    )


@bp.post("/pages/<int:page_id>/unschedule")
def unschedule(page_id: int) -> BaseResponse:
    return act(
        lambda: publishing.unschedule(current_db(), current_actor(), page_id, seen()),
        _("Not published later any more."),
        desk(page_id),
    )


@bp.post("/pages/<int:page_id>/delete")
def delete(page_id: int) -> BaseResponse:
    return act(
        lambda: writing.delete(current_db(), current_actor(), page_id),
        _("Deleted. Under “Deleted” it can be brought back."),
        url_for("pages.manage"),
    )


@bp.post("/pages/<int:page_id>/bring-back")
def bring_back(page_id: int) -> BaseResponse:
    return act(
        lambda: writing.bring_back(current_db(), current_actor(), page_id),
        _("The page is there again."),
        url_for("pages.manage"),
    )


@bp.get("/pages/menu")
def menu() -> ResponseReturnValue:
    """The pages in the order of the menus."""
    policy.CREATE.require(signed_in())
    return page(
        "pages/menu.html",
        rows=reading.ordered(current_db(), current_actor()),
        crumbs=trail(_("Menus")),
    )


@bp.post("/pages/menu")
def order() -> ResponseReturnValue:
    """Put the pages in another order: all by name, or one a step (`page_id`, `down`)."""
    db, actor = current_db(), signed_in()
    policy.CREATE.require(actor)
    given = Bound.from_html(MenuOrder, request.form).require()
    writing.order(db, actor, given)
    if request.headers.get("X-Requested-With") == "fetch":
        return "", 204
    return done("", url_for("pages.menu"))
