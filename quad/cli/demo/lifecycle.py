"""The end of the last term: dues, every batch moved up, graduates, and results that were looked at again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.academics.forms.promotion import (
    ApplyPromotion,
    ClearDues,
    FlagDues,
    NewPromotion,
    OverrideLine,
    RuleForm,
)
from quad.academics.forms.reevaluation import (
    AnswerReevaluation,
    AskReevaluation,
    ConfirmReevaluation,
    ProposedMark,
    ReturnReevaluation,
)
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.promotion import Dues, Outcome, Promotion, PromotionLine
from quad.academics.models.reevaluation import Answer, Reevaluation
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Component, ComponentKind, Enrolment, Offering
from quad.academics.service import dues
from quad.academics.service.promotion import applying, previews, rules
from quad.academics.service.reevaluation import answering, asking
from quad.academics.service.reevaluation.rules import FEE_NOTE
from quad.cli.demo import plan
from quad.cli.demo.college import REGISTRAR, STAR, College
from quad.cli.demo.past import due, moment
from quad.core import clock, settings
from quad.core.acting import actor_by_id
from quad.core.db.model import set_acting_user
from quad.core.policy import Actor
from quad.identity.models.accounts import User

LAST = plan.CURRENT - 1
RULE = RuleForm(most_backlogs=4, credits_a_semester=Decimal(6), open_results_hold=False)
OWED = ("Library book not returned", "Hostel fee of the even term", "Laboratory breakage")
FEE = "₹300 a course, paid at the accounts office. Write the receipt’s number below."
EXAM_WEEK = 19
GIVEN_UP_ONCE = ("CSE", 2023)
MARKS_MORE = Decimal(6)
ASKED_NOW = 4  # in the current term, of which the first is answered


def _registrar(db: Session) -> Actor:
    return actor_by_id(db, db.scalar(select(User.id).where(User.full_name == REGISTRAR)))


def _as(actor: Actor) -> Actor:
    """Let what follows be done by `actor`."""
    set_acting_user(actor.id)
    return actor


def move_up(db: Session, college: College) -> None:
    """Move every batch up after the last term; who has the credits for the degree graduates.

    Who is held back takes no part in the current term, but for what was failed.
    """
    registrar = _as(_registrar(db))
    with clock.travel(moment(plan.TERMS[LAST].ends_on) + timedelta(days=18)):
        for programme_id in college.programmes.values():
            rules.change(db, registrar, programme_id, RULE)
        _owe(db, registrar, college)
        for (department, year), batch_id in college.batches.items():
            if year < plan.TERMS[plan.CURRENT].starts_on.year:
                _promote(db, registrar, college, department, year, batch_id)
    with clock.travel(moment(plan.TERMS[LAST].ends_on) + timedelta(days=40)):
        _settle(db, registrar)
    set_acting_user(None)


def _owe(db: Session, registrar: Actor, college: College) -> None:
    """Let somebody of every department owe something; the visitors' student does not."""
    for (department, year), ids in sorted(college.students.items()):
        if year in (2022, 2023):
            reason = OWED[(year + len(department) + ids[0]) % len(OWED)]
            dues.flag(db, registrar, ids[-1], FlagDues(reason=reason))


def _settle(db: Session, registrar: Actor) -> None:
    """Some of them have paid since."""
    owing = db.scalars(
        select(Student.id)
        .where(Student.admission_year == min(plan.BATCHES), Student.id.in_(_flagged()))
        .order_by(Student.id)
    ).all()
    for student_id in owing[::2]:
        dues.clear(db, registrar, student_id, ClearDues(note="Paid in July"))


def _flagged() -> Any:
    return select(Dues.student_id).where(Dues.open == 1)


def _promote(
    db: Session, registrar: Actor, college: College, department: str, year: int, batch_id: int
) -> None:
    ids = college.students[department, year]
    if plan.BATCHES[year]:
        # As they stood in June: what they study now is what this promotion moves them to.
        db.execute(
            update(Student.__table__)  # type: ignore[arg-type]
            .where(Student.id.in_(ids))
            .values(semester=Student.semester - 1)
        )
    form = NewPromotion(batch_id=batch_id, term_id=college.terms[LAST])
    if (department, year) == GIVEN_UP_ONCE:
        previews.discard(db, registrar, previews.preview(db, registrar, form).id)
    run = previews.preview(db, registrar, form)
    _decide(db, registrar, run)
    _apply(db, registrar, run)
    college.graduates |= _became(db, run, Outcome.GRADUATED)
    held = _became(db, run, Outcome.HELD)
    if plan.BATCHES[year]:
        college.students[department, year] = [one for one in ids if one not in held]


def _decide(db: Session, registrar: Actor, run: Promotion) -> None:
    """Let the board move one of those up whom the rule holds back, if there are several."""
    held = db.execute(
        select(PromotionLine.id, PromotionLine.semester)
        .where(
            PromotionLine.promotion_id == run.id,
            PromotionLine.outcome == Outcome.HELD,
            PromotionLine.has_dues.is_(False),
        )
        .order_by(PromotionLine.backlogs, PromotionLine.id)
    ).all()
    if len(held) > 1 and held[0].semester < plan.SEMESTERS:
        form = OverrideLine(outcome=Outcome.PROMOTED, reason="Board of studies, 20 June")
        previews.override(db, registrar, run.id, [held[0].id], form)


