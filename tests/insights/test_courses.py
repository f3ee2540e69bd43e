"""How a course goes and how a student gets on: figures, named rules, and only for who may see the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from quad.academics.models.attendance import AttendanceTotal
from quad.academics.models.teaching import ComponentKind, ResultState
from quad.academics.service import rollups
from quad.core.db.engine import Database
from quad.core.facts import unit
from tests.factories import academics as make

SignIn = Callable[..., FlaskClient]


class Course:
    """A course given twice by one teacher: last year published, this year half marked."""

    def __init__(self, db: Session) -> None:
        self.home = make.department(db, name="Computing")
        studies = make.programme(db, self.home)
        self.teacher = make.teacher(db, of=self.home)
        taught = make.course(db, of=self.home)
        self.pupils = [
            make.student(db, on=studies, name=name) for name in ("Ada", "Bo", "Cy", "Di")
        ]
        years = (
            make.term(db, starts_on=date(2025, 1, 1)),
            make.term(db, starts_on=date(2026, 1, 1)),
        )
        before = make.offering(db, taught=taught, during=years[0], by=self.teacher)
        exam = make.component(db, before)
        for pupil, value in zip(self.pupils[:2], (80, 20), strict=True):
            make.mark(db, make.enrolment(db, pupil, before), exam, value)
        before.state = ResultState.PUBLISHED
        db.flush()
        now = make.offering(db, taught=taught, during=years[1], by=self.teacher)
        kind = ComponentKind.INTERNAL
        parts = [
            make.component(db, now, name=name, kind=kind, weight=weight)
            for name, weight in (("One", 20), ("Two", 20), ("Three", 20), ("End", 40))
        ]
        rows: tuple[tuple[int | None, ...], ...] = (
            (90, 70, 80),
            (30, 35, 40),
            (60, 50, None),
            (75,),
        )
        for pupil, values in zip(self.pupils, rows, strict=True):
            attempt = 2 if pupil is self.pupils[1] else 1
            place = make.enrolment(db, pupil, now, attempt=attempt)
            for part, given in zip(parts, values, strict=False):
                make.mark(db, place, part, given)
            if pupil is self.pupils[0]:
                db.add(
                    AttendanceTotal(
                        enrolment_id=place.id,
                        offering_id=now.id,
                        present=6,
                        absent=4,
                        percentage=Decimal(60),
                        short=True,
                    )
                )
        rollups.rebuild_rollups(db, [pupil.id for pupil in self.pupils])
        self.before, self.now = before.id, now.id
        self.by = self.teacher.user_id
        self.ids = [pupil.id for pupil in self.pupils]
        self.users = [pupil.user_id for pupil in self.pupils]
        self.home_id = self.home.id


@pytest.fixture
def course(database: Database) -> Course:
    with database.writer() as db, unit(db):
        return Course(db)


def fetched(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"/api/v1/analytics{path}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()["data"]


@pytest.mark.db
@pytest.mark.feature("L31")
def test_a_teacher_sees_spread_trend_and_who_is_at_risk_by_which_rule(
    course: Course, as_user: Callable[[int], FlaskClient], queries: list[str]
) -> None:
    teacher = as_user(course.by)
    found = fetched(teacher, f"/offerings/{course.now}")
    one = found["components"][0]
    assert (one["lowest"], one["middle"], one["average"], one["highest"]) == (30, 67.5, 63.8, 90)
    assert one["deviation"] == 22.2
    assert found["components"][2]["absent"] == 1
    assert [(each["results"], each["pass_rate"], each["average"]) for each in found["earlier"]] == [
        (2, 50.0, 50.0)
    ]
    risks = {one["name"]: [reason["rule"] for reason in one["reasons"]] for one in found["at_risk"]}
    assert risks == {
        "Bo": ["below", "repeating"],
        "Ada": ["attendance"],
        "Cy": ["below", "absent"],
        "Di": ["missing"],
    }
    teacher.get(f"/offerings/{course.now}/analytics")
    queries.clear()
    page = teacher.get(f"/offerings/{course.now}/analytics")
    assert len(queries) <= 8, queries
    assert "Attendance 60.0 %; 75 % are required" in page.text
    assert "So far 35.0 %; 40 % pass" in page.text
    assert (
        f'href="/offerings/{course.now}/analytics"' in teacher.get(f"/offerings/{course.now}").text
    )
    past = fetched(teacher, f"/offerings/{course.before}")
    assert [one["reasons"][0]["rule"] for one in past["at_risk"]] == ["failed"]


@pytest.mark.feature("L31", "L32")
def test_nobody_else_sees_a_course_or_a_student(
    course: Course, as_role: SignIn, as_user: Callable[[int], FlaskClient]
) -> None:
    assert as_role("faculty").get(f"/offerings/{course.now}/analytics").status_code == 404
    assert as_user(course.users[0]).get(f"/offerings/{course.now}/analytics").status_code == 403
    assert as_user(course.users[1]).get(f"/students/{course.ids[0]}/progress").status_code == 404
    assert as_role("hod").get(f"/students/{course.ids[0]}/progress").status_code == 404
    assert as_user(course.users[0]).get(f"/students/{course.ids[0]}/progress").status_code == 200


@pytest.mark.feature("L32")
def test_progress_shows_terms_cohort_and_backlogs(
    course: Course, as_role: SignIn, as_user: Callable[[int], FlaskClient], queries: list[str]
) -> None:
    for client in (as_user(course.by), as_role("hod", course.home_id), as_role("admin")):
        found = fetched(client, f"/students/{course.ids[1]}")
        first, second = found["terms"]
        assert (first["failed"], first["sgpa"], first["cohort"]) == (1, 0.0, 4.5)
        assert (second["still_open"], second["sgpa"]) == (1, None)
        assert [(one["attempts"], one["taken_again"]) for one in found["backlogs"]] == [(1, True)]
    client = as_user(course.by)
    client.get(f"/students/{course.ids[1]}/progress")
    queries.clear()
    page = client.get(f"/students/{course.ids[1]}/progress")
    assert len(queries) <= 8, queries
    assert "Taken again" in page.text
