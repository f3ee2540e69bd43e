"""How many rows of each sort were new, changed, or the same."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass
class Count:
    """Rows of one sort."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def note(self, *, exists: bool, differs: bool = False) -> None:
        """Count one row by what the import finds of it."""
        if not exists:
            self.new += 1
        elif differs:
            self.changed += 1
        else:
            self.same += 1


@dataclass
class Counts:
    """Rows of every sort."""

    terms: Count = field(default_factory=Count)
    courses: Count = field(default_factory=Count)
    offerings: Count = field(default_factory=Count)
    components: Count = field(default_factory=Count)
    students: Count = field(default_factory=Count)
    enrolments: Count = field(default_factory=Count)
    marks: Count = field(default_factory=Count)
    results: Count = field(default_factory=Count)

    def as_json(self) -> dict[str, dict[str, int]]:
        """Return plain JSON values."""
        return asdict(self)

    def total(self, name: str) -> int:
        """Return the sum of `new`, `changed` or `same`."""
        return sum(count[name] for count in self.as_json().values())
