"""Asking a virus scanner, ClamAV's daemon, by its own protocol (INSTREAM) over TCP or a local socket.

The file is sent in pieces and never lies anywhere for the scanner. Without an address nobody is asked.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote, urlsplit

from quad.core.config import Misconfigured, Settings
from quad.core.errors import Unavailable
from quad.core.i18n import gettext as _

PIECE = 64 * 1024
PORT = 3310
LONGEST_ANSWER = 4096


class ScannerUnavailable(Unavailable):
    """The scanner does not answer, or not as it should: the file is neither clean nor infected yet."""

    @classmethod
    def default(cls) -> str:
        """Return the sentence when the raiser gives none."""
        return _("The virus scanner does not answer. It is asked again in a while.")


@dataclass(frozen=True)
class Verdict:
    """What the scanner said. `virus` is the name of what it found, empty for a clean file."""

    virus: str = ""

    @property
    def clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.virus


@dataclass(frozen=True)
class Scanner:
    """One daemon: at a host and port, or at a socket of this machine."""

    host: str
    port: int
    path: str
    timeout: float

    @classmethod
    def from_settings(cls, settings: Settings) -> Scanner | None:
        """Return the scanner that `QUAD_ANTIVIRUS_URL` names, None without one. Raises Misconfigured."""
        address = settings.antivirus_url
        return parse(address, settings.antivirus_timeout) if address else None

    def scan(self, stream: IO[bytes]) -> Verdict:
        """Return what the scanner says of the content, from its start. Raises ScannerUnavailable."""
        stream.seek(0)
        try:
            with self._connected() as connection:
                connection.sendall(b"zINSTREAM\0")
                self._send(connection, stream)
                return _verdict(_answer(connection))
        except OSError as error:
            raise ScannerUnavailable from error

    def _send(self, connection: socket.socket, stream: IO[bytes]) -> None:
        """Send the content; a scanner that has heard enough closes early and still has something to say."""
        try:
            while piece := stream.read(PIECE):
                connection.sendall(struct.pack(">I", len(piece)) + piece)
            connection.sendall(struct.pack(">I", 0))
        except (BrokenPipeError, ConnectionResetError):
            return

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        if self.path:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(self.timeout)
                connection.connect(self.path)
                yield connection
        else:
            with socket.create_connection((self.host, self.port), self.timeout) as connection:
                yield connection


def parse(address: str, timeout: float) -> Scanner:
    """Read `clamd://host:port` or `clamd+unix:///path`. Raises Misconfigured."""
    parts = urlsplit(address)
    if parts.scheme == "clamd" and parts.hostname and parts.path in ("", "/"):
        return Scanner(parts.hostname, parts.port or PORT, "", timeout)
    if parts.scheme == "clamd+unix" and parts.path and not parts.netloc:
        return Scanner("", 0, unquote(parts.path), timeout)
    raise Misconfigured(
        "QUAD_ANTIVIRUS_URL is clamd://host:port or clamd+unix:///path/of/the/socket."
    )


def _answer(connection: socket.socket) -> str:
    """Return what the scanner says, up to its zero byte or the end."""
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(said: str) -> Verdict:
    what = said.removeprefix("stream:").strip()
    if what == "OK":
        return Verdict()
    if what.endswith(" FOUND"):
        return Verdict(what.removesuffix(" FOUND").strip() or "?")
    if "size limit" in what:
        raise ScannerUnavailable(
            _("The file is larger than the virus scanner takes. Ask whoever runs this place.")
        )
    raise ScannerUnavailable
