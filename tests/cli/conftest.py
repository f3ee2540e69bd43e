"""The command line on an installation in a folder of its own.

Most commands run in this process, which is quicker; `process` starts the real program.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from sqlalchemy.orm import Session

from quad.cli.group import run_command
from quad.core.db.engine import Database
from tests.databases import build_schema

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Installation:
    """A folder with a database, and the settings that lead there."""

    folder: Path
    settings: dict[str, str]

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Open the installation's database."""
        database = Database(f"sqlite:///{self.folder / 'quad.db'}")
        try:
            yield database
        finally:
            database.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read in the installation's database."""
        with self.database() as database, database.reading() as db:
            yield db

    def quad(self, *arguments: str, given: str = "", **settings: str) -> Done:
        """Run `quad ARGUMENTS` here, with `given` on standard input."""
        out, err = io.StringIO(), io.StringIO()
        # What a command sets for the processes it starts is put back as well: `patch.dict` restores all of it.
        with (
            mock.patch.dict(os.environ, self.environment(**settings), clear=True),
            mock.patch.object(sys, "stdin", io.StringIO(given)),
            chdir(self.folder),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = run_command(list(arguments))
        return Done(code, out.getvalue(), err.getvalue())

    def process(self, *arguments: str, **settings: str) -> Done:
        """Run the program `quad`."""
        ended = subprocess.run(
            [sys.executable, "-m", "quad.cli.main", *arguments],
            cwd=self.folder,
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        return Done(ended.returncode, ended.stdout, ended.stderr)

    def environment(self, **settings: str) -> dict[str, str]:
        """Return the environment of a process of this installation; no setting of this shell leaks in."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUAD_")}
        paths = os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")])
        return kept | {"PYTHONPATH": paths} | self.settings | settings


def install(folder: Path, **settings: str) -> Installation:
    """Prepare a folder; nothing is in it yet."""
    folder.mkdir(parents=True, exist_ok=True)
    usual = {
        "QUAD_MODE": "test",
        "QUAD_DATA_DIR": str(folder),
        "QUAD_HASH_MEMORY_KIB": "8",
        "QUAD_HASH_ROUNDS": "1",
        "QUAD_QUEUE_URL": "memory:",
        "QUAD_LOG_LEVEL": "ERROR",
        "PYTHONUTF8": "1",
    }
    return Installation(folder, usual | settings)


@pytest.fixture
def bare(tmp_path: Path) -> Installation:
    """An installation without tables."""
    return install(tmp_path / "site")


@pytest.fixture
def site(bare: Installation) -> Installation:
    """An installation with empty tables."""
    build_schema(f"sqlite:///{bare.folder / 'quad.db'}")
    return bare


@pytest.fixture
def quad(site: Installation) -> Callable[..., Done]:
    """Run one command in a fresh installation."""
    return site.quad
