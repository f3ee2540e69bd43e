"""The process that performs jobs: Huey's consumer with threads, and a caretaker beside it."""

from __future__ import annotations

import threading
from functools import partial

import structlog
from huey.consumer import Consumer

from quad.core.jobs.kinds import KINDS
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import Runtime
from quad.core.jobs.upkeep import Clockwork, Sweeper

THREADS = 4
SWEEP_EVERY = 1.0
LONGEST_POLL = 0.5

log = structlog.get_logger(__name__)


class _Consumer(Consumer):  # type: ignore[misc]
    """Huey's consumer without its signal handlers: the process decides what a signal means."""

    def _set_signal_handlers(self) -> None:
        return None


class Worker:
    """Performs jobs from `start` to `stop`, in threads of this process."""

    def __init__(self, runtime: Runtime, threads: int = THREADS) -> None:
        self._runtime = runtime
        self._stopping = threading.Event()
        # Below the patience of whoever stops us, so that the last word is ours.
        self._grace = max(1.0, runtime.settings.stop_timeout - 2.0)
        runtime.queue.on_job = partial(_perform, runtime)
        self._consumer = _Consumer(
            runtime.queue.huey,
            workers=threads,
            periodic=False,
            initial_delay=0.05,
            max_delay=LONGEST_POLL,
            scheduler_interval=60,
            shutdown_timeout=self._grace,
        )
        self._caretaker = threading.Thread(target=self._take_care, name="caretaker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._consumer.start()
        self._caretaker.start()
        log.info("The worker is ready", kinds=len(KINDS))

    def stop(self) -> None:
        """Take no new job, and wait a little for the running ones; their leases cover the rest."""
        self._stopping.set()
        self._consumer.stop(graceful=True)
        self._caretaker.join(self._grace)
        self._runtime.queue.close()

    def check(self) -> None:
        """Start threads anew that have died."""
        self._consumer.check_worker_health()

    def _take_care(self) -> None:
        clockwork, sweeper = Clockwork(self._runtime), Sweeper(self._runtime)
        while not self._stopping.is_set():
            try:
                clockwork.tick()
                sweeper.sweep()
            except Exception:  # the database or the queue may be away for a while
                log.exception("The worker's sweep failed; it goes on")
            self._stopping.wait(SWEEP_EVERY)


def _perform(runtime: Runtime, job_id: int) -> None:
    perform(runtime, job_id)
