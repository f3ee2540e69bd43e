"""Run `serve` in a process of its own: `python -m tests.asgi.serving WORKERS FOLDER PORT`."""

from __future__ import annotations

import sys

from quad.asgi.serve import serve
from quad.core.config import Misconfigured, load_settings
from quad.core.errors import QuadError


def main() -> int:
    workers, folder, port = sys.argv[1:]
    try:
        return serve(
            host="127.0.0.1",
            port=int(port),
            workers=int(workers),
            with_worker=True,
            settings=load_settings(),
            shell="tests.asgi.sample:build_shell",
            worker=("tests.asgi.sample_worker", folder),
        )
    except (QuadError, Misconfigured) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
