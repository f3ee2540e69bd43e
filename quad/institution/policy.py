"""Everybody signed in may know how the institution is built; the administration changes it."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.institution.models import Department, GradingScheme, Programme, Term


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
