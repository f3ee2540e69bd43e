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
from quad.institution.forms import LEVEL_WORDS
from quad.institution.models import (
    Batch,
    Campus,
    ClassGroup,
    Degree,
    Department,
    GradingScheme,
    Programme,
    Term,
)

LEVELS = dict(LEVEL_WORDS)


def campus_choices(db: Session, _actor: Actor) -> list[tuple[int, str]]:
    """Return every campus that is not deleted, for menus."""
    query = select(Campus.id, Campus.name).where(Campus.deleted_at.is_(None))
    return [(key, name) for key, name in db.execute(query.order_by(Campus.sort_name))]


def degree_choices(db: Session, _actor: Actor) -> list[tuple[int, str]]:
    """Return every degree that is not deleted, for menus."""
    query = select(Degree.id, Degree.name).where(Degree.deleted_at.is_(None))
    return [(key, name) for key, name in db.execute(query.order_by(Degree.sort_name))]


def _with_campus(statement: Select[Any]) -> Select[Any]:
    return statement.outerjoin(Campus, Campus.id == Department.campus_id)


DEPARTMENTS = Listing(
    name="institution.departments",
    title=_l("Departments"),
    singular=_l("department"),
    plural=_l("departments"),
    read=policy.READ_DEPARTMENT,
    columns=(
        Column("name", _l("Name"), Department.name, sort=Department.sort_name),
        Column("code", _l("Code"), Department.code, sort=Department.code_key),
        Column("campus", _l("Campus"), Campus.name.label("campus"), hide_below="md"),
        Column("created_at", _l("Added"), Department.created_at, hide_below="md"),
    ),
    default_sort="name",
    joins=_with_campus,
    search=SearchColumns((Department.sort_name, Department.code_key)),
    search_label=_l("Search departments by name or code"),
    filters=(
        Filter(
            "campus",
            _l("Campus"),
            "choice",
            lambda value: Department.campus_id == value,
            campus_choices,
        ),
    ),
    href=lambda row: ("institution.department", {"department_id": row.id}),
    row_label=lambda row: row.name,
)


