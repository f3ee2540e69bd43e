"""Summaries equal an independent count in Python, whatever is grouped, filtered and added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from quad.academics.models.people import StudentStatus
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.sources import sources
from quad.insights.service.reports import comparing
from quad.welfare.models.requests import Request, State
from quad.welfare.models.setup import Category
from tests.factories import academics as make
from tests.insights.reporting import run

pytestmark = [pytest.mark.feature("C45"), pytest.mark.db]
Row = dict[str, Any]
QUESTIONS = 60
TODAY = date(2026, 11, 21)


def seed(db: Session) -> tuple[list[Row], list[Row]]:
    """Add 40 students and 80 requests; return them as plain rows, as a report would show them."""
    chance = Random(7)
    homes = [make.department(db, code, name) for code, name in (("A", "Arts"), ("B", "Bio"))]
    category = Category(name="Hostel", name_key="hostel")
    other = Category(name="Leave", name_key="leave")
    db.add_all([category, other])
    db.flush()
    students, requests = [], []
    for number in range(40):
        home = chance.choice([*homes, None])
        pupil = make.student(db, semester=chance.randint(1, 4), admission_year=2020 + number % 3)
        pupil.department_id = home.id if home else None
        pupil.cgpa = chance.choice([None, Decimal(chance.randrange(400, 1000)) / 100])
        pupil.cgpa_order = Decimal(-1) if pupil.cgpa is None else pupil.cgpa
        pupil.credits_earned = Decimal(chance.randrange(0, 400)) / 2
        pupil.status = chance.choice(list(StudentStatus))
        db.flush()
        students.append(
            {
                "department": home.name if home else None,
                "semester": pupil.semester,
                "admission_year": pupil.admission_year,
                "cgpa": pupil.cgpa,
                "credits": pupil.credits_earned,
                "status": pupil.status.value,
            }
        )
        for _each in range(2):
            row: Row = {
                "asked_on": TODAY - timedelta(days=chance.randrange(0, 500)),
                "state": chance.choice(list(State)),
            }
            kind = chance.choice([category, other])
            values = {**row, "due_on": row["asked_on"] + timedelta(days=3)}
            db.execute(
                insert(Request).values(
                    **values,
                    category_id=kind.id,
                    student_id=pupil.id,
                    user_id=pupil.user_id,
                    title="Something",
                    answers=[],
                    submit_key=f"{number}-{_each}",
                )
            )
            requests.append({**values, "category": kind.name, "state": row["state"].value})
    return students, requests


HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "least": lambda found, given: found is not None and found >= given,
    "below": lambda found, given: found is not None and found < given,
    "not": lambda found, given: found is None or found != given,
    "empty": lambda found, _given: found is None,
    "filled": lambda found, _given: found is not None,
    "any": lambda found, given: found in given,
    "none": lambda found, given: found not in given,
    "from": lambda found, given: found >= given,
    "until": lambda found, given: found <= given,
}


def half_up(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def measured(by: str, values: Sequence[Any]) -> Any:
    known = [value for value in values if value is not None]
    if not known:
        return None
    if by == "average":
        return half_up(Decimal(sum(known)) / len(known))
    if by == "sum":
        return sum(known)
    return min(known) if by == "least" else max(known)


def part(value: Any, period: str) -> Any:
    if isinstance(value, date) and period:
        return value.year if period == "year" else f"{value.year}-{value.month:02d}"
    return value


def counted(rows: list[Row], definition: Row) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Work a summary out the long way."""
    for one in definition["filters"]:
        rows = [row for row in rows if HOLDS[one["op"]](row[one["field"]], one["given"])]
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    if not definition["groups"]:
        groups[()] = []
    for row in rows:
        groups[tuple(part(row[g["field"]], g["period"]) for g in definition["groups"])].append(row)
    return {
        key: tuple(
            len(found)
            if measure["by"] == "count"
            else measured(measure["by"], [row[measure["of"]] for row in found])
            for measure in definition["measures"]
        )
        for key, found in groups.items()
    }


