"""What lines of a file name by its code: found for whoever imports something that belongs there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.i18n import gettext as _
from quad.core.importing.batch import Batch
from quad.institution.models import Department, Programme


def find_departments(db: Session, batch: Batch[Any]) -> None:
    """Fill `department_id` from `department_key`; refuse the lines whose code no department has."""
    staged = batch.rows
    same = (Department.code_key == staged.department_key, Department.live == 1)
    batch.lookup(db, staged.department_id, select(Department.id).where(*same))
    batch.refuse(
        db,
        staged.department_key.is_not(None) & staged.department_id.is_(None),
        _("There is no department with the code “%(value)s”."),
        field="department",
        value=staged.department_key,
    )


def find_programmes(db: Session, batch: Batch[Any]) -> None:
    """Fill `programme_id` from `programme_key`; refuse the lines whose code no programme has."""
    staged = batch.rows
    same = (Programme.code_key == staged.programme_key, Programme.live == 1)
    batch.lookup(db, staged.programme_id, select(Programme.id).where(*same))
    batch.refuse(
        db,
        staged.programme_key.is_not(None) & staged.programme_id.is_(None),
        _("There is no programme with the code “%(value)s”."),
        field="programme",
        value=staged.programme_key,
    )
