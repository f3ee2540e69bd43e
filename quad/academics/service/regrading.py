"""What other bands, or another scheme for a programme, would make of the results there are, before it is saved."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, selectinload

from quad.academics.models.people import Student
from quad.academics.models.results import Award, AwardKind, EnrolmentResult, Standing
from quad.academics.service import graded
from quad.core.db.types import Fixed
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.institution.forms import GradingSchemeForm, ProgrammeForm
from quad.institution.models import Averaging, GradingScheme, PassRule, Programme

MOVES = 6


# The scheme as it would be: as filled in, or as it is kept.
Scheme = GradingSchemeForm | GradingScheme


def effects(db: Session, scheme_id: int, form: GradingSchemeForm) -> list[str]:
    """Say how many results and students a change of a scheme's bands and rules would touch (five statements).

    Percentages are read as they are kept, with two decimals. Whether a pass in every component still holds is only
    worked out when results are made anew. The caller has asked the policy.
    """
    which = graded.graded_by(scheme_id)
    students = graded.count(db, which)
    said = [
        ngettext(
            "%(num)s student’s results are read by this scheme.",
            "%(num)s students’ results are read by this scheme.",
            students,
        )
    ]
    return said + _worked_out(db, which, scheme_id, form) if students else said


def effects_of_move(db: Session, programme_id: int, form: ProgrammeForm) -> list[str]:
    """Say what reading a programme's results by another scheme would touch; nothing while the scheme stays.

    Raises Invalid for a scheme that does not exist. Else as `effects`.
    """
    before = db.scalars(
        select(Programme.grading_scheme_id).where(Programme.id == programme_id)
    ).one()
    if before == form.grading_scheme_id:
        return []
    scheme = db.scalars(
        select(GradingScheme)
        .where(GradingScheme.id == form.grading_scheme_id, GradingScheme.deleted_at.is_(None))
        .options(selectinload(GradingScheme.bands))
    ).one_or_none()
    if scheme is None:
        raise Invalid({"grading_scheme_id": _("There is no such grading scheme.")})
    which = Student.programme_id == programme_id
    students = graded.count(db, which)
    said = [
        ngettext(
            "%(num)s student of this programme is read by “%(scheme)s” then.",
            "%(num)s students of this programme are read by “%(scheme)s” then.",
            students,
            scheme=scheme.name,
        )
    ]
    return said + _worked_out(db, which, before, scheme) if students else said


def _worked_out(db: Session, which: Any, scheme_id: int, form: Scheme) -> list[str]:
    """Say what becomes of the results `which` selects, read by `scheme_id` until now."""
    said: list[str] = []
    moves = _moves(db, which, form)
    said += _said_of(moves, _students_touched(db, which, form))
    said += _awards_without_band(db, which, form)
    before = db.execute(
        select(GradingScheme.averaging, GradingScheme.retake_rule, GradingScheme.pass_rule).where(
            GradingScheme.id == scheme_id
        )
    ).one()
    if (before.averaging, before.retake_rule) != (form.averaging, form.retake_rule):
        said.append(_("The averages of all of them are made by another rule."))
    if before.pass_rule is not form.pass_rule and form.pass_rule is PassRule.EVERY_COMPONENT:
        said.append(_("Who then fails for one component is worked out after saving."))
    return said


def _threshold(minimum: Decimal, places: int) -> Decimal:
    """Return the least percentage that is rounded to `minimum` or more: 89.5 for 90 without decimals."""
    unit = Decimal(1).scaleb(-places)
    reached = math.ceil(minimum / unit) * unit
    return max(reached - unit / 2, Decimal(0)) if places < 2 else minimum


def _by_band(form: Scheme, value: Any) -> Any:
    """Return the expression that reads a result's percentage by the bands of the form."""
    percentage = EnrolmentResult.percentage
    steps = [
        (percentage >= _threshold(band.minimum, form.rounding_places), value(band))
        for band in form.bands[:-1]
    ]
    return case(*steps, else_=value(form.bands[-1]))


