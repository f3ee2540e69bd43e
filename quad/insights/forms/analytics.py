"""What may be asked of the analytics."""

from __future__ import annotations

from datetime import date

from pydantic import Field, model_validator

from quad.core.forms import Form, Id
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l


class Question(Form):
    """The numbers of one department or all, of a term or a period; what is left empty does not narrow."""

    since: date | None = Field(default=None, title=_l("From"))
    until: date | None = Field(default=None, title=_l("To"))
    term: Id | None = Field(default=None, title=_l("Term"))
    department: Id | None = Field(default=None, title=_l("Department"))

    @model_validator(mode="after")
    def _in_order(self) -> Question:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ValueError(_("The period ends before it begins."))
        return self


class FileQuestion(Question):
    """A question whose answer is a file; a CSV file holds one table, the first unless it is named."""

    format: str = Field(default="xlsx", pattern="^(csv|xlsx|pdf)$", title=_l("Format"))
    table: str = Field(default="", max_length=40, title=_l("Table"))
