"""Content that a program sends straight to the object store, without passing through Quad.

It lands in a temporary place, never under its content's address: nobody has looked at it yet. Quad fetches a copy,
judges that copy and keeps that copy, so that sending something else meanwhile changes nothing. What lies in a temporary
place is content that no row names: whatever is not forgotten here, the sweep of the files takes after its grace.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from quad.core.errors import NotFound, TooLarge
from quad.core.files import IN_MEMORY, Files, in_words
from quad.core.i18n import gettext as _

# How long an address that was given out may be used to begin sending.
SIGNED_FOR = timedelta(hours=1)
SHORTEST = timedelta(seconds=1)

log = structlog.get_logger("quad.arriving")


def can_sign(files: Files) -> bool:
    """Tell whether programs may send content straight to the store: only one that speaks S3 gives such addresses."""
    return isinstance(files.store, S3Store)


def signed_address(files: Files, upload: str, lifetime: timedelta = SIGNED_FOR) -> str | None:
    """Return the address to which the content of `upload` may be PUT for a while.

    None where the files lie in a folder, and when the store's credentials do not sign: content comes in pieces then.
    """
    store = files.store
    if not isinstance(store, S3Store) or lifetime < SHORTEST:
        return None
    try:
        return obstore.sign(store, "PUT", place_of(upload), min(lifetime, SIGNED_FOR))
    except BaseError as error:
        log.warning("no address for an upload", error=str(error))
        return None


def place_of(upload: str) -> str:
    """Return the temporary place of an upload; its last part is what the sweep of the files looks at."""
    return f"arriving/{upload}"


def size_of(files: Files, upload: str) -> int | None:
    """Return how many bytes have arrived, None before any did."""
    if not can_sign(files):
        return None
    try:
        return obstore.head(files.store, place_of(upload))["size"]
    except FileNotFoundError:
        return None


@contextmanager
def fetched(files: Files, upload: str, *, limit: int) -> Iterator[IO[bytes]]:
    """Give what arrived as a file of our own, from its start.

    Raises NotFound when nothing did, and TooLarge as soon as there are more than `limit` bytes.
    """
    try:
        answer = obstore.get(files.store, place_of(upload))
    except FileNotFoundError as error:
        raise NotFound(_("This file has not arrived. Send it first.")) from error
    size = 0
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        for piece in answer.stream():
            size += len(piece)
            if size > limit:
                raise TooLarge(
                    _(
                        "The file is too large. It may have at most %(size)s.",
                        size=in_words(limit),
                    )
                )
            copy.write(piece)
        copy.seek(0)
        yield copy


def forget(files: Files, uploads: Iterable[str]) -> None:
    """Take what arrived out of the store; nothing being there does not matter."""
    if not can_sign(files):
        return
    for upload in uploads:
        try:
            obstore.delete(files.store, place_of(upload))
        except FileNotFoundError:
            continue
