"""A thousand snapshots that fifty threads approve, reject and hand in again at once."""

from __future__ import annotations

import pytest

from quad.coding.models.snapshots import Status
from tests.coding.conftest import world
from tests.coding.test_concurrency import PLATFORMS, storm

STUDENTS = 200
__all__ = ["world"]


@pytest.mark.torture
@pytest.mark.db
def test_of_a_thousand_snapshots_each_is_decided_once(world, database, settings):
    found = storm(database, settings, world, STUDENTS)
    assert found[Status.APPROVED] + found[Status.REJECTED] == STUDENTS * len(PLATFORMS)
