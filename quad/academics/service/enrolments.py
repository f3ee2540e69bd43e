"""Who takes which offering."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from quad.academics.facts.base import StudentReinstated, StudentsEnrolled, StudentWithdrawn
from quad.academics.forms.teaching import EnrolBatch, EnrolStudents
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.teaching import Enrolment, EnrolmentStatus, Offering, ResultState
from quad.academics.policy import base as policy
from quad.academics.service import rollups
from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.policy import Actor
from quad.identity.models.accounts import User

LARGEST = 5_000


@dataclass(frozen=True)
class EnrolOutcome:
    """What became of one student: `enrolment_id` is set for the newly enrolled, `error` says why not."""

    student_id: int | None
    register_number: str
    enrolment_id: int | None = None
    error: str | None = None


def numbers_in(text: str) -> list[str]:
    """Return the register numbers in what was typed or pasted, each once."""
    return list(dict.fromkeys(part for part in re.split(r"[\s,;]+", text) if part))


def enrol(db: Session, actor: Actor, offering_id: int, form: EnrolStudents) -> list[EnrolOutcome]:
    """Enrol students by number; each one is taken or refused with a sentence on its own.

    Who is enrolled already is refused ("… is enrolled already"), so sending twice is harmless. A withdrawn student is
    taken back. Raises NotFound, Forbidden, Rejected when the results are locked, Invalid when nobody is named.
    """
    offering = _open_offering(db, actor, offering_id)
    keys = {normalised(given): given for given in form.register_numbers if given.strip()}
    if not keys and not form.student_ids:
        raise Invalid({"register_numbers": _("Name at least one student.")})
    rows = _students(db, offering, set(form.student_ids), set(keys))
    outcomes = _enrol_rows(db, actor, offering, rows)
    found_ids = {row.id for row in rows}
    found_keys = {row.register_key for row in rows}
    outcomes += [
        EnrolOutcome(
            None, given, error=_("There is no student with the number %(number)s.", number=given)
        )
        for key, given in keys.items()
        if key not in found_keys
    ]
    outcomes += [
        EnrolOutcome(wanted, "", error=_("There is no such student."))
        for wanted in dict.fromkeys(form.student_ids)
        if wanted not in found_ids
    ]
    return outcomes


def enrol_one(db: Session, actor: Actor, offering_id: int, student_id: int) -> Enrolment:
    """Enrol one student. Raises Rejected with the sentence when that cannot be, "enrolled already" included."""
    outcome = enrol(db, actor, offering_id, EnrolStudents(student_ids=[student_id]))[0]
    if outcome.error:
        raise Rejected(outcome.error)
    return db.scalars(select(Enrolment).where(Enrolment.id == outcome.enrolment_id)).one()


def enrol_batch(
    db: Session, actor: Actor, offering_id: int, form: EnrolBatch
) -> list[EnrolOutcome]:
    """Enrol every active student of a batch, a class or a programme. Raises as `enrol`."""
    offering = _open_offering(db, actor, offering_id)
    return _enrol_rows(db, actor, offering, _students(db, offering, _fitting(db, form), set()))


@dataclass(frozen=True)
class BatchPreview:
    """What enrolling a batch would do: who is new, who comes back after withdrawing, who is in already.

    The rows have id, register_number, full_name and earlier (the highest attempt so far, or None).
    """

    fresh: list[Any]
    returning: list[Any]
    inside: list[Any]

    @property
    def taken(self) -> int:
        """How many would be enrolled."""
        return len(self.fresh) + len(self.returning)


def preview_batch(db: Session, actor: Actor, offering_id: int, form: EnrolBatch) -> BatchPreview:
    """Say what `enrol_batch` would do, without doing it. Raises as `enrol_batch`."""
    offering = _open_offering(db, actor, offering_id)
    return _sorted_out(_students(db, offering, _fitting(db, form), set()))


def preview_numbers(
    db: Session, actor: Actor, offering_id: int, numbers: Iterable[str]
) -> BatchPreview:
    """Say what enrolling by register number would do, without doing it; unknown numbers are left out.

    Raises as `enrol`.
    """
    offering = _open_offering(db, actor, offering_id)
    return _sorted_out(_students(db, offering, set(), {normalised(one) for one in numbers}))


def _sorted_out(rows: list[Any]) -> BatchPreview:
    rows.sort(key=lambda row: (row.sort_name, row.id))
    return BatchPreview(
        [row for row in rows if row.enrolment_id is None],
        [row for row in rows if row.status is EnrolmentStatus.WITHDRAWN],
        [row for row in rows if row.status is EnrolmentStatus.ENROLLED],
    )


def previewed(preview: BatchPreview) -> list[EnrolOutcome]:
    """Word a preview as the outcomes that enrolling would have, without numbers of enrolments."""
    taken = [EnrolOutcome(row.id, row.register_number) for row in preview.fresh + preview.returning]
    return taken + [_inside(row) for row in preview.inside]


def _fitting(db: Session, form: EnrolBatch) -> set[int]:
    """Return the active students who fit a choice. Raises Invalid for no choice, Rejected for nobody or too many."""
    places = {
        Student.batch_id: form.batch_id,
        Student.class_id: form.class_id,
        Student.programme_id: form.programme_id,
    }
    if not any(places.values()):
        raise Invalid({"batch_id": _("Choose a batch, a class or a programme.")})
    narrower = {Student.admission_year: form.admission_year, Student.semester: form.semester}
    wanted = [column == value for column, value in (places | narrower).items() if value is not None]
    active = (Student.deleted_at.is_(None), Student.status == StudentStatus.ACTIVE)
    ids = set(db.scalars(select(Student.id).where(*wanted, *active).limit(LARGEST + 1)))
    if not ids:
        raise Rejected(_("Nobody fits this choice. Take a condition away and try again."))
    if len(ids) > LARGEST:
        raise Rejected(_("More than %(n)s students fit. Narrow the choice.", n=LARGEST))
    return ids


def _open_offering(db: Session, actor: Actor, offering_id: int) -> Offering:
    offering = policy.OFFERING_MANAGE.get(
        db, actor, offering_id, read=policy.OFFERING_READ, lock=True
    )
    if offering.state is ResultState.LOCKED:
        raise Rejected(_("The results are locked. Reopen them before changing the roster."))
    return offering


def _students(db: Session, offering: Offering, ids: set[int], keys: set[str]) -> list[Any]:
    """Load the named students with the enrolment they may have, and how often they took the course."""
    earlier = (
        select(func.max(Enrolment.attempt))
        .join(Offering, Offering.id == Enrolment.offering_id)
        .where(
            Enrolment.student_id == Student.id,
            Offering.course_id == offering.course_id,
            Offering.id != offering.id,
        )
        .correlate(Student)
        .scalar_subquery()
    )
    found: dict[int, Any] = {}
    clauses = [Student.id.in_(chunk) for chunk in rollups.chunks(ids)]
    ordered = sorted(keys)
    clauses += [
        Student.register_key.in_(ordered[start : start + rollups.CHUNK])
        for start in range(0, len(ordered), rollups.CHUNK)
    ]
    for clause in clauses:
        # The attempt is counted under the student's lock: two offerings of one course may enrol at once.
        alive = (clause, Student.deleted_at.is_(None))
        db.execute(select(Student.id).where(*alive).order_by(Student.id).with_for_update()).all()
        for row in db.execute(
            select(
                Student.id,
                Student.user_id,
                Student.register_number,
                Student.register_key,
                Student.sort_name,
                User.full_name,
                earlier.label("earlier"),
                Enrolment.id.label("enrolment_id"),
                Enrolment.status,
            )
            .join(User, User.id == Student.user_id)
            .outerjoin(
                Enrolment,
                (Enrolment.student_id == Student.id) & (Enrolment.offering_id == offering.id),
            )
            .where(*alive)
            .order_by(Student.id)
        ):
            found[row.id] = row
    return list(found.values())


def _enrol_rows(
    db: Session, actor: Actor, offering: Offering, rows: Sequence[Any]
) -> list[EnrolOutcome]:
    outcomes: list[EnrolOutcome] = []
    fresh: list[Any] = []
    returning: list[Any] = []
    for row in rows:
        if row.enrolment_id is None:
            fresh.append(row)
        elif row.status is EnrolmentStatus.WITHDRAWN:
            returning.append(row)
        else:
            outcomes.append(_inside(row))
    _take_back(db, [row.enrolment_id for row in returning])
    taken = [(row, row.enrolment_id) for row in returning]
    if fresh:
        places = _add(db, offering, fresh)
        taken += [(row, places[row.id]) for row in fresh]
    if taken:
        touched = [enrolment_id for _row, enrolment_id in taken]
        rollups.refresh(db, touched)
        emit(
            db,
            StudentsEnrolled(
                actor_id=actor.id,
                offering_id=offering.id,
                enrolment_ids=tuple(touched),
                user_ids=tuple(row.user_id for row, _id in taken),
            ),
        )
    outcomes += [
        EnrolOutcome(row.id, row.register_number, enrolment_id) for row, enrolment_id in taken
    ]
    return outcomes


def _inside(row: Any) -> EnrolOutcome:
    error = _("%(student)s is enrolled already.", student=row.full_name)
    return EnrolOutcome(row.id, row.register_number, error=error)


def _add(db: Session, offering: Offering, rows: Sequence[Any]) -> dict[int, int]:
    """Write the enrolments in one statement; return their numbers by student."""
    today = clock.today()
    db.execute(
        insert(Enrolment),
        [
            {
                "student_id": row.id,
                "offering_id": offering.id,
                "attempt": (row.earlier or 0) + 1,
                "enrolled_on": today,
            }
            for row in rows
        ],
    )
    found = db.execute(
        select(Enrolment.student_id, Enrolment.id).where(Enrolment.offering_id == offering.id)
    )
    return {row.student_id: row.id for row in found}


def _take_back(db: Session, enrolment_ids: Iterable[int]) -> None:
    ids = list(enrolment_ids)
    rollups.lock_enrolments(db, ids)
    for chunk in rollups.chunks(ids):
        for enrolment in db.scalars(select(Enrolment).where(Enrolment.id.in_(chunk))):
            enrolment.status = EnrolmentStatus.ENROLLED
            enrolment.withdrawn_on = None


def withdraw(db: Session, actor: Actor, enrolment_id: int, on: date | None = None) -> Enrolment:
    """Withdraw a student from an offering; the enrolment and its marks stay, averages leave them out.

    Raises NotFound, Forbidden, Rejected when that happened already or the results are locked.
    """
    enrolment = _for_change(db, actor, enrolment_id)
    if enrolment.status is EnrolmentStatus.WITHDRAWN:
        raise Rejected(_("This student has withdrawn already."))
    enrolment.status = EnrolmentStatus.WITHDRAWN
    enrolment.withdrawn_on = on or clock.today()
    rollups.refresh(db, [enrolment.id])
    emit(db, StudentWithdrawn(actor_id=actor.id, **_told(db, enrolment)))
    return enrolment


def reinstate(db: Session, actor: Actor, enrolment_id: int) -> Enrolment:
    """Take a withdrawal back: attempt, date and marks are what they were.

    Raises NotFound, Forbidden, Rejected when the student has not withdrawn or the results are locked.
    """
    enrolment = _for_change(db, actor, enrolment_id)
    if enrolment.status is EnrolmentStatus.ENROLLED:
        raise Rejected(_("This student is enrolled already."))
    enrolment.status = EnrolmentStatus.ENROLLED
    enrolment.withdrawn_on = None
    rollups.refresh(db, [enrolment.id])
    emit(db, StudentReinstated(actor_id=actor.id, **_told(db, enrolment)))
    return enrolment


def place_in(db: Session, actor: Actor, offering_id: int, student_id: int) -> int:
    """Return the number of a student's enrolment in an offering. Raises NotFound."""
    found = db.scalar(
        select(Enrolment.id).where(
            Enrolment.offering_id == offering_id,
            Enrolment.student_id == student_id,
            policy.ENROLMENT_READ.where(actor),
        )
    )
    if found is None:
        raise NotFound
    return found


