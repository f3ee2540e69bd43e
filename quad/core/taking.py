"""The one way in which a file that somebody gives for a purpose becomes kept content: CVs, certificates and the like.

It is judged by its content (`quad.core.uploads`), a picture is drawn anew, the virus scanner is asked where there is
one, and only then the content gets its address. All of it happens before the request's first statement, and nothing is
kept of what is refused. Materials, which may be large, are scanned by the worker (`quad.materials.service.checking`).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import IO

from sqlalchemy.orm import Session

from quad.core import pictures
from quad.core.antivirus import Scanner, ScannerUnavailable
from quad.core.config import Settings
from quad.core.errors import Invalid, Unavailable
from quad.core.files import MEGABYTE, Files, Kept, StoredFile, in_words, shown_name
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.looking.refusal import refused
from quad.core.settings import Setting, between, value
from quad.core.uploads import PAPERS, PHOTOS, PICTURES, Kind, inspect_upload

# A silent scanner must not hold the threads that answer pages.
SCANNER_PATIENCE = 15.0
SCANS_AT_ONCE = 4
REDRAWN = frozenset(kind.media_type for kind in PHOTOS)

_scanning = threading.BoundedSemaphore(SCANS_AT_ONCE)


@dataclass(frozen=True)
class Taken:
    """A file that was looked at and is in the store, before it has a row."""

    kept: Kept
    name: str
    media_type: str

    def row(self, owner_id: int | None) -> StoredFile:
        """Return its new row, to be added to a session."""
        return Files.row(self.kept, name=self.name, media_type=self.media_type, owner_id=owner_id)


@dataclass(frozen=True)
class Purpose:
    """Which kinds of files are taken for something, and the setting that says how large one may be, in megabytes."""

    kinds: tuple[Kind, ...]
    megabytes: Setting[int]

    @property
    def accept(self) -> str:
        """The endings, as a file field takes them."""
        return ",".join(ending for kind in self.kinds for ending in kind.endings)

    def limit(self, db: Session) -> int:
        """Return the most bytes a file may have now."""
        return value(db, self.megabytes) * MEGABYTE

    def sentence(self, limit: int) -> str:
        """Say what is taken, for the hint beside the field."""
        words = ", ".join(kind.words for kind in self.kinds)
        return _("%(kinds)s up to %(size)s", kinds=words, size=in_words(limit))


PAPER_MEGABYTES = Setting(
    key="files.paper_megabytes",
    label=_l("Largest CV, certificate or picture of a person"),
    hint=_l("In megabytes."),
    default=16,
    kind="int",
    group=_l("Files of people"),
    check=between(1, 25, _l("Write a number of megabytes from 1 to 25.")),
)
CV = Purpose(PAPERS, PAPER_MEGABYTES)
PAPER = Purpose((*PAPERS, *PICTURES), PAPER_MEGABYTES)


def take(
    settings: Settings, stream: IO[bytes], name: str, purpose: Purpose, *, limit: int
) -> Taken:
    """Look at a file for `purpose` of at most `limit` bytes and keep its content (no database).

    Raises TooLarge, Invalid (field `file`), and Unavailable while the scanner does not answer.
    """
    if not name:
        raise Invalid({"file": _("This file has no name.")})
    shown = shown_name(name)
    media_type = inspect_upload(stream, shown, purpose.kinds, limit=limit)
    if media_type in REDRAWN:
        stream = pictures.clean(stream, media_type)
    _scan(Scanner.from_settings(settings), stream)
    stream.seek(0)
    kept = Files.from_settings(settings).keep(stream, limit=limit)
    return Taken(kept, shown, media_type)


def _scan(scanner: Scanner | None, stream: IO[bytes]) -> None:
    if scanner is None:
        return
    patient = replace(scanner, timeout=min(scanner.timeout, SCANNER_PATIENCE))
    if not _scanning.acquire(timeout=SCANNER_PATIENCE):
        raise _no_answer()
    try:
        virus = patient.scan(stream).virus
    except ScannerUnavailable as error:
        raise _no_answer() from error
    finally:
        _scanning.release()
    if virus:
        raise refused(_("A virus was found in this file: %(virus)s.", virus=virus[:120]))


def _no_answer() -> Unavailable:
    return Unavailable(_("The virus scanner does not answer. Try again in a few minutes."))
