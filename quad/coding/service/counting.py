"""Shared counts after a review: what they differ by is promised in the same commit, and the worker adds it.

Who reviews and who is reviewed see the student's own numbers, which are right at once. Counts of many are right as
soon as the worker comes to them; until then the differences stand in the job, so a comparison of counts with figures
(service/totals.py) knows them (docs/adr/0031).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from quad.coding.service import cells
from quad.coding.service.cells import Key, Kind, Moved
from quad.core.jobs.later import act, later, undone

COUNT = "coding.count"


def promise(db: Session, moved: Moved) -> None:
    """Let the worker bring differences into the tables."""
    later(db, COUNT, cells.as_json(moved))


@act(COUNT)
def _count(db: Session, promised: dict[str, Any]) -> None:
    cells.apply(db, cells.from_json(promised))


def promised(kind: Kind, payloads: Iterable[dict[str, Any]]) -> dict[Key, Counter[str]]:
    """Return what unfinished jobs (`later.unfinished`) will yet add to one table, by row."""
    found: dict[Key, Counter[str]] = defaultdict(Counter)
    for payload in payloads:
        for each in undone(payload, COUNT):
            for key, share in cells.from_json(each)[kind].items():
                found[key].update(share)
    return found
