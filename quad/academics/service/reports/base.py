"""What the tables of academics share: the numbers, and where the lists behind them are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from quad.academics.service.result_figures import ResultCounts
from quad.academics.service.student_figures import STUDYING, StudentCounts
from quad.core.listing.declaration import Place
from quad.core.reporting import Scope

PER_CENT = "%"


@dataclass(frozen=True)
class Told:
    """Counted numbers, to be put into figures and tables; below `risk` a CGPA is one."""

    scope: Scope
    people: StudentCounts
    results: ResultCounts
    risk: Decimal

    def students(self, **which: Any) -> Place:
        """Return the list of students of the departments asked about."""
        return "academics.students_index", self.scope.within(**which)

    def studying(self, **which: Any) -> Place:
        """Return the list of those who study now."""
        return self.students(status=[status.value for status in STUDYING], **which)

    def outcomes(self, **which: Any) -> Place:
        """Return the list of results of the departments asked about."""
        return "academics.results_index", self.scope.within(**which)

    def of_focus(self, **which: Any) -> Place:
        """Return the list of results of the term in focus."""
        term = {"term": self.results.focus.id} if self.results.focus else {}
        return self.outcomes(**term, **which)

    def at_risk(self) -> dict[str, str]:
        """Return the filters of the students at risk."""
        return {"cgpa": "0", "cgpa_below": str(self.risk), "sort": "cgpa"}

    @property
    def term(self) -> str:
        """The name of the term in focus."""
        return self.results.focus.name if self.results.focus else ""
