"""What to take away when a question finds nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from quad.core.listing.arguments import Asked, Chosen
from quad.core.listing.declaration import Listing
from quad.core.listing.query import Total, totals
from quad.core.policy import Actor


def hints(
    db: Session, listing: Listing[Any], actor: Actor, asked: Asked, most: int = 4
) -> list[tuple[Chosen | None, Total]]:
    """When nothing matches: what taking one filter (or, as None, the search) away would bring. One statement."""
    dropped: list[Chosen | None] = [*asked.filters]
    if asked.q:
        dropped.append(None)
    dropped = dropped[-most:]
    questions = [replace(asked.without(gone), exact=False) for gone in dropped]
    counted = totals(db, listing, actor, questions)
    return [(gone, total) for gone, total in zip(dropped, counted, strict=True) if total.count]
