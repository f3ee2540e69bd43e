"""The questions of a host, and the form that asks them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from quad.core.forms import Form
from quad.core.i18n import lazy_gettext as _l
from quad.core.questions import AskedQuestion, answers_form


class QuestionIn(AskedQuestion):
    """One question to whoever registers; `choices` stand one a line."""


HIDE = Annotated[bool, Field(title=_l("Do not show my name to others who take part"))]


def registration_form(questions: Sequence[dict[str, Any]]) -> type[Form]:
    """Return the input class of registering: the host's questions as `a_<key>`, and whether to hide the name."""
    return answers_form("RegistrationAnswers", questions, (("name_hidden", HIDE, False),))
