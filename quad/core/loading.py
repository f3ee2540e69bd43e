"""Loading hundreds of modules without looking through them for garbage again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Collect no garbage in here, and never look at what is there afterwards: modules and classes stay.

    It saves a sixth of the start, and the pauses of collections that go through all classes.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
