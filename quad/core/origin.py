"""Where an act came from: the caller's address, program, request number and role, for the audit and for sessions."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """All empty for work that no request started. `role` is the one the caller worked as."""

    address: str = ""
    user_agent: str = ""
    request_id: str = ""
    role: str = ""


_origin: ContextVar[Origin] = ContextVar("quad_origin", default=Origin())


def set_origin(origin: Origin) -> None:
    """Say where the acts of this context come from."""
    _origin.set(origin)


def current_origin() -> Origin:
    """Return where the acts of this context come from."""
    return _origin.get()
