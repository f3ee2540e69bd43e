"""The college on its own database, put back after every request that wrote something."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from quad.core import behind, clock
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.jobs.runtime import attach
from quad.identity.service.actor import write_access_token
from quad.web.site import Site
from tests.databases import Workshop
from tests.matrix.college import World, build


class Restored:
    """A SQLite database that is put back after every request that wrote something."""

    def __init__(self, database: Database, template: Path) -> None:
        self.path = Path(str(database.url.database))
        self.template = sqlite3.connect(template)
        self.watch = sqlite3.connect(self.path)
        self.version = self._version()

    def _version(self) -> int:
        number: int = self.watch.execute("PRAGMA data_version").fetchone()[0]
        return number

    def put_back(self) -> None:
        if self._version() == self.version:
            return
        with closing(sqlite3.connect(self.path)) as target:
            self.template.backup(target)
        self.version = self._version()

    def close(self) -> None:
        self.template.close()
        self.watch.close()


@dataclass(frozen=True)
class Stage:
    """The application on the college."""

    app: Site
    settings: Settings
    world: World
    restored: Restored

    def bearer(self, role: str) -> dict[str, str]:
        """Return the header of a program that signed in as `role`."""
        member = self.world.members[role]
        token = write_access_token(
            member.session_id, member.user_id, self.settings.secret, clock.now()
        )
        return {"Authorization": f"Bearer {token}"}


@contextmanager
def staged(app: Site, workshop: Workshop, settings: Settings, folder: Path) -> Iterator[Stage]:
    """Build the college once and let `app` run on it."""
    with workshop.database("sqlite") as database:
        runtime = app.extensions["quad"]
        app.extensions["quad"] = replace(runtime, database=database, settings=settings)
        attach(database, settings)
        with database.writer() as db, unit(db):
            world = build(db, settings)
        template = folder / "college.db"
        with (
            closing(sqlite3.connect(str(database.url.database))) as source,
            closing(sqlite3.connect(template)) as kept,
        ):
            source.backup(kept)
        restored = Restored(database, template)
        yield Stage(app, settings, world, restored)
        restored.close()
        behind.forget(database)
        app.extensions["quad"] = runtime
