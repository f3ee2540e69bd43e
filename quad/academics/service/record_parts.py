"""What a record is made of: a student's terms, the courses in them, the marks in those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from quad.academics.grading import Assessed, Plan, half_up
from quad.academics.models.people import StudentStatus
from quad.academics.models.results import Standing
from quad.academics.models.teaching import ComponentKind, ResultState, Weighting
from quad.institution.models import Averaging, RetakeRule

# How a transcript writes a result without a grade.
SHORT = {Standing.WITHDRAWN: "W", Standing.INCOMPLETE: "I", Standing.ABSENT: "AB"}


@dataclass(frozen=True)
class ComponentMark:
    """One component and the mark in it, as far as the reader may see it."""

    component_id: int
    name: str
    kind: ComponentKind
    kind_name: str
    maximum: Decimal
    weight: Decimal
    value: Decimal | None
    absent: bool
    carried_over: bool
    entered_at: datetime | None

    @property
    def marked(self) -> bool:
        """Tell whether there is a mark."""
        return self.absent or self.value is not None

    @property
    def exam(self) -> bool:
        """Tell whether this belongs to the exam's part of the result."""
        return self.kind is ComponentKind.EXTERNAL

    @property
    def reached(self) -> Fraction:
        """The part of the maximum that was reached; nothing for an absence."""
        return Fraction(self.value or 0) / Fraction(self.maximum) if self.maximum else Fraction(0)

    @property
    def percentage(self) -> Decimal | None:
        """What was reached in this component, in per cent."""
        return half_up(self.reached * 100, 1) if self.marked else None


@dataclass(frozen=True)
class PartOfResult:
    """One component of a breakdown. `share` is what it decides of the result in per cent, `gained` what it added."""

    mark: ComponentMark
    share: Decimal
    gained: Decimal | None

    @property
    def component_id(self) -> int:
        """The number of the component."""
        return self.mark.component_id


@dataclass(frozen=True)
class CourseRecord:
    """One course a student takes or took. Result fields are empty while the reader may not see them."""

    enrolment_id: int
    offering_id: int
    course_id: int
    code: str
    title: str
    credits: Decimal
    section: str
    attempt: int
    withdrawn: bool
    teacher: str | None
    state: ResultState
    weighting: Weighting
    exam_share: Decimal
    complete: bool
    standing: Standing
    awarded: bool
    percentage: Decimal | None
    letter: str
    points: Decimal | None
    passed: bool
    components: tuple[ComponentMark, ...]
    superseded: bool = False

    @property
    def shown(self) -> str:
        """What the record says: a letter, W, I or AB; nothing while it is open."""
        return SHORT.get(self.standing, self.letter)

    @property
    def breakdown(self) -> list[PartOfResult]:
        """Say of each component how much of the result it decides, however the offering weighs them."""
        parts = [Assessed(c.maximum, c.weight, exam=c.exam) for c in self.components]
        shares = Plan(parts, self.weighting, self.exam_share).shares
        return [
            PartOfResult(
                mark,
                half_up(share * 100, 1),
                half_up(mark.reached * share * 100, 1) if mark.marked else None,
            )
            for mark, share in zip(self.components, shares, strict=True)
        ]

    @property
    def internals(self) -> tuple[Decimal, Decimal] | None:
        """Sum of the marks before the final exam and of their maxima; None when there are none yet."""
        marked = [c for c in self.components if c.marked and c.kind is not ComponentKind.EXTERNAL]
        if not marked:
            return None
        got = sum((c.value or Decimal(0) for c in marked), Decimal(0))
        return got, sum((c.maximum for c in marked), Decimal(0))

    @property
    def finished(self) -> bool:
        """Tell whether the reader sees a result."""
        return self.standing in (Standing.FINAL, Standing.ABSENT)

    @property
    def earned(self) -> Decimal:
        """The credits this course gave."""
        return self.credits if self.passed and not self.superseded else Decimal(0)

    @property
    def in_average(self) -> bool:
        """Tell whether this attempt enters the CGPA."""
        return self.finished and self.points is not None and not self.superseded


@dataclass(frozen=True)
class TermRecord:
    """One term of a record; averages are None until something in it is published."""

    term_id: int
    name: str
    starts_on: date
    is_current: bool
    credits: Decimal | None
    sgpa: Decimal | None
    cgpa: Decimal | None
    courses: tuple[CourseRecord, ...]


@dataclass(frozen=True)
class StudentRecord:
    """A student with everything taken, the latest term first."""

    id: int
    user_id: int
    name: str
    email: str
    register_number: str
    department_id: int | None
    department: str | None
    programme: str | None
    batch: str | None
    class_name: str | None
    admission_year: int
    semester: int
    graduation_year: int | None
    status: StudentStatus
    cgpa: Decimal | None
    credits_earned: Decimal
    credits_required: Decimal | None
    highest_points: Decimal | None
    averaging: Averaging | None
    retake_rule: RetakeRule | None
    deleted_at: datetime | None
    terms: tuple[TermRecord, ...]
    graduated_on: date | None = None
    owes: str | None = None
    owes_since: datetime | None = None
    owes_by: str | None = None

    @property
    def current_term(self) -> TermRecord | None:
        """The term that runs now, else the latest one with courses."""
        return next((term for term in self.terms if term.is_current), next(iter(self.terms), None))

    @property
    def averaged(self) -> bool:
        """Tell whether there are averages at all: a scheme of pass and distinction has none."""
        return self.averaging is not Averaging.NONE

    @property
    def by_percentage(self) -> bool:
        """Tell whether the averages are percentages instead of grade points."""
        return self.averaging is Averaging.PERCENTAGE

    @property
    def passed_courses(self) -> int:
        """How many courses are passed, each counted once."""
        return len({c.course_id for term in self.terms for c in term.courses if c.passed})

    @property
    def coming(self) -> Decimal:
        """The credits of what is under way in the current term."""
        term = self.current_term
        taken = term.courses if term is not None else ()
        return sum((c.credits for c in taken if c.standing is Standing.OPEN), Decimal(0))

    def course(self, enrolment_id: int) -> tuple[TermRecord, CourseRecord] | None:
        """Return one course of the record with its term."""
        return next(
            (
                (term, course)
                for term in self.terms
                for course in term.courses
                if course.enrolment_id == enrolment_id
            ),
            None,
        )

    @property
    def graded_terms(self) -> list[TermRecord]:
        """The terms with an average, the first one first."""
        return [term for term in reversed(self.terms) if term.sgpa is not None]
