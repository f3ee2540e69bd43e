"""Where files are kept: by the hash of their content, in a local folder or an object store.

A file's name on disk says nothing about its content or owner, so nothing can be guessed or traversed. The same content
is kept once, however often it is uploaded; each upload has its own row.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

import obstore
from obstore.store import LocalStore, ObjectStore, from_url
from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core import clock
from quad.core.config import Settings
from quad.core.db.model import Row
from quad.core.db.types import BigId
from quad.core.errors import NotFound, TooLarge
from quad.core.i18n import gettext as _
from quad.core.i18n import number

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MEGABYTE = 1024 * 1024
PIECE = MEGABYTE
IN_MEMORY = 2 * MEGABYTE
GRACE = timedelta(hours=24)
LONGEST_NAME = 255


class StoredFile(Row):
    """One uploaded or generated file. `name` is only ever shown and offered for saving, never a path."""

    __tablename__ = "core_file"

    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(255))
    owner_id: Mapped[int | None] = mapped_column(BigId, index=True)

    @property
    def key(self) -> str:
        """Where the content lies in the store."""
        return key_of(self.sha256)


def key_of(sha256: str) -> str:
    """Return the place of the content with this hash: two levels of folders, so that none grows large."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


@dataclass(frozen=True)
class Kept:
    """Content that is in the store now."""

    sha256: str
    size: int


class Files:
    """The content store of one installation."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self.store = store
        self.folder = folder

    @classmethod
    def from_settings(cls, settings: Settings) -> Files:
        """Open the store that `QUAD_FILES_URL` names; the folder `files` in the data folder unless set."""
        address = settings.files
        if address and not address.startswith("file:"):
            return cls(from_url(address))
        folder = Path(address.removeprefix("file://")) if address else settings.data_dir / "files"
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder), folder)

    def keep(self, stream: IO[bytes], *, limit: int | None = None) -> Kept:
        """Put the rest of `stream` into the store.

        Raises TooLarge when there is more than `limit` bytes; nothing is kept then.
        """
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
            while piece := stream.read(PIECE):
                size += len(piece)
                if limit is not None and size > limit:
                    raise TooLarge(
                        _(
                            "The file is too large. It may have at most %(size)s.",
                            size=in_words(limit),
                        )
                    )
                digest.update(piece)
                copy.write(piece)
            copy.seek(0)
            sha256 = digest.hexdigest()
            if not self._recent(key_of(sha256)):
                # The store writes to a temporary name and renames, so half a file never has a content name.
                obstore.put(self.store, key_of(sha256), copy)
        return Kept(sha256, size)

    def _recent(self, key: str) -> bool:
        """Content near the end of its grace is written again, so that no sweep takes it from under a new row."""
        try:
            found = obstore.head(self.store, key)
        except FileNotFoundError:
            return False
        return clock.now() - found["last_modified"] < GRACE / 2

    def put(
        self,
        db: Session,
        stream: IO[bytes],
        *,
        name: str,
        media_type: str,
        owner_id: int | None,
        limit: int | None = None,
    ) -> StoredFile:
        """Keep `stream` and add its row. Raises TooLarge."""
        row = self.row(
            self.keep(stream, limit=limit), name=name, media_type=media_type, owner_id=owner_id
        )
        db.add(row)
        db.flush()
        return row

    @staticmethod
    def row(kept: Kept, *, name: str, media_type: str, owner_id: int | None) -> StoredFile:
        """Return a new row for kept content, to be added to a session."""
        return StoredFile(
            sha256=kept.sha256,
            size=kept.size,
            media_type=media_type,
            name=shown_name(name),
            owner_id=owner_id,
        )

    @contextmanager
    def open(self, sha256: str) -> Iterator[IO[bytes]]:
        """Open content for reading from the start, seekable. Raises NotFound when it is gone."""
        try:
            reader = obstore.open_reader(self.store, key_of(sha256))
        except FileNotFoundError as error:
            raise NotFound(_("This file is no longer there.")) from error
        with closing(reader):
            yield io.BufferedReader(_Raw(reader), PIECE)

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """Give the content as a file on this machine: its own place, or a temporary copy from a remote store."""
        if self.folder is not None:
            path = self.folder / key_of(sha256)
            if not path.is_file():
                raise NotFound(_("This file is no longer there."))
            yield path
            return
        with tempfile.NamedTemporaryFile() as copy, self.open(sha256) as content:
            while piece := content.read(PIECE):
                copy.write(piece)
            copy.flush()
            yield Path(copy.name)

    def path_or_key(self, row: StoredFile) -> str:
        """Return what the shell needs to stream the content: an absolute path, or the key in a remote store."""
        return str(self.folder / row.key) if self.folder is not None else row.key

    def sweep(self, db: Session) -> int:
        """Delete content that no row names and that is past its grace; return how many."""
        gone = 0
        for batch in obstore.list(self.store):
            old = [meta["path"] for meta in batch if clock.now() - meta["last_modified"] > GRACE]
            hashes = {path.rpartition("/")[2]: path for path in old}
            named = set(db.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(hashes))))
            garbage = [path for sha256, path in hashes.items() if sha256 not in named]
            if garbage:
                obstore.delete(self.store, garbage)
                gone += len(garbage)
        return gone


class _Raw(io.RawIOBase):
    """The store's reader as the standard library knows files."""

    def __init__(self, reader: obstore.ReadableFile) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, target: WriteableBuffer) -> int:
        view = memoryview(target).cast("B")
        piece = bytes(self._reader.read(len(view)))
        view[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()


def shown_name(name: str) -> str:
    """Return what is kept of a name someone else chose: its last part, printable, at most 255 characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).strip()
    stem, dot, ending = plain.rpartition(".")
    if dot and len(plain) > LONGEST_NAME:
        plain = stem[: LONGEST_NAME - len(ending) - 1] + dot + ending
    return plain[:LONGEST_NAME] or _("file")


def in_words(size: int) -> str:
    """Write a size as people say it: "25 MB"."""
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= factor:
            return f"{number(round(size / factor, 1) if size % factor else size // factor)} {unit}"
    return f"{number(size)} B"
