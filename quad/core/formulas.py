"""Texts that a spreadsheet program would run: disarmed on the way out, the same again on the way in."""

from __future__ import annotations

SIGN = "'"
# What makes a spreadsheet program read a cell as a formula (OWASP, “CSV injection”), full-width forms included.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def disarmed(text: str) -> str:
    """Return a text with an apostrophe in front if it would run; one that has apostrophes already gets one more."""
    return SIGN + text if _runs(text.lstrip(SIGN)) else text


def armed(text: str) -> str:
    """Return the text that was disarmed."""
    return text[1:] if text.startswith(SIGN) and _runs(text.lstrip(SIGN)) else text


def _runs(text: str) -> bool:
    return text.startswith(STARTS) or text.lstrip(" ").startswith(STARTS)
