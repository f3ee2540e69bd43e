"""A worker that says in files that it runs and how it was stopped."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from tests.asgi.sample import mark


def main() -> None:
    folder = Path(sys.argv[1])

    def stop(_number: int, _frame: object) -> None:
        mark(folder, "worker-stopped", str(os.getpid()))
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    mark(folder, "worker", str(os.getpid()))
    while True:
        time.sleep(0.05)


if __name__ == "__main__":
    main()
