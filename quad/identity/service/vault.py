"""What must be read back and yet not lie open in the database: sealed with a key made from the secret key."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@cache
def _box(secret: str, purpose: str) -> Fernet:
    """One key for each purpose, so that what was sealed for one opens nowhere else."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"quad/{purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derive.derive(secret.encode())))


def seal(secret: str, purpose: str, text: str) -> str:
    """Return `text` encrypted and signed for `purpose`."""
    return _box(secret, purpose).encrypt(text.encode()).decode()


def unseal(secret: str, purpose: str, sealed: str, *, seconds: int | None = None) -> str | None:
    """Return what was sealed for `purpose` (at most `seconds` ago), or None when it does not open."""
    try:
        return _box(secret, purpose).decrypt(sealed.encode(), ttl=seconds).decode()
    except InvalidToken:  # another key, another purpose, tampered with, or too old
        return None


def seal_value(secret: str, purpose: str, value: Any) -> str:
    """Return a JSON value sealed for `purpose`."""
    return seal(secret, purpose, json.dumps(value))


def unseal_value(secret: str, purpose: str, sealed: str, *, seconds: int) -> Any:
    """Return the JSON value sealed at most `seconds` ago, or None."""
    text = unseal(secret, purpose, sealed, seconds=seconds)
    return None if text is None else json.loads(text)
