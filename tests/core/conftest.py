"""An installation for jobs and mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quad.core.db.engine import Database
from quad.core.jobs.runtime import Runtime, attach
from tests.conftest import make_settings
from tests.core.job_bench import ACTS, DONE
from tests.core.mail_office import Office


@pytest.fixture(autouse=True)
def _no_jobs_before() -> None:
    DONE.clear()
    ACTS.clear()


@pytest.fixture
def runtime(database: Database, tmp_path: Path) -> Runtime:
    return attach(database, make_settings(tmp_path, queue_url="memory:"))


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    """Return an installation whose mail goes where the test says."""

    def open_office(mail_url: str = "capture:", **more: Any) -> Runtime:
        values = {"queue_url": "memory:", "mail_timeout": 0.5, "mail_url": mail_url} | more
        values |= {"mail_from": "Quad <quad@college.example>"}
        return attach(database, make_settings(tmp_path, **values))

    return open_office
