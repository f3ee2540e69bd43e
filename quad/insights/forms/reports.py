"""What a saved report is: the definition as it is stored and sent, and what is asked about the report itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from quad.core.forms import Form, words
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import Role
from quad.insights.models import Recipients, Rhythm

MOST_COLUMNS, MOST_FILTERS, MOST_GROUPS, MOST_MEASURES = 20, 20, 3, 6
MOST_VALUES = 100

Key = Annotated[str, Field(max_length=60)]


class Filtered(Form):
    """Rows for which a field compares so with `values`; what each comparison takes is in `/reports/sources`."""

    field: Key
    op: Key
    values: Annotated[
        list[Annotated[str, Field(max_length=200)]], Field(max_length=MOST_VALUES)
    ] = []


class Grouped(Form):
    """Rows with the same value stand together; a date by its day, month or year."""

    field: Key
    period: Literal["", "month", "year"] = ""


class Measured(Form):
    """One number of a group: how many rows, or what a number of theirs comes to."""

    by: Literal["count", "sum", "average", "least", "most"]
    of: Key = ""

    @property
    def key(self) -> str:
        """What `sort` calls it."""
        return f"{self.by}.{self.of}" if self.of else self.by


class Definition(Form):
    """A report. `list` shows rows with `columns`; `summary` shows groups with `measures`.

    `sort` is a field, a group or a measure (`count`, `sum.solved`), with a minus for the highest first.
    """

    version: Literal[1] = 1
    source: Key
    shape: Literal["list", "summary"] = "list"
    columns: Annotated[list[Key], Field(max_length=MOST_COLUMNS)] = []
    filters: Annotated[list[Filtered], Field(max_length=MOST_FILTERS)] = []
    groups: Annotated[list[Grouped], Field(max_length=MOST_GROUPS)] = []
    measures: Annotated[list[Measured], Field(max_length=MOST_MEASURES)] = []
    sort: Annotated[str, Field(max_length=80)] = ""
    chart: Literal["none", "bars", "bar", "line"] = "none"


class SavedForm(Form):
    """A report to be kept, under a name."""

    name: str = words(_l("Name"))
    note: str = Field(default="", max_length=300, title=_l("What it is for"))
    definition: Definition


class SavedChange(SavedForm):
    """A report with changes; `version` is the one that was read."""

    version: int = Field(title=_l("Version"))


class Posted(Form):
    """What the builder posts: the definition is one hidden field."""

    name: str = words(_l("Name"))
    note: str = Field(default="", max_length=300, title=_l("What it is for"))
    definition: str = Field(max_length=20_000)
    version: int | None = None


class ShareForm(Form):
    """Who else may open a report, by role; each of them sees their own rows."""

    roles: list[Role] = Field(default=[], title=_l("Roles that may open it"))


class ScheduleForm(Form):
    """When a report is sent by mail, to whom, and as what."""

    rhythm: Rhythm = Field(title=_l("How often"))
    recipients: Recipients = Field(default=Recipients.OWNER, title=_l("To whom"))
    file_format: Literal["csv", "xlsx"] = Field(default="xlsx", title=_l("As"))


class MuteForm(Form):
    """Whether one still gets the mails of a report."""

    muted: bool = Field(title=_l("Do not send it to me"))


class RowsQuery(Form):
    """One page of a report's rows."""

    page: int = Field(default=1, ge=1, le=1000, title=_l("Page"))
    size: int = Field(default=100, ge=1, le=500, title=_l("Rows of a page"))


class ReportFileQuestion(Form):
    """The file format of a report."""

    format: Literal["csv", "xlsx", "pdf"] = Field(default="xlsx", title=_l("Format"))


class RunForm(RowsQuery):
    """A definition to be run without being kept."""

    definition: Definition
