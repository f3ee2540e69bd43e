"""Who has opened what, and where a recording stopped: written a little later, since reading must not wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, EnrolmentStatus, Offering
from quad.core import clock
from quad.core.behind import Buffer, WriteBehind
from quad.core.facts import emit
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.materials import policy
from quad.materials.facts import MaterialOpened, ReaderChoiceMade
from quad.materials.forms import Played, ReaderChoiceForm
from quad.materials.models.materials import Material, Opening, ReaderChoice

Key = tuple[int, int]
FEW = 3
NAMES = 200
# Stopped so near to the end that it counts as heard: within ten seconds, or the last twentieth of a short one.
END, PART = 10, 20


@dataclass(frozen=True)
class Stop:
    """Where a recording stopped, how long it is, and when that was."""

    seconds: int
    length: int
    at: datetime


def _known(db: Session, keys: Sequence[Key]) -> dict[Key, Opening]:
    people, things = {key[0] for key in keys}, {key[1] for key in keys}
    rows = db.scalars(
        select(Opening).where(Opening.user_id.in_(people), Opening.material_id.in_(things))
    )
    return {(row.user_id, row.material_id): row for row in rows}


def _there(db: Session, keys: Sequence[Key]) -> dict[int, Any]:
    """Return the materials that are still there, by number: one may be purged before the late write."""
    rows = db.execute(
        select(Material.id, Material.course_id, Material.offering_id).where(
            Material.id.in_({key[1] for key in keys})
        )
    )
    return {row.id: row for row in rows}


def _write_opened(db: Session, values: Mapping[Key, datetime]) -> None:
    keys = sorted(values)
    known, there = _known(db, keys), _there(db, keys)
    for key in keys:
        user_id, material_id = key
        if material_id not in there:
            continue
        row = known.get(key)
        if row is not None:
            row.times += 1
            row.last_at = max(row.last_at, values[key])
            continue
        db.add(Opening(user_id=user_id, material_id=material_id, last_at=values[key]))
        place = there[material_id]
        fact = MaterialOpened(
            actor_id=user_id,
            material_id=material_id,
            course_id=place.course_id,
            offering_id=place.offering_id,
        )
        emit(db, fact)


def _write_stops(db: Session, values: Mapping[Key, Stop]) -> None:
    keys = sorted(values)
    known, there = _known(db, keys), _there(db, keys)
    for key in keys:
        user_id, material_id = key
        if material_id not in there:
            continue
        row = known.get(key)
        if row is None:
            row = Opening(user_id=user_id, material_id=material_id, last_at=values[key].at)
            db.add(row)
        row.seconds, row.length = values[key].seconds, values[key].length
        row.last_at = max(row.last_at, values[key].at)


OPENED: Buffer[Key, datetime] = Buffer("materials.opened", _write_opened)
STOPPED: Buffer[Key, Stop] = Buffer("materials.stopped", _write_stops)


def note_opened(late: WriteBehind, actor: Actor, material_id: int) -> None:
    """Remember that somebody opened a material now. Those who keep it do not count: do not call this for them."""
    if actor.id is not None:
        late.put(OPENED, (actor.id, material_id), clock.now())


def note_stop(late: WriteBehind, actor: Actor, material_id: int, played: Played) -> None:
    """Remember where a recording stopped."""
    if actor.id is not None:
        stop = Stop(played.seconds, max(played.length, played.seconds), clock.now())
        late.put(STOPPED, (actor.id, material_id), stop)


def stop_of(row: Any) -> int:
    """Return the second to go on from: 0 before it was played, and after it was heard to its end."""
    heard = row.length and row.seconds >= row.length - min(END, row.length // PART)
    if not row.seconds or heard:
        return 0
    return int(row.seconds)


@dataclass(frozen=True)
class Readers:
    """How many could open a material and how many did; by name only those who agreed."""

    material: Material
    opened: int
    could: int
    named: Sequence[Any]

    @property
    def unnamed(self) -> int:
        """How many opened it and did not agree to be named."""
        return max(self.opened - len(self.named), 0)


def readers(db: Session, actor: Actor, material_id: int) -> Readers:
    """Return who has opened a material one keeps. Raises NotFound, Forbidden."""
    material = policy.MANAGE.get(db, actor, material_id, read=policy.READ)
    offerings = (
        select(Offering.id).where(Offering.course_id == material.course_id)
        if material.offering_id is None
        else select(Offering.id).where(Offering.id == material.offering_id)
    )
    could = db.scalar(
        select(func.count(func.distinct(Enrolment.student_id))).where(
            Enrolment.offering_id.in_(offerings), Enrolment.status == EnrolmentStatus.ENROLLED
        )
    )
    named = db.execute(
        select(
            User.full_name.label("name"),
            Student.id.label("student_id"),
            Student.register_number,
            Opening.times,
            Opening.last_at,
            Opening.seconds,
            Opening.length,
        )
        .join(User, User.id == Opening.user_id)
        .join(ReaderChoice, ReaderChoice.user_id == Opening.user_id)
        .outerjoin(Student, Student.user_id == Opening.user_id)
        .where(Opening.material_id == material.id, ReaderChoice.by_name)
        .order_by(User.sort_name, User.id)
        .limit(NAMES)
    ).all()
    return Readers(material, material.readers, could or 0, named)


def chosen(db: Session, actor: Actor) -> bool:
    """Tell whether teachers may see by name what the actor has opened."""
    found = select(ReaderChoice.by_name).where(ReaderChoice.user_id == actor.own_id)
    return bool(db.scalar(found))


def choose(db: Session, actor: Actor, form: ReaderChoiceForm) -> None:
    """Keep whether teachers may see by name what the actor has opened. Raises Forbidden."""
    policy.CHOOSE.require(actor)
    row = db.scalar(select(ReaderChoice).where(ReaderChoice.user_id == actor.own_id))
    if row is None:
        row = ReaderChoice(user_id=actor.own_id)
        db.add(row)
    row.by_name = form.by_name
    emit(db, ReaderChoiceMade(actor_id=actor.id))


def _mine(actor: Actor) -> Any:
    return (
        select(
            Material.id,
            Material.title,
            Material.kind,
            Course.title.label("course"),
            Opening.seconds,
            Opening.length,
            Opening.last_at,
        )
        .join(Course, Course.id == Material.course_id)
        .outerjoin(
            Opening, (Opening.material_id == Material.id) & (Opening.user_id == actor.own_id)
        )
        .where(policy.READ_AS_STUDENT.where(actor, many=True))
    )


def going_on(db: Session, actor: Actor) -> Sequence[Any]:
    """Return what a student opened last and may go on with, the latest first, at most three."""
    found: Sequence[Any] = db.execute(
        _mine(actor)
        .where(Opening.id.is_not(None))
        .order_by(Opening.last_at.desc(), Opening.id.desc())
        .limit(FEW)
    ).all()
    return found


def not_opened(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the newest materials a student has not opened yet, at most three."""
    found: Sequence[Any] = db.execute(
        _mine(actor)
        .where(Opening.id.is_(None))
        .order_by(Material.created_at.desc(), Material.id.desc())
        .limit(FEW)
    ).all()
    return found
