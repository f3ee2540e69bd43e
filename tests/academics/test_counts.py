"""The numbers on the home pages of staff come from tallies and are what counting gives."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from quad.academics.models.people import Student
from quad.academics.models.teaching import ResultState
from quad.academics.policy import base as policy
from quad.academics.service import dashboards
from quad.core import clock, facts, tallies
from quad.core.db.engine import Database
from quad.core.policy import Actor, Grant, count_visible
from tests.factories import academics as make


def admin() -> Actor:
    return Actor(id=1, name="Admin", grants=(Grant("admin"),), working_role="admin")


def head(*departments: int) -> Actor:
    grants = tuple(Grant("hod", department) for department in departments)
    return Actor(id=2, name="Head", grants=grants, working_role="hod")


@pytest.mark.db
def test_home_counts_are_what_the_reader_could_count(database: Database) -> None:
    with database.writer() as db, facts.unit(db):
        homes = [make.department(db, code) for code in ("H1", "H2", "H3")]
        for home in homes[:2]:
            teacher = make.teacher(db, of=home)
            for _number in range(3):
                make.student(db, of=home)
            offering = make.offering(db, taught=make.course(db, of=home), by=teacher)
        offering.state = ResultState.PUBLISHED
        gone = db.scalars(select(Student)).first()
        assert gone is not None
        gone.deleted_at = clock.now()
        db.flush()
        for actor in (
            admin(),
            head(homes[0].id),
            head(homes[0].id, homes[1].id),
            head(homes[2].id),
        ):
            seen = dashboards.counts(db, actor)
            assert seen.students == count_visible(db, policy.STUDENT_READ, actor)
            assert seen.teachers == count_visible(db, policy.TEACHER_READ, actor)
            assert seen.courses == count_visible(db, policy.COURSE_READ, actor)
            assert seen.offerings == count_visible(db, policy.OFFERING_READ, actor)
        assert dashboards.counts(db, admin()).drafts == 1
        assert dashboards.counts(db, admin()).departments == 3
        assert db.scalar(select(func.count()).select_from(tallies.TallyRow)) is not None
        assert tallies.check(db) == []
