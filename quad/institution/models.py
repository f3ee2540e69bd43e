"""What the institution is made of before anybody is in it."""

from __future__ import annotations

import enum
from datetime import date
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, Fixed, NormalisedKey, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

CODE_LENGTH = 20
NAME_LENGTH = 120
LETTER_LENGTH = 20


class RetakeRule(enum.StrEnum):
    """Which attempt at a course counts for the average."""

    BEST = "best"
    LATEST = "latest"
    ALL = "all"


class PassRule(enum.StrEnum):
    """What a pass in a course takes: the overall percentage, or every component as well."""

    OVERALL = "overall"
    EVERY_COMPONENT = "every_component"


class Averaging(enum.StrEnum):
    """What an average is made of: the bands' points, the percentages themselves, or nothing (pass or not)."""

    POINTS = "points"
    PERCENTAGE = "percentage"
    NONE = "none"


class DegreeLevel(enum.StrEnum):
    """How far a degree leads; the order of study."""

    CERTIFICATE = "certificate"
    DIPLOMA = "diploma"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"
    OTHER = "other"


class Campus(SoftDeleted, Versioned, Row):
    """A place where departments are."""

    __tablename__ = "institution_campus"
    __table_args__ = (
        UniqueConstraint("code_key", "live"),
        Index(None, "sort_name", "id"),
    )

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    city: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")


class Degree(SoftDeleted, Versioned, Row):
    """What a programme ends in: B.Tech., M.A., Ph.D."""

    __tablename__ = "institution_degree"
    __table_args__ = (
        UniqueConstraint("code_key", "live"),
        Index(None, "sort_name", "id"),
    )

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    level: Mapped[DegreeLevel] = mapped_column(enum_type(DegreeLevel))


class Department(SoftDeleted, Versioned, Row):
    """A department. `code` is as typed, `code_key` is what is compared."""

    __tablename__ = "institution_department"
    __table_args__ = (
        UniqueConstraint("code_key", "live"),
        Index(None, "sort_name", "id"),
    )

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    campus_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_campus.id", ondelete="RESTRICT"), index=True, default=None
    )


class GradingScheme(SoftDeleted, Versioned, Row):
    """How percentages become letters and points. `default_mark` lets the database hold one default only."""

    __tablename__ = "institution_grading_scheme"
    __table_args__ = (
        UniqueConstraint("name_key", "live"),
        UniqueConstraint("default_mark"),
        CheckConstraint("maximum > 0", name="maximum_positive"),
        CheckConstraint("rounding_places BETWEEN 0 AND 2", name="rounding_places_range"),
    )

    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    maximum: Mapped[Decimal] = mapped_column(Fixed(2))
    rounding_places: Mapped[int] = mapped_column(Integer, default=2)
    retake_rule: Mapped[RetakeRule] = mapped_column(enum_type(RetakeRule), default=RetakeRule.BEST)
    pass_rule: Mapped[PassRule] = mapped_column(enum_type(PassRule), default=PassRule.OVERALL)
    averaging: Mapped[Averaging] = mapped_column(
        enum_type(Averaging), default=Averaging.POINTS, server_default="points"
    )
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    default_mark: Mapped[int | None] = mapped_column(
        Integer,
        Computed("CASE WHEN is_default AND deleted_at IS NULL THEN 1 END", persisted=True),
        sort_order=97,
    )
    bands: Mapped[list[GradeBand]] = relationship(
        lazy="raise",
        order_by="GradeBand.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class GradeBand(Row):
    """One letter of a scheme: from `minimum` percent up to the band above. Position 0 is the best."""

    __tablename__ = "institution_grade_band"
    __table_args__ = (
        UniqueConstraint("scheme_id", "position"),
        CheckConstraint("minimum BETWEEN 0 AND 10000", name="minimum_range"),
        CheckConstraint("points >= 0", name="points_not_negative"),
    )

    scheme_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_grading_scheme.id", ondelete="CASCADE")
    )
    position: Mapped[int] = mapped_column(Integer)
    letter: Mapped[str] = mapped_column(String(LETTER_LENGTH))
    minimum: Mapped[Decimal] = mapped_column(Fixed(2))
    points: Mapped[Decimal] = mapped_column(Fixed(2))
    passes: Mapped[bool] = mapped_column(Boolean, default=True)