def _for_change(db: Session, actor: Actor, enrolment_id: int) -> Enrolment:
    """Lock the offering first, then the enrolment."""
    seen = policy.ENROLMENT_MANAGE.get(db, actor, enrolment_id, read=policy.ENROLMENT_READ)
    _open_offering(db, actor, seen.offering_id)
    return policy.ENROLMENT_MANAGE.get(db, actor, enrolment_id, lock=True)


def _told(db: Session, enrolment: Enrolment) -> dict[str, int]:
    user_id = db.scalars(select(Student.user_id).where(Student.id == enrolment.student_id)).one()
    return {
        "offering_id": enrolment.offering_id,
        "enrolment_id": enrolment.id,
        "student_id": enrolment.student_id,
        "user_id": user_id,
    }


def summary(outcomes: Sequence[EnrolOutcome]) -> str:
    """Say in one sentence how many were enrolled."""
    added = sum(outcome.error is None for outcome in outcomes)
    return ngettext("%(num)s student enrolled.", "%(num)s students enrolled.", added)


def refusals_in(outcomes: Sequence[EnrolOutcome], most: int = 3) -> list[str]:
    """Return the sentences of the refused, the first ones only."""
    found = [outcome.error for outcome in outcomes if outcome.error]
    rest = len(found) - most
    more = (
        [ngettext("%(num)s more was refused.", "%(num)s more were refused.", rest)]
        if rest > 0
        else []
    )
    return found[:most] + more
