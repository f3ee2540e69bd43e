"""Marks from attendance: a rule turns the percentage into the marks of a component, each with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts.attendance import AttendanceRuleSet
from quad.academics.forms.attendance import SetAttendanceRule
from quad.academics.forms.common import MOST_AT_ONCE
from quad.academics.forms.marks import MarkEntry, MarksBatch
from quad.academics.grading import half_up
from quad.academics.models.attendance import AttendanceRule, AttendanceTotal
from quad.academics.models.people import Student
from quad.academics.models.teaching import (
    Component,
    ComponentKind,
    Enrolment,
    EnrolmentStatus,
)
from quad.academics.policy import base as policy
from quad.academics.service import components, marks
from quad.academics.service.judging import CellOutcome, Saved
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.core.policy import Actor

Steps = Sequence[tuple[Decimal, Decimal]]


@dataclass(frozen=True)
class Filled:
    """What filling a component came to; `without` are students of whom no register says anything yet."""

    saved: int
    unchanged: int
    without: int


def marks_for(percentage: Decimal, maximum: Decimal, steps: Steps) -> Decimal:
    """Return the marks for an attendance: by the highest step reached, else the percentage of the maximum, half up."""
    if steps:
        return max((given for lowest, given in steps if percentage >= lowest), default=Decimal(0))
    return half_up(Fraction(percentage) * Fraction(maximum) / 100, 2)


def rule_of(db: Session, component_id: int) -> Steps | None:
    """Return the steps of a component's rule, the highest first; none at all when it has no rule."""
    found = db.scalar(select(AttendanceRule).where(AttendanceRule.component_id == component_id))
    return None if found is None else _steps(found)


def _steps(rule: AttendanceRule) -> Steps:
    pairs = ((Decimal(lowest), Decimal(given)) for lowest, given in rule.steps)
    return sorted(pairs, reverse=True)


def set_rule(
    db: Session, actor: Actor, offering_id: int, component_id: int, form: SetAttendanceRule
) -> AttendanceRule:
    """Say how attendance becomes the marks of a component; they are filled on demand and when results are published.

    Raises NotFound, Forbidden, Rejected for a component that is not for attendance, Invalid for a step above its
    maximum.
    """
    policy.OFFERING_MANAGE.get(db, actor, offering_id, read=policy.OFFERING_READ, lock=True)
    component = components.get(db, offering_id, component_id)
    if component.kind is not ComponentKind.ATTENDANCE:
        raise Rejected(_("Only a component of the kind “Attendance” takes marks from attendance."))
    if any(step.marks > component.maximum for step in form.steps):
        top = number(component.maximum)
        raise Invalid({"steps": _("A step may give at most %(top)s marks.", top=top)})
    rule = db.scalar(select(AttendanceRule).where(AttendanceRule.component_id == component_id))
    if rule is None:
        rule = AttendanceRule(component_id=component_id)
        db.add(rule)
    rule.steps = [[str(step.minimum), str(step.marks)] for step in form.steps]
    db.flush()
    emit(
        db,
        AttendanceRuleSet(actor_id=actor.id, offering_id=offering_id, component_id=component_id),
    )
    return rule


def drop_rule(db: Session, actor: Actor, offering_id: int, component_id: int) -> None:
    """Let the marks of a component be entered by hand again. Raises NotFound, Forbidden, Rejected without a rule."""
    policy.OFFERING_MANAGE.get(db, actor, offering_id, read=policy.OFFERING_READ, lock=True)
    component = components.get(db, offering_id, component_id)
    rule = db.scalar(select(AttendanceRule).where(AttendanceRule.component_id == component.id))
    if rule is None:
        raise Rejected(_("This component has no rule."))
    db.delete(rule)
    db.flush()
    emit(
        db,
        AttendanceRuleSet(actor_id=actor.id, offering_id=offering_id, component_id=component_id),
    )


def fill(db: Session, actor: Actor, offering_id: int, component_id: int) -> Filled:
    """Enter the marks that the attendance comes to now; a mark that is right already stays.

    Raises NotFound, Forbidden, Rejected without a rule, when the results are locked, or when a mark does not fit.
    """
    policy.OFFERING_MANAGE.get(db, actor, offering_id, read=policy.OFFERING_READ, lock=True)
    component = components.get(db, offering_id, component_id)
    steps = rule_of(db, component_id)
    if component.kind is not ComponentKind.ATTENDANCE or steps is None:
        raise Rejected(_("Say first how attendance becomes marks."))
    rows = db.execute(
        select(Enrolment.id, AttendanceTotal.percentage)
        .join(Student, Student.id == Enrolment.student_id)
        .outerjoin(AttendanceTotal, AttendanceTotal.enrolment_id == Enrolment.id)
        .where(
            Enrolment.offering_id == offering_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Student.deleted_at.is_(None),
        )
        .order_by(Enrolment.id)
    ).all()
    entries = [
        MarkEntry(
            enrolment_id=row.id,
            component_id=component_id,
            value=marks_for(row.percentage, component.maximum, steps),
        )
        for row in rows
        if row.percentage is not None
    ]
    outcomes: list[CellOutcome] = []
    for start in range(0, len(entries), MOST_AT_ONCE):
        batch = MarksBatch(
            entries=entries[start : start + MOST_AT_ONCE], reason=_("From attendance")
        )
        outcomes += marks.enter(db, actor, offering_id, batch)
    refused = next((one.error for one in outcomes if one.error), None)
    if refused:
        raise Rejected(refused)
    saved = sum(one.status is Saved.SAVED for one in outcomes)
    return Filled(saved, len(outcomes) - saved, len(rows) - len(entries))


def fill_all(db: Session, actor: Actor, offering_id: int) -> None:
    """Fill every component of an offering that has a rule. Raises as `fill`."""
    ruled = db.scalars(
        select(Component.id)
        .join(AttendanceRule, AttendanceRule.component_id == Component.id)
        .where(Component.offering_id == offering_id, Component.kind == ComponentKind.ATTENDANCE)
        .order_by(Component.id)
    ).all()
    for component_id in ruled:
        fill(db, actor, offering_id, component_id)
