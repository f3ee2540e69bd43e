"""Applies a promotion and kills itself after one statement of it: DATABASE PROMOTION VERSION STATEMENT.

Statement 0 dies after the last one, right before the commit.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from sqlalchemy import event

import quad.app  # noqa: F401 - every model and listener
from quad.academics.forms.promotion import ApplyPromotion
from quad.academics.service.promotion import applying
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.policy import SYSTEM


def main(address: str, promotion_id: int, version: int, fatal: int) -> None:
    """Apply, and die."""
    database = Database(address)
    count = 0

    def look(*_args: Any) -> None:
        nonlocal count
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "after_cursor_execute", look)
    with database.writer() as db, unit(db):
        applying.apply(db, SYSTEM, promotion_id, ApplyPromotion(version=version))
        db.flush()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
