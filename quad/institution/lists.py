from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quad.core import i18n
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, SearchColumns
from quad.core.listing.filters import Filter
from quad.core.policy import Actor
from quad.institution import policy
from quad.institution.models import Department, GradingScheme, Programme, Term

DEPARTMENTS = Listing(
    name="institution.departments",
    title=_l("Departments"),
    singular=_l("department"),
    plural=_l("departments"),
    read=policy.READ_DEPARTMENT,
    columns=(
        Column("name", _l("Name"), Department.name, sort=Department.sort_name),
        Column("code", _l("Code"), Department.code, sort=Department.code_key),
        Column("created_at", _l("Added"), Department.created_at, hide_below="md"),
    ),
    default_sort="name",
    search=SearchColumns((Department.sort_name, Department.code_key)),
    search_label=_l("Search departments by name or code"),
    href=lambda row: ("institution.department", {"department_id": row.id}),
    row_label=lambda row: row.name,
)


def _with_department(statement: Select[Any]) -> Select[Any]:
    return statement.join(Department, Department.id == Programme.department_id)


def department_choices(db: Session, _actor: Actor) -> list[tuple[int, str]]:
    """Return every department that is not deleted, for menus."""
    query = select(Department.id, Department.name).where(Department.deleted_at.is_(None))
    return [(key, name) for key, name in db.execute(query.order_by(Department.sort_name))]


PROGRAMMES = Listing(
    name="institution.programmes",
    title=_l("Programmes"),
    singular=_l("programme"),
    plural=_l("programmes"),
    read=policy.READ_PROGRAMME,
    columns=(
        Column("name", _l("Name"), Programme.name, sort=Programme.sort_name),
        Column("code", _l("Code"), Programme.code, sort=Programme.code_key),
        Column(
            "department", _l("Department"), Department.name.label("department"), hide_below="md"
        ),
        Column(
            "credits_required",
            _l("Credits"),
            Programme.credits_required,
            lambda row: Cell(i18n.number(row.credits_required.normalize()), kind="number"),
            numeric=True,
        ),
        Column(
            "duration_terms", _l("Terms"), Programme.duration_terms, numeric=True, hide_below="md"
        ),
    ),
    default_sort="name",
    joins=_with_department,
    extra=(
        Programme.department_id.label("department_id"),
        Programme.grading_scheme_id.label("grading_scheme_id"),
        Programme.version.label("version"),
    ),
    search=SearchColumns((Programme.sort_name, Programme.code_key)),
    search_label=_l("Search programmes by name or code"),
    filters=(
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: Programme.department_id == value,
            department_choices,
        ),
    ),
    href=lambda row: ("institution.programme", {"programme_id": row.id}),
    row_label=lambda row: row.name,
)


def scheme_choices(db: Session, _actor: Actor) -> list[tuple[int, str]]:
    """Return every grading scheme that is not deleted, for menus."""
    query = select(GradingScheme.id, GradingScheme.name).where(GradingScheme.deleted_at.is_(None))
    return [(key, name) for key, name in db.execute(query.order_by(GradingScheme.name_key))]


def programmes_of(db: Session, actor: Actor, department_id: int) -> list[Programme]:
    """Return the first 50 programmes of a department that the actor may see, for its page."""
    query = select(Programme).where(
        Programme.department_id == department_id, policy.READ_PROGRAMME.where(actor)
    )
    return list(db.scalars(query.order_by(Programme.sort_name).limit(50)))


def _term_state(row: Any) -> Cell:
    if row.is_current:
        return Cell(_("Current term"), kind="status", state="going")
    return Cell("", kind="status")


TERMS = Listing(
    name="institution.terms",
    title=_l("Terms"),
    singular=_l("term"),
    plural=_l("terms"),
    read=policy.READ_TERM,
    columns=(
        Column("name", _l("Name"), Term.name),
        Column("code", _l("Code"), Term.code, sort=Term.code_key),
        Column("starts_on", _l("First day"), Term.starts_on, sort=Term.starts_on),
        Column("ends_on", _l("Last day"), Term.ends_on, hide_below="md"),
        Column("is_current", _l("State"), Term.is_current, _term_state),
    ),
    default_sort="-starts_on",
    extra=(Term.version.label("version"),),
    search=SearchColumns((Term.name, Term.code_key)),
    search_label=_l("Search terms by name or code"),
    href=lambda row: ("institution.term", {"term_id": row.id}),
    row_label=lambda row: row.name,
)


def _scheme_state(row: Any) -> Cell:
    if row.is_default:
        return Cell(_("Used for new programmes"), kind="status", state="done")
    return Cell("", kind="status")


SCHEMES = Listing(
    name="institution.grading_schemes",
    title=_l("Grading schemes"),
    singular=_l("grading scheme"),
    plural=_l("grading schemes"),
    read=policy.READ_SCHEME,
    columns=(
        Column("name", _l("Name"), GradingScheme.name, sort=GradingScheme.name_key),
        Column(
            "maximum",
            _l("Scale"),
            GradingScheme.maximum,
            lambda row: Cell(i18n.number(row.maximum, row.rounding_places), kind="number"),
            numeric=True,
        ),
        Column("is_default", _l("State"), GradingScheme.is_default, _scheme_state),
    ),
    default_sort="name",
    extra=(GradingScheme.rounding_places.label("rounding_places"),),
    search=SearchColumns((GradingScheme.name_key,)),
    search_label=_l("Search grading schemes by name"),
    href=lambda row: ("institution.scheme", {"scheme_id": row.id}),
    row_label=lambda row: row.name,
)
