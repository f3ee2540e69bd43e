"""Descriptions of operations that are worked out when the API is described, and not by every process that starts."""

from __future__ import annotations

import threading
from collections.abc import Callable

_WAITING: list[Callable[[], None]] = []
_ONE_AT_A_TIME = threading.Lock()


def describe_later(describe: Callable[[], None]) -> None:
    """Keep `describe` until somebody asks for the description."""
    _WAITING.append(describe)


def describe_now() -> None:
    """Do what was kept, in the order it came, once; return when all is done, whoever did it."""
    with _ONE_AT_A_TIME:
        while _WAITING:
            _WAITING.pop(0)()
