"""What a personal access token may do: read or change, everywhere or in some areas only.

An area is a domain of the house. `read` and `write` alone mean every area; `read:academics` means that one. To change
includes to read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from quad.core.errors import Forbidden, Invalid
from quad.core.i18n import gettext as _

READ, WRITE = "read", "write"
_areas: dict[str, str] = {}


def use_areas(areas: dict[str, str]) -> None:
    """Say which areas there are: name and label (called by the roof with what the modules declare)."""
    _areas.clear()
    _areas.update(areas)


def areas() -> list[tuple[str, str]]:
    """Return (name, label) of every area that tokens can be limited to."""
    return [(name, str(label)) for name, label in _areas.items()]


def checked(words: Iterable[str]) -> str:
    """Return the scopes as they are kept. Raises Invalid for a word that is none, or when nothing is left."""
    kept = list(dict.fromkeys(words))
    for word in kept:
        act, colon, area = word.partition(":")
        if act not in (READ, WRITE) or (colon and area not in _areas):
            raise Invalid(
                {"scopes": _("“%(word)s” is nothing that a token can be given.", word=word[:40])}
            )
    if not kept:
        raise Invalid({"scopes": _("Choose what the token may do.")})
    return " ".join(sorted(kept))


def allows(scopes: Collection[str], area: str, *, writes: bool) -> bool:
    """Tell whether a token with `scopes` may read, or change, in `area`."""
    enough = {WRITE, f"{WRITE}:{area}"} | (set() if writes else {READ, f"{READ}:{area}"})
    return not enough.isdisjoint(scopes)


def require_scope(scopes: Collection[str], area: str, *, writes: bool) -> None:
    """Raise Forbidden, in words, unless a token with `scopes` may do this."""
    if allows(scopes, area, writes=writes):
        return
    if writes and allows(scopes, area, writes=False):
        raise Forbidden(_("This token may only read."))
    label = _areas.get(area)
    if label is None:
        raise Forbidden(_("This token may not do that."))
    raise Forbidden(_("This token does not reach “%(area)s”.", area=str(label)))


def worded(scopes: str) -> str:
    """Put the kept scopes into a sentence's words."""
    words = scopes.split()
    if WRITE in words:
        return _("Reads and changes everything")
    changes = [str(_areas.get(area, area)) for area in _of(words, WRITE)]
    reads = [str(_areas.get(area, area)) for area in _of(words, READ)]
    parts = []
    if changes:
        parts.append(_("Changes: %(areas)s", areas=", ".join(changes)))
    if READ in words:
        parts.append(_("Reads everything"))
    elif reads:
        parts.append(_("Reads: %(areas)s", areas=", ".join(reads)))
    return "; ".join(parts) or _("Nothing")


def _of(words: list[str], act: str) -> list[str]:
    return [word.partition(":")[2] for word in words if word.startswith(f"{act}:")]
