"""Moving a batch up: all of it in one transaction, exactly what was seen, and nobody twice for a term.

The students are held in ascending order first. Whoever changes what they are judged by (marks, results) holds them as
well, so the comparison with the preview cannot be overtaken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.promotion import CohortPromoted
from quad.academics.forms.promotion import ApplyPromotion
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.promotion import (
    Outcome,
    Promotion,
    PromotionLine,
    PromotionState,
    Skip,
)
from quad.academics.models.results import Mark
from quad.academics.policy import promotion as policy
from quad.academics.service import rollups
from quad.academics.service.promotion.figures import Judged
from quad.academics.service.promotion.judging import Rule
from quad.academics.service.promotion.previews import judged_now
from quad.core import clock
from quad.core.db.rows import plain_rows
from quad.core.errors import EditedMeanwhile, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.jobs.outbox import enqueue
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, User
from quad.identity.service import roles

# A batch above this is written by the worker.
AT_ONCE = 1_000
APPLY_JOB = "academics.promotion.apply"
TELL_JOB = "academics.promotion.tell"
MOVING = (Outcome.PROMOTED, Outcome.GRADUATED)


@dataclass(frozen=True)
class Difference:
    """A student for whom something is not as in the preview: the outcome and figures then and now.

    None for "not in the batch".
    """

    student_id: int
    name: str
    register_number: str
    before: Seen | None
    now: Seen | None


@dataclass(frozen=True)
class Seen:
    """What a preview shows of a student."""

    semester: int
    cgpa: Any
    credits_earned: Any
    backlogs: int
    open_results: int
    dues: bool
    by_rule: Outcome
    skip: Skip | None


def apply(db: Session, actor: Actor, promotion_id: int, form: ApplyPromotion) -> Promotion:
    """Do what the preview shows: here, or for a large batch by the worker. A run that was applied stays as it is.

    Raises NotFound, Forbidden, EditedMeanwhile when somebody decided otherwise since, and Rejected when a student is
    not as in the preview any more, nobody moves, or the run was given up or undone.
    """
    run = policy.PROMOTION_RUN.get(db, actor, promotion_id, read=policy.PROMOTION_READ, lock=True)
    if run.state in (PromotionState.APPLIED, PromotionState.APPLYING):
        return run
    if run.state is not PromotionState.PREVIEWED:
        raise Rejected(_("This promotion is over. Make a new preview instead."))
    if form.version != run.version:
        raise EditedMeanwhile
    if not run.promoted + run.graduated:
        raise Rejected(_("Nobody moves up in this preview, so there is nothing to apply."))
    if run.students > AT_ONCE:
        run.state, run.problem = PromotionState.APPLYING, ""
        key = f"{APPLY_JOB}/{run.id}/{run.version}"
        run.job_id = enqueue(db, APPLY_JOB, {"promotion_id": run.id, "by": actor.id}, key=key)
        db.flush()
        return run
    perform(db, actor, run)
    return run


def perform(db: Session, actor: Actor, run: Promotion) -> None:
    """Write a run, whose row the caller holds. Raises Rejected when a student is not as in the preview any more."""
    _hold(db, run)
    changed = len(_changed(db, run))
    if changed:
        raise Rejected(
            ngettext(
                "%(num)s student is not as in the preview any more. Look at the difference first.",
                "%(num)s students are not as in the preview any more. Look at the difference first.",
                changed,
            )
        )
    of_run = (PromotionLine.student_id == Student.id, PromotionLine.promotion_id == run.id)
    _write(
        db,
        update(Student)
        .where(*of_run, PromotionLine.outcome == Outcome.PROMOTED)
        .values(semester=Student.semester + 1, version=Student.version + 1),
    )
    graduates = _graduate(db, actor, run)
    _write(
        db,
        update(PromotionLine)
        .where(PromotionLine.promotion_id == run.id, PromotionLine.outcome.in_(MOVING))
        .values(moved=1),
    )
    run.state, run.open, run.problem = PromotionState.APPLIED, None, ""
    run.applied_at, run.applied_by = clock.now(), actor.id
    run.last_mark_id = db.scalar(select(func.max(Mark.id))) or 0
    enqueue(db, TELL_JOB, {"promotion_id": run.id}, key=f"{TELL_JOB}/{run.id}")
    emit(
        db,
        CohortPromoted(
            actor_id=actor.id,
            promotion_id=run.id,
            batch_id=run.batch_id,
            term_id=run.term_id,
            promoted=run.promoted,
            graduated=run.graduated,
            held=run.held,
            graduate_user_ids=graduates,
        ),
    )


def _write(db: Session, statement: Any) -> None:
    db.execute(statement.execution_options(synchronize_session=False))


def _hold(db: Session, run: Promotion) -> None:
    """Hold every student of the batch and of the preview until the unit ends, in ascending order."""
    seen = select(PromotionLine.student_id).where(PromotionLine.promotion_id == run.id)
    ids = set(db.scalars(seen)) | set(
        db.scalars(select(Student.id).where(Student.batch_id == run.batch_id))
    )
    for chunk in rollups.chunks(ids, rollups.BULK):
        db.execute(
            select(Student.id).where(Student.id.in_(chunk)).order_by(Student.id).with_for_update()
        ).all()


def _graduate(db: Session, actor: Actor, run: Promotion) -> tuple[int, ...]:
    """Close the studies of the graduates and change their role; return their user numbers."""
    if not run.graduated:
        return ()
    of_run = (PromotionLine.student_id == Student.id, PromotionLine.promotion_id == run.id)
    leaving = (*of_run, PromotionLine.outcome == Outcome.GRADUATED)
    users = {
        row.user_id: row.line_id
        for row in db.execute(
            select(Student.user_id, PromotionLine.id.label("line_id"))
            .join(PromotionLine, of_run[0])
            .where(*leaving[1:])
        )
    }
    _write(
        db,
        update(PromotionLine).where(*leaving).values(was_graduating_in=Student.graduation_year),
    )
    _write(
        db,
        update(Student)
        .where(*leaving)
        .values(
            status=StudentStatus.GRADUATED,
            graduated_on=run.graduates_on,
            graduation_year=run.graduates_on.year,
            version=Student.version + 1,
        ),
    )
    ended = roles.end_for_many(db, actor, users, Role.STUDENT)
    given = roles.give_to_many(db, actor, users, Role.ALUMNUS)
    _remember_roles(db, users, ended, given)
    return tuple(sorted(users))


def _remember_roles(
    db: Session, users: Mapping[int, int], ended: Mapping[int, date | None], given: set[int]
) -> None:
    """Keep what undoing gives back: a few statements, for nearly all graduates are alike."""
    alike: dict[tuple[bool, date | None, bool], list[int]] = defaultdict(list)
    for user_id, line_id in users.items():
        was = (user_id in ended, ended.get(user_id), user_id not in given)
        alike[was].append(line_id)
    for (student, until, alumnus), lines in alike.items():
        for chunk in rollups.chunks(lines, rollups.BULK):
            _write(
                db,
                update(PromotionLine)
                .where(PromotionLine.id.in_(chunk))
                .values(was_student=student, was_student_until=until, was_alumnus=alumnus),
            )


def differences(db: Session, actor: Actor, promotion_id: int, most: int = 200) -> list[Difference]:
    """Return the students who are not as in a preview any more, at most `most`. Raises NotFound."""
    run = policy.PROMOTION_READ.get(db, actor, promotion_id)
    if run.state not in (PromotionState.PREVIEWED, PromotionState.APPLYING):
        return []
    changed = _changed(db, run)
    few = sorted(changed)[:most]
    rows = db.execute(
        select(Student.id, Student.register_number, User.full_name)
        .join(User, User.id == Student.user_id)
        .where(Student.id.in_(few))
        .order_by(Student.sort_name, Student.id)
    )
    return [
        Difference(row.id, row.full_name, row.register_number, *changed[row.id]) for row in rows
    ]


def _changed(db: Session, run: Promotion) -> dict[int, tuple[Seen | None, Seen | None]]:
    """Compare the preview with now, under the rule of the preview (four queries)."""
    before = _seen(db, run.id)
    now = _as_seen(judged_now(db, run, Rule.unpacked(run.rule)))
    return {
        student_id: (before.get(student_id), now.get(student_id))
        for student_id in before.keys() | now.keys()
        if before.get(student_id) != now.get(student_id)
    }


def _seen(db: Session, promotion_id: int) -> dict[int, Seen]:
    rows = plain_rows(
        db,
        select(
            PromotionLine.student_id,
            PromotionLine.semester,
            PromotionLine.cgpa,
            PromotionLine.credits_earned,
            PromotionLine.backlogs,
            PromotionLine.open_results,
            PromotionLine.dues,
            PromotionLine.by_rule,
            PromotionLine.skip,
        ).where(PromotionLine.promotion_id == promotion_id),
    )
    return {
        row.student_id: Seen(
            semester=row.semester,
            cgpa=row.cgpa,
            credits_earned=row.credits_earned,
            backlogs=row.backlogs,
            open_results=row.open_results,
            dues=row.dues,
            by_rule=row.by_rule,
            skip=row.skip,
        )
        for row in rows
    }


def _as_seen(students: Sequence[Judged]) -> dict[int, Seen]:
    return {one.student_id: Seen(*one.seen) for one in students}
