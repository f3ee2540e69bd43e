from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DepartmentAdded(Fact):
    department_id: int


@dataclass(frozen=True, kw_only=True)
class DepartmentChanged(Fact):
    department_id: int


@dataclass(frozen=True, kw_only=True)
class DepartmentDeleted(Fact):
    department_id: int


@dataclass(frozen=True, kw_only=True)
class DepartmentRestored(Fact):
    department_id: int


@dataclass(frozen=True, kw_only=True)
class ProgrammeAdded(Fact):
    programme_id: int


@dataclass(frozen=True, kw_only=True)
class ProgrammeChanged(Fact):
    programme_id: int


@dataclass(frozen=True, kw_only=True)
class ProgrammeDeleted(Fact):
    programme_id: int


@dataclass(frozen=True, kw_only=True)
class ProgrammeRestored(Fact):
    programme_id: int


@dataclass(frozen=True, kw_only=True)
class TermAdded(Fact):
    term_id: int


@dataclass(frozen=True, kw_only=True)
class TermChanged(Fact):
    term_id: int


@dataclass(frozen=True, kw_only=True)
class TermDeleted(Fact):
    term_id: int


@dataclass(frozen=True, kw_only=True)
class TermRestored(Fact):
    term_id: int


@dataclass(frozen=True, kw_only=True)
class GradingSchemeAdded(Fact):
    grading_scheme_id: int


@dataclass(frozen=True, kw_only=True)
class GradingSchemeChanged(Fact):
    """Bands, scale or rules are different now: results that use the scheme follow from other figures."""

    grading_scheme_id: int


@dataclass(frozen=True, kw_only=True)
class GradingSchemeDeleted(Fact):
    grading_scheme_id: int


@dataclass(frozen=True, kw_only=True)
class GradingSchemeRestored(Fact):
    grading_scheme_id: int


@dataclass(frozen=True, kw_only=True)
class CampusAdded(Fact):
    campus_id: int


@dataclass(frozen=True, kw_only=True)
class CampusChanged(Fact):
    campus_id: int


@dataclass(frozen=True, kw_only=True)
class CampusDeleted(Fact):
    campus_id: int


@dataclass(frozen=True, kw_only=True)
class CampusRestored(Fact):
    campus_id: int


@dataclass(frozen=True, kw_only=True)
class DegreeAdded(Fact):
    degree_id: int


@dataclass(frozen=True, kw_only=True)
class DegreeChanged(Fact):
    degree_id: int


@dataclass(frozen=True, kw_only=True)
class DegreeDeleted(Fact):
    degree_id: int


@dataclass(frozen=True, kw_only=True)
class DegreeRestored(Fact):
    degree_id: int


@dataclass(frozen=True, kw_only=True)
class BatchAdded(Fact):
    batch_id: int


@dataclass(frozen=True, kw_only=True)
class BatchChanged(Fact):
    """Its programme or its years may be others now."""

    batch_id: int


@dataclass(frozen=True, kw_only=True)
class BatchDeleted(Fact):
    batch_id: int


@dataclass(frozen=True, kw_only=True)
class BatchRestored(Fact):
    batch_id: int


@dataclass(frozen=True, kw_only=True)
class ClassAdded(Fact):
    class_id: int


@dataclass(frozen=True, kw_only=True)
class ClassChanged(Fact):
    class_id: int


@dataclass(frozen=True, kw_only=True)
class ClassDeleted(Fact):
    class_id: int


@dataclass(frozen=True, kw_only=True)
class ClassRestored(Fact):
    class_id: int
