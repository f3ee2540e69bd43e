"""What can this person see? Answered from the permission registry, with the person's grants and nobody else's.

Nobody becomes the person: the rules are asked about an actor built from the grants that count today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from quad.core.i18n import gettext as _
from quad.core.listing.declaration import LISTINGS, Listing, Place
from quad.core.policy import REGISTRY, Actor, Gate, Grant, Permission
from quad.identity.models.accounts import ROLE_NAMES
from quad.identity.policy import READ, SEE_AS
from quad.identity.service.actor import read_person
from quad.institution.models import Department

COUNTED = 1_000
SAMPLES = 3


@dataclass(frozen=True)
class Sample:
    """One row the person can see, with its page if it has one."""

    text: str
    place: Place | None = None


@dataclass
class Sight:
    """One permission as one person holds it. `count` is None for an act without rows.

    `exact` False means more than `count`; `through` names the grants that give it, empty for being oneself.
    """

    name: str
    label: str
    count: int | None
    through: list[str]
    exact: bool = True
    samples: list[Sample] = field(default_factory=list)


@dataclass(frozen=True)
class Seen:
    """What a person can see in one area; `areas` are all there are."""

    areas: list[str]
    area: str
    sights: list[Sight]
    closed: bool = False


def areas() -> list[str]:
    """Return the areas that permissions are grouped by: the first words of their names."""
    return sorted({name.partition(".")[0] for name in REGISTRY})


def what_is_seen(db: Session, actor: Actor, user_id: int, area: str, *, zone: str) -> Seen:
    """Return everything the person may do and see in `area`, in a fixed number of queries per kind of row.

    Raises NotFound, Forbidden.
    """
    SEE_AS.require(actor)
    READ.get(db, actor, user_id)
    known = areas()
    area = area if area in known else known[0]
    try:
        person = replace(read_person(db, user_id, zone=zone), via="session")
    except NoResultFound:  # closed, so nothing opens
        return Seen(known, area, [], closed=True)
    items = [item for name, item in sorted(REGISTRY.items()) if name.partition(".")[0] == area]
    named = _grant_names(db, person)
    sights = [_gate(item, person, named) for item in items if isinstance(item, Gate)]
    held = [item for item in items if isinstance(item, Permission) and item.branches(person)]
    counts = _counts(db, person, held)
    samples = _samples(db, person, held)
    sights += [
        Sight(
            item.name,
            str(item.label),
            min(counts[item.name], COUNTED),
            _through(item, person, named),
            counts[item.name] <= COUNTED,
            samples.get(item.name, []),
        )
        for item in held
    ]
    shown = [sight for sight in sights if sight is not None]
    return Seen(known, area, sorted(shown, key=lambda sight: sight.name))


def _grant_names(db: Session, person: Actor) -> dict[Grant, str]:
    ids = {grant.department_id for grant in person.grants if grant.department_id}
    names = {
        row.id: row.name
        for row in db.execute(select(Department.id, Department.name).where(Department.id.in_(ids)))
    }
    return {
        grant: str(ROLE_NAMES[grant.role])
        if grant.department_id is None
        else _(
            "%(role)s in %(department)s",
            role=str(ROLE_NAMES[grant.role]),
            department=names.get(grant.department_id, ""),
        )
        for grant in person.grants
    }


def _gate(item: Gate, person: Actor, named: dict[Grant, str]) -> Sight | None:
    if not item.may(person):
        return None
    return Sight(item.name, str(item.label), None, _through(item, person, named))


def _through(item: Gate | Permission[Any], person: Actor, named: dict[Grant, str]) -> list[str]:
    """Name the grants that give a permission by themselves; none are needed for what everybody may."""

    def gives(one: Actor) -> bool:
        return item.may(one) if isinstance(item, Gate) else bool(item.branches(one))

    if gives(replace(person, grants=())):
        alone = {str(branch) for branch in _branches(item, replace(person, grants=()))}
        return [
            named[grant]
            for grant in person.grants
            if {str(each) for each in _branches(item, replace(person, grants=(grant,)))} - alone
        ]
    return [named[grant] for grant in person.grants if gives(replace(person, grants=(grant,)))]


def _branches(item: Gate | Permission[Any], person: Actor) -> Sequence[Any]:
    return () if isinstance(item, Gate) else item.branches(person)


def _ids(item: Permission[Any], person: Actor) -> Select[Any]:
    return select(item.model.id.label("id")).where(item.where(person, many=True))


def _counts(db: Session, person: Actor, items: list[Permission[Any]]) -> dict[str, int]:
    """Count all of them in one query, each up to a limit."""
    if not items:
        return {}
    columns = []
    for number, item in enumerate(items):
        few = _ids(item, person).limit(COUNTED + 1).subquery()
        columns.append(select(func.count()).select_from(few).scalar_subquery().label(f"n{number}"))
    row = db.execute(select(*columns)).one()
    return {item.name: count for item, count in zip(items, row, strict=True)}


def _samples(db: Session, person: Actor, items: list[Permission[Any]]) -> dict[str, list[Sample]]:
    """Pick a few rows of each permission in one query, and word them with one query per kind of row."""
    if not items:
        return {}
    parts = []
    for item in items:
        picked = _ids(item, person).order_by(item.model.id).limit(SAMPLES).subquery()
        parts.append(select(literal(item.name).label("name"), picked.c.id))
    picked_ids: dict[str, list[int]] = {}
    for row in db.execute(union_all(*parts)):
        picked_ids.setdefault(row.name, []).append(row.id)
    worded: dict[type[Any], dict[int, Sample]] = {}
    for model in {item.model for item in items}:
        wanted = {
            row_id
            for item in items
            if item.model is model
            for row_id in picked_ids.get(item.name, ())
        }
        worded[model] = _worded(db, model, wanted)
    return {
        item.name: [
            worded[item.model].get(row_id, Sample(_("Number %(number)s", number=row_id)))
            for row_id in picked_ids.get(item.name, ())
        ]
        for item in items
    }


def _worded(db: Session, model: type[Any], ids: set[int]) -> dict[int, Sample]:
    """Word rows the way their own list does; kinds without a list have numbers only."""
    listing = _listing_of(model)
    if listing is None or listing.row_label is None or not ids:
        return {}
    query = listing.joins(select(*listing.selected()).select_from(model)).where(
        listing.model_id.in_(ids)
    )
    return {
        row.id: Sample(listing.row_label(row), listing.href(row) if listing.href else None)
        for row in db.execute(query)
    }


def _listing_of(model: type[Any]) -> Listing[Any] | None:
    fitting = [each for each in LISTINGS.values() if each.read.model is model and each.row_label]
    return min(fitting, key=lambda each: len(each.name), default=None)
