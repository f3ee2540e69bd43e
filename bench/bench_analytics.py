"""What the analytics cost over their floor, how many statements they take, and how they grow with the college.

The pages read rollups (core.cubes), so a page should not notice how many students were counted. Method and floors are
those of bench_pages; here every student of the college has results in six courses, made set-wise, so that there is
something to count: 600,000 results with 100,000 students.

Run: python -m bench.bench_analytics [--students N] [--large N] [--rounds N] [--processor] [--verbose]; `--large 0`
leaves growth out. The exit code is 1 when a page takes more statements than it may.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bench import bench_pages as pages
from bench.bench_pages import MOST_STATEMENTS, Hot
from bench.kit.college import FIRST_ID, College, build
from quad.academics.models.figures import ResultFigures
from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult
from quad.academics.models.teaching import ResultState
from quad.core import cubes
from quad.core.facts import unit
from quad.identity.service.sessions import open_session
from quad.institution.models import Department
from tests.factories import academics as make
from tests.factories.people import person

TERMS = 6
COURSES = 6
CLASS = 60
SECONDS_TO_FILL = 600.0
PAGES = (
    Hot("analytics: overview", "admin", "/analytics"),
    Hot("analytics: results", "admin", "/analytics/results"),
    Hot("analytics: students", "admin", "/analytics/students"),
    Hot("analytics: overview, head", "hod", "/analytics"),
    Hot("API: overview", "admin", "/api/v1/analytics/reports/overview"),
    Hot("results behind a number", "admin", "/results?term={term}&letter=F"),
    Hot("students behind a number", "admin", "/students?status=active&cgpa=7&cgpa_below=7.5"),
    Hot("course analytics, 60 students", "faculty", "/offerings/{offering}/analytics"),
    Hot("progress of a student", "admin", f"/students/{FIRST_ID + 1}/progress"),
)
_ENROL = """
INSERT INTO academics_enrolment (student_id, offering_id, attempt, status, enrolled_on, created_at, updated_at)
SELECT s.id, o.id, 1, 'enrolled', '2025-01-01', s.created_at, s.updated_at
FROM academics_student s JOIN academics_offering o ON o.department_id = s.department_id
WHERE o.section = 'Z' AND s.id % :terms = o.id % :terms"""
_RESULTS = """
INSERT INTO academics_result (enrolment_id, student_id, offering_id, course_id, term_id, department_id, cohort, hidden,
  attempt, credits, total, percentage, letter, points, passed, complete, standing, counts)
SELECT e.id, s.id, o.id, o.course_id, o.term_id, s.department_id, s.admission_year, {no}, 1, 400, m.mark, m.mark,
  CASE WHEN m.mark >= 9000 THEN 'S' WHEN m.mark >= 8000 THEN 'A' WHEN m.mark >= 7000 THEN 'B'
    WHEN m.mark >= 6000 THEN 'C' WHEN m.mark >= 5000 THEN 'D' WHEN m.mark >= 4000 THEN 'E' ELSE 'F' END,
  CASE WHEN m.mark < 4000 THEN 0 ELSE m.mark / 1000 * 100 END, m.mark >= 4000, {yes}, 'final', {yes}
