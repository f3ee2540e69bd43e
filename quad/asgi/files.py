"""Stored files, streamed without holding a thread.

Flask decides who may read and answers with the header `X-Quad-File: <key>`; the bytes go from here.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import obstore
from obstore.store import ObjectStore
from starlette.types import Scope, Send

from quad.asgi.conditional import Decision, decide, http_date

Headers = list[tuple[bytes, bytes]]

KEY_HEADER = b"x-quad-file"
PIECE = 128 * 1024
# What describes the body Flask sent along with the header, not the file.
_OF_THE_EMPTY_BODY = {b"content-length", b"content-range", b"accept-ranges", b"transfer-encoding"}


class OpenFile(Protocol):
    """A file that is there. `etag` has its quotes."""

    size: int
    etag: str
    modified: datetime

    def pieces(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to `stop`."""

    async def close(self) -> None:
        """Let go of it."""


class FileSource(Protocol):
    """Where stored files are."""

    async def open(self, key: str) -> OpenFile | None:
        """Open the file named `key`; None when there is none or the key leads elsewhere."""


@dataclass
class _LocalFile:
    descriptor: int
    size: int
    etag: str
    modified: datetime
    pool: ThreadPoolExecutor

    async def pieces(self, start: int, stop: int) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while start < stop:
            length = min(PIECE, stop - start)
            piece = await loop.run_in_executor(self.pool, _read_at, self.descriptor, length, start)
            if not piece:
                raise OSError("a stored file became shorter while it was sent")
            start += len(piece)
            yield piece

    async def close(self) -> None:
        os.close(self.descriptor)


def _read_at(descriptor: int, length: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, length, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, length)


class LocalFiles:
    """The files below one folder; a key is a path relative to it (or an absolute path inside it)."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor) -> None:
        self._folder = folder.resolve()
        self._pool = pool

    async def open(self, key: str) -> OpenFile | None:
        """Open a regular file inside the folder; links that lead out are not followed out."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._open, key)

    def _open(self, key: str) -> _LocalFile | None:
        try:
            path = (self._folder / key).resolve()
        except (OSError, ValueError):
            return None
        if not path.is_relative_to(self._folder) or not path.is_file():
            return None
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            os.close(descriptor)
            return None
        return _LocalFile(
            descriptor=descriptor,
            size=about.st_size,
            etag=f'"{about.st_mtime_ns:x}-{about.st_size:x}"',
            modified=datetime.fromtimestamp(about.st_mtime, UTC),
            pool=self._pool,
        )


@dataclass
class _StoredFile:
    store: ObjectStore
    key: str
    size: int
    etag: str
    modified: datetime

    async def pieces(self, start: int, stop: int) -> AsyncIterator[bytes]:
        if start >= stop:
            return
        answer = await obstore.get_async(self.store, self.key, options={"range": (start, stop)})
        async for piece in answer.stream(min_chunk_size=PIECE):
            yield bytes(piece)

    async def close(self) -> None:
        """Nothing is held between pieces."""


class StoreFiles:
    """The objects of a store (S3, Azure, Google, memory)."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def open(self, key: str) -> OpenFile | None:
        """Look the object up."""
        if any(part in ("", ".", "..") for part in key.split("/")):
            return None
        try:
            about = await obstore.head_async(self._store, key)
        except FileNotFoundError:
            return None
        mark = (about["e_tag"] or f"{about['last_modified'].timestamp():x}").strip('"')
        return _StoredFile(
            self._store, key, about["size"], f'"{mark}"', about["last_modified"].astimezone(UTC)
        )


async def send_file(file: OpenFile, answer_headers: Headers, scope: Scope, send: Send) -> None:
    """Send `file` with Flask's headers, honouring Range and conditions; Flask's own ETag wins over the store's."""
    given = {name: value.decode("latin-1") for name, value in answer_headers}
    etag = given.get(b"etag", file.etag)
    decision = decide(_request_headers(scope), size=file.size, etag=etag, modified=file.modified)
    headers = _headers(answer_headers, given, etag, file, decision)
    await send({"type": "http.response.start", "status": decision.status, "headers": headers})
    if decision.status in (200, 206) and scope["method"] != "HEAD":
        pieces = file.pieces(decision.span.start, decision.span.stop)
        async with aclosing(pieces) as open_pieces:  # type: ignore[type-var]
            async for piece in open_pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _request_headers(scope: Scope) -> dict[str, str]:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["method"] != "GET":
        headers.pop("range", None)
    return headers


def _headers(
    answer: Headers, given: dict[bytes, str], etag: str, file: OpenFile, decision: Decision
) -> Headers:
    headers = [item for item in answer if item[0] not in _OF_THE_EMPTY_BODY]
    if b"etag" not in given:
        headers.append((b"etag", etag.encode("latin-1")))
    if b"last-modified" not in given:
        headers.append((b"last-modified", http_date(file.modified).encode()))
    if b"x-content-type-options" not in given:
        headers.append((b"x-content-type-options", b"nosniff"))
    headers.append((b"accept-ranges", b"bytes"))
    span, length = decision.span, decision.span.stop - decision.span.start
    if decision.status == 206:
        headers.append(
            (b"content-range", f"bytes {span.start}-{span.stop - 1}/{file.size}".encode())
        )
    if decision.status == 416:
        headers.append((b"content-range", f"bytes */{file.size}".encode()))
    if decision.status != 304:
        sent = length if decision.status in (200, 206) else 0
        headers.append((b"content-length", str(sent).encode()))
    return headers
