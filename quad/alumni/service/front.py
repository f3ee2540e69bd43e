"""What the network shows to people who are not signed in."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, func, select

from quad.alumni.models.figures import AlumniFigures


def graduates() -> ScalarSelect[int]:
    """Return the subquery for the number of verified graduates."""
    return select(func.coalesce(func.sum(AlumniFigures.number), 0)).scalar_subquery()
