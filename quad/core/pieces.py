"""Content that arrives in pieces, each under a key of its own, until it is put together.

A piece nobody came back for is content that no row names, so the sweep of the files takes it after its grace
(`quad.core.files.GRACE`): an upload must not live longer than that.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import obstore

from quad.core.errors import NotFound
from quad.core.files import IN_MEMORY, Files
from quad.core.i18n import gettext as _


def keep_piece(files: Files, upload: str, content: bytes) -> str:
    """Put one piece into the store and return its key, which nobody had before."""
    key = f"pieces/{upload}/{secrets.token_hex(16)}"
    obstore.put(files.store, key, content)
    return key


@contextmanager
def joined(files: Files, keys: Sequence[str]) -> Iterator[IO[bytes]]:
    """Give the pieces as one file, from its start. Raises NotFound when one of them is gone."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as whole:
        for key in keys:
            try:
                answer = obstore.get(files.store, key)
            except FileNotFoundError as error:
                raise NotFound(
                    _("A part of this file is no longer there. Send it anew.")
                ) from error
            for piece in answer.stream():
                whole.write(piece)
        whole.seek(0)
        yield whole


def forget_pieces(files: Files, keys: Sequence[str]) -> None:
    """Take pieces out of the store; one that is gone already does not matter."""
    for key in keys:
        try:
            obstore.delete(files.store, key)
        except FileNotFoundError:
            continue
