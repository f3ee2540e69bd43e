"""Setting requests up over JSON: categories with their fields, offices with their people, rules."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json
from quad.welfare import policy
from quad.welfare.api.shapes import (
    CategoryOut,
    CategoryWithFields,
    FieldOut,
    OfficeMemberOut,
    OfficeOut,
    OfficeWithMembers,
    RouteOut,
)
from quad.welfare.forms.setup import (
    CategoryForm,
    FieldForm,
    FieldOrder,
    MemberForm,
    OfficeForm,
    RouteForm,
)
from quad.welfare.lists.setup import CATEGORIES, OFFICES, ROUTES
from quad.welfare.service import categories, offices, usual

bp = APIBlueprint(
    "welfare_setup_api", __name__, url_prefix="/api/v1/welfare/setup", tag="Requests: setting up"
)
CATEGORY = "/categories/<int:category_id>"
FIELD = f"{CATEGORY}/fields/<int:field_id>"
OFFICE = "/offices/<int:office_id>"
ROUTE = "/routes/<int:route_id>"


@operation(bp, "GET", "/categories", answers=list[CategoryOut], paged=True, errors=(403,))
def categories_index() -> Answer:
    policy.SET_UP.require(current_actor())
    return list_json(CATEGORIES)


@operation(
    bp, "POST", "/categories/usual", message="The usual categories are there", errors=(403, 409)
)
def categories_usual() -> None:
    """Fill an empty setup with the usual categories."""
    usual.start(current_db(), current_actor())


@operation(
    bp,
    "POST",
    "/categories",
    body=CategoryForm,
    answers=CategoryWithFields,
    status=201,
    message="Category added",
    errors=(403,),
)
def category_add(body: CategoryForm) -> CategoryWithFields:
    return _category(categories.add(current_db(), current_actor(), body).id)


@operation(bp, "GET", CATEGORY, answers=CategoryWithFields, errors=(403,))
def category_show(category_id: int) -> CategoryWithFields:
    return _category(category_id)


@operation(
    bp,
    "PUT",
    CATEGORY,
    body=CategoryForm,
    answers=CategoryWithFields,
    message="Category changed",
    errors=(403, 409),
)
def category_change(category_id: int, body: CategoryForm) -> CategoryWithFields:
    categories.change(current_db(), current_actor(), category_id, body)
    return _category(category_id)


@operation(bp, "DELETE", CATEGORY, message="Category deleted", errors=(403,))
def category_delete(category_id: int) -> None:
    categories.delete(current_db(), current_actor(), category_id)


@operation(
    bp,
    "POST",
    f"{CATEGORY}/restore",
    answers=CategoryWithFields,
    message="Category restored",
    errors=(403, 409),
)
def category_restore(category_id: int) -> CategoryWithFields:
    categories.restore(current_db(), current_actor(), category_id)
    return _category(category_id)


@operation(
    bp,
    "POST",
    f"{CATEGORY}/fields",
    body=FieldForm,
    answers=CategoryWithFields,
    status=201,
    message="Question added",
    errors=(403, 409),
)
def field_add(category_id: int, body: FieldForm) -> CategoryWithFields:
    categories.add_field(current_db(), current_actor(), category_id, body)
    return _category(category_id)


@operation(
    bp,
    "PUT",
    FIELD,
    body=FieldForm,
    answers=CategoryWithFields,
    message="Question changed",
    errors=(403,),
)
def field_change(category_id: int, field_id: int, body: FieldForm) -> CategoryWithFields:
    categories.change_field(current_db(), current_actor(), category_id, field_id, body)
    return _category(category_id)


@operation(bp, "DELETE", FIELD, message="Question removed", errors=(403,))
def field_delete(category_id: int, field_id: int) -> None:
    categories.delete_field(current_db(), current_actor(), category_id, field_id)


@operation(
    bp,
    "PUT",
    f"{CATEGORY}/fields/order",
    body=FieldOrder,
    answers=CategoryWithFields,
    message="Questions put in order",
    errors=(403, 409),
)
def fields_order(category_id: int, body: FieldOrder) -> CategoryWithFields:
    categories.order_fields(current_db(), current_actor(), category_id, body)
    return _category(category_id)


def _category(category_id: int) -> CategoryWithFields:
    db, actor = current_db(), current_actor()
    db.flush()
    row, fields = categories.get(db, actor, category_id)
    own = {name: getattr(row, name) for name in CategoryOut.model_fields}
    return CategoryWithFields(**own, fields=[FieldOut.model_validate(each) for each in fields])


@operation(bp, "GET", "/offices", answers=list[OfficeOut], paged=True, errors=(403,))
def offices_index() -> Answer:
    policy.SET_UP.require(current_actor())
    return list_json(OFFICES)


@operation(
    bp,
    "POST",
    "/offices",
    body=OfficeForm,
    answers=OfficeWithMembers,
    status=201,
    message="Office added",
    errors=(403,),
)
def office_add(body: OfficeForm) -> OfficeWithMembers:
    return _office(offices.add(current_db(), current_actor(), body).id)


@operation(bp, "GET", OFFICE, answers=OfficeWithMembers, errors=(403,))
def office_show(office_id: int) -> OfficeWithMembers:
    return _office(office_id)


@operation(
    bp,
    "PUT",
    OFFICE,
    body=OfficeForm,
    answers=OfficeWithMembers,
    message="Office renamed",
    errors=(403, 409),
)
def office_change(office_id: int, body: OfficeForm) -> OfficeWithMembers:
    offices.rename(current_db(), current_actor(), office_id, body)
    return _office(office_id)


@operation(bp, "DELETE", OFFICE, message="Office deleted", errors=(403, 409))
def office_delete(office_id: int) -> None:
    offices.delete(current_db(), current_actor(), office_id)


@operation(
    bp,
    "POST",
    f"{OFFICE}/members",
    body=MemberForm,
    answers=OfficeWithMembers,
    status=201,
    message="Added",
    errors=(403,),
)
def member_add(office_id: int, body: MemberForm) -> OfficeWithMembers:
    offices.add_member(current_db(), current_actor(), office_id, body)
    return _office(office_id)


@operation(bp, "DELETE", f"{OFFICE}/members/<int:user_id>", message="Removed", errors=(403, 409))
def member_remove(office_id: int, user_id: int) -> None:
    offices.remove_member(current_db(), current_actor(), office_id, user_id)


def _office(office_id: int) -> OfficeWithMembers:
    db, actor = current_db(), current_actor()
    db.flush()
    row = offices.get(db, actor, office_id)
    return OfficeWithMembers(
        id=row.id,
        name=row.name,
        version=row.version,
        members=[
            OfficeMemberOut(user_id=each.user_id, name=each.full_name, email=each.email_as_typed)
            for each in offices.members(db, actor, office_id)
        ],
    )


@operation(bp, "GET", "/routes", answers=list[RouteOut], paged=True, errors=(403,))
def routes_index() -> Answer:
    policy.SET_UP.require(current_actor())
    return list_json(ROUTES)


@operation(
    bp,
    "POST",
    "/routes",
    body=RouteForm,
    answers=RouteOut,
    status=201,
    message="Rule added",
    errors=(403, 409),
)
def route_add(body: RouteForm) -> Any:
    return offices.add_route(current_db(), current_actor(), body)


@operation(bp, "GET", ROUTE, answers=RouteOut, errors=(403,))
def route_show(route_id: int) -> Any:
    return offices.get_route(current_db(), current_actor(), route_id)


@operation(
    bp,
    "PUT",
    ROUTE,
    body=RouteForm,
    answers=RouteOut,
    message="Rule changed",
    errors=(403, 409),
)
def route_change(route_id: int, body: RouteForm) -> Any:
    return offices.change_route(current_db(), current_actor(), route_id, body)


@operation(bp, "DELETE", ROUTE, message="Rule removed", errors=(403,))
def route_remove(route_id: int) -> None:
    offices.remove_route(current_db(), current_actor(), route_id)
