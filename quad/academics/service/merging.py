"""What becomes of studies and teaching when two accounts are merged into one person."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from quad.academics.models.attendance import AbsenceExcuse
from quad.academics.models.documents import DocumentBatch, IssuedDocument
from quad.academics.models.people import Student, Teacher
from quad.academics.models.promotion import Dues, PromotionLine
from quad.academics.models.reevaluation import Reevaluation
from quad.academics.models.results import EnrolmentResult, TermStanding
from quad.academics.models.scenarios import Scenario
from quad.academics.models.teaching import Enrolment, Offering
from quad.academics.service import findable, rollups
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.core.merging import Merge, moved, stays
from quad.core.search.index import index_many, unindex

# A scenario's owner is a student record; of two with one name the kept student's stays.
_scenarios = moved("", Scenario.student_id, once_per=(Scenario.name_key,))
# A second open flag of dues is one too many. Which promotions a record took part in is evidence and stays with it.
_HISTORY = (
    moved("", Dues.student_id, once_per=(Dues.open,)),
    moved("", Reevaluation.student_id),
    moved("", IssuedDocument.student_id),
    moved("", AbsenceExcuse.student_id),
)


def _student(db: Session, user_id: int) -> Student | None:
    return db.scalar(select(Student).where(Student.user_id == user_id).with_for_update())


def _count_enrolments(db: Session, user_id: int) -> int:
    query = (
        select(func.count(Enrolment.id))
        .join(Student, Student.id == Enrolment.student_id)
        .where(Student.user_id == user_id)
    )
    return db.scalar(query) or 0


def _same_offerings(db: Session, kept: int, gone: int) -> str | None:
    """One student is enrolled once in an offering, with one set of marks: people decide which is right."""
    mine, theirs = aliased(Enrolment), aliased(Enrolment)
    one, other = aliased(Student), aliased(Student)
    both = db.scalar(
        select(func.count())
        .select_from(mine)
        .join(theirs, theirs.offering_id == mine.offering_id)
        .join(one, one.id == mine.student_id)
        .join(other, other.id == theirs.student_id)
        .where(one.user_id == kept, other.user_id == gone)
    )
    if not both:
        return None
    return ngettext(
        "Both accounts are enrolled in %(num)s same offering. Take one of them out of it first.",
        "Both accounts are enrolled in %(num)s same offerings. Take one of them out of each first.",
        both,
    )


def _move_student(db: Session, kept: int, gone: int) -> None:
    coming, staying = _student(db, gone), _student(db, kept)
    if coming is None:
        return
    if staying is None:
        db.execute(update(Student).where(Student.id == coming.id).values(user_id=kept))
        db.expire_all()
        documents = findable.student_documents(db, [coming.id])
        index_many(db, findable.STUDENTS, documents)
        return
    came, stays = coming.id, staying.id
    for model in (Enrolment, EnrolmentResult):
        db.execute(update(model).where(model.student_id == came).values(student_id=stays))
    _scenarios.move(db, stays, came)
    for part in _HISTORY:
        part.move(db, stays, came)
    if staying.deleted_at is not None and coming.deleted_at is None:
        staying.deleted_at = None
    coming.deleted_at = clock.now()
    db.flush()
    unindex(db, findable.STUDENTS, [came])
    rollups.rebuild_rollups(db, [came, stays])


def _move_teacher(db: Session, kept: int, gone: int) -> None:
    theirs = db.scalar(select(Teacher).where(Teacher.user_id == gone).with_for_update())
    if theirs is None:
        return
    if db.scalar(select(Teacher.id).where(Teacher.user_id == kept)) is None:
        theirs.user_id = kept
    else:
        theirs.deleted_at = clock.now()
    db.flush()


def _records(db: Session, user_id: int) -> int:
    return db.scalar(select(func.count(Student.id)).where(Student.user_id == user_id)) or 0


def _teachers(db: Session, user_id: int) -> int:
    return db.scalar(select(func.count(Teacher.id)).where(Teacher.user_id == user_id)) or 0


def _moves_with_the_record(_db: Session, _kept: int, _gone: int) -> None:
    """Enrolments and marks hang on the record and come with it."""


MERGES: tuple[Merge, ...] = (
    Merge(
        _l("Student records"),
        (
            Student.user_id,
            Enrolment.student_id,
            EnrolmentResult.student_id,
            TermStanding.student_id,
            Scenario.student_id,
            *(column for part in _HISTORY for column in part.columns),
        ),
        _records,
        _move_student,
        _same_offerings,
    ),
    Merge(_l("Enrolments with their marks"), (), _count_enrolments, _moves_with_the_record),
    Merge(_l("Teacher profiles"), (Teacher.user_id,), _teachers, _move_teacher),
    moved(_l("Offerings taught"), Offering.faculty_id),
    moved(_l("Batches of documents"), DocumentBatch.owner_id),
    stays(PromotionLine.student_id),
)
