"""Writes a migration for what the models have and the tables have not: python scripts/migration.py SLUG."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

import quad.app  # noqa: F401 - the models register by being imported
from quad.core import clock
from quad.core.db.engine import Database
from quad.core.db.migration import configuration, upgrade


def main(slug: str) -> None:
    """Compare the newest tables with the models, on SQLite, and write the difference."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        upgrade(database)
        with database.engine.connect() as connection:
            revision = f"{clock.now():%Y%m%d}_{slug}"
            command.revision(
                configuration(connection),
                slug.replace("_", " "),
                autogenerate=True,
                rev_id=revision,
            )


if __name__ == "__main__":
    main(sys.argv[1])