def wire(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def same(client: Any, source: str, words: dict[str, str], rows: list[Row], asked: Row) -> None:
    sent = {
        **asked,
        "filters": [{k: one[k] for k in ("field", "op", "values")} for one in asked["filters"]],
    }
    answered = run(client, source=source, shape="summary", **sent)
    width = len(asked["groups"])
    found = {tuple(r.values())[:width]: tuple(r.values())[width:] for r in answered}
    expected = {
        tuple(words.get(wire(one), wire(one)) for one in key): tuple(map(wire, numbers))
        for key, numbers in counted(rows, asked).items()
    }
    assert found == expected, asked


def test_summaries_of_any_shape_equal_a_count_in_python(
    app: Any, database: Database, as_role: Any
) -> None:
    with database.writer() as db, unit(db):
        students, requests = seed(db)
    admin, chance = as_role("admin"), Random(11)
    statuses = {one.value for one in StudentStatus}
    words = {"active": "Active", "on_leave": "On leave", "withdrawn": "Withdrawn"} | {
        "graduated": "Graduated"
    }
    for _question in range(QUESTIONS):
        value = Decimal(chance.randrange(500, 900)) / 100
        some = chance.sample(sorted(statuses), 2)
        filters = [
            {"field": "cgpa", "op": "least", "values": [str(value)], "given": value},
            {"field": "cgpa", "op": "below", "values": [str(value)], "given": value},
            {"field": "cgpa", "op": "empty", "values": [], "given": None},
            {"field": "semester", "op": "not", "values": ["2"], "given": 2},
            {"field": "status", "op": "any", "values": some, "given": some},
            {"field": "status", "op": "none", "values": some, "given": some},
            {"field": "department", "op": "filled", "values": [], "given": None},
        ]
        keys = ["department", "semester", "admission_year", "status"]
        measures = [{"by": "count", "of": ""}] + [
            {"by": by, "of": of}
            for by in ("sum", "average", "least", "most")
            for of in ("cgpa", "credits")
        ]
        asked = {
            "filters": chance.sample(filters, chance.randrange(3)),
            "groups": [
                {"field": key, "period": ""} for key in chance.sample(keys, chance.randrange(4))
            ],
            "measures": chance.sample(measures, chance.randrange(1, 6)),
        }
        same(admin, "academics.students", words, students, asked)
    since = TODAY - timedelta(days=200)
    for period in ("", "month", "year"):
        for op in ("from", "until"):
            asked = {
                "filters": [
                    {"field": "asked_on", "op": op, "values": [since.isoformat()], "given": since}
                ],
                "groups": [
                    {"field": "asked_on", "period": period},
                    {"field": "category", "period": ""},
                ],
                "measures": [{"by": "count", "of": ""}, {"by": "most", "of": "due_on"}],
            }
            same(admin, "welfare.requests", {}, requests, asked)
    best = run(
        admin,
        source="academics.students",
        shape="summary",
        groups=[{"field": "semester"}],
        measures=[{"by": "average", "of": "cgpa"}],
        sort="-average.cgpa",
    )
    averages = [row["average.cgpa"] for row in best]
    assert averages == sorted(averages, reverse=True)
    ordered = run(admin, source="academics.students", columns=["cgpa"], sort="-cgpa")
    shown = [row["cgpa"] for row in ordered]
    known = sorted((float(r["cgpa"]) for r in students if r["cgpa"] is not None), reverse=True)
    assert shown == known + [None] * (len(students) - len(known))


def test_every_comparison_of_every_field_runs_on_every_database(
    app: Any, as_role: Any, database: Database
) -> None:
    """No clause that one of the databases does not understand."""
    with database.writer() as db, unit(db):
        seed(db)
    admin = as_role("admin")
    given = {"text": "x", "number": "1", "date": "2026-01-31", "moment": "2026-01-31"}
    for source in sources():
        filters = []
        for one in source.fields:
            for op in comparing.OPS[one.kind]:
                values = [given.get(one.kind, "1")] if op.takes in ("one", "several") else []
                if one.kind == "choice" and not callable(one.choices) and op.takes == "several":
                    values = [str(one.choices[0][0].value)]
                values = ["3"] if op.takes == "days" else values
                filters.append({"field": one.key, "op": op.name, "values": values})
        for some in range(0, len(filters), 20):
            run(admin, source=source.name, filters=filters[some : some + 20])
        for one in source.fields:
            group = [{"field": one.key}] if one.groups else []
            by = "sum" if one.adds_up else "most"
            numbers = (
                [{"by": by, "of": one.key}] if one.kind in ("number", "date", "moment") else []
            )
            asked: Row = {
                "groups": group,
                "measures": [{"by": "count"}, *numbers],
                "sort": "-count",
            }
            run(admin, source=source.name, shape="summary", **asked)
        columns = [one.key for one in source.fields]
        run(admin, source=source.name, columns=columns, sort=f"-{columns[-1]}")
