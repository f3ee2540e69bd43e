"""Whoever comes with a file stands in the network afterwards, however many files come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from quad.academics.models.people import Student
from quad.alumni.models.members import Member
from quad.alumni.service import members
from quad.core.files import Files
from quad.core.importing.pipeline import importer_of, run_import
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import attach
from quad.core.policy import SYSTEM

FILES = 4
LINES = 60


@pytest.mark.db
@pytest.mark.feature("A10", "L33")
def test_files_that_are_followed_at_once_do_not_get_in_each_others_way(
    app, database, settings, tmp_path
):
    files = Files.from_settings(settings)
    for number in range(FILES):
        path = tmp_path / f"students-{number}.csv"
        lines = [f"F{number}-{n:03},Asha {n}" for n in range(LINES)]
        path.write_text("\n".join(["register_number,first_name", *lines]))
        assert run_import(database, files, importer_of("students"), path, SYSTEM).errors == 0
    runtime = attach(database, settings)
    with ThreadPoolExecutor(FILES) as workers:
        for done in [workers.submit(perform_due, runtime) for _worker in range(FILES)]:
            done.result()
    perform_due(runtime)
    with database.reading() as db:
        follows = select(Job.state, Job.attempts, Job.last_error, Job.lane).where(
            Job.kind == members.FOLLOW_JOB
        )
        one = (JobState.DONE, 1, "", members.FOLLOW_JOB)
        assert [tuple(row) for row in db.execute(follows)] == [one] * FILES
        count = select(func.count()).select_from(Student)
        assert db.scalar(count) == FILES * LINES
        assert db.scalar(select(func.count()).select_from(Member)) == FILES * LINES
