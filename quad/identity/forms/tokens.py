from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from quad.core.forms import Form, words
from quad.core.i18n import lazy_gettext as _l


def _split(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


Days = Annotated[
    int | None,
    Field(title=_l("Ends after days"), ge=1, le=3650, description=_l("Empty: it never ends.")),
]
Scopes = Annotated[
    list[Annotated[str, Field(max_length=60)]], BeforeValidator(_split), Field(max_length=40)
]


class NewToken(Form):
    name: Annotated[
        str, words(_l("What it is for"), longest=80, hint=_l("Such as “timetable script”."))
    ]
    days: Days = 90
    scopes: Annotated[Scopes, Field(title=_l("It may"))] = ["read"]


class RotateToken(Form):
    days: Days = 90
