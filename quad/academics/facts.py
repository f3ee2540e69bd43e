"""What happens in academics. `user_ids` are the students a listener may want to tell."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class StudentAdded(Fact):
    student_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class StudentChanged(Fact):
    student_id: int


@dataclass(frozen=True, kw_only=True)
class StudentDeleted(Fact):
    student_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class StudentRestored(Fact):
    student_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class TeacherAdded(Fact):
    teacher_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class TeacherChanged(Fact):
    teacher_id: int


@dataclass(frozen=True, kw_only=True)
class CourseAdded(Fact):
    course_id: int


@dataclass(frozen=True, kw_only=True)
class CourseChanged(Fact):
    course_id: int


@dataclass(frozen=True, kw_only=True)
class CourseDeleted(Fact):
    course_id: int


@dataclass(frozen=True, kw_only=True)
class CourseArchived(Fact):
    course_id: int


@dataclass(frozen=True, kw_only=True)
class CourseRestored(Fact):
    course_id: int


@dataclass(frozen=True, kw_only=True)
class OfferingAdded(Fact):
    offering_id: int
    faculty_id: int | None


@dataclass(frozen=True, kw_only=True)
class OfferingChanged(Fact):
    offering_id: int
    faculty_id: int | None


@dataclass(frozen=True, kw_only=True)
class StudentsEnrolled(Fact):
    offering_id: int
    enrolment_ids: tuple[int, ...]
    user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class StudentWithdrawn(Fact):
    offering_id: int
    enrolment_id: int
    student_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class ComponentAdded(Fact):
    offering_id: int
    component_id: int


@dataclass(frozen=True, kw_only=True)
class ComponentChanged(Fact):
    offering_id: int
    component_id: int


@dataclass(frozen=True, kw_only=True)
class ComponentRemoved(Fact):
    offering_id: int
    component_id: int


@dataclass(frozen=True, kw_only=True)
class MarksEntered(Fact):
    offering_id: int
    mark_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MarkCorrected(Fact):
    """A mark that students could see already was changed."""

    offering_id: int
    mark_id: int
    superseded_id: int | None
    student_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class MarksPublished(Fact):
    """Students see these components' marks now; `final` says that the results are published with them."""

    offering_id: int
    component_ids: tuple[int, ...]
    user_ids: tuple[int, ...]
    final: bool


@dataclass(frozen=True, kw_only=True)
class ResultsLocked(Fact):
    offering_id: int


@dataclass(frozen=True, kw_only=True)
class ResultsReopened(Fact):
    offering_id: int
    reason: str
