"""The words for what an audience names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, String, cast, literal, select, type_coerce, union_all
from sqlalchemy.orm import Session

from quad.audience.models import Audience, AudienceTerm, Trait
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext, number
from quad.identity.models.accounts import ROLE_NAMES
from quad.institution.models import Batch, Department, Programme
from quad.skills.models import Skill

Names = Mapping[Trait, Mapping[Any, str]]
# Traits whose values are rows of a table, with the table.
TABLES: dict[Trait, Any] = {
    Trait.DEPARTMENT: Department,
    Trait.PROGRAMME: Programme,
    Trait.BATCH: Batch,
    Trait.SKILL: Skill,
}
LONGEST = 400


def known(db: Session, wanted: Mapping[Trait, Collection[int]]) -> dict[Trait, dict[int, str]]:
    """Return the names of rows by trait and number (one query); what is not there is left out."""
    found: dict[Trait, dict[int, str]] = {trait: {} for trait in TABLES}
    parts = [
        select(
            literal(trait.value, String(30)).label("kind"),
            type_coerce(table.id, BigInteger).label("id"),
            cast(table.name, String(LONGEST)).label("name"),
        ).where(table.id.in_(sorted(wanted[trait])))
        for trait, table in TABLES.items()
        if wanted.get(trait)
    ]
    if parts:
        for row in db.execute(union_all(*parts)):
            found[Trait(row.kind)][row.id] = row.name
    return found


def name_of(names: Names, trait: Trait, value: Any) -> str:
    """Return the word for one value of a trait."""
    if trait is Trait.ROLE:
        return str(ROLE_NAMES.get(value, value))
    if trait in TABLES:
        return names.get(trait, {}).get(value) or _("something deleted")
    return str(value)


def either(words: Iterable[str]) -> str:
    """Join words of which one is enough."""
    found = list(words)
    if len(found) < 2:
        return "".join(found)
    return _("%(some)s or %(last)s", some=", ".join(found[:-1]), last=found[-1])


def asked_of(trait: Trait, words: str) -> str:
    """Return what an audience asks of one trait, as a part of a sentence."""
    match trait:
        case Trait.SEMESTER:
            return _("semester %(which)s", which=words)
        case Trait.BATCH:
            return _("batch %(which)s", which=words)
        case Trait.GRADUATION_YEAR:
            return _("graduating in %(year)s", year=words)
        case Trait.SKILL:
            return _("who know %(skill)s", skill=words)
        case _:
            return words


def cgpa_words(least: Decimal) -> str:
    """Return the threshold of the average in words."""
    return _("CGPA %(least)s or more", least=number(least, 2))


def backlog_words(most: int) -> str:
    """Return the threshold of backlogs in words."""
    if most == 0:
        return _("no open backlogs")
    return ngettext("at most %(num)s open backlog", "at most %(num)s open backlogs", most)


def sentence(
    names: Names,
    values: Mapping[Trait, Sequence[Any]],
    min_cgpa: Decimal | None,
    max_backlogs: int | None,
) -> str:
    """Say who is meant: "Student; Computer Science or Civil; semester 5; CGPA 7.50 or more"."""
    parts = [
        asked_of(trait, either(name_of(names, trait, value) for value in values[trait]))
        for trait in Trait
        if values.get(trait)
    ]
    if min_cgpa is not None:
        parts.append(cgpa_words(min_cgpa))
    if max_backlogs is not None:
        parts.append(backlog_words(max_backlogs))
    if not parts:
        return _("Everyone")
    words = "; ".join(parts)
    return words[0].upper() + words[1:]


def loaded(
    db: Session, audience_ids: Collection[int]
) -> dict[int, tuple[Any, dict[Trait, list[Any]]]]:
    """Return audiences with their values by trait (one query)."""
    rows = db.execute(
        select(
            Audience.id,
            Audience.min_cgpa,
            Audience.max_backlogs,
            AudienceTerm.kind,
            AudienceTerm.value,
            AudienceTerm.word,
        )
        .outerjoin(AudienceTerm, AudienceTerm.audience_id == Audience.id)
        .where(Audience.id.in_(sorted(set(audience_ids))))
        .order_by(Audience.id, AudienceTerm.kind, AudienceTerm.value, AudienceTerm.word)
    )
    found: dict[int, tuple[Any, dict[Trait, list[Any]]]] = {}
    for row in rows:
        _head, values = found.setdefault(row.id, (row, {}))
        if row.kind is not None:
            values.setdefault(row.kind, []).append(row.word or row.value)
    return found


def names_for(db: Session, audiences: Iterable[Mapping[Trait, Collection[Any]]]) -> Names:
    """Return the names of everything these audiences name (one query)."""
    wanted: dict[Trait, set[int]] = {}
    for values in audiences:
        for trait in TABLES:
            wanted.setdefault(trait, set()).update(values.get(trait, ()))
    return known(db, wanted)


def described(db: Session, audience_ids: Collection[int]) -> dict[int, str]:
    """Return who each audience means, in a sentence (two queries however many)."""
    found = loaded(db, audience_ids)
    names = names_for(db, (values for _head, values in found.values()))
    return {
        each: sentence(names, values, head.min_cgpa, head.max_backlogs)
        for each, (head, values) in found.items()
    }


def describe(db: Session, audience_id: int) -> str:
    """Say who an audience means."""
    return described(db, [audience_id])[audience_id]
