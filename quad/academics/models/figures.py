"""The numbers behind analytics: students and results counted by what they are compared by (core.cubes).

The database keeps them: a page of charts reads some hundred rows, however many students there are.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult
from quad.core.cubes import cube
from quad.core.db.attachments import Attachment, attach
from quad.core.db.model import Model
from quad.core.db.types import BigId, Fixed

BAND = 50  # hundredths of a grade point that one bar of the CGPA histogram is wide


class StudentFigures(Model):
    """Students by department (0 for none), year of admission, status and CGPA.

    `band` is the lower bound of half a grade point; -1 holds those without an average. `cgpa` is their sum.
    """

    __tablename__ = "academics_student_figures"
    __audited__ = False

    department_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    cohort: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(String(30), primary_key=True)
    band: Mapped[int] = mapped_column(Fixed(2), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, default=0)
    cgpa: Mapped[int] = mapped_column(Fixed(2), default=0)


class ResultFigures(Model):
    """Results that count, by term, the student's department (0 for none) and year of admission, letter and pass.

    `credits`, `graded` (those of results with points) and `weighted` (points times credits, in ten-thousandths) are
    sums: `weighted` over `graded` is the average grade point. An absence has no letter.
    """

    __tablename__ = "academics_result_figures"
    __audited__ = False

    term_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    department_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    cohort: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    letter: Mapped[str] = mapped_column(String(20), primary_key=True)
    passed: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, default=0)
    credits: Mapped[int] = mapped_column(Fixed(2), default=0)
    graded: Mapped[int] = mapped_column(Fixed(2), default=0)
    weighted: Mapped[int] = mapped_column(BigInteger, default=0)


class OfferingFigures(Model):
    """The results of an offering that count: how many, how many pass, and the sum of the `known` percentages."""

    __tablename__ = "academics_offering_figures"
    __audited__ = False

    course_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    offering_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, default=0)
    passes: Mapped[int] = mapped_column(BigInteger, default=0)
    known: Mapped[int] = mapped_column(BigInteger, default=0)
    percentage: Mapped[int] = mapped_column(Fixed(2), default=0)


STUDENT_FIGURES = cube(
    StudentFigures,
    Student,
    keys={
        "department_id": "COALESCE({row}department_id, 0)",
        "cohort": "{row}admission_year",
        "status": "{row}status",
        "band": f"{{row}}cgpa_order - {{row}}cgpa_order % {BAND}",
    },
    sums={"cgpa": "{row}cgpa_order"},
    counts="{row}deleted_at IS NULL",
    watched=("department_id", "admission_year", "status", "cgpa_order", "deleted_at"),
)
_COUNTS = "{row}counts AND NOT {row}hidden"
RESULT_FIGURES = cube(
    ResultFigures,
    EnrolmentResult,
    keys={
        "term_id": "{row}term_id",
        "department_id": "{row}department_id",
        "cohort": "{row}cohort",
        "letter": "{row}letter",
        "passed": "CASE WHEN {row}passed THEN 1 ELSE 0 END",
    },
    sums={
        "credits": "{row}credits",
        "graded": "CASE WHEN {row}points IS NULL THEN 0 ELSE {row}credits END",
        "weighted": "COALESCE({row}points, 0) * {row}credits",
    },
    counts=_COUNTS,
    watched=(
        "term_id",
        "department_id",
        "cohort",
        "letter",
        "passed",
        "credits",
        "points",
        "counts",
        "hidden",
    ),
)
OFFERING_FIGURES = cube(
    OfferingFigures,
    EnrolmentResult,
    keys={"course_id": "{row}course_id", "offering_id": "{row}offering_id"},
    sums={
        "passes": "CASE WHEN {row}passed THEN 1 ELSE 0 END",
        "known": "CASE WHEN {row}percentage IS NULL THEN 0 ELSE 1 END",
        "percentage": "COALESCE({row}percentage, 0)",
    },
    counts=_COUNTS,
    watched=("course_id", "offering_id", "passed", "percentage", "counts", "hidden"),
)

# What a result copies of its student follows the student, whatever path the change takes. On MariaDB no statement that
# updates students may therefore read results.
_SET = (
    "UPDATE academics_result SET department_id = COALESCE(NEW.department_id, 0),"
    " cohort = NEW.admission_year, hidden = (NEW.deleted_at IS NOT NULL) WHERE student_id = NEW.id"
)
_WATCHED = ("department_id", "admission_year", "deleted_at")
_SAME = " AND ".join(f"NEW.{name} <=> OLD.{name}" for name in _WATCHED)
_NAME = "academics_result_follows"
_MYSQL = (
    f"DROP TRIGGER IF EXISTS {_NAME}",
    f"CREATE TRIGGER {_NAME} AFTER UPDATE ON academics_student FOR EACH ROW BEGIN"
    f" IF NOT ({_SAME}) THEN {_SET}; END IF; END",
)
attach(
    Attachment(
        name=_NAME,
        needs=("academics_student", "academics_result"),
        create={
            "sqlite": (
                f"CREATE TRIGGER IF NOT EXISTS {_NAME} AFTER UPDATE OF {', '.join(_WATCHED)}"
                f" ON academics_student BEGIN {_SET}; END",
            ),
            "postgresql": (
                f"CREATE OR REPLACE FUNCTION {_NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" {_SET}; RETURN NULL; END $$",
                f"CREATE OR REPLACE TRIGGER {_NAME} AFTER UPDATE OF {', '.join(_WATCHED)}"
                f" ON academics_student FOR EACH ROW EXECUTE FUNCTION {_NAME}()",
            ),
            "mysql": _MYSQL,
            "mariadb": _MYSQL,
        },
        drop={
            "sqlite": (f"DROP TRIGGER IF EXISTS {_NAME}",),
            "mysql": (f"DROP TRIGGER IF EXISTS {_NAME}",),
            "mariadb": (f"DROP TRIGGER IF EXISTS {_NAME}",),
            "postgresql": (
                f"DROP TRIGGER IF EXISTS {_NAME} ON academics_student",
                f"DROP FUNCTION IF EXISTS {_NAME}()",
            ),
        },
    )
)
