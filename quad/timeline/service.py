"""The timeline of one person as one reader may see it, over all domains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, desc, literal, or_, select, union_all
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.alumni.models.members import Member
from quad.core import i18n
from quad.core.db.rows import plain_rows
from quad.core.errors import NotFound, SignedOut
from quad.core.listing import keyset
from quad.core.listing.keyset import Cursor
from quad.core.policy import Actor
from quad.core.timeline import TIMELINE, Precision, TimelineKind
from quad.identity.models.accounts import User
from quad.timeline import policy

SHOWN = 30
PLACE = "timeline"


@dataclass(frozen=True)
class Person:
    """Whose timeline it is."""

    id: int
    name: str


@dataclass(frozen=True)
class Entry:
    """One thing that happened; `about` is the number its address is made of."""

    kind: TimelineKind
    id: int
    at: datetime
    title: str
    detail: str
    mark: str
    about: int

    @property
    def when(self) -> str:
        """When it happened, as exactly as it is known."""
        if self.kind.precision is Precision.MOMENT:
            return i18n.moment(self.at)
        day = self.at.date()  # kept as midnight UTC, whatever the reader's zone
        if self.kind.precision is Precision.DAY:
            return i18n.day(day)
        return i18n.month(day) if self.kind.precision is Precision.MONTH else str(day.year)

    @property
    def href(self) -> str:
        """Where it is looked at; empty where there is no such place."""
        return self.kind.link(self.about) if self.kind.link else ""

    @property
    def state(self) -> tuple[str, str] | None:
        """Mark and label of the state; None without one."""
        return self.kind.marks.get(self.mark)


@dataclass(frozen=True)
class Timeline:
    """A page of entries, the latest first. `kinds` are those the reader may narrow to, `older` leads on."""

    person: Person
    entries: Sequence[Entry]
    kinds: Sequence[TimelineKind]
    older: str = ""


def of_person(
    db: Session, actor: Actor, person_id: int, kind: str = "", after: str = ""
) -> Timeline:
    """Return a page of somebody's timeline, in two statements; `kind` narrows, `after` goes on from `older`.

    Raises SignedOut, NotFound for an unknown kind or a person one may not know of, QuadError (400) for a damaged place.
    """
    person = _person(db, actor, person_id)
    kinds = {one.name: (rank, one, chosen) for rank, one, chosen in _kinds(actor, person_id)}
    if kind and kind not in kinds:
        raise NotFound
    place = keyset.decode(after, PLACE, User.created_at) if after else None
    parts = [
        _part(rank, chosen, place)
        for name, (rank, _one, chosen) in kinds.items()
        if kind in ("", name)
    ]
    shown = [one for _rank, one, _chosen in kinds.values()]
    if not parts:
        return Timeline(person, (), shown)
    rows = plain_rows(db, _together(parts)).all()
    by_rank = {rank: one for rank, one, _chosen in kinds.values()}
    entries = [
        Entry(by_rank[row.kind], row.id, row.at, row.title, row.detail, row.mark, row.about)
        for row in rows[:SHOWN]
    ]
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    older = Cursor(PLACE, last.at, last.id, last.kind).encode() if last else ""
    return Timeline(person, entries, shown, older)


def _person(db: Session, actor: Actor, person_id: int) -> Person:
    if not actor.signed_in:
        raise SignedOut
    known = select(User.id, User.full_name).where(User.id == person_id, policy.OPEN.where(actor))
    row = db.execute(known).first()
    if row is None:
        raise NotFound
    return Person(row.id, row.full_name)


def _kinds(actor: Actor, person_id: int) -> Iterator[tuple[int, TimelineKind, Select[Any]]]:
    """Yield the kinds an actor may see anything of, with their place in the order and what they select."""
    for rank, one in enumerate(TIMELINE.values()):
        chosen = one.entries(actor, person_id)
        if chosen is not None:
            yield rank, one, chosen


def _part(rank: int, chosen: Select[Any], place: Cursor | None) -> Select[Any]:
    """Select the latest entries of one kind; each kind is read no further than a page."""
    at, row_id = chosen.selected_columns["at"], chosen.selected_columns["id"]
    part = chosen.add_columns(literal(rank, Integer).label("kind"))
    if place is not None:
        part = part.where(_older(rank, at, row_id, place))
    return part.order_by(at.desc(), row_id.desc()).limit(SHOWN + 1)


def _older(
    rank: int, at: ColumnElement[Any], row_id: ColumnElement[Any], place: Cursor
) -> ColumnElement[bool]:
    """Hold for what comes after a place: entries of one moment stand in the order of their kinds, then by number."""
    if rank == place.ordinal:
        return and_(at <= place.value, or_(at < place.value, row_id < place.row_id))
    later: ColumnElement[bool] = at < place.value
    return or_(later, at == place.value) if rank > place.ordinal else later


def _together(parts: Sequence[Select[Any]]) -> Any:
    """One statement of all parts, each named in front of it: SQLite reads nested ones of limited depth only."""
    named = [part.cte(f"part_{number}") for number, part in enumerate(parts)]
    every = union_all(*(select(part) for part in named))
    return every.order_by(desc("at"), "kind", desc("id")).limit(SHOWN + 1)


def owner_of_record(db: Session, actor: Actor, student_id: int) -> int:
    """Return whose academic record this is. Raises NotFound for one of a person one may not know of, SignedOut."""
    return _owner(db, actor, select(Student.user_id).where(Student.id == student_id))


def owner_of_profile(db: Session, actor: Actor, member_id: int) -> int:
    """Return whose profile in the network this is. Raises NotFound as `owner_of_record` does, SignedOut."""
    return _owner(db, actor, select(Member.user_id).where(Member.id == member_id))


def _owner(db: Session, actor: Actor, ids: Select[int]) -> int:
    if not actor.signed_in:
        raise SignedOut
    found = db.scalar(select(User.id).where(User.id.in_(ids), policy.OPEN.where(actor)))
    if found is None:
        raise NotFound
    return found
