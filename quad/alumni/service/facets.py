"""What a search can be narrowed by, with how many each would leave: one statement, over what the reader sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, Select, String, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from quad.alumni.models.members import Member
from quad.alumni.policy import audience
from quad.core.db.rows import plain_rows
from quad.core.listing import query
from quad.core.listing.arguments import Asked
from quad.core.listing.declaration import Listing
from quad.core.policy import Actor, Grant
from quad.institution.models import Department, Programme
from quad.skills.models import PersonSkill, Skill

COUNTED = query.COUNTED
MOST = 8
READERS = 300
OPEN_TO = ("mentoring", "hiring", "speaking")


@dataclass(frozen=True)
class Value:
    """One value of a facet. `count` is None where there are too many matches to count."""

    value: str
    label: str
    count: int | None
    chosen: bool


@dataclass(frozen=True)
class Facets:
    """The values by facet, the most frequent first; chosen ones are always among them."""

    groups: Mapping[str, Sequence[Value]]


def facets(db: Session, actor: Actor, listing: Listing[Any], asked: Asked) -> Facets:
    """Count the values among the first 10,000 matches. A facet in use counts what it would be without itself."""
    used: dict[str, list[str]] = {}
    for chosen in asked.filters:
        used.setdefault(chosen.filter.key, []).append(chosen.text)
    whole = _matched(listing, actor, asked, "matched")
    parts: list[Select[Any]] = [_part("", literal(""), literal(""), whole)]
    for key in KEYS:
        base = whole
        if key in used:
            others = tuple(one for one in asked.filters if one.filter.key != key)
            base = _matched(listing, actor, replace(asked, filters=others), f"without_{key}")
        parts += _counted(key, base)
    wrapped = [select(part.subquery()) for part in parts]
    rows = plain_rows(db, union_all(*wrapped)).all()
    total = next((row.number for row in rows if row.facet == ""), 0)
    found: dict[str, list[Value]] = {key: [] for key in KEYS}
    for row in rows:
        if row.facet and row.number and row.value not in ("", "0", None):
            count = None if total > COUNTED else int(row.number)
            picked = row.value in used.get(row.facet, ())
            found[row.facet].append(Value(row.value, row.label or row.value, count, picked))
    for key, texts in used.items():
        there = {value.value for value in found.get(key, ())}
        missing = [text for text in dict.fromkeys(texts) if text not in there]
        found.setdefault(key, []).extend(Value(text, text, 0, True) for text in missing)
    return Facets({key: values for key, values in found.items() if values})


KEYS = ("open", "skill", "department", "programme", "year", "city", "company")


def _matched(listing: Listing[Any], actor: Actor, asked: Asked, name: str) -> CTE:
    """Select what facets are made of, of the first matches, as `actor` sees it."""
    return (
        query.ids(listing, actor, replace(asked, weights=None))
        .add_columns(*_told(actor.id, audience.departments(actor)))
        .limit(COUNTED + 1)
        .cte(name)
    )


@lru_cache(READERS)
def _told(user_id: int | None, held: tuple[int, ...]) -> tuple[Any, ...]:
    """What a reader is told of each match; put together once for each reader."""
    actor = Actor(id=user_id, grants=tuple(Grant("", number) for number in held))
    flags = [
        audience.shown("open", actor, getattr(Member, one), False).label(one) for one in OPEN_TO
    ]
    return (
        case((audience.sees("skills", actor), Member.user_id), else_=0).label("skilled_id"),
        Member.department_id,
        Member.programme_id,
        Member.graduation_year,
        audience.shown("work", actor, Member.company_key).label("company_key"),
        audience.shown("work", actor, Member.company).label("company"),
        audience.shown("location", actor, Member.city_key).label("city_key"),
        audience.shown("location", actor, Member.city).label("city"),
        *flags,
    )


def _counted(key: str, base: CTE) -> list[Select[Any]]:
    match key:
        case "open":
            return [
                _part("open", literal(one), literal(""), base).where(base.c[one]) for one in OPEN_TO
            ]
        case "skill":
            held = (
                _part(key, Skill.name_key, Skill.name, base)
                .join(PersonSkill, PersonSkill.person_id == base.c.skilled_id)
                .join(Skill, Skill.id == PersonSkill.skill_id)
                .where(PersonSkill.hidden.is_(False))
            )
            return [_most(held, Skill.name_key)]
        case "company" | "city":
            value, label = base.c[f"{key}_key"], base.c[key]
        case "year":
            value = label = base.c.graduation_year
        case _:
            model: Any = Department if key == "department" else Programme
            named = _part(key, model.code, model.name, base)
            return [_most(named.join(model, model.id == base.c[f"{key}_id"]), model.code)]
    return [_most(_part(key, value, label, base).where(value.is_not(None)), value)]


def _most(part: Any, value: Any) -> Any:
    """Keep the most frequent values."""
    return part.group_by(value).order_by(func.count().desc(), value).limit(MOST)


def _part(key: str, value: Any, label: Any, base: CTE) -> Any:
    return select(
        literal(key, String(20)).label("facet"),
        cast(value, String(360)).label("value"),
        cast(func.max(label), String(360)).label("label"),
        func.count().label("number"),
    ).select_from(base)
