"""The lists of teachers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from quad.academics.lists.choices import departments
from quad.academics.models.people import Teacher
from quad.academics.policy import base as policy
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Bulk, Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.identity.models.profiles import photo_path
from quad.institution.models import Department

FOUND_TEACHERS = SearchTerms("academics.teacher")


def _teacher_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Teacher.user_id).outerjoin(
        Department, Department.id == Teacher.department_id
    )


TEACHER_COLUMNS = (
    Column(
        "teacher",
        _l("Teacher"),
        (User.full_name, Teacher.designation, User.photo, Teacher.user_id),
        lambda row: Cell(
            row.full_name,
            sub=row.designation,
            kind="person",
            photo=photo_path(row.user_id, row.photo),
        ),
        sort=Teacher.sort_name,
    ),
    Column("department", _l("Department"), Department.name.label("department"), hide_below="sm"),
    Column("email", _l("E-mail"), User.email_as_typed, hide_below="md"),
)

TEACHERS = Listing(
    name="academics.teachers",
    title=_l("Teachers"),
    singular=_l("teacher"),
    plural=_l("teachers"),
    read=policy.TEACHER_READ,
    columns=TEACHER_COLUMNS,
    default_sort="teacher",
    joins=_teacher_joins,
    extra=(Teacher.user_id, Teacher.department_id, Teacher.version),
    search=FOUND_TEACHERS,
    search_label=_l("Search by name or e-mail"),
    filters=(
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: Teacher.department_id == value,
            choices=departments,
        ),
    ),
    bulk=(
        Bulk(
            "department",
            _l("Set department"),
            "building",
            "academics.put_teachers_into_department",
            policy.TEACHER_EDIT,
        ),
        Bulk(
            "delete",
            _l("Delete"),
            "trash",
            "academics.delete_teachers",
            policy.TEACHER_DELETE,
            confirm=_l("Delete the chosen teachers? They can be brought back."),
            danger=True,
        ),
    ),
    href=lambda row: ("academics.teacher", {"teacher_id": row.id}),
    row_label=lambda row: row.full_name,
)

DELETED_TEACHERS = Listing(
    name="academics.deleted_teachers",
    title=_l("Deleted teachers"),
    singular=_l("deleted teacher"),
    plural=_l("deleted teachers"),
    read=policy.TEACHER_DELETED,
    columns=(
        *TEACHER_COLUMNS[:2],
        Column(
            "deleted_at", _l("Deleted"), Teacher.deleted_at.label("deleted_at"), hide_below="sm"
        ),
    ),
    default_sort="teacher",
    joins=_teacher_joins,
    search=FOUND_TEACHERS,
    search_label=_l("Search by name or e-mail"),
    bulk=(
        Bulk(
            "restore",
            _l("Bring back"),
            "restore",
            "academics.restore_teachers",
            policy.TEACHER_RESTORE,
        ),
    ),
    href=lambda row: ("academics.teacher", {"teacher_id": row.id}),
    row_label=lambda row: row.full_name,
)
