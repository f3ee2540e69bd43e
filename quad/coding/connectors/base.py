"""What every connector is: the one module of a platform that knows its addresses and answers."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import ClassVar

from quad.coding.connectors.reading import Claim, ProofMethod, Reading
from quad.coding.connectors.troubles import Trouble, VisitFailed
from quad.coding.connectors.wire import Wire


@dataclass(frozen=True)
class Place:
    """Where a platform is, and the key it gave the institution; tests put a server of their own here."""

    url: str
    beside: str = ""
    token: str = ""

    def at(self, path: str) -> str:
        """Return the address of `path` there."""
        return f"{self.url.rstrip('/')}{path}"

    def at_beside(self, path: str) -> str:
        """Return the address of `path` at the second server some platforms need."""
        return f"{self.beside.rstrip('/')}{path}"


class Connector:
    """Reads one platform. A connector holds nothing: what it may use comes with each call.

    `interval` is how many seconds at least pass between two requests of the whole institution; `where_code_goes` and
    `problems` say how an account is proved, both empty when it cannot be. There are many problems so that a failed
    compilation of just this one is no accident.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    site: ClassVar[str]
    interval: ClassVar[float]
    handles: ClassVar[re.Pattern[str]]
    where_code_goes: ClassVar[str] = ""
    problems: ClassVar[tuple[str, ...]] = ()

    def check_handle(self, handle: str) -> None:
        """Raise VisitFailed when no account there can be called `handle`.

        A name goes into addresses and queries, so nothing else may pass.
        """
        if not self.handles.fullmatch(handle):
            raise VisitFailed(Trouble.UNUSABLE_HANDLE)

    @property
    def proofs(self) -> tuple[ProofMethod, ...]:
        """How an account here can be proved, best first."""
        ways = (
            (ProofMethod.PROFILE, bool(self.where_code_goes)),
            (ProofMethod.SUBMISSION, bool(self.problems)),
        )
        return tuple(method for method, given in ways if given)

    def problem_for(self, code: str) -> str:
        """Return the problem that belongs to a proof code, "" where there are none."""
        if not self.problems:
            return ""
        return self.problems[zlib.crc32(code.encode()) % len(self.problems)]

    def problem_url(self, problem: str) -> str:
        """Return where `problem` is found."""
        raise NotImplementedError

    def read(self, wire: Wire, place: Place, handle: str) -> Reading:
        """Return the figures of `handle`. Raises VisitFailed."""
        raise NotImplementedError

    def prove(self, wire: Wire, place: Place, handle: str, claim: Claim) -> bool:
        """Tell whether what `claim` asks for is there. Raises VisitFailed."""
        raise NotImplementedError
