"""The worker process: `python -m quad.worker`, `quad worker`, and the one that `quad serve` keeps beside it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

import structlog

from quad.app import load_modules, open_database
from quad.core.config import Misconfigured, Settings, load_settings
from quad.core.facts import run
from quad.core.house import NAME
from quad.core.jobs.runtime import attach
from quad.core.jobs.worker import Worker
from quad.core.jobs.zone import note_zone
from quad.core.logs import configure_logs
from quad.core.settings import use_defaults

HEALTH_EVERY = 10.0
CONFIGURATION = 78  # EX_CONFIG of sysexits.h

log = structlog.get_logger(__name__)


def run_worker(settings: Settings) -> None:
    """Perform jobs until SIGTERM or SIGINT, then finish the running ones.

    A second signal ends the process at once; the leases of its jobs run out and another worker takes them.
    """
    configure_logs(settings)
    use_defaults({NAME.key: settings.institution_name})
    stopping = threading.Event()
    _listen_for_signals(stopping)
    database = open_database(settings)
    worker = Worker(attach(database, settings))
    run(database.writer, lambda db: note_zone(db, settings.time_zone))
    log.info("The worker starts", modules=len(load_modules()))
    worker.start()
    while not stopping.wait(HEALTH_EVERY):
        worker.check()
    worker.stop()
    database.dispose()
    log.info("The worker has stopped")


def _listen_for_signals(stopping: threading.Event) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(1)
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def main() -> int:
    """Start from the command line; 78 when a setting is wrong."""
    try:
        run_worker(load_settings())
    except Misconfigured as error:
        sys.stderr.write(f"{error}\n")
        return CONFIGURATION
    return 0


if __name__ == "__main__":
    sys.exit(main())
