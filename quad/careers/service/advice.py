"""What would make a student eligible: each condition that is not met, with the way there.

The average is asked of the simulator of the record (quad/academics), so the answer is by the same arithmetic as the
average itself; only the student's own record is read, as far as the student sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from quad.academics.forms.simulator import Guesses, LetterGuess
from quad.academics.models.results import Standing
from quad.academics.service import scenarios, simulator
from quad.academics.service.scenarios import Basis
from quad.audience.models import Audience, Trait
from quad.audience.service.conditions import BACKLOGS, CGPA, Condition
from quad.careers.models.jobs import Job
from quad.careers.service.eligibility import DEADLINE, Eligibility
from quad.core.errors import Forbidden, NotFound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext, number
from quad.core.policy import Actor


@dataclass(frozen=True)
class Way:
    """One condition that is not met, and how to come to meet it; `href` leads to where that is done."""

    condition: Condition
    advice: str
    href: str = ""


def ways(db: Session, actor: Actor, job_id: int, standing: Eligibility) -> list[Way]:
    """Return the way to each condition that is not met."""
    if standing.eligible:
        return []
    needs_record = any(one.kind in (CGPA, BACKLOGS) for one in standing.unmet)
    basis = _basis(db, actor) if needs_record else None
    job = db.get_one(Job, job_id)
    asked = db.get_one(Audience, job.audience_id)
    return [_way(one, basis, asked) for one in standing.unmet]


def _basis(db: Session, actor: Actor) -> Basis | None:
    try:
        return scenarios.own_basis(db, actor)
    except (Forbidden, NotFound):
        return None


def _way(condition: Condition, basis: Basis | None, asked: Audience) -> Way:
    if condition.kind == CGPA and asked.min_cgpa is not None:
        return Way(condition, _average(basis, asked.min_cgpa), "/simulator" if basis else "")
    if condition.kind == BACKLOGS:
        return Way(condition, _backlogs(basis), "/record" if basis else "")
    if condition.kind == Trait.SKILL:
        return Way(
            condition,
            _("Add the skill to your profile if you have it, or earn it in a course."),
            "/profile/skills",
        )
    if condition.kind == Trait.SEMESTER:
        return Way(condition, _("You come there by moving up at the end of a term."))
    if condition.kind == DEADLINE:
        return Way(condition, _("Look for a newer job like it."), "/jobs")
    return Way(condition, _("This is fixed: the job is meant for others."))


def _average(basis: Basis | None, least: Decimal) -> str:
    """Ask the simulator for the lowest grade that, in every course under way, brings the average to `least`."""
    if basis is None:
        return _("There is no record of your studies here.")
    open_courses = [
        course
        for term in basis.record.terms
        for course in term.courses
        if course.standing is Standing.OPEN and not course.withdrawn
    ]
    if not open_courses:
        return _("No course of yours is under way. The next results can change your average.")
    best: Decimal | None = None
    reaching = ""
    for band in basis.scheme.bands:  # from the best down
        after = _with(basis, [course.enrolment_id for course in open_courses], band.letter)
        best = after if best is None else best
        if after is None or after < least:
            break
        reaching = band.letter
    if reaching:
        return ngettext(
            "It is enough to get %(letter)s in the course you take now.",
            "It is enough to get %(letter)s in each of the %(num)s courses you take now.",
            len(open_courses),
            letter=reaching,
        )
    if best is None:
        return _("Your courses do not count for an average.")
    return _(
        "Not this term: with the best grade in every course your average comes to %(best)s.",
        best=number(best, 2),
    )


def _with(basis: Basis, enrolments: Sequence[int], letter: str) -> Decimal | None:
    guesses = Guesses(
        letters=[LetterGuess(enrolment_id=each, letter=letter) for each in enrolments]
    )
    return simulator.simulate(basis.record, basis.scheme, guesses).cgpa


def _backlogs(basis: Basis | None) -> str:
    """Name the courses that were failed and not passed since."""
    if basis is None:
        return _("There is no record of your studies here.")
    taken = [course for term in basis.record.terms for course in term.courses if course.finished]
    passed = {course.course_id for course in taken if course.passed}
    owed: dict[int, Any] = {
        course.course_id: course.title for course in taken if course.course_id not in passed
    }
    if not owed:
        return _("Pass the courses that you have not passed yet.")
    return _("Pass %(courses)s.", courses=", ".join(owed.values()))