FROM academics_enrolment e
JOIN academics_student s ON s.id = e.student_id
JOIN academics_offering o ON o.id = e.offering_id AND o.section = 'Z'
JOIN (SELECT x.id, 3000 + (x.student_id * 7919 + x.offering_id * 104729) % 3500
    + (x.student_id * 31 + x.offering_id * 17) % 3500 AS mark FROM academics_enrolment x) m ON m.id = e.id"""
_AVERAGES = """
UPDATE academics_student SET cgpa = 400 + (id * 7919) % 300 + (id * 31) % 300,
  cgpa_order = 400 + (id * 7919) % 300 + (id * 31) % 300 WHERE id > :first"""


def fill(college: College) -> None:
    """Give every student results in courses of the own department, in one of the terms, and an average."""
    with college.database.writer() as db, unit(db):
        homes = db.scalars(select(Department).order_by(Department.id)).all()
        made = [make.term(db, starts_on=date(2018 + place, 1, 1)) for place in range(TERMS)]
        for home in homes:
            lecturer = make.teacher(db, of=home)
            taught = [make.course(db, of=home) for _course in range(COURSES)]
            for _turn in range(TERMS):
                for place, one in enumerate(taught):
                    during = made[(place + _turn) % TERMS]
                    given = make.offering(db, taught=one, during=during, by=lecturer, section="Z")
                    given.state = ResultState.LOCKED
        college.cookies["hod"] = open_session(
            db, person(db, role="hod", department_id=homes[0].id).id
        ).key
        _in_sets(db, college)
        college.term_id = made[-1].id


def _in_sets(db: Session, college: College) -> None:
    yes, no = ("true", "false") if college.database.dialect == "postgresql" else ("1", "0")
    connection = db.connection()
    connection.execute(text(_ENROL), {"terms": TERMS})
    connection.execute(text(_RESULTS.format(yes=yes, no=no)))
    connection.execute(text(_AVERAGES), {"first": FIRST_ID})


def describe(college: College) -> str:
    """Say how much was counted, and check that the rollups are equal to a count."""
    with college.database.reading() as db:
        results = db.scalar(select(func.count()).where(EnrolmentResult.counts)) or 0
        cells = db.scalar(select(func.count()).select_from(ResultFigures)) or 0
        students = db.scalar(select(func.count()).select_from(Student)) or 0
        wrong = len(cubes.check(db))
    return f"{students:,} students, {results:,} results in {cells:,} cells, {wrong} off"


def main() -> int:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=5_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=pages.ROUNDS)
    parser.add_argument("--processor", action="store_true", help="measure processor time")
    parser.add_argument("--verbose", action="store_true", help="show milliseconds as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        colleges = list(_colleges(Path(name), options, stack))
        shown = [_placed(college) for college in colleges]
        statements = [
            pages.statements_of(college, each)
            for college, each in zip(colleges, shown, strict=True)
        ]
        for college in colleges:
            print(describe(college))
            stack.enter_context(pages.serving(college))
        heads = "".join(f"{'÷ page floor':>15}{'÷ file floor':>15}" for _each in colleges)
        print(f"{colleges[0].database.dialect}; load {os.getloadavg()[0]:.1f}")
        print(f"{'page':26}{'queries':>9} {heads}{'growth':>9}  (! is over the limit)")
        most = 0
        for hot in shown[0]:
            found = statements[-1][hot.name]
            count = sum(not each.sql.startswith(pages.TRANSACTION) for each in found)
            most = max(most, count)
            times = pages.measure(colleges, hot, statements, options.rounds, options.processor)
            pages.report(hot, count, times, options.verbose)
        print(f"load {os.getloadavg()[0]:.1f}")
    return 0 if most <= MOST_STATEMENTS else 1


def _placed(college: College) -> list[Hot]:
    """Return the pages with the numbers of this college; both colleges are made alike, so they have the same."""
    return [
        Hot(hot.name, hot.role, hot.path.replace("{term}", str(college.term_id))) for hot in PAGES
    ]


def _colleges(folder: Path, options: argparse.Namespace, stack: ExitStack) -> Iterator[College]:
    for size in (options.students, options.large):
        if not size:
            continue
        began = time.perf_counter()
        college = build(folder / str(size), size, SECONDS_TO_FILL)
        stack.callback(college.database.dispose)
        fill(college)
        with college.database.writer() as db:
            db.execute(text("ANALYZE"))
            db.commit()
        print(f"{college.students:,} students made in {time.perf_counter() - began:.0f} s")
        yield college


if __name__ == "__main__":
    sys.exit(main())
