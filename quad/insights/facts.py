"""What happens to saved reports."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ReportFact(Fact):
    """Something about one saved report."""

    report_id: int


class ReportSaved(ReportFact):
    """A report was made."""


class ReportChanged(ReportFact):
    """What a report shows, or its name, is another now."""


class ReportDeleted(ReportFact):
    """A report was put away; it can be brought back."""


class ReportRestored(ReportFact):
    """A deleted report is back."""


@dataclass(frozen=True, kw_only=True)
class ReportShared(ReportFact):
    """Other roles than before may open a report."""

    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReportScheduled(ReportFact):
    """A report is sent in another way than before, or no more."""

    rhythm: str
    recipients: str


@dataclass(frozen=True, kw_only=True)
class ReportMuted(ReportFact):
    """Somebody does not want the mails of a report, or wants them again."""

    muted: bool


@dataclass(frozen=True, kw_only=True)
class ReportSent(ReportFact):
    """A report went to one person."""

    user_id: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class ReportFailed(ReportFact):
    """A report could not be sent; its owner is told once."""

    sentence: str
