"""What may be chosen in the form of an audience."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, String, cast, literal, select, type_coerce, union_all
from sqlalchemy.orm import Session

from quad.audience.forms import LAST_SEMESTER
from quad.audience.models import Trait
from quad.identity.models.accounts import ROLE_NAMES
from quad.institution.models import Batch, Department, Programme

Pairs = Sequence[tuple[Any, str]]
WIDE = 400


def choices(db: Session) -> dict[str, Pairs]:
    """Return the choices by field, of what is there now (two queries)."""
    parts = [
        select(
            literal(trait.value, String(30)).label("kind"),
            type_coerce(table.id, BigInteger).label("id"),
            cast(table.name, String(WIDE)).label("name"),
            cast(order, String(WIDE)).label("place"),
        ).where(table.deleted_at.is_(None))
        for trait, table, order in (
            (Trait.DEPARTMENT, Department, Department.sort_name),
            (Trait.PROGRAMME, Programme, Programme.sort_name),
            (Trait.BATCH, Batch, Batch.name_key),
        )
    ]
    found: dict[str, list[tuple[Any, str]]] = {"department": [], "programme": [], "batch": []}
    together = union_all(*parts).subquery()
    for row in db.execute(select(together).order_by(together.c.place, together.c.id)):
        found[row.kind].append((row.id, row.name))
    terms, years = _span(db)
    return {
        "for_roles": [(role.value, str(name)) for role, name in _roles()],
        "for_departments": found["department"],
        "for_programmes": found["programme"],
        "for_batches": found["batch"],
        "for_semesters": [(each, str(each)) for each in range(1, terms + 1)],
        "for_graduation_years": [(each, str(each)) for each in years],
    }


def _roles() -> Iterable[tuple[Any, str]]:
    return ROLE_NAMES.items()


def _span(db: Session) -> tuple[int, list[int]]:
    """Return the longest programme in semesters, and the years in which batches graduate, the latest first."""
    rows = db.execute(
        select(literal("", String(1)), Programme.duration_terms)
        .where(Programme.deleted_at.is_(None))
        .union(
            select(literal("y", String(1)), Batch.graduation_year).where(Batch.deleted_at.is_(None))
        )
    )
    terms, years = [8], set[int]()
    for kind, value in rows:
        if kind:
            years.add(value)
        else:
            terms.append(value)
    return min(max(terms), LAST_SEMESTER), sorted(years, reverse=True)
