"""Five hundred people press "Register" at once for a hundred seats, and then a hundred of them leave at once."""

from __future__ import annotations

import pytest

from tests.events.conftest import build
from tests.events.test_seats import leave_and_come, storm

# As many as a process has connections: more would only wait before the database.
THREADS = 20
pytestmark = [pytest.mark.torture, pytest.mark.timeout(900)]


@pytest.fixture
def world(app, database):
    with database.writer() as db:
        made = build(db)
        db.commit()
        return made


@pytest.mark.db
def test_five_hundred_people_at_once_get_exactly_a_hundred_seats_in_order(world, database):
    event_id, everybody = storm(database, world, people=500, seats_there=100, threads=THREADS)
    leave_and_come(database, event_id, everybody, 100, threads=THREADS)
