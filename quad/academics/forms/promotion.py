"""What people fill in to move a batch up, and about dues."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator

from quad.academics.forms.common import MOST_AT_ONCE, Version
from quad.academics.models.promotion import Outcome
from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l

NOT_ASKED = _l("Leave it empty when it does not matter.")
Average = Annotated[Decimal | None, Field(ge=0, le=1000, decimal_places=2)]


class RuleForm(Form):
    """A programme's promotion rule."""

    most_backlogs: Annotated[
        int | None,
        Field(
            title=_l("Backlogs at most"),
            description=_l(
                "Courses failed and not passed since. Leave it empty when it does not matter."
            ),
            ge=0,
            le=200,
        ),
    ] = None
    credits_a_semester: Annotated[
        Decimal | None,
        Field(
            title=_l("Credits earned, for each semester completed"),
            description=_l(
                "With 16, leaving the 4th semester takes 64. Leave it empty when it does not matter."
            ),
            ge=0,
            le=999,
            decimal_places=2,
        ),
    ] = None
    least_cgpa: Annotated[
        Average, Field(title=_l("CGPA at least, to move up"), description=NOT_ASKED)
    ] = None
    graduation_cgpa: Annotated[
        Average, Field(title=_l("CGPA at least, to graduate"), description=NOT_ASKED)
    ] = None
    dues_hold: Annotated[bool, Field(title=_l("Dues hold a student back"))] = True
    open_results_hold: Annotated[
        bool,
        Field(
            title=_l("Results of the term that are still open hold a student back"),
            description=_l("Not published yet, or incomplete."),
        ),
    ] = True
    version: Version = None


class NewPromotion(Form):
    batch_id: Annotated[Id, Field(title=_l("Batch"), json_schema_extra={"widget": "select"})]
    term_id: Annotated[
        Id,
        Field(
            title=_l("Term that ends"),
            description=_l("Each student moves up once for a term, however often this is done."),
            json_schema_extra={"widget": "select"},
        ),
    ]
    graduates_on: Annotated[
        date | None,
        Field(
            title=_l("Day of graduation"),
            description=_l(
                "For those who finish the last semester. The last day of the term when you leave it empty."
            ),
        ),
    ] = None


class ApplyPromotion(Form):
    """`version` is the preview that was seen; a newer one answers 409."""

    version: Annotated[
        int, Field(title=_l("Version"), ge=1, json_schema_extra={"widget": "hidden"})
    ]


class OverrideLine(Form):
    """`outcome` empty goes back to what the rule says."""

    outcome: Annotated[
        Outcome | None,
        Field(title=_l("Decision"), description=_l("Empty goes back to what the rule says.")),
    ] = None
    reason: Annotated[
        str, words(_l("Reason"), hint=_l("Kept with the student."), longest=300, shortest=0)
    ] = ""

    @field_validator("outcome")
    @classmethod
    def _decidable(cls, value: Outcome | None) -> Outcome | None:
        if value is Outcome.SKIPPED:
            raise ValueError(_("Choose promoted, held back or graduated."))
        return value


class OverrideMany(OverrideLine):
    student_ids: Annotated[
        list[Id], Field(title=_l("Students"), min_length=1, max_length=MOST_AT_ONCE)
    ]


class UndoPromotion(Form):
    reason: Annotated[str, words(_l("Reason"), hint=_l("Kept in the log."), longest=300)]


class FlagDues(Form):
    reason: Annotated[
        str,
        words(
            _l("What is owed"),
            hint=_l("For example: library book, hostel fee. The student sees this."),
            longest=300,
        ),
    ]


class ClearDues(Form):
    note: Annotated[
        str, words(_l("Note"), hint=_l("For example a receipt."), longest=300, shortest=0)
    ] = ""


class DuesRow(Form):
    """One line of a file of dues. An empty reason clears the flag."""

    register_number: Annotated[str, words(_l("Register number"), longest=40)]
    reason: Annotated[
        str | None,
        words(_l("What is owed"), hint=_l("Empty clears the flag."), longest=300, shortest=0),
    ] = None
