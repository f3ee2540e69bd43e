"""Where a student stands in the college: department, programme, batch and class, and the years that follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.base import StudentsPlaced
from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult
from quad.academics.policy import base as policy
from quad.academics.service import graded, rollups
from quad.academics.service.teaching import require_department
from quad.core import clock
from quad.core.errors import Forbidden, Invalid
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.institution.models import Batch, ClassGroup, Programme
from quad.institution.service.batches import years_of

# More students than this get their averages by the worker.
AT_ONCE = 200


@dataclass(frozen=True)
class Place:
    """What a form says about a place, or what a student has."""

    department_id: int | None = None
    programme_id: int | None = None
    batch_id: int | None = None
    class_id: int | None = None
    admission_year: int | None = None
    graduation_year: int | None = None


NOWHERE = Place()


def place_of(student: Student) -> Place:
    """Return where a student stands now."""
    return Place(
        student.department_id,
        student.programme_id,
        student.batch_id,
        student.class_id,
        student.admission_year,
        student.graduation_year,
    )


def settle(db: Session, wanted: Place, before: Place = NOWHERE) -> Place:
    """Complete what a form says: a class brings its batch, a batch its programme and years, a programme its department.

    What was changed by hand in the same form is kept; what contradicts is refused. Raises Invalid.
    """
    batch, class_id = _batch_and_class(db, wanted, before)
    programme_id, fresh = wanted.programme_id, batch is not None and batch.id != before.batch_id
    if batch is not None and programme_id != batch.programme_id:
        if not fresh or programme_id not in (None, before.programme_id):
            raise Invalid(
                {"batch_id": _("“%(batch)s” is a batch of another programme.", batch=batch.name)}
            )
        programme_id = batch.programme_id
    programme = _programme(db, programme_id, before)
    department_id = wanted.department_id
    if programme is not None and department_id == before.department_id:
        department_id = programme.department_id
    if department_id != before.department_id:
        require_department(db, department_id)
    admission, graduation = wanted.admission_year, wanted.graduation_year
    if batch is not None and fresh:
        admission = _filled(admission, before.admission_year, batch.start_year)
        graduation = _filled(graduation, before.graduation_year, batch.graduation_year)
    admission = admission or clock.today().year
    if programme is not None and graduation is None:
        graduation = admission + years_of(programme)
    return Place(
        department_id,
        programme_id,
        batch.id if batch else None,
        class_id,
        admission,
        graduation,
    )


def _filled(given: int | None, before: int | None, follows: int) -> int:
    return follows if given is None or given == before else given


def _batch_and_class(db: Session, wanted: Place, before: Place) -> tuple[Batch | None, int | None]:
    batch = None
    if wanted.batch_id is not None:
        kept = wanted.batch_id == before.batch_id
        batch = _alive(db, Batch, wanted.batch_id, kept=kept)
        if batch is None:
            raise Invalid({"batch_id": _("Choose a batch from the list.")})
    if wanted.class_id is None:
        return batch, None
    same = wanted.class_id == before.class_id
    group = _alive(db, ClassGroup, wanted.class_id, kept=same)
    if group is None:
        raise Invalid({"class_id": _("Choose a class from the list.")})
    if group.batch_id == wanted.batch_id:
        return batch, group.id
    if same:  # The batch was changed, and the form still had the class of the old one.
        return batch, None
    own = db.get_one(Batch, group.batch_id)
    if batch is not None:
        raise Invalid({"class_id": _("This is a class of the batch “%(batch)s”.", batch=own.name)})
    return own, group.id


def _alive(db: Session, kind: Any, row_id: int, *, kept: bool) -> Any:
    """Load a row under a lock; one that the student has already may be deleted meanwhile."""
    query = select(kind).where(kind.id == row_id)
    if not kept:
        query = query.where(kind.deleted_at.is_(None))
    return db.scalar(query.with_for_update())


def _programme(db: Session, programme_id: int | None, before: Place) -> Programme | None:
    """Load a programme that is new to the student; None for the one there was."""
    if programme_id is None or programme_id == before.programme_id:
        return None
    found: Programme | None = _alive(db, Programme, programme_id, kept=False)
    if found is None:
        raise Invalid({"programme_id": _("Choose a programme from the list.")})
    return found


def require_own_department(actor: Actor, department_id: int | None) -> None:
    """Raise Invalid unless the actor decides about this department."""
    if not policy.supervises(actor, department_id):
        raise Invalid({"department_id": _("Choose a department that you head.")})


def put_into_batch(db: Session, actor: Actor, student_ids: Iterable[int], batch_id: int) -> int:
    """Put several students into a batch, with its programme and years; return how many.

    Raises Forbidden when none of them may be changed, Invalid for an unknown batch or one of another department.
    """
    batch = _alive(db, Batch, batch_id, kept=False)
    if batch is None:
        raise Invalid({"batch_id": _("Choose a batch from the list.")})
    return _put(db, actor, student_ids, batch, "batch_id", None)


def put_into_class(db: Session, actor: Actor, student_ids: Iterable[int], class_id: int) -> int:
    """Put several students into a class and its batch; return how many. Raises as `put_into_batch`."""
    group = _alive(db, ClassGroup, class_id, kept=False)
    if group is None:
        raise Invalid({"class_id": _("Choose a class from the list.")})
    return _put(db, actor, student_ids, db.get_one(Batch, group.batch_id), "class_id", group.id)


def put_into_semester(db: Session, actor: Actor, student_ids: Iterable[int], semester: int) -> int:
    """Set the semester of several students; return how many. Raises Forbidden."""
    ids = _changeable(db, actor, student_ids)
    _write(db, ids, {"semester": semester})
    emit(db, StudentsPlaced(actor_id=actor.id, student_ids=tuple(ids), semester=semester))
    return len(ids)


def _put(
    db: Session,
    actor: Actor,
    student_ids: Iterable[int],
    batch: Batch,
    field: str,
    class_id: int | None,
) -> int:
    programme = db.get_one(Programme, batch.programme_id)
    if not policy.supervises(actor, programme.department_id):
        raise Invalid({field: _("This is a batch of a department that you do not head.")})
    ids = _changeable(db, actor, student_ids)
    regraded = _of_other_programmes(db, ids, programme.id)
    moved = {
        "batch_id": batch.id,
        "class_id": class_id,
        "programme_id": programme.id,
        "department_id": programme.department_id,
        "admission_year": batch.start_year,
        "graduation_year": batch.graduation_year,
    }
    _write(db, ids, moved, Student.batch_id.is_distinct_from(batch.id))
    if class_id is not None:
        _write(db, ids, {"class_id": class_id}, Student.class_id.is_distinct_from(class_id))
    emit(
        db,
        StudentsPlaced(
            actor_id=actor.id, student_ids=tuple(ids), batch_id=batch.id, class_id=class_id
        ),
    )
    regrade(db, regraded, programme.id)
    return len(ids)


def _changeable(db: Session, actor: Actor, student_ids: Iterable[int]) -> list[int]:
    """Lock those of the students whom the actor may change, ascending. Raises Forbidden when there is none."""
    ids: list[int] = []
    for chunk in rollups.chunks(student_ids):
        mine = select(Student.id).where(Student.id.in_(chunk), policy.STUDENT_EDIT.where(actor))
        ids += db.scalars(mine.order_by(Student.id).with_for_update())
    if not ids:
        raise Forbidden
    return ids


def _write(db: Session, ids: Sequence[int], values: dict[str, Any], *only: Any) -> None:
    for chunk in rollups.chunks(ids):
        db.execute(
            update(Student)
            .where(Student.id.in_(chunk), *only)
            .values(**values, version=Student.version + 1)
            .execution_options(synchronize_session=False)
        )


def _of_other_programmes(db: Session, ids: Sequence[int], programme_id: int) -> list[int]:
    """Return those who have results and come from another programme: another scheme may read them."""
    found: list[int] = []
    for chunk in rollups.chunks(ids):
        found += db.scalars(
            select(Student.id).where(
                Student.id.in_(chunk),
                or_(Student.programme_id != programme_id, Student.programme_id.is_(None)),
                exists().where(EnrolmentResult.student_id == Student.id),
            )
        )
    return found


def regrade(db: Session, student_ids: Sequence[int], programme_id: int) -> None:
    """Read the results of these students by the scheme of their new programme: a few at once, many by the worker."""
    if len(student_ids) <= AT_ONCE:
        rollups.rebuild_rollups(db, student_ids)
    else:
        graded.rebuild_later(db, "programme_id", programme_id)
