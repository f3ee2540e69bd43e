"""One of several web processes, on the socket its parent opened: `python -m quad.asgi.process DESCRIPTOR SHELL`."""

from __future__ import annotations

import contextlib
import socket
import sys

from quad.asgi.server import load_shell, run_server
from quad.core.config import load_settings
from quad.core.loading import loading


def main() -> None:
    """Serve until the parent says stop."""
    settings = load_settings()
    listener = socket.socket(fileno=int(sys.argv[1]))
    with loading():
        shell = load_shell(sys.argv[2])(settings)
    # Uvicorn repeats the signal after a graceful stop, which here is the expected end.
    with contextlib.suppress(KeyboardInterrupt):
        run_server(shell, listener, settings)


if __name__ == "__main__":
    main()
