"""A small college with something in every source of reports, and what each row is, told in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from quad.academics.models.attendance import AttendanceTotal
from quad.academics.models.people import Student
from quad.academics.models.teaching import ResultState
from quad.academics.service import rollups
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.mentoring import Delegation
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.service import platforms
from quad.coding.service import rollups as coding_rollups
from quad.core import clock
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.welfare.models.requests import NamedPerson, Request, State
from quad.welfare.models.setup import Category
from tests.factories import academics as make
from tests.factories.people import person

API = "/api/v1/reports"
As = Callable[[str], FlaskClient]
ROLES = ("admin", "hod", "hod2", "faculty", "advisor", "counsellor", "placement", "deputy")
Row = dict[str, Any]


@dataclass
class College:
    """`rows` are the rows of each source: of which student, department and course, and who has to do with them."""

    people: SimpleNamespace
    departments: SimpleNamespace
    students: list[int]
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def expected(self, source: str, role: str) -> list[str] | None:
        """Return the register numbers of the rows `role` may see, sorted; None where the source is closed to it."""
        if role not in OPEN[source]:
            return None
        return sorted(row["number"] for row in self.rows[source] if _sees(source, role, row))


OPEN = {
    "academics.students": ("admin", "hod", "hod2", "faculty", "advisor", "counsellor", "deputy"),
    "academics.enrolments": ("admin", "hod", "hod2", "faculty"),
    "academics.marks": ("admin", "hod", "hod2", "faculty"),
    "academics.results": ("admin", "hod", "hod2", "faculty"),
    "academics.attendance": ("admin", "hod", "hod2", "faculty", "advisor"),
    "welfare.requests": ROLES,
    "coding.metrics": ("admin", "hod", "hod2", "advisor", "counsellor", "deputy"),
    "coding.snapshots": ("admin", "hod", "hod2", "advisor", "counsellor", "deputy"),
}


def _sees(source: str, role: str, row: Row) -> bool:
    """Say by the rules of DESIGN §3 whether a role sees a row; nothing confidential is in a report."""
    if row.get("confidential"):
        return False
    if role == "admin":
        return True
    if role in ("hod", "hod2"):
        return bool(row["department"] == role)
    if role == "faculty":
        return bool(row.get("assignee") == "faculty" if "assignee" in row else row.get("taught"))
    if role in ("advisor", "counsellor"):
        mine = row[role] or row.get("assignee") == role
        return bool(mine and not (role == "counsellor" and source == "welfare.requests"))
    return bool(role == "deputy" and source.startswith("coding.") and row["counsellor"])


def build(db: Session) -> College:
    """Make two departments of three students each; the first department's teacher teaches all of its students."""
    homes = SimpleNamespace(
        hod=make.department(db, "CS", "Computing"), hod2=make.department(db, "ME", "Machines")
    )
    teacher = make.teacher(db, of=homes.hod, name="Tara Teacher")
    other = make.teacher(db, of=homes.hod2)
    people = SimpleNamespace(
        admin=person(db, role="admin", name="Ada Admin").id,
        hod=person(db, role="hod", department_id=homes.hod.id, name="Hema Head").id,
        hod2=person(db, role="hod", department_id=homes.hod2.id, name="Hugo Head").id,
        faculty=teacher.user_id,
        other=other.user_id,
        advisor=person(db, role="advisor", department_id=homes.hod.id, name="Avi Advisor").id,
        counsellor=person(db, role="counsellor", department_id=homes.hod.id).id,
        deputy=person(db, role="counsellor", department_id=homes.hod2.id).id,
        placement=person(db, role="placement").id,
    )
    made = College(people, homes, [], {source: [] for source in OPEN})
    category = Category(name="Hostel", name_key="hostel")
    grievance = Category(name="Grievance", name_key="grievance", confidential=True)
    db.add_all([category, grievance])
    during, today = make.term(db), clock.today()
    leetcode = next(one for one in platforms.every(db) if one.key == "leetcode")
    platform_id = platforms.row_of(db, leetcode)
    db.add(
        Delegation(
            mentor_id=people.counsellor, deputy_id=people.deputy, first_day=today, last_day=today
        )
    )
    for name, by in (("hod", teacher), ("hod2", other)):
        home = getattr(homes, name)
        studies = make.programme(db, home)
        offered = make.offering(db, taught=make.course(db, of=home), during=during, by=by)
        part = make.component(db, offered)
        for place in range(3):
            pupil = make.student(db, on=studies, admission_year=2024 + place % 2)
            made.students.append(pupil.id)
            told = {
                "number": pupil.register_number,
                "department": name,
                "taught": name == "hod",
                "advisor": name == "hod" and place == 0,
                "counsellor": place == 1,
            }
            enrolled = make.enrolment(db, pupil, offered)
            make.mark(db, enrolled, part, 30 + 20 * place)
            db.add(
                AttendanceTotal(
                    enrolment_id=enrolled.id,
                    offering_id=offered.id,
                    present=place,
                    absent=1,
                    percentage=Decimal(place * 30),
                    percentage_order=Decimal(place * 30),
                    short=place < 2,
                )
            )
            for kind, mentor in (
                (MentorKind.ADVISOR, "advisor"),
                (MentorKind.COUNSELLOR, "counsellor"),
            ):
                if told[mentor]:
                    db.add(
                        MentorAssignment(
                            mentee_id=pupil.user_id, mentor_id=getattr(people, mentor), kind=kind
                        )
                    )
            for source in ("students", "enrolments", "marks", "results", "attendance"):
                made.rows[f"academics.{source}"].append(told)
            _code(db, made, pupil, platform_id, told, today)
            _ask(db, made, pupil, category, told, today)
            if place == 0:
                _ask(db, made, pupil, grievance, {**told, "confidential": True}, today)
        offered.state = ResultState.PUBLISHED
    db.flush()
    rollups.rebuild_rollups(db, made.students)
    coding_rollups.rebuild(db, made.students)
    db.flush()
    return made