def _with_department(statement: Select[Any]) -> Select[Any]:
    return statement.join(Department, Department.id == Programme.department_id).outerjoin(
        Degree, Degree.id == Programme.degree_id
    )


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
        Column("degree", _l("Degree"), Degree.code.label("degree"), hide_below="lg"),
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
        Programme.degree_id.label("degree_id"),
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
        Filter(
            "degree",
            _l("Degree"),
            "choice",
            lambda value: Programme.degree_id == value,
            degree_choices,
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


CAMPUSES = Listing(
    name="institution.campuses",
    title=_l("Campuses"),
    singular=_l("campus"),
    plural=_l("campuses"),
    read=policy.READ_CAMPUS,
    columns=(
        Column("name", _l("Name"), Campus.name, sort=Campus.sort_name),
        Column("code", _l("Code"), Campus.code, sort=Campus.code_key),
        Column("city", _l("City"), Campus.city, hide_below="sm"),
    ),
    default_sort="name",
    extra=(Campus.version.label("version"),),
    search=SearchColumns((Campus.sort_name, Campus.code_key)),
    search_label=_l("Search campuses by name or code"),
    href=lambda row: ("institution.campus", {"campus_id": row.id}),
    row_label=lambda row: row.name,
)

DEGREES = Listing(
    name="institution.degrees",
    title=_l("Degrees"),
    singular=_l("degree"),
    plural=_l("degrees"),
    read=policy.READ_DEGREE,
    columns=(
        Column("name", _l("Name"), Degree.name, sort=Degree.sort_name),
        Column("code", _l("Code"), Degree.code, sort=Degree.code_key),
        Column(
            "level",
            _l("Level"),
            Degree.level,
            lambda row: str(LEVELS[row.level]),
            hide_below="sm",
            export=lambda row: row.level.value,
        ),
    ),
    default_sort="name",
    extra=(Degree.version.label("version"),),
    search=SearchColumns((Degree.sort_name, Degree.code_key)),
    search_label=_l("Search degrees by name or code"),
    filters=(
        Filter("level", _l("Level"), "choice", lambda value: Degree.level == value, LEVEL_WORDS),
    ),
    href=lambda row: ("institution.degree", {"degree_id": row.id}),
    row_label=lambda row: row.name,
)


def programme_choices(db: Session, _actor: Actor) -> list[tuple[int, str]]:
    """Return every programme that is not deleted, for menus."""
    query = select(Programme.id, Programme.name).where(Programme.deleted_at.is_(None))
    return [(key, name) for key, name in db.execute(query.order_by(Programme.sort_name))]


def batch_choices(db: Session, _actor: Actor) -> list[tuple[int, str]]:
    """Return every batch that is not deleted, the latest first, for menus."""
    query = select(Batch.id, Batch.name).where(Batch.deleted_at.is_(None))
    ordered = query.order_by(Batch.start_year.desc(), Batch.name_key, Batch.id)
    return [(key, name) for key, name in db.execute(ordered)]


def _with_programme(statement: Select[Any]) -> Select[Any]:
    return statement.join(Programme, Programme.id == Batch.programme_id)


BATCHES = Listing(
    name="institution.batches",
    title=_l("Batches"),
    singular=_l("batch"),
    plural=_l("batches"),
    read=policy.READ_BATCH,
    columns=(
        Column("name", _l("Name"), Batch.name, sort=Batch.name_key),
        Column("programme", _l("Programme"), Programme.name.label("programme"), hide_below="md"),
        Column(
            "start_year",
            _l("Admitted"),
            Batch.start_year,
            lambda row: Cell(str(row.start_year), kind="number"),
            sort=Batch.start_year,
            numeric=True,
        ),
        Column(
            "graduation_year",
            _l("Graduates"),
            Batch.graduation_year,
            lambda row: Cell(str(row.graduation_year), kind="number"),
            numeric=True,
            hide_below="sm",
        ),
    ),
    default_sort="-start_year",
    joins=_with_programme,
    extra=(Batch.programme_id.label("programme_id"), Batch.version.label("version")),
    search=SearchColumns((Batch.name_key,)),
    search_label=_l("Search batches by name"),
    filters=(
        Filter(
            "programme",
            _l("Programme"),
            "choice",
            lambda value: Batch.programme_id == value,
            programme_choices,
        ),
        Filter(
            "year",
            _l("Admitted"),
            "number",
            lambda value: Batch.start_year == value,
            places=0,
            chip=lambda value: _("Admitted: %(year)s", year=value),
        ),
    ),
    href=lambda row: ("institution.batch", {"batch_id": row.id}),
    row_label=lambda row: row.name,
)


def _with_batch(statement: Select[Any]) -> Select[Any]:
    return statement.join(Batch, Batch.id == ClassGroup.batch_id).join(
        Programme, Programme.id == Batch.programme_id
    )


CLASSES = Listing(
    name="institution.classes",
    title=_l("Classes"),
    singular=_l("class"),
    plural=_l("classes"),
    read=policy.READ_CLASS,
    columns=(
        Column("name", _l("Name"), ClassGroup.name, sort=ClassGroup.name_key),
        Column("batch", _l("Batch"), Batch.name.label("batch")),
        Column("programme", _l("Programme"), Programme.name.label("programme"), hide_below="md"),
    ),
    default_sort="name",
    joins=_with_batch,
    extra=(ClassGroup.batch_id.label("batch_id"), ClassGroup.version.label("version")),
    search=SearchColumns((ClassGroup.name_key,)),
    search_label=_l("Search classes by name"),
    filters=(
        Filter(
            "batch",
            _l("Batch"),
            "choice",
            lambda value: ClassGroup.batch_id == value,
            batch_choices,
        ),
    ),
    href=lambda row: ("institution.class", {"class_id": row.id}),
    row_label=lambda row: row.name,
)


def departments_on(db: Session, actor: Actor, campus_id: int) -> list[Department]:
    """Return the first 50 departments on a campus that the actor may see, for its page."""
    query = select(Department).where(
        Department.campus_id == campus_id, policy.READ_DEPARTMENT.where(actor)
    )
    return list(db.scalars(query.order_by(Department.sort_name).limit(50)))


def programmes_to(db: Session, actor: Actor, degree_id: int) -> list[Programme]:
    """Return the first 50 programmes that end in a degree and that the actor may see."""
    query = select(Programme).where(
        Programme.degree_id == degree_id, policy.READ_PROGRAMME.where(actor)
    )
    return list(db.scalars(query.order_by(Programme.sort_name).limit(50)))


def batches_of(db: Session, actor: Actor, programme_id: int) -> list[Batch]:
    """Return the first 50 batches of a programme that the actor may see, the latest first."""
    query = select(Batch).where(Batch.programme_id == programme_id, policy.READ_BATCH.where(actor))
    return list(db.scalars(query.order_by(Batch.start_year.desc(), Batch.name_key).limit(50)))


def classes_of(db: Session, actor: Actor, batch_id: int) -> list[ClassGroup]:
    """Return the first 50 classes of a batch that the actor may see."""
    query = select(ClassGroup).where(
        ClassGroup.batch_id == batch_id, policy.READ_CLASS.where(actor)
    )
    return list(db.scalars(query.order_by(ClassGroup.name_key).limit(50)))