def _computed(which: Any) -> Any:
    """Return the condition for results that follow from marks: awarded ones keep their letter."""
    awarded = select(Award.id).where(
        Award.enrolment_id == EnrolmentResult.enrolment_id,
        Award.current == 1,
        Award.kind != AwardKind.TAKEN_BACK,
    )
    return and_(
        which,
        EnrolmentResult.standing == Standing.FINAL,
        EnrolmentResult.percentage.is_not(None),
        ~awarded.exists(),
    )


def _moves(db: Session, which: Any, form: Scheme) -> list[Any]:
    """Count the results by the letter they have and the letter they would have."""
    # A statement of its own inside: PostgreSQL takes parameters in GROUP BY for other ones than in SELECT.
    read = (
        select(
            EnrolmentResult.letter.label("before"),
            EnrolmentResult.passed,
            _by_band(form, lambda band: literal(band.letter)).label("after"),
            _by_band(form, lambda band: literal(1 if band.passes else 0)).label("passes"),
        )
        .join(Student, Student.id == EnrolmentResult.student_id)
        .where(_computed(which))
        .subquery()
    )
    groups = (read.c.before, read.c.after, read.c.passed, read.c.passes)
    rows = db.execute(select(*groups, func.count().label("count")).group_by(*groups)).all()
    return sorted(rows, key=lambda row: -int(row.count))


def _students_touched(db: Session, which: Any, form: Scheme) -> int:
    """Count the students one of whose results would have another letter or other points."""
    differs = [EnrolmentResult.letter != _by_band(form, lambda band: literal(band.letter))]
    if form.averaging is Averaging.POINTS:
        points = _by_band(form, lambda band: literal(band.points, Fixed(2)))
        differs += [EnrolmentResult.points != points, EnrolmentResult.points.is_(None)]
    return (
        db.scalar(
            select(func.count(func.distinct(EnrolmentResult.student_id)))
            .join(Student, Student.id == EnrolmentResult.student_id)
            .where(_computed(which), or_(*differs))
        )
        or 0
    )


def _said_of(moves: list[Any], students: int) -> list[str]:
    changed = [row for row in moves if row.before != row.after]
    results = sum(row.count for row in changed)
    if not students:
        return [_("No result changes.")]
    said = [
        _(
            "%(results)s results change their letter; %(students)s students get other letters or points.",
            results=results,
            students=students,
        )
    ]
    lost = sum(row.count for row in moves if row.passed and not row.passes)
    won = sum(row.count for row in moves if row.passes and not row.passed)
    if lost or won:
        said.append(
            _(
                "%(lost)s results that pass would fail, %(won)s that fail would pass.",
                lost=lost,
                won=won,
            )
        )
    by_letter: dict[tuple[str, str], int] = {}
    for row in changed:
        by_letter[row.before, row.after] = by_letter.get((row.before, row.after), 0) + row.count
    said += [
        _("%(before)s becomes %(after)s: %(count)s", before=before, after=after, count=count)
        for (before, after), count in list(by_letter.items())[:MOVES]
    ]
    return said


def _awards_without_band(db: Session, which: Any, form: Scheme) -> list[str]:
    letters = [band.letter for band in form.bands]
    count = db.scalar(
        select(func.count())
        .select_from(EnrolmentResult)
        .join(Student, Student.id == EnrolmentResult.student_id)
        .join(Award, (Award.enrolment_id == EnrolmentResult.enrolment_id) & (Award.current == 1))
        .where(which, Award.kind == AwardKind.GRADE, Award.letter.not_in(letters))
    )
    if not count:
        return []
    return [
        ngettext(
            "%(num)s awarded grade has no band any more: its letter stays, without points or credits.",
            "%(num)s awarded grades have no band any more: their letters stay, without points or credits.",
            count,
        )
    ]
