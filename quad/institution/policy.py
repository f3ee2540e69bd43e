"""Everybody signed in may know how the institution is built; the administration changes it."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
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


def _everybody(_actor: Actor) -> Branches:
    return EVERYTHING


def _admin(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else NOTHING


def _is_admin(actor: Actor) -> bool:
    return actor.has("admin")


READ_DEPARTMENT = Permission(
    "institution.department.read", _l("See a department"), Department, _everybody
)
ADD_DEPARTMENT = Gate("institution.department.add", _l("Add a department"), _is_admin)
CHANGE_DEPARTMENT = Permission(
    "institution.department.change", _l("Change or delete a department"), Department, _admin
)
RESTORE_DEPARTMENT = Permission(
    "institution.department.restore",
    _l("See and restore a deleted department"),
    Department,
    _admin,
    deleted_too=True,
)

READ_PROGRAMME = Permission(
    "institution.programme.read", _l("See a programme"), Programme, _everybody
)
ADD_PROGRAMME = Gate("institution.programme.add", _l("Add a programme"), _is_admin)
CHANGE_PROGRAMME = Permission(
    "institution.programme.change", _l("Change or delete a programme"), Programme, _admin
)
RESTORE_PROGRAMME = Permission(
    "institution.programme.restore",
    _l("See and restore a deleted programme"),
    Programme,
    _admin,
    deleted_too=True,
)

READ_TERM = Permission("institution.term.read", _l("See a term"), Term, _everybody)
ADD_TERM = Gate("institution.term.add", _l("Add a term"), _is_admin)
CHANGE_TERM = Permission("institution.term.change", _l("Change or delete a term"), Term, _admin)
RESTORE_TERM = Permission(
    "institution.term.restore",
    _l("See and restore a deleted term"),
    Term,
    _admin,
    deleted_too=True,
)

READ_SCHEME = Permission(
    "institution.grading_scheme.read", _l("See a grading scheme"), GradingScheme, _everybody
)
ADD_SCHEME = Gate("institution.grading_scheme.add", _l("Add a grading scheme"), _is_admin)
CHANGE_SCHEME = Permission(
    "institution.grading_scheme.change",
    _l("Change or delete a grading scheme"),
    GradingScheme,
    _admin,
)
RESTORE_SCHEME = Permission(
    "institution.grading_scheme.restore",
    _l("See and restore a deleted grading scheme"),
    GradingScheme,
    _admin,
    deleted_too=True,
)
IMPORT_DEPARTMENTS = Gate(
    "institution.department.import", _l("Import departments from a file"), _is_admin
)

READ_CAMPUS = Permission("institution.campus.read", _l("See a campus"), Campus, _everybody)
ADD_CAMPUS = Gate("institution.campus.add", _l("Add a campus"), _is_admin)
CHANGE_CAMPUS = Permission(
    "institution.campus.change", _l("Change or delete a campus"), Campus, _admin
)
RESTORE_CAMPUS = Permission(
    "institution.campus.restore",
    _l("See and restore a deleted campus"),
    Campus,
    _admin,
    deleted_too=True,
)

READ_DEGREE = Permission("institution.degree.read", _l("See a degree"), Degree, _everybody)
ADD_DEGREE = Gate("institution.degree.add", _l("Add a degree"), _is_admin)
CHANGE_DEGREE = Permission(
    "institution.degree.change", _l("Change or delete a degree"), Degree, _admin
)
RESTORE_DEGREE = Permission(
    "institution.degree.restore",
    _l("See and restore a deleted degree"),
    Degree,
    _admin,
    deleted_too=True,
)

READ_BATCH = Permission("institution.batch.read", _l("See a batch"), Batch, _everybody)
ADD_BATCH = Gate("institution.batch.add", _l("Add a batch"), _is_admin)
CHANGE_BATCH = Permission("institution.batch.change", _l("Change or delete a batch"), Batch, _admin)
RESTORE_BATCH = Permission(
    "institution.batch.restore",
    _l("See and restore a deleted batch"),
    Batch,
    _admin,
    deleted_too=True,
)

READ_CLASS = Permission("institution.class.read", _l("See a class"), ClassGroup, _everybody)
ADD_CLASS = Gate("institution.class.add", _l("Add a class"), _is_admin)
CHANGE_CLASS = Permission(
    "institution.class.change", _l("Change or delete a class"), ClassGroup, _admin
)
RESTORE_CLASS = Permission(
    "institution.class.restore",
    _l("See and restore a deleted class"),
    ClassGroup,
    _admin,
    deleted_too=True,
)
