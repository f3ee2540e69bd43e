"""What people fill in to issue and revoke documents, and to check one."""

from __future__ import annotations

import enum
from typing import Annotated

from pydantic import Field

from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l

SERIAL_LENGTH = 60


class RevokeDocument(Form):
    reason: Annotated[
        str,
        words(
            _l("Reason"),
            hint=_l("Kept with the document. Whoever checks it learns only that it is not valid."),
            longest=300,
        ),
    ]


class CheckSerial(Form):
    serial: Annotated[
        str,
        words(
            _l("Number on the document"),
            hint=_l("For example TR-2026-000123-7KQM-4XW2."),
            longest=SERIAL_LENGTH,
            autocomplete="off",
        ),
    ]


class CheckFile(Form):
    file: Annotated[
        str,
        Field(
            title=_l("PDF file"),
            description=_l("The file as you got it. It is compared and not kept."),
            json_schema_extra={"widget": "file", "accept": ".pdf"},
        ),
    ] = ""


class Paper(enum.StrEnum):
    """What the registrar issues."""

    TRANSCRIPT = "transcript"
    MARKSHEET = "marksheet"
    ID_CARD = "id_card"


MOST_IN_A_BATCH = 5_000


class IssuePaper(Form):
    """`term_id` is for a mark sheet alone."""

    kind: Annotated[Paper, Field(title=_l("Document"))]
    term_id: Annotated[Id | None, Field(title=_l("Term"))] = None


class IssueTo(IssuePaper):
    student_id: Id


class IssueMany(Form):
    """One document for each of many students."""

    kind: Annotated[Paper, Field(title=_l("Document"))] = Paper.TRANSCRIPT
    term_id: Annotated[Id | None, Field(title=_l("Term"))] = None
    student_ids: Annotated[
        list[Id], Field(title=_l("Students"), min_length=1, max_length=MOST_IN_A_BATCH)
    ]