class Programme(SoftDeleted, Versioned, Row):
    """A course of study that ends in a degree. Credits are in the institution's own unit."""

    __tablename__ = "institution_programme"
    __table_args__ = (
        UniqueConstraint("code_key", "live"),
        Index(None, "sort_name", "id"),
        CheckConstraint("credits_required >= 0", name="credits_required_not_negative"),
        CheckConstraint("duration_terms BETWEEN 1 AND 40", name="duration_terms_range"),
    )

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    department_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="RESTRICT"), index=True
    )
    grading_scheme_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_grading_scheme.id", ondelete="RESTRICT"), index=True
    )
    degree_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_degree.id", ondelete="RESTRICT"), index=True, default=None
    )
    credits_required: Mapped[Decimal] = mapped_column(Fixed(2))
    duration_terms: Mapped[int] = mapped_column(Integer)
    department: Mapped[Department] = relationship(lazy="raise")
    grading_scheme: Mapped[GradingScheme] = relationship(lazy="raise")


class Batch(SoftDeleted, Versioned, Row):
    """The students who began a programme in one year and are to finish it together."""

    __tablename__ = "institution_batch"
    __table_args__ = (
        UniqueConstraint("programme_id", "name_key", "live"),
        Index(None, "name_key"),
        Index(None, "start_year", "id"),
        CheckConstraint("start_year <= graduation_year", name="starts_before_it_ends"),
    )

    programme_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_programme.id", ondelete="RESTRICT")
    )
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    start_year: Mapped[int] = mapped_column(Integer)
    graduation_year: Mapped[int] = mapped_column(Integer)


class ClassGroup(SoftDeleted, Versioned, Row):
    """A class: the part of a batch that sits together, "A" of "CSE 2024"."""

    __tablename__ = "institution_class"
    __table_args__ = (UniqueConstraint("batch_id", "name_key", "live"),)

    batch_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_batch.id", ondelete="RESTRICT")
    )
    name: Mapped[str] = mapped_column(String(CODE_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))


class Term(SoftDeleted, Versioned, Row):
    """A teaching period. `current_mark` lets the database hold one current term only."""

    __tablename__ = "institution_term"
    __table_args__ = (
        UniqueConstraint("code_key", "live"),
        UniqueConstraint("current_mark"),
        Index(None, "starts_on", "id"),
        CheckConstraint("starts_on < ends_on", name="starts_before_it_ends"),
    )

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    is_current: Mapped[bool] = mapped_column(Boolean, default=False)
    current_mark: Mapped[int | None] = mapped_column(
        Integer,
        Computed("CASE WHEN is_current AND deleted_at IS NULL THEN 1 END", persisted=True),
        sort_order=97,
    )


constraint("uq_institution_campus_code_key_live", _l("Campus code already exists"))
constraint("uq_institution_degree_code_key_live", _l("Degree code already exists"))
constraint(
    "uq_institution_batch_programme_id_name_key_live",
    _l("This programme has a batch of this name already."),
    "name",
)
constraint(
    "uq_institution_class_batch_id_name_key_live",
    _l("This batch has a class of this name already."),
    "name",
)
constraint("uq_institution_department_code_key_live", _l("Department code already exists"))
constraint("uq_institution_programme_code_key_live", _l("Programme code already exists"))
constraint("uq_institution_term_code_key_live", _l("Term code already exists"))
constraint(
    "uq_institution_term_current_mark", _l("Another term was made the current one just now.")
)
constraint(
    "uq_institution_grading_scheme_name_key_live", _l("There is a grading scheme of this name.")
)
constraint(
    "uq_institution_grading_scheme_default_mark",
    _l("Another grading scheme was made the default just now."),
)
