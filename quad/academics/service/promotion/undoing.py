"""Taking a promotion back, as long as nothing has been built on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.promotion import PromotionUndone
from quad.academics.forms.promotion import UndoPromotion
from quad.academics.models.documents import IssuedDocument
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.promotion import Outcome, Promotion, PromotionLine, PromotionState
from quad.academics.models.results import Award, Mark
from quad.academics.models.teaching import Enrolment
from quad.academics.policy import promotion as policy
from quad.academics.service import rollups
from quad.academics.service.promotion.applying import TELL_JOB
from quad.academics.service.promotion.rules import UNDO_DAYS
from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.jobs.outbox import enqueue
from quad.core.policy import Actor
from quad.core.settings import value
from quad.identity.models.accounts import Role
from quad.identity.service import roles

Reason = Callable[[Session, int], str | None]
OUT_OF_ORDER = 10_000


def until(db: Session, run: Promotion) -> datetime | None:
    """Return the moment until which a run may be undone; None for one that was not applied."""
    if run.applied_at is None or run.state is not PromotionState.APPLIED:
        return None
    return run.applied_at + timedelta(days=value(db, UNDO_DAYS))


def obstacles(db: Session, run: Promotion, reasons: Iterable[Reason] = ()) -> list[str]:
    """Say what stands against undoing a run, a sentence each; nothing when it may be undone.

    `reasons` are asked for what domains above have built on it. The caller has asked the policy.
    """
    end = until(db, run)
    if end is None:
        return [_("Only a promotion that was applied can be undone.")]
    if clock.now() > end:
        days = value(db, UNDO_DAYS)
        return [
            ngettext(
                "It was applied more than %(num)s day ago.",
                "It was applied more than %(num)s days ago.",
                days,
            )
        ]
    found = []
    since = run.applied_at
    moved = select(PromotionLine.student_id).where(
        PromotionLine.promotion_id == run.id, PromotionLine.moved == 1
    )
    for sentence, count in zip(_sentences(), _dependents(db, run, since, moved), strict=True):
        if count:
            found.append(sentence(count))
    found += [said for said in (reason(db, run.id) for reason in reasons) if said]
    return found


def _sentences() -> tuple[Callable[[int], str], ...]:
    return (
        lambda n: ngettext(
            "%(num)s enrolment was made since.", "%(num)s enrolments were made since.", n
        ),
        lambda n: ngettext(
            "%(num)s mark was entered since.", "%(num)s marks were entered since.", n
        ),
        lambda n: ngettext(
            "%(num)s result was given by hand since.",
            "%(num)s results were given by hand since.",
            n,
        ),
        lambda n: ngettext(
            "%(num)s document was issued since.", "%(num)s documents were issued since.", n
        ),
        lambda n: ngettext(
            "%(num)s student was moved by a later promotion.",
            "%(num)s students were moved by a later promotion.",
            n,
        ),
        lambda n: ngettext(
            "%(num)s student was changed by hand since.",
            "%(num)s students were changed by hand since.",
            n,
        ),
    )


def _dependents(db: Session, run: Promotion, since: Any, moved: Any) -> Any:
    """Count what was built on a run, in one statement."""
    places = select(Enrolment.id).where(Enrolment.student_id.in_(moved))
    enrolments = select(func.count(Enrolment.id)).where(
        Enrolment.student_id.in_(moved), Enrolment.created_at > since
    )
    marks = select(func.count(Mark.id)).where(
        # Numbers become visible out of order, a little: begin some way before the last one there was.
        Mark.id > max(0, run.last_mark_id - OUT_OF_ORDER),
        Mark.created_at > since,
        Mark.enrolment_id.in_(places),
    )
    awards = select(func.count(Award.id)).where(
        Award.enrolment_id.in_(places), Award.created_at > since
    )
    documents = select(func.count(IssuedDocument.id)).where(
        IssuedDocument.student_id.in_(moved),
        IssuedDocument.created_at > since,
        IssuedDocument.revoked_at.is_(None),
    )
    later = select(func.count(PromotionLine.student_id.distinct())).where(
        PromotionLine.student_id.in_(moved),
        PromotionLine.moved == 1,
        PromotionLine.promotion_id > run.id,
    )
    edited = (
        select(func.count(Student.id))
        .join(PromotionLine, PromotionLine.student_id == Student.id)
        .where(
            PromotionLine.promotion_id == run.id,
            PromotionLine.moved == 1,
            or_(
                (PromotionLine.outcome == Outcome.PROMOTED)
                & (Student.semester != PromotionLine.semester + 1),
                (PromotionLine.outcome == Outcome.GRADUATED)
                & (Student.status != StudentStatus.GRADUATED),
                (PromotionLine.outcome == Outcome.PROMOTED)
                & (Student.status == StudentStatus.GRADUATED),
            ),
        )
    )
    parts = (enrolments, marks, awards, documents, later, edited)
    return db.execute(select(*(part.scalar_subquery() for part in parts))).one()


def undo(
    db: Session,
    actor: Actor,
    promotion_id: int,
    form: UndoPromotion,
    reasons: Iterable[Reason] = (),
) -> Promotion:
    """Put every student of a run back to where they were: semester, status, roles. Undoing twice is harmless.

    Raises NotFound, Forbidden, and Rejected with everything that stands against it.
    """
    run = policy.PROMOTION_RUN.get(db, actor, promotion_id, read=policy.PROMOTION_READ, lock=True)
    if run.state is PromotionState.UNDONE:
        return run
    against = obstacles(db, run, reasons)
    if against:
        raise Rejected(_("This cannot be undone: %(reasons)s", reasons=" ".join(against)))
    _hold(db, run)
    of_run = (PromotionLine.student_id == Student.id, PromotionLine.promotion_id == run.id)
    _write(
        db,
        update(Student)
        .where(*of_run, PromotionLine.moved == 1, PromotionLine.outcome == Outcome.PROMOTED)
        .values(semester=Student.semester - 1, version=Student.version + 1),
    )
    returned = _ungraduate(db, actor, run)
    _write(
        db,
        update(PromotionLine)
        .where(PromotionLine.promotion_id == run.id, PromotionLine.moved == 1)
        .values(moved=None),
    )
    run.state = PromotionState.UNDONE
    run.undone_at, run.undone_by, run.undone_reason = clock.now(), actor.id, form.reason
    enqueue(
        db, TELL_JOB, {"promotion_id": run.id, "undone": True}, key=f"{TELL_JOB}/{run.id}/undone"
    )
    emit(
        db,
        PromotionUndone(
            actor_id=actor.id,
            promotion_id=run.id,
            batch_id=run.batch_id,
            term_id=run.term_id,
            reason=form.reason,
            graduate_user_ids=returned,
        ),
    )
    return run


def _write(db: Session, statement: Any) -> None:
    db.execute(statement.execution_options(synchronize_session=False))


def _hold(db: Session, run: Promotion) -> None:
    moved = select(PromotionLine.student_id).where(
        PromotionLine.promotion_id == run.id, PromotionLine.moved == 1
    )
    for chunk in rollups.chunks(db.scalars(moved), rollups.BULK):
        db.execute(
            select(Student.id).where(Student.id.in_(chunk)).order_by(Student.id).with_for_update()
        ).all()


def _ungraduate(db: Session, actor: Actor, run: Promotion) -> tuple[int, ...]:
    """Let graduates be students again, with the roles they had; return their user numbers."""
    of_run = (PromotionLine.student_id == Student.id, PromotionLine.promotion_id == run.id)
    back = (*of_run, PromotionLine.moved == 1, PromotionLine.outcome == Outcome.GRADUATED)
    rows = db.execute(
        select(
            Student.user_id,
            PromotionLine.was_student,
            PromotionLine.was_student_until,
            PromotionLine.was_alumnus,
        )
        .join(PromotionLine, of_run[0])
        .where(*back[1:])
    ).all()
    if not rows:
        return ()
    _write(
        db,
        update(Student)
        .where(*back)
        .values(
            status=StudentStatus.ACTIVE,
            graduated_on=None,
            graduation_year=PromotionLine.was_graduating_in,
            version=Student.version + 1,
        ),
    )
    students = {row.user_id: row.was_student_until for row in rows if row.was_student}
    roles.end_for_many(
        db, actor, [row.user_id for row in rows if not row.was_alumnus], Role.ALUMNUS
    )
    roles.give_to_many(db, actor, students, Role.STUDENT, until=students)
    return tuple(sorted(row.user_id for row in rows))
