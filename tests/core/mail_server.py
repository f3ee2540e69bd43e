"""A real SMTP server in a thread, whose answers a test chooses."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from subprocess import run
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Postman:
    """What arrived, and what the server answers: `script` holds the next answers, then everything is taken.

    A word of the script is an answer (`450 …`), or `hang`, `drop` (the line goes dead in the middle of the text) or
    `lose` (the letter is taken and the line goes dead before the answer). `pause` is how long each answer to a text
    takes, in seconds.
    """

    script: dict[str, list[str]] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    pause: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def _next(self, step: str) -> str:
        with self.lock:
            answers = self.script.get(step)
            return answers.pop(0) if answers else ""

    async def _act(self, word: str, server: SMTP) -> str:
        if word == "hang":
            while not self.released.is_set():
                await asyncio.sleep(0.02)
            return "421 too late"
        if word in ("drop", "lose"):
            cast(asyncio.Transport, server.transport).abort()
            return "421 gone"
        return word

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        word = self._next("rcpt")
        if word:
            return await self._act(word, server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        word = self._next("data")
        if not word or word == "lose":
            with self.lock:
                self.taken.append(cast(bytes, envelope.content))
                self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
                self.encrypted.append(session.ssl is not None)
        await asyncio.sleep(self.pause)
        return await self._act(word, server) if word else "250 taken as 4711"

    # No property: aiosmtpd reads every attribute of its handler at each connection.
    def letters(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.taken]


class _Controller(Controller):
    """Remembers its conversations, since aiosmtpd leaves open those whose client was killed."""

    def factory(self) -> SMTP:
        made = super().factory()
        self.lines: list[asyncio.Transport] = getattr(self, "lines", [])
        greet = made.connection_made

        def connection_made(transport: asyncio.BaseTransport) -> None:
            self.lines.append(cast(asyncio.Transport, transport))
            greet(transport)

        made.connection_made = connection_made
        return made

    def hang_up(self) -> None:
        for line in getattr(self, "lines", []):
            self.loop.call_soon_threadsafe(line.abort)


@contextmanager
def mail_server(postman: Postman, *, certificate: Path | None = None, **how: Any) -> Iterator[int]:
    """Run a server on 127.0.0.1 and yield its port; with `certificate` it offers STARTTLS."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, _m: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        postman.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"p@ss word", handled=False)

    controller = _Controller(
        postman,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        authenticator=authenticate,
        auth_require_tls=False,
        enable_SMTPUTF8=how.pop("smtputf8", True),
        **how,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        postman.released.set()
        controller.hang_up()
        controller.stop()


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_certificate(folder: Path, host: str) -> Path:
    """Make a key and a certificate for `host`, signed by itself, in one file."""
    path = folder / "server.pem"
    run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
            "-keyout", str(path), "-out", str(folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + (folder / "cert.pem").read_text())
    return path
