"""What `quad serve` is given in these tests instead of the whole platform."""

from __future__ import annotations

import os
import time
from pathlib import Path

from flask import Flask

from quad.asgi.limits import Limits
from quad.asgi.shell import Parts, Shell
from quad.core.config import Settings
from quad.core.logs import configure_logs


def build_shell(settings: Settings) -> Shell:
    configure_logs(settings)
    app = Flask("sample")
    marks = settings.data_dir

    @app.get("/pid")
    def pid() -> str:
        return str(os.getpid())

    @app.get("/slow")
    def slow() -> str:
        (marks / "slow-began").touch()
        while not (marks / "go-on").exists():
            time.sleep(0.02)
        return "finished"

    return Shell(Parts(wsgi=app, limits=Limits.of(settings), files=marks))


def mark(folder: Path, name: str, text: str) -> None:
    """Write a file at once, so that a reader never sees half of it."""
    (folder / f".{name}").write_text(text)
    (folder / f".{name}").rename(folder / name)
