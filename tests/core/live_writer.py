"""One of several processes that write and number live events: `python -m tests.core.live_writer URL NAME COUNT`."""

from __future__ import annotations

import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.orm import Session

from quad.core.db.engine import Database
from quad.core.facts import run
from quad.core.live import LiveEvent, number_all, publish

WRITERS = 3


def write(database: Database, name: str, count: int) -> None:
    """Publish `count` events, each in a unit that stays open a little, so that commits overtake each other."""
    for turn in range(count):

        def work(db: Session, turn: int = turn) -> None:
            publish(db, "everyone", "test", name=f"{name}-{turn}")
            db.flush()
            if database.dialect != "sqlite":
                time.sleep(random.uniform(0, 0.01))

        run(database.writer, work)
        if turn % 3 == 0:
            number_all(database, LiveEvent)


def main() -> None:
    url, name, count = sys.argv[1:]
    database = Database(url, pool=2 * WRITERS)
    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [
            pool.submit(write, database, f"{name}-{writer}", int(count))
            for writer in range(WRITERS)
        ]:
            done.result()
    database.dispose()


if __name__ == "__main__":
    main()
