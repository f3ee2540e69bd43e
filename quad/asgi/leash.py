"""Run a module as a child that does not outlive its parent: `python -m quad.asgi.leash PARENT MODULE [ARGUMENTS]`.

The parent holds the other end of our standard input. When it ends, however it ends, we read the end of the file, stop
politely and, when that takes too long, hard. On Linux the kernel tells us as well. Only the standard library is used.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import runpy
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
GRACE = 10.0


def _ask_the_kernel(parent: int) -> bool:
    """Ask for SIGTERM when the parent ends; False when it will not come."""
    if not sys.platform.startswith("linux"):
        return False
    with contextlib.suppress(OSError, AttributeError):
        asked = ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM) == 0
        # It may have ended before we asked.
        return asked and os.getppid() == parent
    return False


def _watch(pipe: int, told_by_kernel: bool) -> None:
    with contextlib.suppress(OSError):
        while os.read(pipe, 1024):
            pass
    # Once: workers take a second signal for impatience.
    if not told_by_kernel:
        signal.raise_signal(signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def main() -> None:
    """Tie this process to its parent, then become the module."""
    parent, *arguments = sys.argv[1:]
    # The module gets an empty standard input; the pipe is ours.
    pipe = os.dup(0)
    os.set_inheritable(pipe, False)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    told = _ask_the_kernel(int(parent))
    threading.Thread(target=_watch, args=(pipe, told), name="quad-leash", daemon=True).start()
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
