"""Who acts where no request is: jobs know a person's number, the identity floor knows what they may do."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from quad.core.errors import SignedOut
from quad.core.policy import NOBODY, Actor

_loaders: list[Callable[[Session, int], Actor | None]] = []


def use_actors(load: Callable[[Session, int], Actor | None]) -> None:
    """Say how an actor is loaded by the person's number (identity does, when imported)."""
    _loaders[:] = [load]


def actor_by_id(db: Session, user_id: int | None) -> Actor:
    """Return the person as they are now, with the rights they hold now.

    Raises SignedOut when the account is gone or closed.
    """
    found = _loaders[0](db, user_id) if _loaders and user_id is not None else None
    if found is None or found is NOBODY:
        raise SignedOut
    return found
