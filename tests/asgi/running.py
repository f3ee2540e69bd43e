"""A real server on a real socket, around a tiny Flask application."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from flask import Flask, Response, request

from quad.asgi.server import make_server
from quad.asgi.shell import Parts, Shell

PATIENCE = 20.0


def tiny_app(gate: threading.Event) -> Flask:
    """The few behaviours the shell must carry; `/wait` answers when the gate opens."""
    app = Flask("tiny", static_folder=None)

    @app.route("/echo", methods=["GET", "POST", "PUT"])
    def echo() -> dict[str, Any]:
        body = request.get_data()
        return {
            "size": len(body),
            "hash": hashlib.sha256(body).hexdigest(),
            "length": request.content_length,
            "address": request.remote_addr,
            "scheme": request.scheme,
            "host": request.host,
            "request_id": request.environ["quad.request_id"],
            "headers": sorted(name.lower() for name in dict(request.headers)),
        }

    @app.post("/form")
    def form() -> dict[str, Any]:
        stored = request.files["file"]
        content = stored.read()
        return {
            "name": stored.filename,
            "title": request.form["title"],
            "hash": hashlib.sha256(content).hexdigest(),
        }

    @app.get("/file/<path:key>")
    def file(key: str) -> Response:
        headers = {
            "X-Quad-File": key,
            "X-Quad-Secret": "inside",
            "Content-Type": "text/plain",
            "Content-Disposition": 'attachment; filename="letter.txt"',
        }
        return Response(headers=headers | dict(request.args))

    @app.get("/refused-file")
    def refused_file() -> Response:
        return Response("no", 403, headers={"X-Quad-File": "letter.txt"})

    @app.get("/big")
    def big() -> Response:
        return Response(b"x" * 65536 for _ in range(int(request.args["pieces"])))

    @app.get("/half")
    def half() -> Response:
        def lines() -> Iterator[bytes]:
            yield b"the first line\n"
            raise RuntimeError("in the middle")

        return Response(lines())

    @app.get("/wait")
    def wait() -> str:
        gate.wait(PATIENCE)
        return "waited"

    return app


@dataclass
class Running:
    """A served shell."""

    shell: Shell
    server: uvicorn.Server
    port: int
    gate: threading.Event
    thread: threading.Thread = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def say(self, text: bytes, *more: bytes) -> bytes:
        """Send raw bytes and return everything the server answers until it closes."""
        with self.connect() as connection:
            connection.sendall(text)
            for part in more:
                connection.sendall(part)
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    found = b""
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return found
        if not piece:
            return found
        found += piece


def read_answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Read one answer with a content length."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        assert piece, f"closed after {head!r}"
        head += piece
    head, _blank, body = head.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _colon, value in (x.partition(":") for x in lines)
    }
    while len(body) < int(headers["content-length"]):
        piece = connection.recv(65536)
        assert piece, "closed inside the body"
        body += piece
    return int(first.split()[1]), headers, body


@contextmanager
def running(make: Callable[[Flask], Parts]) -> Iterator[Running]:
    """Serve the shell made from the tiny application, on a free port, until the block ends."""
    gate = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    started = threading.Event()
    made: list[Shell] = []
    servers: list[uvicorn.Server] = []

    def serve() -> None:
        shell = Shell(make(tiny_app(gate)))
        made.append(shell)
        servers.append(make_server(shell, 10))
        started.set()
        servers[0].run(sockets=[listener])

    thread = threading.Thread(target=serve, name="server")
    thread.start()
    assert started.wait(PATIENCE)
    until(lambda: servers[0].started)
    site = Running(made[0], servers[0], listener.getsockname()[1], gate, thread)
    try:
        yield site
    finally:
        gate.set()
        servers[0].should_exit = True
        thread.join(PATIENCE)
        listener.close()
        assert not thread.is_alive(), "the server did not stop"


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        if Path("/proc/self").exists():
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def as_json(body: bytes) -> Any:
    return json.loads(body)
