"""The real server with one page more: stored bytes, as many as asked for, answered by a view.

Run: python -m bench.kit.server (settings from the environment); it says where it listens, as `quad serve` does.
"""

from __future__ import annotations

import sys
from typing import cast

from flask import Flask, Response

from quad.asgi.roof import build_shell as usual_shell
from quad.asgi.serve import serve
from quad.asgi.shell import Shell
from quad.core.config import Settings, load_settings

STORED = "/bench/stored"
LARGEST = 2_000_000
BYTES = b"<p>Nothing is put together here.</p>\n" * (LARGEST // 36)


def build_shell(settings: Settings) -> Shell:
    """Build the web process of an installation, with the page of stored bytes."""
    shell = usual_shell(settings)
    # The page is asked for without a cookie, so that the session query is not in the floor twice.
    cast(Flask, shell.wsgi).add_url_rule(f"{STORED}/<int:size>", view_func=stored)
    return shell


def stored(size: int) -> Response:
    """Answer with `size` bytes that are there already."""
    return Response(BYTES[:size], mimetype="text/html")


def main() -> int:
    """Serve until told to stop."""
    return serve(
        host="127.0.0.1",
        port=0,
        workers=1,
        with_worker=False,
        settings=load_settings(),
        shell="bench.kit.server:build_shell",
    )


if __name__ == "__main__":
    sys.exit(main())
