"""Talking to a mail server, in two halves: everything before the text, then the text.

Between the halves the outbox records that the text is about to go, so a crash leaves no doubt except about the answer.
"""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from quad.core.config import Misconfigured
from quad.core.i18n import gettext as _
from quad.core.jobs.context import TryLater
from quad.core.mail.addresses import blames_address
from quad.core.mail.message import Attached, ascii_address, build, envelope_sender, needs_utf8
from quad.core.mail.models import Mail


class NotNow(TryLater):
    """The letter did not go, or nobody knows; trying later may help."""


class Refused(NotNow):
    """The mail server said "not now" (4xx): the letter surely did not go."""


class Never(Exception):
    """The mail server refused this letter for good (5xx); the message is its reason."""


class NoSuchAddressee(Never):
    """The mail server refused the addressee for good, and it is not about who asks."""


@dataclass(frozen=True)
class Server:
    """A mail server, from `smtp://user:password@host:port` or `smtps://…`."""

    host: str
    port: int
    user: str
    password: str
    tls_at_once: bool

    @property
    def loopback(self) -> bool:
        """Tell whether it is this machine, where nobody listens on the way."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_server(url: str) -> Server | None:
    """Read QUAD_MAIL_URL; None is `capture:`.

    Raises Misconfigured for anything else than smtp, smtps and capture.
    """
    parts = urlsplit(url)
    if parts.scheme == "capture":
        return None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Misconfigured(
            "QUAD_MAIL_URL must be smtp://host:port, smtps://host:port or capture:."
        )
    tls = parts.scheme == "smtps"
    return Server(
        host=parts.hostname,
        port=parts.port or (465 if tls else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls_at_once=tls,
    )


class Delivery:
    """One conversation about one letter: `offer()`, then `transfer()`."""

    def __init__(self, server: Server, timeout: float) -> None:
        self._server = server
        self._timeout = timeout
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Connect, encrypt and sign in.

        Raises NotNow: no trouble up to here is the letter's fault.
        """
        try:
            self._smtp = self._connect()
            self._smtp.ehlo_or_helo_if_needed()
            if not self._server.tls_at_once and not self._server.loopback:
                self._encrypt(self._smtp)
            if self._server.user:
                self._smtp.login(self._server.user, self._server.password)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise NotNow(_told(error)) from error
        except BaseException:
            self._hang_up()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._smtp is not None and error is None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self._hang_up()

    def _connect(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        if self._server.tls_at_once:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=context)
        return smtplib.SMTP(host, port, timeout=self._timeout)

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        if not smtp.has_extn("starttls"):
            raise NotNow(
                _("The mail server offers no encryption (STARTTLS), so nothing was sent to it.")
            )
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo()

    def _hang_up(self) -> None:
        if self._smtp is not None:
            self._smtp.close()

    @property
    def _line(self) -> smtplib.SMTP:
        if self._smtp is None:
            raise RuntimeError("use Delivery in a with block")
        return self._smtp

    def offer(self, mail: Mail) -> None:
        """Name the sender and the addressee.

        Raises Never for a refusal with 5xx (NoSuchAddressee when it is about the address), NotNow for anything else.
        """
        options = []
        if needs_utf8(mail):
            if not self._line.has_extn("smtputf8"):
                raise Never(_("The mail server cannot deliver to an address with such letters."))
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        try:
            _check(*self._line.mail(envelope_sender(mail), options))
            _check_addressee(*self._line.rcpt(ascii_address(mail.address)))
        except (OSError, smtplib.SMTPException) as error:
            raise NotNow(_told(error)) from error

    def transfer(self, mail: Mail, files: Sequence[Attached] = ()) -> str:
        """Hand over the text and what goes with it; return the server's answer.

        Raises Never, Refused, or NotNow when the connection was lost: then the server may have taken the letter.
        """
        try:
            code, answer = self._line.data(bytes(build(mail, files)))
        except smtplib.SMTPDataError as error:
            _check(error.smtp_code, _bytes(error.smtp_error))
            raise Refused(_told(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotNow(_told(error)) from error
        _check(code, answer)
        return _line(code, answer)


def _check_addressee(code: int, answer: bytes) -> None:
    said = _line(code, answer)
    if 500 <= code <= 599 and blames_address(said):
        raise NoSuchAddressee(said)
    _check(code, answer)


def _check(code: int, answer: bytes) -> None:
    if 500 <= code <= 599:
        raise Never(_line(code, answer))
    if not 200 <= code <= 299:
        raise Refused(_line(code, answer))


def _line(code: int, answer: bytes) -> str:
    return f"{code} {' '.join(answer.decode('utf-8', 'replace').split())}"


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()


def _told(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(error.smtp_code, _bytes(error.smtp_error))
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return _("The mail server did not answer in time.")
    return f"{type(error).__name__}: {error}"
