"""The headers by which a mail can be sorted and stopped, and the link that stops it without signing in.

RFC 8058: a mail program posts to the address in `List-Unsubscribe`, so the address itself must prove who it is for.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from quad.core.config import Settings
from quad.core.errors import NotFound
from quad.core.jobs.runtime import runtime_of
from quad.identity.service.secrets import keyed, same
from quad.notifications.kinds.every import KINDS

# Instead of a kind: everything that comes in digests.
DIGESTS = "digests"
SEAL = 32
_TOKEN = re.compile(r"(\d{1,18})-([a-z0-9_]{1,60})-([0-9a-f]{32})")


def _settings(db: Session) -> Settings:
    runtime = runtime_of(db)
    if runtime is None:
        raise RuntimeError("links need an installation: attach the database first")
    return runtime.settings


def _seal(settings: Settings, user_id: int, kind: str) -> str:
    return keyed(settings.secret, "unsubscribe", str(user_id), kind)[:SEAL]


def stop_path(db: Session, user_id: int, kind: str) -> str:
    """Return the path that stops mail of `kind` for somebody."""
    return f"/unsubscribe/{user_id}-{kind}-{_seal(_settings(db), user_id, kind)}"


def read_token(db: Session, token: str) -> tuple[int, str]:
    """Return whom and which kind a link names. Raises NotFound for one that Quad did not write."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise NotFound
    user_id, kind, seal = int(found[1]), found[2], found[3]
    if not same(seal, _seal(_settings(db), user_id, kind)) or (
        kind != DIGESTS and kind not in KINDS
    ):
        raise NotFound
    return user_id, kind


def headers(db: Session, user_id: int, kind: str, url: str = "") -> dict[str, str]:
    """Return what a mail of `kind` says beside the usual: its list, how to leave it, what it is about.

    Mails about one thing (one `url`) refer to the same number, so that programs show them as one conversation.
    """
    settings = _settings(db)
    base = settings.base_url.rstrip("/")
    host = (urlsplit(settings.base_url).hostname or "localhost").encode("idna").decode()
    said = {
        "List-Id": f"<{kind.replace('_', '-')}.{host}>",
        "List-Unsubscribe": f"<{base}{stop_path(db, user_id, kind)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if url:
        thing = f"<thing.{hashlib.sha256(url.encode()).hexdigest()[:32]}@{host}>"
        said |= {"In-Reply-To": thing, "References": thing}
    return said
