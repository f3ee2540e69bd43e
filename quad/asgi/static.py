"""Static files from memory: hashed names for ever, precompressed variants, conditional requests and ranges.

The folder is read once, into a table of addresses, so a request can only name what is in the table: there is no path to
climb out of. In development the table is read again when the folder has changed.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from starlette.types import Receive, Scope, Send

from quad.asgi.conditional import decide, http_date
from quad.asgi.refusal import not_found, wrong_method

Headers = list[tuple[bytes, bytes]]

FOR_EVER = b"public, max-age=31536000, immutable"
A_WHILE = b"public, max-age=3600"
HASHED = re.compile(r"/dist/.*-[A-Z0-9]{8}\.[a-z0-9.]+$")
SUFFIXES = {"br": ".br", "gzip": ".gz"}
WORTH_COMPRESSING = 1024
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".map": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".ico": "image/x-icon",
}
TEXT = {".js", ".css", ".svg", ".json", ".map", ".txt", ".webmanifest", ".html"}


@dataclass
class _Asset:
    content: bytes
    modified: datetime
    headers: Headers
    variants: dict[str, bytes] = field(default_factory=dict)
    mark: str = ""

    def choose(self, accepted: str) -> tuple[str, bytes]:
        """Pick the best variant the client takes: ("", …) is the file itself."""
        for coding in ("br", "gzip"):
            if coding in self.variants and _accepts(accepted, coding):
                return coding, self.variants[coding]
        return "", self.content


class StaticFiles:
    """The ASGI application below `/static`. `fresh=True` looks for changes (development)."""

    def __init__(self, folder: Path, *, prefix: str = "/static", fresh: bool = False) -> None:
        self._folder = folder
        self._prefix = prefix
        self._fresh = fresh
        self._stamp = _stamp(folder)
        self._assets = _read(folder, prefix)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; raises Refusal for an unknown address or a method other than GET and HEAD."""
        if self._fresh and (stamp := _stamp(self._folder)) != self._stamp:
            self._stamp, self._assets = stamp, _read(self._folder, self._prefix)
        asset = self._assets.get(scope["path"])
        if asset is None:
            raise not_found()
        if scope["method"] not in ("GET", "HEAD"):
            raise wrong_method()
        await _send(asset, scope, send)


async def _send(asset: _Asset, scope: Scope, send: Send) -> None:
    asked = {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]}
    # A range is of the file itself: parts of a compressed stream help nobody.
    coding, content = (
        ("", asset.content) if "range" in asked else asset.choose(asked.get("accept-encoding", ""))
    )
    etag = f'"{asset.mark}{"-" + coding if coding else ""}"'
    decision = decide(asked, size=len(content), etag=etag, modified=asset.modified)
    headers = [*asset.headers, (b"etag", etag.encode())]
    body = b""
    if decision.status in (200, 206):
        body = content[decision.span.start : decision.span.stop]
        if coding:
            headers.append((b"content-encoding", coding.encode()))
    if decision.status == 206:
        span = f"bytes {decision.span.start}-{decision.span.stop - 1}/{len(content)}"
        headers.append((b"content-range", span.encode()))
    if decision.status == 416:
        headers.append((b"content-range", f"bytes */{len(content)}".encode()))
    if decision.status != 304:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": decision.status, "headers": headers})
    shown = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": shown, "more_body": False})


def _accepts(header: str, coding: str) -> bool:
    for part in header.lower().split(","):
        name, _sep, weight = part.partition(";")
        if name.strip() == coding:
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False


def _files(folder: Path) -> list[Path]:
    root = folder.resolve()
    found = folder.rglob("*") if folder.is_dir() else ()
    return [path for path in found if path.is_file() and path.resolve().is_relative_to(root)]


def _stamp(folder: Path) -> int:
    return hash(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in _files(folder))))


def _read(folder: Path, prefix: str) -> dict[str, _Asset]:
    paths = _files(folder)
    names = set(paths)
    assets: dict[str, _Asset] = {}
    for path in paths:
        original = path.with_suffix("")
        if path.suffix in SUFFIXES.values() and original in names:
            continue
        address = f"{prefix}/{path.relative_to(folder).as_posix()}"
        assets[address] = _asset(path, address, names)
    return assets


def _asset(path: Path, address: str, names: set[Path]) -> _Asset:
    content = path.read_bytes()
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    asset = _Asset(
        content=content,
        modified=modified,
        mark=hashlib.sha256(content).hexdigest()[:20],
        headers=[
            (b"content-type", TYPES.get(path.suffix, guessed).encode()),
            (b"cache-control", FOR_EVER if HASHED.search(address) else A_WHILE),
            (b"last-modified", http_date(modified).encode()),
            (b"accept-ranges", b"bytes"),
            (b"vary", b"accept-encoding"),
            (b"x-content-type-options", b"nosniff"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ],
    )
    for coding, suffix in SUFFIXES.items():
        sibling = path.with_name(path.name + suffix)
        if sibling in names:
            asset.variants[coding] = sibling.read_bytes()
    if not asset.variants and path.suffix in TEXT and len(content) >= WORTH_COMPRESSING:
        asset.variants["gzip"] = gzip.compress(content, 6, mtime=0)
    return asset
