"""Addresses as people and programs hand them in: pages elsewhere, and paths on this site."""

from __future__ import annotations

from urllib.parse import urlsplit


def web_host(text: str) -> str:
    """Return the host that a web address (http or https) names, "" for what is no web address."""
    try:
        parts = urlsplit(text)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:  # brackets that hold no address
        return ""


def is_own_path(text: str) -> bool:
    """Tell whether a text is a path on this site, which no reading of it leads away from."""
    if not text.startswith("/") or text.startswith(("//", "/\\")):
        return False
    parts = urlsplit(text)
    away = parts.scheme or parts.netloc
    return not away and not any(ord(char) < 32 or char == "\\" for char in text)
