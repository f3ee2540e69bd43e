"""What a form asks, with skills by number: what is kept, counted and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy.orm import Session

from quad.audience.forms import FIELDS, AudienceIn
from quad.audience.models import Trait
from quad.skills.service.finding import resolve

Term = tuple[Trait, int, str]


@dataclass(frozen=True)
class Wanted:
    """Who is wanted: values by trait (roles as words, all else as numbers), none of them empty, and the thresholds."""

    values: Mapping[Trait, Sequence[Any]]
    min_cgpa: Decimal | None = None
    max_backlogs: int | None = None

    def terms(self) -> list[Term]:
        """Return the values as rows, each once and in one order."""
        return sorted(set(self._terms()))

    def _terms(self) -> Iterable[Term]:
        for trait, values in self.values.items():
            for value in values:
                yield (trait, 0, value.value) if trait is Trait.ROLE else (trait, value, "")

    def fingerprint(self) -> str:
        """Return the hash of everything that is asked; the order of values and repeated ones make no difference."""
        cgpa = None if self.min_cgpa is None else str(self.min_cgpa.quantize(Decimal("0.01")))
        return hashlib.sha256(orjson.dumps([self.terms(), cgpa, self.max_backlogs])).hexdigest()


def understood(db: Session, form: AudienceIn) -> Wanted:
    """Return what a form asks. Raises Invalid (`for_skills`) for a skill that is not in the catalogue."""
    given = {trait: getattr(form, field) for trait, field in FIELDS.items()}
    if form.for_skills:
        given[Trait.SKILL] = resolve(db, form.for_skills, field=FIELDS[Trait.SKILL])
    return Wanted(
        {trait: values for trait, values in given.items() if values},
        form.for_min_cgpa,
        form.for_max_backlogs,
    )
