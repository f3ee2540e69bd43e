"""Many at once: one enrolment, one current mark, nothing lost."""

from __future__ import annotations

import multiprocessing
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from quad.academics.forms.marks import MarkEntry, MarksBatch
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Enrolment
from quad.academics.service import enrolments, marks
from quad.academics.service.judging import Saved
from quad.core.config import Mode, Settings
from quad.core.db.engine import Database
from quad.core.errors import Rejected
from quad.core.facts import run, unit
from quad.core.jobs.runtime import attach
from quad.core.policy import SYSTEM
from tests.factories import academics as factory

USUAL_ATTEMPTS = 200
TORTURE_ATTEMPTS = 1000


def enrol_again_and_again(url, folder, offering_id, student_id, attempts, start, told):
    """In a process of its own: try to enrol the same student, over and over."""
    database = Database(url)
    attach(database, Settings(mode=Mode.TEST, data_dir=folder, _env_file=None))
    start.wait()
    enrolled, refused = 0, 0
    for _ in range(attempts):
        try:
            run(
                database.writer,
                lambda db: enrolments.enrol_one(db, SYSTEM, offering_id, student_id),
            )
            enrolled += 1
        except Rejected as error:
            refused += str(error).endswith("is enrolled already.")
    told.put((enrolled, refused))
    database.dispose()


def enrol_from_two_processes(database, settings, attempts):
    with database.writer() as db, unit(db):
        offering_id = factory.offering(db).id
        student_id = factory.student(db).id
    url = database.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    start, told = context.Event(), context.Queue()
    both = [
        context.Process(
            target=enrol_again_and_again,
            args=(url, settings.data_dir, offering_id, student_id, attempts, start, told),
        )
        for _ in range(2)
    ]
    for process in both:
        process.start()
    start.set()
    counts = [told.get(timeout=500) for _ in both]
    for process in both:
        process.join(30)
    assert sum(enrolled for enrolled, _refused in counts) == 1
    assert sum(refused for _enrolled, refused in counts) == 2 * attempts - 1
    with database.reader() as db:
        assert db.scalar(select(func.count()).select_from(Enrolment)) == 1


@pytest.mark.db
@pytest.mark.usefixtures("app")
@pytest.mark.feature("L27")
def test_two_processes_enrolling_the_same_student_make_one_row_and_clear_refusals(
    database, settings
):
    enrol_from_two_processes(database, settings, USUAL_ATTEMPTS)


@pytest.mark.db
@pytest.mark.torture
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("app")
def test_a_thousand_enrolments_of_two_processes_make_one_row(database, settings):
    enrol_from_two_processes(database, settings, TORTURE_ATTEMPTS)


@pytest.mark.db
@pytest.mark.usefixtures("app")
@pytest.mark.feature("L29")
def test_the_second_of_two_teachers_is_told_and_overwrites_nothing(database, college):
    place, part = college.enrolments[0], college.components[0]

    def enter(value, seen):
        entry = MarkEntry(
            enrolment_id=place.id, component_id=part.id, value=Decimal(value), seen=seen
        )

        def work(db):
            return marks.enter(db, SYSTEM, college.offering.id, MarksBatch(entries=[entry]))

        return run(database.writer, work)[0]

    first = enter(20, 0)
    second = enter(25, 0)
    assert (first.status, second.status) == (Saved.SAVED, Saved.CONFLICT)
    assert "20" in second.error
    assert enter(25, first.mark_id).status is Saved.SAVED
    with database.reader() as db:
        rows = db.execute(
            select(Mark.value, Mark.current, Mark.supersedes_id).order_by(Mark.id)
        ).all()
    assert rows == [(Decimal(20), None, None), (Decimal(25), 1, first.mark_id)]
