"""The file that every virus scanner is tried with. It harms nobody, and is refused without any scanner."""

from __future__ import annotations

from typing import IO

from quad.core.looking.refusal import windows

# In two pieces, so that no scanner takes this source for it.
TEST_VIRUS = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"


def is_test_virus(stream: IO[bytes]) -> bool:
    """Tell whether the test file's text is anywhere in the content."""
    return any(TEST_VIRUS in window for _place, window in windows(stream))
