"""Categories, offices and rules as lists."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, SearchColumns
from quad.identity.models.accounts import ROLE_NAMES, User
from quad.institution.models import Department
from quad.welfare import policy
from quad.welfare.forms.setup import TARGETS
from quad.welfare.models.setup import Category, Office, OfficeMember, Route, Target


def _yes(value: bool) -> Cell:
    return Cell(_("Yes") if value else "–")


CATEGORIES = Listing(
    name="welfare.categories",
    title=_l("Categories of requests"),
    singular=_l("category"),
    plural=_l("categories"),
    read=policy.CATEGORY_EDIT,
    columns=(
        Column(
            "name",
            _l("Category"),
            (Category.name, Category.about),
            lambda row: Cell(row.name, sub=row.about),
            sort=Category.name_key,
        ),
        Column(
            "position",
            _l("Place"),
            Category.position,
            sort=Category.position,
            numeric=True,
            default=False,
        ),
        Column("due_days", _l("Due after (days)"), Category.due_days, numeric=True),
        Column(
            "with_days",
            _l("Leave"),
            Category.with_days,
            lambda row: _yes(row.with_days),
            hide_below="md",
        ),
        Column(
            "confidential",
            _l("Confidential"),
            Category.confidential,
            lambda row: _yes(row.confidential),
            hide_below="md",
        ),
        Column(
            "letter",
            _l("Letter"),
            Category.letter,
            lambda row: Cell(
                {"bonafide": _("Bonafide"), "leave": _("Leave")}.get(row.letter.value, "–")
            ),
            hide_below="md",
            export=lambda row: row.letter.value,
        ),
        Column(
            "open",
            _l("State"),
            Category.open,
            lambda row: (
                Cell(_("Open"), kind="status", state="done")
                if row.open
                else Cell(_("Closed"), kind="status", state="open")
            ),
        ),
    ),
    default_sort="position",
    extra=(Category.icon, Category.committee_id, Category.version),
    search=SearchColumns((Category.name,)),
    search_label=_l("Search by name"),
    href=lambda row: ("welfare_setup.category", {"category_id": row.id}),
    row_label=lambda row: row.name,
)

Member = aliased(User)
_MEMBERS = (
    select(func.count(OfficeMember.id))
    .where(OfficeMember.office_id == Office.id)
    .correlate(Office)
    .scalar_subquery()
    .label("members")
)

OFFICES = Listing(
    name="welfare.offices",
    title=_l("Offices"),
    singular=_l("office"),
    plural=_l("offices"),
    read=policy.OFFICE_EDIT,
    columns=(
        Column("name", _l("Office"), Office.name, sort=Office.name_key),
        Column("members", _l("People"), _MEMBERS, numeric=True),
    ),
    default_sort="name",
    extra=(Office.version,),
    search=SearchColumns((Office.name,)),
    search_label=_l("Search by name"),
    href=lambda row: ("welfare_setup.office", {"office_id": row.id}),
    row_label=lambda row: row.name,
)


def _route_target(row: Any) -> Cell:
    if row.target is Target.OFFICE:
        return Cell(row.office or "–", sub=_("An office"))
    if row.target is Target.PERSON:
        return Cell(row.person or "–", sub=_("A person"))
    if row.target is Target.ROLE and row.role is not None:
        return Cell(str(ROLE_NAMES[row.role]), sub=_("Of the student’s department"))
    return Cell(str(dict(TARGETS)[row.target]))


def _route_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.outerjoin(Category, Category.id == Route.category_id)
        .outerjoin(Department, Department.id == Route.department_id)
        .outerjoin(Office, Office.id == Route.office_id)
        .outerjoin(Member, Member.id == Route.person_id)
    )


ROUTES = Listing(
    name="welfare.routes",
    title=_l("Who gets which requests"),
    singular=_l("rule"),
    plural=_l("rules"),
    read=policy.ROUTE_EDIT,
    columns=(
        Column(
            "category",
            _l("Category"),
            Category.name.label("category"),
            lambda row: Cell(row.category or _("Any category")),
        ),
        Column(
            "department",
            _l("Department"),
            Department.name.label("department"),
            lambda row: Cell(row.department or _("Any department")),
        ),
        Column(
            "target",
            _l("Goes to"),
            (
                Route.target,
                Route.role,
                Office.name.label("office"),
                Member.full_name.label("person"),
            ),
            _route_target,
            export=lambda row: row.office or row.person or row.role or row.target.value,
        ),
    ),
    default_sort="id",
    joins=_route_joins,
    extra=(Route.category_id, Route.department_id, Route.office_id, Route.person_id),
    href=lambda row: ("welfare_setup.edit_route", {"route_id": row.id}),
    row_label=lambda row: row.category or _("Any category"),
)
