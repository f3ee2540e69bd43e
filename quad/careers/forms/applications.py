"""Input of applications: handing one in, and taking care of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from quad.alumni.forms.giving import Message, NeededBy
from quad.alumni.service.passing_on import MOST
from quad.careers.models.applications import Stage
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l

LONGEST_LETTER = 10_000
LONGEST_ANSWER = 4_000
LONGEST_NOTE = 4_000


class ApplyForJob(Form):
    """An application. `answers` holds what was answered, by the keys of the job's questions.

    `cv_id` is a CV that one keeps; a new one is sent as a file beside it. `references` are those one was given.
    """

    cover_letter: Annotated[
        str,
        words(
            _l("Cover letter"),
            hint=_l("Why you, why this work. May stay empty."),
            longest=LONGEST_LETTER,
            shortest=0,
            widget="textarea",
            rows=8,
        ),
    ] = ""
    cv_id: Annotated[
        Id | None,
        Field(
            title=_l("A CV you keep here"), json_schema_extra={"placeholder": _l("None of them")}
        ),
    ] = None
    references: Annotated[
        list[Id],
        Field(
            title=_l("References"),
            description=_l("Who posted the job reads them; confidential ones you do not."),
            max_length=MOST,
            json_schema_extra={"widget": "checkboxes"},
        ),
    ] = []
    answers: Annotated[
        dict[str, Annotated[str, Field(max_length=LONGEST_ANSWER)]],
        Field(title=_l("Answers"), max_length=20),
    ] = {}


class AskForApplication(Form):
    """Ask somebody for a confidential reference towards one application."""

    writer_id: Annotated[Id, Field(title=_l("Person"))]
    message: Message = ""
    due_on: NeededBy = None


class Move(Form):
    """Bring an application to a stage. What was offered goes with `offered` and `hired`, paid as the job says.

    The applicant reads `note`.
    """

    stage: Annotated[Stage, Field(title=_l("Stage"))]
    note: Annotated[
        str,
        words(
            _l("Note to the applicant"),
            hint=_l("Goes out with the news. May stay empty."),
            longest=LONGEST_NOTE,
            shortest=0,
            widget="textarea",
            rows=3,
        ),
    ] = ""
    offer: Annotated[
        Decimal | None,
        Field(
            title=_l("Salary offered"),
            ge=0,
            le=Decimal("9999999999.99"),
            decimal_places=2,
            json_schema_extra={"inputmode": "decimal"},
        ),
    ] = None


class MoveMany(Move):
    """Bring several applications for one job to a stage."""

    ids: Annotated[list[Id], Field(title=_l("Applications"), min_length=1, max_length=500)]


class Note(Form):
    """A word among those who take care of an application."""

    text: Annotated[str, words(_l("Note"), longest=LONGEST_NOTE, widget="textarea", rows=3)]


class Withdraw(Form):
    note: Annotated[
        str,
        words(_l("Why?"), longest=LONGEST_NOTE, shortest=0, widget="textarea", rows=2),
    ] = ""
