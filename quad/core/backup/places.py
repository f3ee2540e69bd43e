"""Where backups are kept: a folder, or an object store. The oldest go when there are enough."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from quad.core import clock
from quad.core.config import Settings
from quad.core.errors import NotFound
from quad.core.i18n import gettext as _

NAME = re.compile(r"quad-\d{8}-\d{6}\.tar")


@dataclass(frozen=True)
class Kept:
    """One backup in its place."""

    name: str
    size: int
    at: datetime


class Place:
    """A folder or a bucket with backups. Only files named by us are ever listed or deleted."""

    def __init__(self, store: ObjectStore, folder: Path | None) -> None:
        self._store = store
        self.folder = folder

    @classmethod
    def at(cls, address: str) -> Place:
        """Open `address`: a path, or what obstore reads (s3://bucket/prefix, gs://…, az://…)."""
        if "://" in address and not address.startswith("file:"):
            return cls(from_url(address), None)
        folder = Path(address.removeprefix("file://")).resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(LocalStore(folder), folder)

    @classmethod
    def from_settings(cls, settings: Settings) -> Place:
        """Open what QUAD_BACKUP_TO names; the folder `backups` in the data folder unless set."""
        return cls.at(settings.backup_to or str(settings.data_dir / "backups"))

    @contextmanager
    def adding(self) -> Iterator[Path]:
        """Give a path to write the next backup to; it is in its place once the block ends without an error."""
        name = f"quad-{clock.now():%Y%m%d-%H%M%S}.tar"
        if self.folder is not None:
            yield self.folder / name
            return
        with tempfile.TemporaryDirectory(prefix="quad-backup-") as folder:
            path = Path(folder) / name
            yield path
            obstore.put(self._store, name, path)

    @contextmanager
    def opened(self, name: str) -> Iterator[Path]:
        """Give the backup `name` as a file on this machine. Raises NotFound."""
        if self.folder is not None:
            yield self.folder / name
            return
        with tempfile.TemporaryDirectory(prefix="quad-backup-") as folder:
            path = Path(folder) / "backup.tar"
            try:
                with path.open("wb") as copy:
                    for piece in obstore.get(self._store, name).stream():
                        copy.write(piece)
            except FileNotFoundError as error:
                raise NotFound(_("There is no backup %(name)s.", name=name)) from error
            yield path

    def kept(self) -> list[Kept]:
        """Return the backups, the newest first."""
        found = [
            Kept(meta["path"], meta["size"], meta["last_modified"])
            for batch in obstore.list(self._store)
            for meta in batch
            if NAME.fullmatch(meta["path"])
        ]
        return sorted(found, key=lambda kept: kept.name, reverse=True)

    def prune(self, keep: int) -> list[str]:
        """Delete all but the newest `keep`; return the names of those that went."""
        old = [kept.name for kept in self.kept()[keep:]]
        if old:
            obstore.delete(self._store, old)
        return old
