"""The what-if simulator: a record with some of it supposed, read by the same arithmetic as the real one.

Nothing here reads or writes the database: a record goes in, figures come out. What the student may not see yet is not
in the record, so it cannot be guessed from what the simulator says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from quad.academics import grading
from quad.academics.forms.simulator import Average, CourseGuess, Goal, Guesses
from quad.academics.models.results import AwardKind, Standing
from quad.academics.models.teaching import ResultState
from quad.academics.service.record_parts import (
    ComponentMark,
    CourseRecord,
    StudentRecord,
    TermRecord,
)
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.i18n import number

Cell = tuple[int, int]


@dataclass(frozen=True)
class Supposed:
    """A mark as the arithmetic reads it."""

    value: Decimal | None
    absent: bool


@dataclass(frozen=True)
class SimulatedCourse:
    """One course: what the record says (`before`), and what it would say."""

    enrolment_id: int | None
    title: str
    credits: Decimal
    before: str
    letter: str
    points: Decimal | None
    percentage: Decimal | None
    changed: bool


@dataclass(frozen=True)
class SimulatedTerm:
    """One term before and after; `term_id` is None for a term to come."""

    term_id: int | None
    name: str
    sgpa_before: Decimal | None
    sgpa: Decimal | None
    cgpa_before: Decimal | None
    cgpa: Decimal | None
    courses: tuple[SimulatedCourse, ...]


@dataclass(frozen=True)
class Simulation:
    """The whole record as it would be, the first term first."""

    cgpa_before: Decimal | None
    cgpa: Decimal | None
    credits_before: Decimal
    credits: Decimal
    terms: tuple[SimulatedTerm, ...]


@dataclass(frozen=True)
class Needed:
    """The answer to a goal: the least mark that reaches it, or None where even `best` (of the average) is short."""

    component: str
    course: str
    maximum: Decimal
    mark: Decimal | None
    best: Decimal | None


@dataclass(frozen=True)
class _Read:
    """One course as it counts: its place in time, and what it comes to (None while it is open)."""

    order: int
    course: CourseRecord | CourseGuess
    outcome: grading.Outcome | None
    changed: bool


def simulate(record: StudentRecord, scheme: grading.Scheme, guesses: Guesses) -> Simulation:
    """Return the record as it would be.

    Raises Invalid when a guess names a course, component or grade that is not there, or a mark out of range.
    """
    check(record, scheme, guesses)
    terms = list(reversed(record.terms))
    read = _read_all(terms, scheme, guesses)
    after = grading.standings(_attempts(read), scheme.retake)
    ahead = max((guess.term for guess in guesses.courses), default=0)
    drawn = [
        _term(terms[order] if order < len(terms) else None, order - len(terms), order, read, after)
        for order in range(len(terms) + ahead)
    ]
    last = after[max(after)] if after else grading.NOTHING
    return Simulation(
        record.cgpa, last.cgpa, record.credits_earned, last.credits_earned, tuple(drawn)
    )


def needed(record: StudentRecord, scheme: grading.Scheme, guesses: Guesses, goal: Goal) -> Needed:
    """Return the least mark (in hundredths) in one component that brings the average to the target.

    More marks never make an average smaller, so halving the range finds the exact one. Raises Invalid where the
    component is not there, or where other components of the course have neither a mark nor a guess.
    """
    course, part = _component(record, goal.enrolment_id, goal.component_id)
    _refuse_gaps(course, part, guesses)
    order = next(
        place
        for place, term in enumerate(reversed(record.terms))
        if course.enrolment_id in {one.enrolment_id for one in term.courses}
    )
    base = guesses.model_copy(
        update={
            "letters": [g for g in guesses.letters if g.enrolment_id != course.enrolment_id],
            "marks": [
                g
                for g in guesses.marks
                if (g.enrolment_id, g.component_id) != (course.enrolment_id, part.component_id)
            ],
        }
    )
    check(record, scheme, base)
    terms = list(reversed(record.terms))

    def average(cents: int) -> Decimal | None:
        supposed = {(course.enrolment_id, part.component_id): Supposed(_mark(cents), False)}
        read = _read_all(terms, scheme, base, supposed)
        after = grading.standings(_attempts(read), scheme.retake)
        if goal.average is Average.SGPA:
            return after[order].sgpa if order in after else None
        return after[max(after)].cgpa if after else None

    def reaches(cents: int) -> bool:
        found = average(cents)
        return found is not None and found >= goal.target

    highest = grading.cents(part.maximum)
    names = {"component": part.name, "course": course.title, "maximum": part.maximum}
    if not reaches(highest):
        return Needed(**names, mark=None, best=average(highest))  # type: ignore[arg-type]
    low, high = 0, highest
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle + 1, high)
    return Needed(**names, mark=_mark(low), best=average(highest))  # type: ignore[arg-type]


def _mark(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-grading.PLACES)


def check(record: StudentRecord, scheme: grading.Scheme, guesses: Guesses) -> None:
    """Raise Invalid, with a sentence, at the first guess that does not fit the record."""
    for mark in guesses.marks:
        course, part = _component(record, mark.enrolment_id, mark.component_id)
        where = {"course": course.title, "component": part.name}
        if mark.value is not None and not 0 <= mark.value <= part.maximum:
            raise Invalid(
                {
                    "marks": _(
                        "%(course)s, %(component)s: a mark is from 0 to %(maximum)s.",
                        **where,
                        maximum=number(part.maximum),
                    )
                }
            )
        if mark.value is not None and mark.value != round(mark.value, grading.PLACES):
            raise Invalid(
                {"marks": _("%(course)s, %(component)s: use at most 2 decimals.", **where)}
            )
    for letter in guesses.letters:
        if record.course(letter.enrolment_id) is None:
            raise Invalid({"letters": _("This course is not on your record.")})
    for text in [*(g.letter for g in guesses.letters), *(g.letter for g in guesses.courses)]:
        if scheme.named(text) is None:
            raise Invalid(
                {"letters": _("Your grading scheme has no grade “%(letter)s”.", letter=text)}
            )


def _component(
    record: StudentRecord, enrolment_id: int, component_id: int
) -> tuple[CourseRecord, ComponentMark]:
    found = record.course(enrolment_id)
    part = next(
        (one for one in (found[1].components if found else ()) if one.component_id == component_id),
        None,
    )
    if found is None or part is None:
        raise Invalid({"marks": _("This component is not on your record.")})
    return found[1], part


def _refuse_gaps(course: CourseRecord, part: ComponentMark, guesses: Guesses) -> None:
    guessed = {
        (mark.enrolment_id, mark.component_id)
        for mark in guesses.marks
        if mark.absent or mark.value is not None
    }
    shares = grading.Plan(course.components, course.weighting, course.exam_share).shares
    open_ones = [
        one.name
        for one, share in zip(course.components, shares, strict=True)
        if share
        and not one.marked
        and one.component_id != part.component_id
        and (course.enrolment_id, one.component_id) not in guessed
    ]
    if open_ones:
        raise Invalid(
            {
                "goal": _(
                    "Say first what you expect in %(components)s of %(course)s.",
                    components=", ".join(open_ones),
                    course=course.title,
                )
            }
        )


def _read_all(
    terms: Sequence[TermRecord],
    scheme: grading.Scheme,
    guesses: Guesses,
    supposed: Mapping[Cell, Supposed] | None = None,
) -> list[_Read]:
    marks = {
        (mark.enrolment_id, mark.component_id): Supposed(
            None if mark.absent else mark.value, mark.absent
        )
        for mark in guesses.marks
    } | dict(supposed or {})
    letters = {letter.enrolment_id: letter.letter for letter in guesses.letters}
    guessed_courses = {enrolment for enrolment, _component_id in marks}
    read = []
    for order, term in enumerate(terms):
        for course in term.courses:
            letter = letters.get(course.enrolment_id)
            changed = letter is not None or course.enrolment_id in guessed_courses
            outcome = _supposed(course, scheme, marks, letter) if changed else _recorded(course)
            read.append(_Read(order, course, outcome, changed))
    for guess in guesses.courses:
        outcome = _lettered(scheme, guess.letter)
        read.append(_Read(len(terms) + guess.term - 1, guess, outcome, True))
    return read


def _recorded(course: CourseRecord) -> grading.Outcome | None:
    """What the record says, as far as it counts."""
    if not course.finished or course.state is ResultState.DRAFT:
        return None
    return grading.Outcome(
        grading.ZERO,
        course.percentage,
        course.letter,
        course.points,
        course.passed,
        course.standing,
    )


def _supposed(
    course: CourseRecord,
    scheme: grading.Scheme,
    marks: Mapping[Cell, Supposed],
    letter: str | None,
) -> grading.Outcome | None:
    if course.withdrawn:
        return None
    if letter is not None:
        return _lettered(scheme, letter)
    cells = [
        marks.get((course.enrolment_id, part.component_id), part) for part in course.components
    ]
    plan = grading.Plan(course.components, course.weighting, course.exam_share)
    return plan.outcome(scheme, cells)


def _lettered(scheme: grading.Scheme, letter: str) -> grading.Outcome:
    awarded = grading.Awarded(AwardKind.GRADE, letter)
    return grading.Plan(()).outcome(scheme, (), award=awarded)


def _attempts(read: Sequence[_Read]) -> list[grading.Attempt]:
    attempts = []
    for place, one in enumerate(read):
        if one.outcome is None or not one.outcome.settled:
            continue
        course = one.course
        if isinstance(course, CourseGuess):
            # A course that is on no record yet gets a number no record has.
            course_id, attempt = course.course_id or -place - 1, place
        else:
            course_id, attempt = course.course_id, course.attempt
        attempts.append(
            grading.Attempt(
                course_id,
                one.order,
                attempt,
                course.credits,
                one.outcome.points,
                one.outcome.passed,
            )
        )
    return attempts


def _term(
    term: TermRecord | None,
    ahead: int,
    order: int,
    read: Sequence[_Read],
    after: Mapping[int, grading.Averages],
) -> SimulatedTerm:
    averages = after.get(order)
    return SimulatedTerm(
        term_id=term.term_id if term else None,
        name=term.name if term else _("Term %(number)s from now", number=ahead + 1),
        sgpa_before=term.sgpa if term else None,
        sgpa=averages.sgpa if averages else None,
        cgpa_before=term.cgpa if term else None,
        cgpa=averages.cgpa if averages else None,
        courses=tuple(_course(one) for one in read if one.order == order),
    )


def _course(one: _Read) -> SimulatedCourse:
    course, outcome = one.course, one.outcome
    settled = outcome if outcome is not None and outcome.settled else None
    on_record = course if isinstance(course, CourseRecord) else None
    standing = settled.standing if settled else Standing.OPEN
    return SimulatedCourse(
        enrolment_id=on_record.enrolment_id if on_record else None,
        title=course.title,
        credits=course.credits,
        before=on_record.shown if on_record else "",
        letter="AB" if standing is Standing.ABSENT else settled.letter if settled else "",
        points=settled.points if settled else None,
        percentage=outcome.percentage if outcome else None,
        changed=one.changed,
    )


def without_goal(guesses: Guesses) -> Guesses:
    """Return only what is supposed, as it is kept in a scenario."""
    return Guesses(marks=guesses.marks, letters=guesses.letters, courses=guesses.courses)
