"""Keys, codes and their fingerprints. Nothing here touches the database."""

from __future__ import annotations

import hashlib
import hmac
import secrets

KEY_BYTES = 32
PERSONAL_PREFIX = "quad_pat_"
# No letters that look alike: a one-time password is read from a sheet of paper.
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def new_key() -> str:
    """Return an opaque key nobody can guess."""
    return secrets.token_urlsafe(KEY_BYTES)


def fingerprint(key: str) -> str:
    """Return what is kept of a key that nobody can guess."""
    return hashlib.sha256(key.encode()).hexdigest()


def keyed(secret: str, *parts: str) -> str:
    """Return a fingerprint that only the holder of `secret` can compute, for things that can be guessed."""
    message = "\x1f".join(parts).encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def one_time_password() -> str:
    """Return a password for one use, in groups that can be read aloud (59 bits)."""
    letters = "".join(secrets.choice(READABLE) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
