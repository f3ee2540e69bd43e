"""Whether a password is on a list of leaked ones. Off unless QUAD_BREACH_URL is set.

The list is asked the k-anonymous way: only the first five characters of the password's SHA-1 leave this machine, the
list answers with every hash that begins so, and the comparison is made here. A list that does not answer in time stops
nobody; the log says so.
"""

from __future__ import annotations

import hashlib
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException

import structlog

PREFIX = 5
LARGEST = 2 * 1024 * 1024

log = structlog.get_logger("quad.breaches")


@dataclass(frozen=True)
class BreachList:
    """Where the list is, and how many seconds it may take."""

    url: str = ""
    timeout: float = 2.0


_list: list[BreachList] = [BreachList()]


def use_breach_list(found: BreachList) -> None:
    """Say which list to ask (called by the roof); one without an address asks nobody."""
    _list[:] = [found]


def is_leaked(password: str) -> bool:
    """Tell whether the list knows this password; False when there is no list, or it does not answer."""
    where = _list[0]
    if not where.url:
        return False
    # Not for keeping: the list is made of SHA-1.
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    prefix, rest = digest[:PREFIX], digest[PREFIX:]
    try:
        lines = _ask(where, prefix)
    except (OSError, HTTPException, ValueError) as error:
        log.warning("breach_list_silent", error=type(error).__name__)
        return False
    return any(_names(line, rest) for line in lines)


def _ask(where: BreachList, prefix: str) -> list[str]:
    # Padding hides from anybody who counts bytes which part of the list was asked for.
    request = urllib.request.Request(  # noqa: S310 - the address is the operator's
        f"{where.url.rstrip('/')}/{prefix}", headers={"Add-Padding": "true", "User-Agent": "Quad"}
    )
    with urllib.request.urlopen(request, timeout=where.timeout) as answer:  # noqa: S310
        text: str = answer.read(LARGEST).decode("ascii")
    return text.splitlines()


def _names(line: str, rest: str) -> bool:
    """Padding lines have a count of 0."""
    suffix, _colon, count = line.strip().partition(":")
    return suffix.upper() == rest and count.strip() != "0"
