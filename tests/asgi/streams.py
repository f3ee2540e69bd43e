"""A browser's end of `/live`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass
class Told:
    """One event as a browser gets it."""

    id: str = ""
    kind: str = ""
    data: Any = None


@dataclass
class Stream:
    """An open stream; `id` is what a browser would come back with."""

    answer: httpx.Response
    id: str = ""
    beats: int = 0
    lines: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = self.answer.iter_lines()

    def blocks(self) -> Iterator[Told]:
        told = Told()
        for line in self.lines:
            name, _colon, value = line.partition(": ")
            if name == "id":
                self.id = told.id = value
            elif name == "event":
                told.kind = value
            elif name == "data":
                told.data = json.loads(value)
            elif not line:
                yield told
                told = Told()

    def opened(self) -> Stream:
        """Wait until the stream has said where it begins."""
        while not self.id:
            next(self.blocks())
        return self

    def events(self, count: int) -> list[Told]:
        found: list[Told] = []
        for block in self.blocks():
            if block.kind:
                found.append(block)
            else:
                self.beats += 1
            if len(found) == count:
                return found
        return found
