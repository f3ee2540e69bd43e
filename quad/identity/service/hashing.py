"""Hashing passwords, one at a time.

argon2id with parallelism 1. At most one hash runs in a process and at most four wait: a storm of sign-ins then costs
the storm, not everybody (DESIGN §9.9). Callers hash outside write transactions.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import bcrypt
from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

from quad.core.config import Settings
from quad.core.errors import TooMany
from quad.core.i18n import gettext as _
from quad.identity.service.secrets import new_key

WAITING = 4
RETRY_AFTER = 2
BCRYPT = ("$2a$", "$2b$", "$2y$")
BCRYPT_BYTES = 72  # bcrypt never looked further


class HashGate:
    """One inside, at most `waiting` before the gate, the rest is sent away."""

    def __init__(self, waiting: int = WAITING) -> None:
        self._inside = threading.Lock()
        self._places = threading.BoundedSemaphore(waiting + 1)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn. Raises TooMany when too many wait already."""
        if not self._places.acquire(blocking=False):
            raise TooMany(
                _("Many people are signing in at this moment. Please try again in a few seconds."),
                retry_after=RETRY_AFTER,
            )
        try:
            with self._inside:
                yield
        finally:
            self._places.release()


GATE = HashGate()


@dataclass(frozen=True)
class Checked:
    """Whether the password was right, and a better hash to keep when the kept one is out of date."""

    right: bool
    better: str | None = None


class Hasher:
    """argon2id at the configured cost; knows the bcrypt hashes of imported accounts."""

    def __init__(self, memory_kib: int, rounds: int) -> None:
        self._argon = PasswordHasher(
            time_cost=rounds, memory_cost=memory_kib, parallelism=1, type=Type.ID
        )
        self._nobodys = self._argon.hash(new_key())

    def hash(self, password: str) -> str:
        """Return the hash to keep. Raises TooMany."""
        with GATE.turn():
            return self._argon.hash(password)

    def check(self, kept: str | None, password: str) -> Checked:
        """Compare `password` with the kept hash; without one it takes as long and is never right.

        Raises TooMany.
        """
        with GATE.turn():
            if kept is None:
                self._fits(self._nobodys, password)
                return Checked(False)
            if not self._fits(kept, password):
                return Checked(False)
            outdated = kept.startswith(BCRYPT) or self._argon.check_needs_rehash(kept)
            return Checked(True, self._argon.hash(password) if outdated else None)

    def _fits(self, kept: str, password: str) -> bool:
        if kept.startswith(BCRYPT):
            try:
                return bcrypt.checkpw(password.encode()[:BCRYPT_BYTES], kept.encode())
            except ValueError:
                return False
        try:
            return self._argon.verify(kept, password)
        except (Argon2Error, InvalidHashError):
            return False


@cache
def _hasher(memory_kib: int, rounds: int) -> Hasher:
    return Hasher(memory_kib, rounds)


def hasher(settings: Settings) -> Hasher:
    """Return the hasher of this installation, the same object every time."""
    return _hasher(settings.hash_memory_kib, settings.hash_rounds)


def hash_passwords(lines: Iterable[str], how: Hasher) -> Iterator[str]:
    """Yield each line with its password hashed. What stands before a tab (a name, an e-mail) is kept as it is."""
    for line in lines:
        text = line.rstrip("\r\n")
        if not text:
            continue
        before, tab, password = text.rpartition("\t")
        yield f"{before}{tab}{how.hash(password)}"
