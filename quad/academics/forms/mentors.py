from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from quad.core.forms import Form, Id
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.mentors import MentorKind

MOST = 10_000


def _number(value: Any) -> Any:
    """Read an id of any shape; what is no number of ours is nobody's (0)."""
    text = str(value).strip() if isinstance(value, str | int) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


# Ids are opaque to clients: one that cannot be ours is an unknown one, to be skipped and counted.
LooseId = Annotated[
    int, BeforeValidator(_number), Field(json_schema_extra={"type": ["string", "integer"]})
]


class AssignAdvisor(Form):
    advisor_id: Annotated[LooseId, Field(title=_l("Advisor"))]
    student_ids: Annotated[list[LooseId], Field(title=_l("Students"), max_length=MOST)]


class AssignCounsellor(Form):
    counsellor_id: Annotated[LooseId, Field(title=_l("Counsellor"))]
    student_ids: Annotated[list[LooseId], Field(title=_l("Students"), max_length=MOST)]


class AssignClass(Form):
    """Everybody of a class to one mentor, or shared out among all: first as a suggestion, then so."""

    kind: Annotated[MentorKind, Field(title=_l("Kind"), json_schema_extra={"widget": "hidden"})] = (
        MentorKind.ADVISOR
    )
    class_id: Annotated[Id, Field(title=_l("Class"), json_schema_extra={"widget": "select"})]
    mentor_id: Annotated[
        Id | None, Field(title=_l("Mentor"), json_schema_extra={"widget": "select"})
    ] = None
    only_without: Annotated[bool, Field(title=_l("Only those without one"))] = True
    how: Annotated[Literal["one", "suggest", "share"], Field(title=_l("How"))] = "one"


class ClassToMentor(Form):
    """Everybody of a class to one mentor; `only_without` leaves those who have one."""

    kind: Annotated[MentorKind, Field(title=_l("Kind"))]
    class_id: Annotated[Id, Field(title=_l("Class"))]
    mentor_id: Annotated[Id, Field(title=_l("Mentor"))]
    only_without: Annotated[bool, Field(title=_l("Only those without one"))] = True


class ShareOut(Form):
    """Whom to share out: a class, or these students."""

    kind: Annotated[MentorKind, Field(title=_l("Kind"))]
    class_id: Annotated[Id | None, Field(title=_l("Class"))] = None
    only_without: Annotated[bool, Field(title=_l("Only those without one"))] = True
    student_ids: Annotated[list[LooseId], Field(title=_l("Students"), max_length=MOST)] = []


class MoveMentees(Form):
    """All students of one mentor to another."""

    kind: Annotated[MentorKind, Field(title=_l("Kind"))]
    from_id: Annotated[Id, Field(title=_l("From whom"))]
    mentor_id: Annotated[Id, Field(title=_l("To whom"))]


class TakeMentor(Form):
    """The mentor of this kind is taken from these students."""

    kind: Annotated[MentorKind, Field(title=_l("Kind"))]
    student_ids: Annotated[list[LooseId], Field(title=_l("Students"), max_length=MOST)]


class Reassign(Form):
    """All students of one mentor to another."""

    kind: Annotated[MentorKind, Field(title=_l("Kind"), json_schema_extra={"widget": "hidden"})] = (
        MentorKind.ADVISOR
    )
    mentor_id: Annotated[Id, Field(title=_l("To whom"), json_schema_extra={"widget": "select"})]