def _apply(db: Session, registrar: Actor, run: Promotion) -> Promotion:
    if not run.promoted + run.graduated:
        return run
    applying.apply(db, registrar, run.id, ApplyPromotion(version=run.version))
    # They heard of it in June.
    db.execute(
        update(PromotionLine)
        .where(PromotionLine.promotion_id == run.id)
        .values(told=True)
        .execution_options(synchronize_session=False)
    )
    return run


def _became(db: Session, run: Promotion, outcome: Outcome) -> set[int]:
    return set(
        db.scalars(
            select(PromotionLine.student_id).where(
                PromotionLine.promotion_id == run.id, PromotionLine.outcome == outcome
            )
        )
    )


def look_again(db: Session, college: College) -> None:
    """Let students ask for re-evaluations: after the last term, all decided; and in this one, under way."""
    settings.change(db, _registrar(db), {FEE_NOTE.key: FEE})
    star = db.scalars(
        select(Student.id).join(User, User.id == Student.user_id).where(User.full_name == STAR)
    ).one()
    asked = moment(due(LAST, EXAM_WEEK)) + timedelta(days=3)
    with clock.travel(asked):
        old = _places(db, college.terms[LAST], ComponentKind.EXTERNAL, [star])
        requests = [_ask(db, place) for place in old[:5]]
    with clock.travel(asked + timedelta(days=4)):
        for number, row in enumerate(requests):
            _finish(db, row, number)
    now = _places(db, college.terms[plan.CURRENT], ComponentKind.ASSIGNMENT, [star])
    for number, place in enumerate(now[:ASKED_NOW]):
        row = _ask(db, place)
        if number == 1:
            _answer(db, row, Answer.CHANGE)
        elif number == 2:
            _answer(db, row, Answer.KEEP)
            back = ReturnReevaluation(reason="Please add what was read again.")
            answering.send_back(db, _as(_registrar(db)), row.id, back)
    set_acting_user(None)


def _places(db: Session, term_id: int, kind: ComponentKind, first: list[int]) -> list[Any]:
    """Return (enrolment, component, user) of published marks in different offerings, those of `first` before others."""
    top = Component.maximum - MARKS_MORE if kind is ComponentKind.EXTERNAL else Component.maximum
    rows = db.execute(
        select(
            Enrolment.id,
            Component.id.label("component_id"),
            Student.user_id,
            Student.id.label("who"),
            Offering.id.label("offering_id"),
        )
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Student, Student.id == Enrolment.student_id)
        .join(Component, Component.offering_id == Offering.id)
        .join(Mark, (Mark.component_id == Component.id) & (Mark.enrolment_id == Enrolment.id))
        .where(
            Offering.term_id == term_id,
            Component.kind == kind,
            Component.published_at.is_not(None),
            Mark.current == 1,
            Mark.value.is_not(None),
            Mark.value < top,
            Student.status == StudentStatus.ACTIVE,
        )
        .order_by(Offering.id, Mark.value, Enrolment.id)
    ).all()
    chosen: dict[int, Any] = {}
    for row in sorted(rows, key=lambda row: row.who not in first):
        chosen.setdefault(row.offering_id, row)
    return list(chosen.values())


def _ask(db: Session, place: Any) -> Reevaluation:
    student = _as(actor_by_id(db, place.user_id))
    form = AskReevaluation(
        component_id=place.component_id,
        reason="The last question was not marked, and the sum on the front page is another one.",
        receipt=f"AC/26/{place.id:05}",
    )
    return asking.ask(db, student, place.id, form)


def _answer(db: Session, row: Reevaluation, said: Answer) -> None:
    teacher_id = db.scalars(select(Offering.faculty_id).where(Offering.id == row.offering_id)).one()
    marks = []
    if said is Answer.CHANGE:
        value, maximum = db.execute(
            select(Mark.value, Component.maximum)
            .join(Component, Component.id == Mark.component_id)
            .where(
                Mark.enrolment_id == row.enrolment_id,
                Mark.component_id == row.component_id,
                Mark.current == 1,
            )
        ).one()
        value = value or Decimal(0)
        more = min(MARKS_MORE, maximum - value)
        marks = [ProposedMark(component_id=row.component_id or 0, value=value + more)]
    form = AnswerReevaluation(
        answer=said,
        reason="The last question is read now."
        if said is Answer.CHANGE
        else "Every question was read; the sum is right.",
        marks=marks,
    )
    answering.answer(db, _as(actor_by_id(db, teacher_id)), row.id, form)


def _finish(db: Session, row: Reevaluation, number: int) -> None:
    """End one request: changed, kept, and the last one withdrawn."""
    if number == 4:
        student_id = db.scalars(select(Student.user_id).where(Student.id == row.student_id)).one()
        asking.withdraw(db, _as(actor_by_id(db, student_id)), row.id)
        return
    _answer(db, row, Answer.KEEP if number % 2 else Answer.CHANGE)
    answering.confirm(db, _as(_registrar(db)), row.id, ConfirmReevaluation(note="Agreed."))