def _code(
    db: Session, made: College, pupil: Student, platform_id: int, told: Row, today: date
) -> None:
    made.rows["coding.metrics"].append(told)
    if pupil.admission_year == 2025:
        return
    account = CodingAccount(
        student_id=pupil.id,
        platform_id=platform_id,
        username=f"u{pupil.id}",
        username_key=f"u{pupil.id}",
        linked_on=today,
        proof_code="x",
    )
    db.add(account)
    db.flush()
    for days, status in ((3, Status.APPROVED), (1, Status.PENDING)):
        db.add(
            Snapshot(
                account_id=account.id,
                student_id=pupil.id,
                taken_on=today - timedelta(days=days),
                total_solved=100 - days,
                status=status,
            )
        )
        made.rows["coding.snapshots"].append(told)


def _ask(
    db: Session, made: College, pupil: Student, category: Category, told: Row, today: date
) -> None:
    db.flush()
    hidden = bool(told.get("confidential"))
    assignee = "faculty" if told["department"] == "hod2" and not hidden else ""
    row = Request(
        category_id=category.id,
        student_id=pupil.id,
        user_id=pupil.user_id,
        department_id=pupil.department_id,
        title="Something",
        answers=[],
        confidential=hidden,
        state=State.ASSIGNED,
        assignee_id=made.people.faculty if assignee else None,
        asked_on=today - timedelta(days=9),
        due_on=today - timedelta(days=2),
        submit_key=f"{pupil.id}-{category.id}",
    )
    db.add(row)
    db.flush()
    if hidden:
        db.add(NamedPerson(request_id=row.id, user_id=made.people.faculty))
    made.rows["welfare.requests"].append({**told, "assignee": assignee})


def run(client: FlaskClient, status: int = 200, **definition: Any) -> Any:
    """Run a definition; return its rows as dictionaries, or the sentence of a refusal."""
    answer = client.post(f"{API}/run", json={"definition": definition, "size": 500})
    assert answer.status_code == status, answer.text
    if status != 200:
        return answer.get_json()["error"]
    data = answer.get_json()["data"]
    keys = [column["key"] for column in data["columns"]]
    return [dict(zip(keys, row["values"], strict=True)) for row in data["rows"]]


def saved(client: FlaskClient, name: str = "Mine", **definition: Any) -> dict[str, Any]:
    body = {"name": name, "definition": {"source": "academics.students", **definition}}
    answer = client.post(API, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()["data"]
    return found
