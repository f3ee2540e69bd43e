"""What is taught, when, by whom and to whom."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import errors
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, Fixed, NormalisedKey, Utc, enum_type
from quad.core.i18n import lazy_gettext


class ResultState(enum.StrEnum):
    """How far the results of an offering are."""

    DRAFT = "draft"
    PUBLISHED = "published"
    LOCKED = "locked"


class EnrolmentStatus(enum.StrEnum):
    """Whether a student still takes the offering."""

    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"


class ComponentKind(enum.StrEnum):
    """What sort of assessment a component is."""

    ATTENDANCE = "attendance"
    ASSIGNMENT = "assignment"
    INTERNAL = "internal"
    EXTERNAL = "external"
    OTHER = "other"


class Weighting(enum.StrEnum):
    """How the components of an offering make one percentage.

    weights: each component's share, whatever its maximum; points: all marks over all maxima; coursework_exam: the
    coursework's weights make one part and the exams' another, joined by the offering's `exam_share`.
    """

    WEIGHTS = "weights"
    POINTS = "points"
    COURSEWORK_EXAM = "coursework_exam"


class Course(Versioned, SoftDeleted, Row):
    """A course in the catalogue. One that has marks is archived instead of deleted."""

    __tablename__ = "academics_course"
    __table_args__ = (
        UniqueConstraint("code_key", "live"),
        Index(None, "department_id", "code_key", "id"),
        Index(None, "code_key", "id"),
        Index(None, "sort_title", "id"),
    )

    code: Mapped[str] = mapped_column(String(40))
    code_key: Mapped[str] = mapped_column(NormalisedKey(40))
    title: Mapped[str] = mapped_column(String(160))
    sort_title: Mapped[str] = mapped_column(NormalisedKey(320))
    credits: Mapped[Decimal] = mapped_column(Fixed(2))
    semester: Mapped[int | None] = mapped_column(Integer, default=None)
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="RESTRICT"), default=None
    )
    starts_on: Mapped[date | None] = mapped_column(Date, default=None)
    archived_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class Offering(Versioned, Row):
    """A course in one term, one section, with one teacher. `department_id` is the course's, copied for scopes."""

    __tablename__ = "academics_offering"
    __table_args__ = (
        UniqueConstraint("course_id", "term_id", "section"),
        Index(None, "department_id", "term_id", "id"),
        Index(None, "faculty_id", "term_id", "id"),
    )

    course_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_course.id", ondelete="RESTRICT")
    )
    term_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_term.id", ondelete="RESTRICT"), index=True
    )
    section: Mapped[str] = mapped_column(String(8))
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="RESTRICT"), default=None
    )
    faculty_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), default=None
    )
    state: Mapped[ResultState] = mapped_column(enum_type(ResultState), default=ResultState.DRAFT)
    published_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    weighting: Mapped[Weighting] = mapped_column(
        enum_type(Weighting), default=Weighting.WEIGHTS, server_default="weights"
    )
    exam_share: Mapped[Decimal] = mapped_column(
        Fixed(2), default=Decimal(50), server_default="5000"
    )


class Enrolment(Row):
    """One student in one offering. `attempt` counts how often the student has taken the course."""

    __tablename__ = "academics_enrolment"
    __table_args__ = (
        UniqueConstraint("student_id", "offering_id"),
        Index(None, "offering_id", "student_id"),
    )

    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="RESTRICT")
    )
    offering_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_offering.id", ondelete="RESTRICT")
    )
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    status: Mapped[EnrolmentStatus] = mapped_column(
        enum_type(EnrolmentStatus), default=EnrolmentStatus.ENROLLED
    )
    enrolled_on: Mapped[date | None] = mapped_column(Date, default=None)
    withdrawn_on: Mapped[date | None] = mapped_column(Date, default=None)


class Component(Versioned, Row):
    """One assessment of an offering. With `published_at` set its marks are shown to the students.

    `kind_name` is the institution's own word for a component of kind `other`.
    """

    __tablename__ = "academics_component"
    __table_args__ = (UniqueConstraint("offering_id", "name_key"),)

    offering_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_offering.id", ondelete="RESTRICT")
    )
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(NormalisedKey(80))
    kind: Mapped[ComponentKind] = mapped_column(enum_type(ComponentKind))
    kind_name: Mapped[str] = mapped_column(String(40), default="", server_default="")
    due_on: Mapped[date | None] = mapped_column(Date, default=None)
    maximum: Mapped[Decimal] = mapped_column(Fixed(2))
    weight: Mapped[Decimal] = mapped_column(Fixed(2))
    position: Mapped[int] = mapped_column(Integer, default=0)
    published_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


errors.constraint(
    "uq_academics_course_code_key_live",
    lazy_gettext("Another course has this code already."),
    "code",
)
errors.constraint(
    "uq_academics_offering_course_id_term_id_section",
    lazy_gettext("This course has this section in this term already."),
    "section",
)
errors.constraint(
    "uq_academics_enrolment_student_id_offering_id",
    lazy_gettext("This student is enrolled in this offering already."),
)
errors.constraint(
    "uq_academics_component_offering_id_name_key",
    lazy_gettext("Two components of one offering cannot have the same name."),
    "name",
)
