"""Figures for operators that a domain takes from its tables: `/metrics` shows them beside those of the process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

Value = tuple[tuple[str, ...], float]

MEASURES: dict[str, Measure] = {}


@dataclass(frozen=True)
class Measure:
    """One figure. `read` returns a value for each set of labels; it is asked at every look, so it must be cheap.

    Declaring registers it; names are unique.
    """

    name: str
    about: str
    labels: tuple[str, ...]
    read: Callable[[Session], Iterable[Value]]

    def __post_init__(self) -> None:
        if self.name in MEASURES:
            raise RuntimeError(f"measure declared twice: {self.name}")
        MEASURES[self.name] = self
