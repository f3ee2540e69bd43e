"""What happens around classes and who was there."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SessionsPlanned(Fact):
    offering_id: int
    session_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SessionChanged(Fact):
    offering_id: int
    session_id: int


@dataclass(frozen=True, kw_only=True)
class SessionRemoved(Fact):
    offering_id: int
    session_id: int


@dataclass(frozen=True, kw_only=True)
class RegisterTaken(Fact):
    """The register of a class was taken, or changed afterwards; `enrolment_ids` are those it says something new of."""

    offering_id: int
    session_id: int
    enrolment_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AbsencesExcused(Fact):
    excuse_id: int
    student_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class ExcuseWithdrawn(Fact):
    excuse_id: int
    student_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class AttendanceFellShort(Fact):
    """A student's attendance lies below the limit; told once for each time it falls."""

    enrolment_id: int
    offering_id: int
    student_id: int
    user_id: int
    advisor_id: int | None


@dataclass(frozen=True, kw_only=True)
class AttendanceRuleSet(Fact):
    offering_id: int
    component_id: int


@dataclass(frozen=True, kw_only=True)
class HolidayAdded(Fact):
    """`session_ids` are planned classes that were taken out for it."""

    holiday_id: int
    session_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class HolidayRemoved(Fact):
    holiday_id: int


@dataclass(frozen=True, kw_only=True)
class AttendanceImported(Fact):
    import_id: int
    count: int
