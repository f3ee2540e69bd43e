"""What menus offer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Integer, Select, String, cast, literal, select, union_all
from sqlalchemy.orm import Session

from quad.core.db.rows import plain_rows
from quad.core.policy import Actor
from quad.institution.models import Batch, ClassGroup, Department, Programme, Term


def departments(db: Session, _actor: Actor | None = None) -> Sequence[tuple[int, str]]:
    """Return every department, for menus."""
    return [
        (row.id, row.name)
        for row in db.execute(
            select(Department.id, Department.name)
            .where(Department.deleted_at.is_(None))
            .order_by(Department.sort_name)
        )
    ]


def programmes(db: Session, _actor: Actor | None = None) -> Sequence[tuple[int, str]]:
    """Return every programme, for menus."""
    return [
        (row.id, row.name)
        for row in db.execute(
            select(Programme.id, Programme.name)
            .where(Programme.deleted_at.is_(None))
            .order_by(Programme.sort_name)
        )
    ]


def terms(db: Session, _actor: Actor | None = None) -> Sequence[tuple[int, str]]:
    """Return every term, the latest first, for menus."""
    return [
        (row.id, row.name)
        for row in db.execute(
            select(Term.id, Term.name)
            .where(Term.deleted_at.is_(None))
            .order_by(Term.starts_on.desc())
        )
    ]


def batches(db: Session, _actor: Actor | None = None) -> Sequence[tuple[int, str]]:
    """Return every batch, the latest first, for menus."""
    return [
        (row.id, row.name)
        for row in db.execute(
            select(Batch.id, Batch.name)
            .where(Batch.deleted_at.is_(None))
            .order_by(Batch.start_year.desc(), Batch.name_key, Batch.id)
        )
    ]


def classes(db: Session, _actor: Actor | None = None) -> Sequence[tuple[int, str]]:
    """Return every class with its batch, the latest batch first, for menus."""
    return [
        (row.id, f"{row.batch}, {row.name}")
        for row in db.execute(
            select(ClassGroup.id, ClassGroup.name, Batch.name.label("batch"))
            .join(Batch, Batch.id == ClassGroup.batch_id)
            .where(ClassGroup.deleted_at.is_(None))
            .order_by(Batch.start_year.desc(), Batch.name_key, ClassGroup.name_key)
        )
    ]


def _several(db: Session) -> dict[str, list[tuple[int, str]]]:
    """Load what the list of students offers in its menus, in one statement for the whole request."""
    kept: dict[str, list[tuple[int, str]]] | None = db.info.get(SEVERAL)
    if kept is not None:
        return kept
    found: dict[str, list[tuple[int, str]]] = {}
    for row in plain_rows(db, _MENUS):
        found.setdefault(row.kind, []).append((row.id, row.label))
    db.info[SEVERAL] = found
    return found


SEVERAL = "academics.choices"


def _part(kind: str, key: Any, label: Any, sort: Any, first: Any) -> Select[Any]:
    return select(
        literal(kind, String(20)).label("kind"),
        key.label("id"),
        cast(label, String(300)).label("label"),
        cast(sort, String(800)).label("sort"),
        (literal(first, Integer) if isinstance(first, int) else first).label("first"),
    ).where(key.class_.deleted_at.is_(None))


def of(kind: str) -> Callable[[Session, Actor], Sequence[tuple[int, str]]]:
    """Return the loader of one menu: departments, programmes, batches and classes come in one statement."""
    return lambda db, _actor: _several(db).get(kind, [])


def _menus() -> Select[Any]:
    parts = (
        _part("department", Department.id, Department.name, Department.sort_name, 0),
        _part("programme", Programme.id, Programme.name, Programme.sort_name, 0),
        _part("batch", Batch.id, Batch.name, Batch.name_key, -Batch.start_year),
        _part(
            "class",
            ClassGroup.id,
            Batch.name + literal(", ", String(2)) + ClassGroup.name,
            Batch.name_key + literal(", ", String(2)) + ClassGroup.name_key,
            -Batch.start_year,
        ).join(Batch, Batch.id == ClassGroup.batch_id),
    )
    united = union_all(*parts).subquery()
    order = (united.c.kind, united.c.first, united.c.sort, united.c.id)
    return select(united).order_by(*order)


# Made once: putting it together takes longer than the database needs to answer it.
_MENUS = _menus()
