"""What an administrator sets up: categories with their questions, offices with their people, and rules."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Rejected
from quad.core.facts import attempt
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.identity.models.accounts import ROLE_NAMES
from quad.web.kit import (
    action,
    attempted,
    bind,
    current_actor,
    current_db,
    done,
    form_page,
    page,
    refusals,
)
from quad.web.lists import list_page
from quad.welfare import policy
from quad.welfare.forms.setup import (
    FIELD_KINDS,
    ROUTED_ROLES,
    CategoryForm,
    FieldForm,
    MemberForm,
    OfficeForm,
    RouteForm,
)
from quad.welfare.lists import choices
from quad.welfare.lists.setup import CATEGORIES, OFFICES, ROUTES
from quad.welfare.service import categories, offices, people, usual
from quad.welfare.views.blueprint import setup as bp


def _tabs(current: str) -> list[dict[str, Any]]:
    places = (
        ("categories", _("Categories")),
        ("offices", _("Offices")),
        ("routes", _("Who gets which")),
    )
    return [
        {"label": label, "href": url_for(f"welfare_setup.{name}"), "current": name == current}
        for name, label in places
    ]


def _crumb(label: str, name: str) -> tuple[str, str]:
    return label, url_for(f"welfare_setup.{name}")


@bp.get("/categories", endpoint="categories")
def categories_index() -> BaseResponse:
    policy.SET_UP.require(current_actor())
    return list_page(
        CATEGORIES,
        "welfare/setup_list.html",
        actions=[action(_("Add category"), "welfare_setup.new_category", "plus", primary=True)],
        tabs=_tabs("categories"),
        usual=not choices.categories(current_db()),
    )


@bp.post("/categories/usual")
def add_usual() -> BaseResponse:
    """Fill an empty setup with the usual categories."""
    db, actor = current_db(), current_actor()
    return attempted(
        lambda: usual.start(db, actor),
        _("The usual categories are there. Change them as you like."),
        url_for("welfare_setup.categories"),
    )


@bp.route("/categories/new", methods=["GET", "POST"])
def new_category() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.SET_UP.require(actor)
    form = bind(CategoryForm)
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(categories.add(db, actor, form.data).id)
        if made:
            told = _("Category added. Now add the questions of its form.")
            return done(told, url_for("welfare_setup.category", category_id=made[0]))
    form.choices["committee_id"] = choices.offices(db)
    return form_page(
        form,
        title=_("Add category"),
        crumbs=[_crumb(_("Categories"), "categories")],
        submit=_("Add category"),
        cancel=url_for("welfare_setup.categories"),
    )


@bp.route("/categories/<int:category_id>", methods=["GET", "POST"])
def category(category_id: int) -> ResponseReturnValue:
    """A category, its settings and its questions; a POST changes the settings."""
    db, actor = current_db(), current_actor()
    row, fields = categories.get(db, actor, category_id)
    initial = {name: getattr(row, name) for name in CategoryForm.model_fields}
    form = bind(CategoryForm, initial=initial)
    if form.data is not None:
        with refusals(form):
            categories.change(db, actor, category_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("welfare_setup.category", category_id=category_id))
    form.choices["committee_id"] = choices.offices(db)
    return page(
        "welfare/category.html",
        form.status,
        form=form,
        category=row,
        fields=fields,
        kinds=dict(FIELD_KINDS),
    )


@bp.post("/categories/<int:category_id>/delete")
def delete_category(category_id: int) -> BaseResponse:
    categories.delete(current_db(), current_actor(), category_id)
    return done(_("Category deleted. Its requests stay."), url_for("welfare_setup.categories"))


@bp.post("/categories/<int:category_id>/restore")
def restore_category(category_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    place = url_for("welfare_setup.categories")
    return attempted(
        lambda: categories.restore(db, actor, category_id), _("The category is back."), place
    )


@bp.post("/categories/<int:category_id>/<any(up,down):way>")
def move_category(category_id: int, way: str) -> BaseResponse:
    categories.move(current_db(), current_actor(), category_id, -1 if way == "up" else 1)
    return done("", url_for("welfare_setup.categories"))


@bp.route("/categories/<int:category_id>/fields/new", methods=["GET", "POST"])
def new_field(category_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row, _fields = categories.get(db, actor, category_id)
    form = bind(FieldForm, initial={"required": True})
    if form.data is not None:
        with refusals(form):
            categories.add_field(db, actor, category_id, form.data)
        if not form.errors:
            return done(
                _("Question added."), url_for("welfare_setup.category", category_id=category_id)
            )
    return _field_page(form, row, _("Add question"))


@bp.route("/categories/<int:category_id>/fields/<int:field_id>", methods=["GET", "POST"])
def edit_field(category_id: int, field_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row, fields = categories.get(db, actor, category_id)
    initial = categories.field_values(fields, field_id)
    form = bind(FieldForm, initial=initial)
    if form.data is not None:
        with refusals(form):
            categories.change_field(db, actor, category_id, field_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("welfare_setup.category", category_id=category_id))
    return _field_page(form, row, _("Edit question"))


def _field_page(form: Bound[FieldForm], row: Any, title: str) -> ResponseReturnValue:
    back = url_for("welfare_setup.category", category_id=row.id)
    return form_page(
        form,
        title=title,
        crumbs=[_crumb(_("Categories"), "categories"), (row.name, back)],
        submit=title if form.kind is FieldForm and not form.initial.get("label") else _("Save"),
        cancel=back,
    )


@bp.post("/categories/<int:category_id>/fields/<int:field_id>/delete")
def delete_field(category_id: int, field_id: int) -> BaseResponse:
    categories.delete_field(current_db(), current_actor(), category_id, field_id)
    told = _("Question removed. Answers given so far stay.")
    return done(told, url_for("welfare_setup.category", category_id=category_id))


@bp.post("/categories/<int:category_id>/fields/<int:field_id>/<any(up,down):way>")
def move_field(category_id: int, field_id: int, way: str) -> BaseResponse:
    by = -1 if way == "up" else 1
    categories.move_field(current_db(), current_actor(), category_id, field_id, by)
    return done("", url_for("welfare_setup.category", category_id=category_id))


@bp.get("/offices", endpoint="offices")
def offices_index() -> BaseResponse:
    policy.SET_UP.require(current_actor())
    return list_page(
        OFFICES,
        "welfare/setup_list.html",
        actions=[action(_("Add office"), "welfare_setup.new_office", "plus", primary=True)],
        tabs=_tabs("offices"),
        usual=False,
    )


@bp.route("/offices/new", methods=["GET", "POST"])
def new_office() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.SET_UP.require(actor)
    form = bind(OfficeForm)
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(offices.add(db, actor, form.data).id)
        if made:
            told = _("Office added. Now add its people.")
            return done(told, url_for("welfare_setup.office", office_id=made[0]))
    return form_page(
        form,
        title=_("Add office"),
        crumbs=[_crumb(_("Offices"), "offices")],
        submit=_("Add office"),
        cancel=url_for("welfare_setup.offices"),
    )


@bp.route("/offices/<int:office_id>", methods=["GET", "POST"])
def office(office_id: int) -> ResponseReturnValue:
    """An office and its people; a POST gives it another name."""
    db, actor = current_db(), current_actor()
    row = offices.get(db, actor, office_id)
    form = bind(OfficeForm, initial={"name": row.name, "version": row.version})
    if form.data is not None:
        with refusals(form):
            offices.rename(db, actor, office_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("welfare_setup.office", office_id=office_id))
    held = offices.members(db, actor, office_id)
    there = {each.user_id for each in held}
    staff = [pair for pair in people.staff(db) if pair[0] not in there]
    return page(
        "welfare/office.html",
        form.status,
        form=form,
        office=row,
        members=held,
        member=Bound(MemberForm, choices={"user_id": staff}),
    )


@bp.post("/offices/<int:office_id>/delete")
def delete_office(office_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    try:
        with attempt(db):
            offices.delete(db, actor, office_id)
    except Rejected as error:
        place = url_for("welfare_setup.office", office_id=office_id)
        return done(str(error), place, category="bad")
    return done(_("Office deleted."), url_for("welfare_setup.offices"))


@bp.post("/offices/<int:office_id>/members")
def add_member(office_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    form = bind(MemberForm)
    return attempted(
        lambda: offices.add_member(db, actor, office_id, form.require()),
        _("Added."),
        url_for("welfare_setup.office", office_id=office_id),
    )


@bp.post("/offices/<int:office_id>/members/<int:user_id>/remove")
def remove_member(office_id: int, user_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    return attempted(
        lambda: offices.remove_member(db, actor, office_id, user_id),
        _("Removed."),
        url_for("welfare_setup.office", office_id=office_id),
    )


@bp.get("/routes", endpoint="routes")
def routes_index() -> BaseResponse:
    policy.SET_UP.require(current_actor())
    return list_page(
        ROUTES,
        "welfare/setup_list.html",
        actions=[action(_("Add rule"), "welfare_setup.new_route", "plus", primary=True)],
        tabs=_tabs("routes"),
        usual=False,
    )


@bp.route("/routes/new", methods=["GET", "POST"])
def new_route() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.SET_UP.require(actor)
    form = bind(RouteForm)
    if form.data is not None:
        with refusals(form):
            offices.add_route(db, actor, form.data)
        if not form.errors:
            return done(_("Rule added."), url_for("welfare_setup.routes"))
    return _route_page(form, _("Add rule"))


@bp.route("/routes/<int:route_id>", methods=["GET", "POST"])
def edit_route(route_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = offices.get_route(db, actor, route_id)
    form = bind(RouteForm, initial={name: getattr(row, name) for name in RouteForm.model_fields})
    if form.data is not None:
        with refusals(form):
            offices.change_route(db, actor, route_id, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("welfare_setup.routes"))
    return _route_page(form, _("Edit rule"), route_id)


def _route_page(
    form: Bound[RouteForm], title: str, route_id: int | None = None
) -> ResponseReturnValue:
    db = current_db()
    form.choices |= {
        "category_id": choices.categories(db),
        "department_id": choices.departments(db),
        "office_id": choices.offices(db),
        "person_id": people.staff(db),
        "role": [(role.value, str(ROLE_NAMES[role])) for role in ROUTED_ROLES],
    }
    return page(
        "welfare/route.html",
        form.status,
        form=form,
        title=title,
        route_id=route_id,
        back=url_for("welfare_setup.routes"),
    )


@bp.post("/routes/<int:route_id>/delete")
def delete_route(route_id: int) -> BaseResponse:
    offices.remove_route(current_db(), current_actor(), route_id)
    return done(_("Rule removed."), url_for("welfare_setup.routes"))
