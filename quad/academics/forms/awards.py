"""What people fill in to give a result instead of the computed one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quad.academics.forms.common import MOST_AT_ONCE
from quad.academics.models.results import AwardKind
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l

LETTER_LENGTH = 20


class GiveAward(Form):
    """`taken_back` lets the computed result count again. `letter` belongs to the kind `grade` alone."""

    kind: Annotated[AwardKind, Field(title=_l("Result"))]
    letter: Annotated[
        str,
        words(
            _l("Grade"),
            hint=_l("Only for a grade: one of the student’s grading scheme."),
            longest=LETTER_LENGTH,
            shortest=0,
        ),
    ] = ""
    reason: Annotated[
        str,
        words(_l("Reason"), hint=_l("Kept with the result."), longest=300, shortest=0),
    ] = ""
    seen: Annotated[
        int | None,
        Field(title=_l("Award seen"), ge=0, json_schema_extra={"widget": "hidden"}),
    ] = None


class AwardEntry(GiveAward):
    """One student of a batch. `seen` is the number of the award that stood there (0 for none)."""

    enrolment_id: Id


class AwardsBatch(Form):
    entries: Annotated[
        list[AwardEntry], Field(title=_l("Results"), min_length=1, max_length=MOST_AT_ONCE)
    ]
