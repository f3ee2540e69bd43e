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
class StudentsPlaced(Fact):
    """Several students are in another batch, class or semester now; what is None stayed as it was."""

    student_ids: tuple[int, ...]
    batch_id: int | None = None
    class_id: int | None = None
    semester: int | None = None


@dataclass(frozen=True, kw_only=True)
class TeacherAdded(Fact):
    teacher_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class TeacherChanged(Fact):
    teacher_id: int


@dataclass(frozen=True, kw_only=True)
class TeacherDeleted(Fact):
    teacher_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class TeacherRestored(Fact):
    teacher_id: int
    user_id: int


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
class OfferingRemoved(Fact):
    offering_id: int
    course_id: int


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
class StudentReinstated(Fact):
    """A withdrawal was taken back."""

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
class ComponentsCopied(Fact):
    """The components of `source_id` were taken over."""

    offering_id: int
    source_id: int
    component_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ComponentsOrdered(Fact):
    offering_id: int
    component_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class WeightingChanged(Fact):
    offering_id: int


@dataclass(frozen=True, kw_only=True)
class MarksEntered(Fact):
    """Marks were entered or changed; `user_ids` are the students who can see theirs already."""

    offering_id: int
    mark_ids: tuple[int, ...]
    user_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MarksCorrected(Fact):
    """Marks that students could see already were changed; `superseded_ids` are the ones that counted before."""

    offering_id: int
    mark_ids: tuple[int, ...]
    superseded_ids: tuple[int, ...]
    student_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MarksPublished(Fact):
    """Students see these components' marks now; `final` says that the results are published with them."""

    offering_id: int
    component_ids: tuple[int, ...]
    user_ids: tuple[int, ...]
    final: bool


@dataclass(frozen=True, kw_only=True)
class ResultsAwarded(Fact):
    """Results were given by hand, or taken back; `user_ids` are the students who can see it already."""

    offering_id: int
    award_ids: tuple[int, ...]
    user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ResultsLocked(Fact):
    offering_id: int


@dataclass(frozen=True, kw_only=True)
class ResultsReopened(Fact):
    offering_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ScenarioKept(Fact):
    scenario_id: int
    student_id: int


@dataclass(frozen=True, kw_only=True)
class ScenarioShared(Fact):
    """The student lets mentors see a scenario, or no longer (`shared`)."""

    scenario_id: int
    student_id: int
    shared: bool


@dataclass(frozen=True, kw_only=True)
class ScenarioRemoved(Fact):
    scenario_id: int
    student_id: int
