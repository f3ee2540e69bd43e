"""`quad semesters`: who came from a system without semesters gets one from what was taken when."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student
from quad.academics.models.teaching import Course
from quad.core.facts import unit
from tests.factories import academics as factory

pytestmark = pytest.mark.feature("L57")


def test_old_records_get_their_semesters_once(site):
    with site.database() as database:
        with database.writer() as db, unit(db):
            programme = factory.programme(db)
            programme.duration_terms = 4
            terms = [
                factory.term(db, starts_on=date(2024 + n // 2, 1 + 6 * (n % 2), 5))
                for n in range(5)
            ]
            old, young, idle = (factory.student(db, on=programme) for _ in range(3))
            courses = [factory.course(db) for _ in range(3)]
            # The old one began in the first term, the young one in the fourth and takes what the old one began with.
            for pupil, taught, during in (
                (old, courses[0], terms[0]),
                (old, courses[1], terms[2]),
                (young, courses[0], terms[3]),
                (young, courses[2], terms[4]),
            ):
                offering = factory.offering(db, taught=taught, during=during)
                factory.enrolment(db, pupil, offering)
            numbers = [one.id for one in (old, young, idle)]
            taught_ids = [one.id for one in courses]
        looked = site.quad("semesters", "--json").json
        assert (looked["students"], looked["courses"], looked["written"]) == (2, 3, False)
        assert "Nothing is written yet" in site.quad("semesters").out
        assert site.quad("semesters", "--write", "--json").json["students"] == 2
        with database.reader() as db:
            # Five terms have passed, and the programme has four semesters; the idle one stays where they were.
            semesters = {row.id: row.semester for row in db.scalars(select(Student))}
            assert [semesters[one] for one in numbers] == [4, 2, 1]
            of_courses = {row.id: row.semester for row in db.scalars(select(Course))}
            assert [of_courses[one] for one in taught_ids] == [1, 3, 2]
        again = site.quad("semesters", "--write", "--json").json
        assert (again["students"], again["courses"], again["right"]) == (0, 0, 2)
