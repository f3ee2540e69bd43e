"""Where it stands who has what: one definition per source, read in both directions.

Asked about a person it gives what they have, asked about values it gives who has them; each way by an index. So the
two questions of an audience cannot come to different answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    case,
    distinct,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased

from quad.academics.models.people import Student, StudentStatus, Teacher
from quad.academics.models.results import EnrolmentResult
from quad.audience.models import Trait
from quad.identity.models.accounts import AccountState, RoleGrant, User
from quad.identity.policy import grant_counts
from quad.institution.models import GradingScheme, Programme, RetakeRule
from quad.skills.models import PersonSkill

UserId = ColumnElement[int] | int
WORD = 30
NO_WORD = literal("", String(WORD))
NO_VALUE = literal(0, BigInteger)


@dataclass(frozen=True)
class Source:
    """Rows that give people values of a trait: the column of the person, the one of the value, and which rows count."""

    trait: Trait
    person: Any
    value: Any
    counts: tuple[ColumnElement[bool], ...] = ()
    worded: bool = False

    def of(self, user_id: UserId) -> Any:
        """Select (kind, value, word) of one person."""
        value: Any
        word: Any
        value, word = (
            (NO_VALUE, type_coerce(self.value, String(WORD)))
            if self.worded
            else (type_coerce(self.value, BigInteger), NO_WORD)
        )
        return select(
            literal(self.trait.value, String(WORD)).label("kind"),
            value.label("value"),
            word.label("word"),
        ).where(self.person == user_id, self.value.is_not(None), *self.counts)

    def people(self, *clauses: ColumnElement[bool]) -> Select[Any]:
        """Select the user numbers of those who have a value that the clauses let through."""
        return select(self.person).where(*clauses, *self.counts)


_live = (Student.deleted_at.is_(None),)
_studying = (*_live, Student.status.in_((StudentStatus.ACTIVE, StudentStatus.ON_LEAVE)))

SOURCES: tuple[Source, ...] = (
    Source(Trait.ROLE, RoleGrant.user_id, RoleGrant.role, (grant_counts(),), worded=True),
    Source(Trait.DEPARTMENT, Student.user_id, Student.department_id, _live),
    Source(
        Trait.DEPARTMENT, Teacher.user_id, Teacher.department_id, (Teacher.deleted_at.is_(None),)
    ),
    Source(Trait.DEPARTMENT, RoleGrant.user_id, RoleGrant.department_id, (grant_counts(),)),
    Source(Trait.PROGRAMME, Student.user_id, Student.programme_id, _live),
    Source(Trait.SEMESTER, Student.user_id, Student.semester, _studying),
    Source(Trait.BATCH, Student.user_id, Student.batch_id, _live),
    Source(Trait.GRADUATION_YEAR, Student.user_id, Student.graduation_year, _live),
    Source(
        Trait.SKILL,
        PersonSkill.person_id,
        PersonSkill.skill_id,
        (PersonSkill.hidden.is_(False),),
    ),
)


def tokens(user_id: UserId) -> CompoundSelect[Any]:
    """Select everything one person has, as (kind, value, word)."""
    return union_all(*(source.of(user_id) for source in SOURCES))


def here() -> ColumnElement[bool]:
    """Hold for accounts that are there: only those are meant by any audience."""
    return and_(User.deleted_at.is_(None), User.state == AccountState.ACTIVE)


def students() -> ColumnElement[bool]:
    """Hold for the records that thresholds read."""
    return Student.deleted_at.is_(None)


@cache
def backlogs() -> Any:
    """Return the number of courses a student failed and has not passed since, as a subquery beside `Student`.

    As in the rules of promotion: passed in no attempt or, where a programme's scheme lets the latest count, not in the
    last one. Only published results count.
    """
    mine = EnrolmentResult.student_id == Student.id
    passed = case((EnrolmentResult.passed, EnrolmentResult.course_id))
    never = (
        select(func.count(distinct(EnrolmentResult.course_id)) - func.count(distinct(passed)))
        .where(mine, EnrolmentResult.counts)
        .correlate(Student)
        .scalar_subquery()
    )
    later = aliased(EnrolmentResult)
    again = (
        select(later.id)
        .where(
            later.student_id == EnrolmentResult.student_id,
            later.course_id == EnrolmentResult.course_id,
            later.counts,
            later.attempt > EnrolmentResult.attempt,
        )
        .correlate(EnrolmentResult)
        .exists()
    )
    last = (
        select(func.count(distinct(EnrolmentResult.course_id)))
        .where(mine, EnrolmentResult.counts, EnrolmentResult.passed.is_(False), ~again)
        .correlate(Student)
        .scalar_subquery()
    )
    rule = (
        select(GradingScheme.retake_rule)
        .join(Programme, Programme.grading_scheme_id == GradingScheme.id)
        .where(Programme.id == Student.programme_id)
        .correlate(Student)
        .scalar_subquery()
    )
    return case((rule == RetakeRule.LATEST, last), else_=never)
