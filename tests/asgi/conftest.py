from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from quad.asgi.limits import Limits
from quad.asgi.shell import Parts
from tests.asgi.running import Running, running

Serve = Callable[..., Running]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of stored files, with one letter in it and a secret beside it."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "letter.txt").write_bytes(b"Dear students, the term begins on Monday.")
    (tmp_path / "secret.txt").write_text("not for you")
    return files


@pytest.fixture
def serve(folder: Path, tmp_path: Path) -> Iterator[Serve]:
    """Start servers with the given limits and parts; they stop when the test ends."""
    spool = tmp_path / "spool"
    spool.mkdir()
    with ExitStack() as stack:

        def start(limits: dict[str, Any] | None = None, **parts: Any) -> Running:
            bounds = Limits(**{"spool_dir": spool, "linger": 2, **(limits or {})})
            values = {"health": lambda: (200, {"status": "ok", "db": "ok"})} | parts
            return stack.enter_context(
                running(lambda app: Parts(wsgi=app, limits=bounds, files=folder, **values))
            )

        yield start


@pytest.fixture
def site(serve: Serve) -> Running:
    """A server with the usual limits."""
    return serve()
