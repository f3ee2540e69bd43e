"""Keep child processes running: restarted with growing pauses when they die, stopped when we stop."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import structlog

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""A child that lived so long has proved itself: the next pause is the first one again."""

log = structlog.get_logger("quad.supervisor")


class Child:
    """One supervised process, `python -m MODULE ARGUMENTS` on a leash, with a thread that looks after it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        pass_fds: Sequence[int] = (),
        patience: float = 20.0,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self.name = name
        self._command = [sys.executable, "-m", "quad.asgi.leash", str(os.getpid()), *command]
        self._pass_fds = tuple(pass_fds)
        self._patience = patience
        self._first_pause = first_pause
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        # Linux signals the death of the thread that made the child, not of the process: this one lives as long.
        self._thread = threading.Thread(target=self._look_after, name=f"quad-{name}", daemon=True)

    def start(self) -> None:
        """Start the process and the thread."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Send the polite signal; no restart follows."""
        self._stopping.set()
        with self._lock:
            if self._process is not None:
                self._process.terminate()

    def wait(self) -> None:
        """Wait until it has stopped; force it when its patience is over."""
        self._thread.join(self._patience)
        process = self._process
        if self._thread.is_alive() and process is not None:
            log.warning("child_forced", name=self.name, pid=process.pid)
            process.kill()
            self._thread.join()

    def _look_after(self) -> None:
        pause = self._first_pause
        while process := self._begin():
            began = time.monotonic()
            code = process.wait()
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
            if self._stopping.is_set():
                return
            if time.monotonic() - began >= STEADY:
                pause = self._first_pause
            log.error("child_died", name=self.name, pid=process.pid, code=code, restart_in=pause)
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _begin(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                pass_fds=self._pass_fds,
                process_group=0 if os.name == "posix" else None,  # Ctrl+C is for us to pass on
            )
            log.info("child_started", name=self.name, pid=self._process.pid)
            return self._process
