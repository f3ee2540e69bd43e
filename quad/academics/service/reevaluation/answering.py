"""The staff's side: the teacher answers, the head of the department confirms or sends back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.academics.facts.reevaluation import (
    ReevaluationAnswered,
    ReevaluationDecided,
    ReevaluationReturned,
)
from quad.academics.forms.marks import MarkEntry, MarksBatch
from quad.academics.forms.reevaluation import (
    AnswerReevaluation,
    ConfirmReevaluation,
    ReturnReevaluation,
)
from quad.academics.models.reevaluation import (
    Answer,
    Reevaluation,
    ReevaluationMark,
    ReevaluationState,
    Step,
)
from quad.academics.models.results import Award, AwardKind, EnrolmentResult, Mark
from quad.academics.models.teaching import Offering
from quad.academics.policy import reevaluation as policy
from quad.academics.service import marks
from quad.academics.service.judging import Saved
from quad.academics.service.reevaluation import rules
from quad.academics.service.reevaluation.asking import said
from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor

REASON = 300


def answer(
    db: Session, actor: Actor, reevaluation_id: int, form: AnswerReevaluation
) -> Reevaluation:
    """Answer a request: keep the result, or propose other marks. Nothing changes until it is confirmed.

    Raises NotFound, Forbidden, Rejected when it is not with the teacher, or the result was given by hand, Invalid when
    a mark does not fit.
    """
    row = policy.REEVALUATION_ANSWER.get(
        db, actor, reevaluation_id, read=policy.REEVALUATION_READ, lock=True
    )
    if row.state is not ReevaluationState.ASKED:
        raise Rejected(_over(row))
    offering = _hold(db, row)
    proposed = _proposed(db, row, offering, form)
    db.execute(
        delete(ReevaluationMark)
        .where(ReevaluationMark.reevaluation_id == row.id)
        .execution_options(synchronize_session=False)
    )
    db.add_all(proposed)
    row.answer, row.answer_reason = form.answer, form.reason
    row.answered_by, row.answered_at = actor.id, clock.now()
    row.state = ReevaluationState.ANSWERED
    row.due_on, row.reminded_on = rules.due_day(db), None
    db.flush()
    rules.note_step(db, row, Step.ANSWERED, form.reason)
    emit(db, ReevaluationAnswered(**said(db, actor.id, row, offering)))
    return row


def send_back(
    db: Session, actor: Actor, reevaluation_id: int, form: ReturnReevaluation
) -> Reevaluation:
    """Let the teacher answer again. Raises NotFound, Forbidden, Rejected unless there is an answer."""
    row = policy.REEVALUATION_CONFIRM.get(
        db, actor, reevaluation_id, read=policy.REEVALUATION_READ, lock=True
    )
    if row.state is not ReevaluationState.ANSWERED:
        raise Rejected(_over(row))
    row.state = ReevaluationState.ASKED
    row.due_on, row.reminded_on = rules.due_day(db), None
    db.flush()
    rules.note_step(db, row, Step.RETURNED, form.reason)
    offering = db.scalars(select(Offering).where(Offering.id == row.offering_id)).one()
    fact = ReevaluationReturned(**said(db, actor.id, row, offering), reason=form.reason)
    emit(db, fact)
    return row


def confirm(
    db: Session, actor: Actor, reevaluation_id: int, form: ConfirmReevaluation
) -> Reevaluation:
    """Let the answer count: the marks are superseded with the reason, and the result follows, locked or not.

    Raises NotFound, Forbidden, Rejected unless there is an answer by somebody else, or a mark is another one by now.
    """
    row = policy.REEVALUATION_CONFIRM.get(
        db, actor, reevaluation_id, read=policy.REEVALUATION_READ, lock=True
    )
    if row.state is not ReevaluationState.ANSWERED:
        raise Rejected(_over(row))
    if row.answered_by == actor.id:
        raise Rejected(_("You gave the answer, so somebody else confirms it."))
    offering = _hold(db, row)
    changed = row.answer is Answer.CHANGE
    if changed:
        _require_computed(db, row)
        _write(db, actor, row, offering)
    after = db.scalar(
        select(EnrolmentResult)
        .where(EnrolmentResult.enrolment_id == row.enrolment_id, EnrolmentResult.counts)
        .execution_options(populate_existing=True)
    )
    row.percentage_after = after.percentage if after else None
    row.letter_after = after.letter if after else ""
    row.state = ReevaluationState.CHANGED if changed else ReevaluationState.KEPT
    row.open = None
    row.decided_by, row.decided_at = actor.id, clock.now()
    db.flush()
    rules.note_step(db, row, Step.CHANGED if changed else Step.KEPT, form.note)
    emit(db, ReevaluationDecided(**said(db, actor.id, row, offering), changed=changed))
    return row


def _over(row: Reevaluation) -> str:
    if row.state is ReevaluationState.ASKED:
        return _("It is with the teacher, who has not answered yet.")
    if row.state is ReevaluationState.ANSWERED:
        return _("It is answered and waits for the head of the department.")
    if row.state is ReevaluationState.WITHDRAWN:
        return _("The student withdrew this request.")
    return _("This request is decided already.")


def _hold(db: Session, row: Reevaluation) -> Offering:
    """Hold the offering, as everybody does who writes marks."""
    query = select(Offering).where(Offering.id == row.offering_id)
    return db.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def _require_computed(db: Session, row: Reevaluation) -> None:
    given = select(Award.id).where(
        Award.enrolment_id == row.enrolment_id,
        Award.current == 1,
        Award.kind != AwardKind.TAKEN_BACK,
    )
    if db.scalar(given) is not None:
        raise Rejected(
            _(
                "This result was given by hand, so other marks would not change it. "
                "Keep it here, or give another result on the results page."
            )
        )


def _proposed(
    db: Session, row: Reevaluation, offering: Offering, form: AnswerReevaluation
) -> list[ReevaluationMark]:
    if form.answer is Answer.KEEP:
        if form.marks:
            raise Invalid({"marks": _("Give other marks only when the result changes.")})
        return []
    _require_computed(db, row)
    wanted = {one.component_id: one for one in form.marks}
    if not wanted:
        raise Invalid({"marks": _("Give the mark that is to stand.")})
    if row.component_id is not None and set(wanted) != {row.component_id}:
        raise Invalid({"marks": _("The request is about one component only.")})
    entries = [
        MarkEntry(
            enrolment_id=row.enrolment_id,
            component_id=one.component_id,
            value=None if one.absent else one.value,
            absent=one.absent,
        )
        for one in wanted.values()
    ]
    empty = [one for one in wanted.values() if one.value is None and not one.absent]
    if empty:
        raise Invalid({"marks": _("Give a mark, or say absent.")})
    outcomes = marks.look(db, offering, MarksBatch(entries=entries, reason=form.reason[:REASON]))
    wrong = [one.error for one in outcomes if one.error]
    if wrong:
        raise Invalid({"marks": wrong[0]})
    other = {one.component_id for one in outcomes if one.status is Saved.SAVED}
    if not other:
        raise Invalid({"marks": _("These marks stand already. Keep the result, or change one.")})
    stand = _standing(db, row)
    return [
        ReevaluationMark(
            reevaluation_id=row.id,
            component_id=component_id,
            seen_id=stand[component_id].id if component_id in stand else None,
            value_before=stand[component_id].value if component_id in stand else None,
            absent_before=component_id in stand and stand[component_id].absent,
            value=None if wanted[component_id].absent else wanted[component_id].value,
            absent=wanted[component_id].absent,
        )
        for component_id in sorted(other)
    ]


def _standing(db: Session, row: Reevaluation) -> dict[int, Any]:
    rows = db.execute(
        select(Mark.id, Mark.component_id, Mark.value, Mark.absent).where(
            Mark.enrolment_id == row.enrolment_id, Mark.current == 1
        )
    )
    return {mark.component_id: mark for mark in rows}


def _write(db: Session, actor: Actor, row: Reevaluation, offering: Offering) -> None:
    """Supersede the marks, unless one of them is another than the teacher saw."""
    proposed = db.scalars(
        select(ReevaluationMark)
        .where(ReevaluationMark.reevaluation_id == row.id)
        .order_by(ReevaluationMark.component_id)
    ).all()
    entries = [
        MarkEntry(
            enrolment_id=row.enrolment_id,
            component_id=one.component_id,
            value=one.value,
            absent=one.absent,
            seen=one.seen_id or 0,
        )
        for one in proposed
    ]
    reason = _("Re-evaluation: %(reason)s", reason=row.answer_reason)[:REASON]
    outcomes = marks.write(db, actor.id, offering, MarksBatch(entries=entries, reason=reason))
    wrong = [one.error for one in outcomes if one.error]
    if wrong:
        raise Rejected(_("%(problem)s Send the request back.", problem=wrong[0]))
