"""What reports can be built from here: each student's numbers, and the snapshots they come from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.models.reported import ADMISSION_YEAR, department_field, students_here
from quad.academics.models.reported import PERSON as STUDENT
from quad.academics.policy.base import STUDENT_READ
from quad.coding import policy
from quad.coding.kinds import RISK_WORDS
from quad.coding.lists import choices
from quad.coding.lists.students import STUDENTS
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.figures import Figure, Risk
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.models.snapshots import Source as Came
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.sources import Field, Ready, Source
from quad.identity.models.accounts import User
from quad.institution.models import Department

STATUSES = {
    Status.PENDING: _l("Waits"),
    Status.APPROVED: _l("Approved"),
    Status.REJECTED: _l("Rejected"),
    Status.SUPERSEDED: _l("Corrected"),
}
WAYS = {Came.MANUAL: _l("Typed in"), Came.IMPORT: _l("Imported"), Came.SYNC: _l("Read by Quad")}


def _platforms(db: Session, _actor: Actor) -> list[tuple[int, str]]:
    query = select(Platform.id, Platform.name).order_by(Platform.position, Platform.id)
    return [(row.id, row.name) for row in db.execute(query)]


PERSON = (
    *STUDENT,
    department_field(Student.department_id, choices.departments),
    ADMISSION_YEAR,
)

METRICS_SOURCE = Source(
    name="coding.metrics",
    label=_l("Coding metrics"),
    about=_l("One row for each student: what the approved snapshots come to, over all platforms."),
    singular=_l("student"),
    plural=_l("students"),
    gate=policy.STUDENTS,
    read=STUDENTS.read,
    joins=STUDENTS.joins,
    only=students_here,
    fields=(
        *PERSON,
        Field("accounts", _l("Linked accounts"), "number", Figure.accounts),
        Field("solved", _l("Solved"), "number", Figure.total),
        Field("easy", _l("Easy"), "number", Figure.easy),
        Field("medium", _l("Medium"), "number", Figure.medium),
        Field("hard", _l("Hard"), "number", Figure.hard),
        Field("score", _l("Score"), "number", -Figure.score_down),
        Field("week", _l("7 days"), "number", Figure.week),
        Field("month", _l("30 days"), "number", Figure.month),
        Field("active_weeks", _l("Active weeks"), "number", Figure.active_weeks),
        Field("last_on", _l("Latest snapshot"), "date", Figure.last_on),
        Field(
            "risk",
            _l("State"),
            "choice",
            Figure.risk,
            tuple((risk, RISK_WORDS[risk]) for risk in Risk),
        ),
        # A deputy sees a student's coding, and not the record.
        Field("cgpa", _l("CGPA"), "number", Student.cgpa, places=2, read=STUDENT_READ),
    ),
    usual=("student", "register_number", "department", "solved", "month", "risk"),
    link=("coding.student", "student_id", Figure.student_id),
    ready=(
        Ready(
            "no-account",
            _l("Students without a coding account"),
            _l("Whom to ask to link one."),
            {
                "columns": ["student", "register_number", "department", "admission_year"],
                "filters": [{"field": "risk", "op": "any", "values": ["no_account"]}],
                "sort": "student",
            },
        ),
        Ready(
            "departments",
            _l("Problems solved by department"),
            _l("All of them, the last 30 days, and the average of a student."),
            {
                "shape": "summary",
                "groups": [{"field": "department"}],
                "measures": [
                    {"by": "sum", "of": "solved"},
                    {"by": "sum", "of": "month"},
                    {"by": "average", "of": "solved"},
                ],
                "sort": "-sum.solved",
                "chart": "bar",
            },
        ),
    ),
    order=40,
)


def _snapshot_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .join(Student, Student.id == Snapshot.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(Department, Department.id == Student.department_id)
    )


SNAPSHOTS_SOURCE = Source(
    name="coding.snapshots",
    label=_l("Coding snapshots"),
    about=_l("One row for each snapshot of an account, also those that wait or were rejected."),
    singular=_l("snapshot"),
    plural=_l("snapshots"),
    gate=policy.REVIEW,
    read=policy.SNAPSHOT_READ,
    joins=_snapshot_joins,
    only=students_here,
    fields=(
        *PERSON,
        Field(
            "platform",
            _l("Platform"),
            "choice",
            Platform.name,
            _platforms,
            by=CodingAccount.platform_id,
        ),
        Field("handle", _l("Account"), "text", CodingAccount.username, by=CodingAccount.id),
        Field("taken_on", _l("Day"), "date", Snapshot.taken_on),
        Field("status", _l("Status"), "choice", Snapshot.status, tuple(STATUSES.items())),
        Field("came", _l("How it came"), "choice", Snapshot.source, tuple(WAYS.items())),
        Field("flagged", _l("Has a flag"), "flag", Snapshot.flagged),
        Field("solved", _l("Solved"), "number", Snapshot.total_solved),
        Field("easy", _l("Easy"), "number", Snapshot.easy_solved),
        Field("medium", _l("Medium"), "number", Snapshot.medium_solved),
        Field("hard", _l("Hard"), "number", Snapshot.hard_solved),
        Field("rating", _l("Contest rating"), "number", Snapshot.contest_rating),
        Field("contests", _l("Contests"), "number", Snapshot.contests),
    ),
    usual=("student", "register_number", "platform", "taken_on", "solved", "status"),
    link=("coding.student", "student_id", Snapshot.student_id),
    ready=(
        Ready(
            "months",
            _l("Snapshots by month and status"),
            _l("How many come, and what becomes of them."),
            {
                "shape": "summary",
                "groups": [{"field": "taken_on", "period": "month"}, {"field": "status"}],
                "measures": [{"by": "count"}],
                "sort": "taken_on",
            },
        ),
    ),
    order=42,
)

SOURCES = (METRICS_SOURCE, SNAPSHOTS_SOURCE)
