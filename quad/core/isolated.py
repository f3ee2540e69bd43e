"""Work on files that others made, in a process of its own: it may use little, knows nothing, and may die alone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import resource

MEGABYTES = 400  # of address space, of which less is ever filled
SECONDS = 60
PATIENCE = 120.0
# Windows starts no process without its own folder.
NEEDED = ("SYSTEMROOT",)


def limited(megabytes: int, seconds: int) -> None:
    """Give up this process's right to more memory, processor time and files.

    Where the system knows no such limits (Windows), the process is only watched from outside.
    """
    if sys.platform == "win32":
        return
    for what, most in (
        (resource.RLIMIT_AS, megabytes * 1024 * 1024),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


@contextmanager
def started(
    module: str, *arguments: str, folder: Path, patience: float = PATIENCE
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module in a process that gets no environment; it is ended on the way out, or after `patience` seconds."""
    with subprocess.Popen(
        [sys.executable, "-I", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in NEEDED if name in os.environ},
        cwd=folder,
    ) as process:
        alarm = threading.Timer(patience, process.kill)
        alarm.start()
        try:
            yield process
        finally:
            process.kill()
            alarm.cancel()


def output_of(
    module: str, *arguments: str, folder: Path, most: int, patience: float = PATIENCE
) -> bytes | None:
    """Return what such a process writes, None when it fails or writes more than `most` bytes."""
    with started(module, *arguments, folder=folder, patience=patience) as process:
        assert process.stdout is not None
        content = process.stdout.read(most + 1)
        fine = len(content) <= most and process.wait() == 0
    return content if fine else None
