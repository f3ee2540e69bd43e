"""A server on the small college of the matrix, which has one of everything."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.jobs.runtime import attach
from tests.conftest import free_port, make_settings, wait_until_healthy
from tests.databases import build_schema
from tests.matrix.college import World, build

PATIENCE = 120


@dataclass(frozen=True)
class College:
    """A server on the small college."""

    address: str
    world: World


def fill(folder: Path, more: Callable[[Session], None]) -> World:
    """Make the database in `folder`; `more` adds to it."""
    url = f"sqlite:///{folder / 'quad.db'}"
    build_schema(url)
    database = Database(url)
    settings = make_settings(folder)
    attach(database, settings)
    with database.writer() as db, unit(db):
        world = build(db, settings)
        more(db)
    database.dispose()
    return world


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[str]:
    """Serve the college of `folder`; its address has a name, since passkeys refuse bare numbers."""
    port = free_port()
    address = f"http://localhost:{port}"
    env = os.environ | {
        "QUAD_MODE": "development",
        "QUAD_DATA_DIR": str(folder),
        "QUAD_BASE_URL": address,
        "QUAD_PORT": str(port),
        "QUAD_RATE_LIMITS": "off",
        "QUAD_DATABASE_URL": "",
        **settings,
    }
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "quad.cli.main", "serve"],
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)
        log.close()
