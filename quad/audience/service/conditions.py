"""What an audience asks of one person, and what that person has: every condition by name, met or not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, String, literal, select, type_coerce, union_all
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.audience.models import Trait
from quad.audience.service import naming
from quad.audience.service.traits import WORD, backlogs, here, students, tokens
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext, number
from quad.identity.models.accounts import User

CGPA, BACKLOGS, ACCOUNT = "cgpa", "backlogs", "account"
LABELS: dict[str, str] = {
    Trait.ROLE: _l("Role"),
    Trait.DEPARTMENT: _l("Department"),
    Trait.PROGRAMME: _l("Programme"),
    Trait.SEMESTER: _l("Semester"),
    Trait.BATCH: _l("Batch"),
    Trait.GRADUATION_YEAR: _l("Year of graduation"),
    Trait.SKILL: _l("Skill"),
    CGPA: _l("CGPA"),
    BACKLOGS: _l("Backlogs"),
    ACCOUNT: _l("Account"),
}


@dataclass(frozen=True)
class Condition:
    """One thing an audience asks: which (`kind`), its name, what is required and what the person has, in words."""

    kind: str
    name: str
    required: str
    actual: str
    met: bool


@dataclass(frozen=True)
class Standing:
    """What one person has. `cgpa` is None without an average, `backlogs` None without a record."""

    has: dict[Trait, set[Any]] = field(default_factory=dict)
    cgpa: Decimal | None = None
    backlogs: int | None = None
    here: bool = False


def standing_of(db: Session, user_id: int) -> Standing:
    """Return what a person has (one query)."""
    record = select(Student).where(Student.user_id == user_id, students())

    def figure(kind: str, value: Any) -> Any:
        return record.with_only_columns(
            literal(kind, String(WORD)), type_coerce(value, BigInteger), literal("", String(WORD))
        )

    account = select(
        literal(ACCOUNT, String(WORD)), literal(1, BigInteger), literal("", String(WORD))
    ).where(User.id == user_id, here())
    parts = [*tokens(user_id).selects, figure(CGPA, Student.cgpa), figure(BACKLOGS, backlogs())]
    has: dict[Trait, set[Any]] = {}
    figures: dict[str, int | None] = {}
    for kind, value, word in db.execute(union_all(*parts, account)):
        if kind in (CGPA, BACKLOGS, ACCOUNT):
            figures[kind] = value
        else:
            has.setdefault(Trait(kind), set()).add(word or value)
    cents = figures.get(CGPA)
    return Standing(
        has,
        None if cents is None else Decimal(cents).scaleb(-2),
        figures.get(BACKLOGS),
        ACCOUNT in figures,
    )


def conditions(
    db: Session, user_id: int, audience_ids: Collection[int], standing: Standing | None = None
) -> dict[int, list[Condition]]:
    """Return everything each audience asks of a person, met or not (three queries however many)."""
    found = naming.loaded(db, audience_ids)
    had = standing or standing_of(db, user_id)
    names = naming.names_for(db, [*(values for _head, values in found.values()), had.has])
    return {each: _conditions(head, values, had, names) for each, (head, values) in found.items()}


def unmet(
    db: Session, user_id: int, audience_ids: Collection[int], standing: Standing | None = None
) -> dict[int, list[Condition]]:
    """Return what keeps a person out of each audience, by name; nothing for those they are in."""
    every = conditions(db, user_id, audience_ids, standing)
    return {each: [one for one in asked if not one.met] for each, asked in every.items()}


def _conditions(
    head: Any, values: dict[Trait, list[Any]], had: Standing, names: naming.Names
) -> list[Condition]:
    found = [
        _of_trait(trait, values[trait], had.has.get(trait, set()), names)
        for trait in Trait
        if values.get(trait)
    ]
    if head.min_cgpa is not None:
        met = had.cgpa is not None and had.cgpa >= head.min_cgpa
        actual = (
            _("You have no average yet.")
            if had.cgpa is None
            else _("Yours is %(cgpa)s.", cgpa=number(had.cgpa, 2))
        )
        found.append(_named(CGPA, naming.cgpa_words(head.min_cgpa), actual, met=met))
    if head.max_backlogs is not None:
        met = had.backlogs is not None and had.backlogs <= head.max_backlogs
        found.append(
            _named(BACKLOGS, naming.backlog_words(head.max_backlogs), _owed(had.backlogs), met=met)
        )
    if not had.here:
        found.append(_named(ACCOUNT, _("an open account"), _("This account is closed."), met=False))
    return found


def _of_trait(trait: Trait, asked: list[Any], have: set[Any], names: naming.Names) -> Condition:
    required = naming.asked_of(
        trait, naming.either(naming.name_of(names, trait, value) for value in asked)
    )
    own = sorted(have, key=str)
    shown = [value for value in own if value in asked] or own
    words = naming.either(naming.name_of(names, trait, value) for value in shown[:5])
    actual = _("You have: %(what)s.", what=words) if words else _("You have none.")
    if trait is Trait.SKILL:
        have_it = any(value in have for value in asked)
        actual = actual if have_it else _("It is not on your profile.")
    return _named(trait, required, actual, met=not have.isdisjoint(asked))


def _owed(count: int | None) -> str:
    if count is None:
        return _("You have no record here.")
    if count == 0:
        return _("You have none.")
    return ngettext("You have %(num)s.", "You have %(num)s.", count)


def _named(kind: str, required: str, actual: str, *, met: bool) -> Condition:
    return Condition(str(kind), str(LABELS[kind]), required[0].upper() + required[1:], actual, met)
