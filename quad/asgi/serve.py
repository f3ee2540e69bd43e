"""`quad serve`: the site, and one worker process beside it."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from quad.asgi.server import BACKLOG, DEFAULT_SHELL, load_shell, run_server
from quad.asgi.supervise import Child
from quad.core.config import Misconfigured, Settings
from quad.core.db.engine import database_url
from quad.core.errors import Rejected
from quad.core.i18n import gettext as _

WORKER = ("quad.worker",)
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(
    *,
    host: str,
    port: int,
    workers: int,
    with_worker: bool,
    settings: Settings,
    shell: str = DEFAULT_SHELL,
    worker: Sequence[str] = WORKER,
) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code (0 after a graceful stop).

    `shell` is the factory (`module:name`) of the ASGI application, `worker` the module and arguments of the worker.
    Raises Rejected when the port cannot be had, Misconfigured for several processes on SQLite or on Windows.
    """
    _refuse_impossible(workers, settings)
    listener = open_listener(host, port)
    children = [Child("worker", worker, patience=settings.stop_timeout)] if with_worker else []
    address = f"{_shown_host(host)}:{listener.getsockname()[1]}"
    sys.stdout.write(_("Quad is at http://%(address)s (stop with Ctrl+C)", address=address) + "\n")
    sys.stdout.flush()
    if workers > 1:
        descriptor = listener.fileno()
        command = ("quad.asgi.process", str(descriptor), shell)
        children += [
            Child(f"web-{n}", command, pass_fds=[descriptor], patience=settings.stop_timeout + 5)
            for n in range(1, workers + 1)
        ]
        _run_children(children)
    else:
        _run_here(listener, children, settings, shell)
    return 0


def open_listener(host: str, port: int) -> socket.socket:
    """Bind and listen; port 0 takes a free one. Raises Rejected with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":
        # Elsewhere this option would let two servers share the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise Rejected(_listen_sentence(error, host, port)) from error
    listener.setblocking(False)
    return listener


def _listen_sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return _(
            "Port %(port)s is in use already. Stop what uses it, or choose another with --port.",
            port=port,
        )
    if error.errno == errno.EACCES:
        return _(
            "Port %(port)s needs an administrator. Choose one above 1023 with --port.", port=port
        )
    return _(
        "Quad cannot listen on %(host)s port %(port)s: %(reason)s. Choose another with --host.",
        host=host,
        port=port,
        reason=error.strerror or str(error),
    )


def _refuse_impossible(workers: int, settings: Settings) -> None:
    if workers == 1:
        return
    if database_url(settings.database).get_backend_name() == "sqlite":
        raise Misconfigured(
            "SQLite is served by one web process: set QUAD_WORKERS=1, or use PostgreSQL for more."
        )
    if os.name != "posix":
        raise Misconfigured("Several web processes need Linux or macOS: set QUAD_WORKERS=1 here.")


def _run_here(
    listener: socket.socket, children: Sequence[Child], settings: Settings, shell: str
) -> None:
    """The usual case: this process is the web process."""
    application = load_shell(shell)(settings)
    with _noted_signals() as stop:
        for child in children:
            child.start()
        try:
            if not stop.is_set():
                run_server(application, listener, settings)
        finally:
            _stop_all(children)


def _run_children(children: Sequence[Child]) -> None:
    """Several web processes: this one only looks after them."""
    with _noted_signals() as stop:
        for child in children:
            child.start()
        try:
            stop.wait()
        finally:
            _stop_all(children)


def _stop_all(children: Sequence[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait()


@contextmanager
def _noted_signals() -> Iterator[threading.Event]:
    """Turn the stop signals into an event; Uvicorn, which repeats them when it has stopped, ends up here too."""
    stop = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
