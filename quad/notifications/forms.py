"""Input classes of the notifications domain."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quad.core.forms import Form, Id


class MarkRead(Form):
    """Which notifications were read; none named means all."""

    ids: Annotated[list[Id], Field(title="Notifications", max_length=500)] = []


class Preferences(Form):
    """The kinds wanted in the inbox and by mail; what is not named is not wanted."""

    in_app: Annotated[list[str], Field(title="In the inbox", max_length=100)] = []
    by_mail: Annotated[list[str], Field(title="By mail", max_length=100)] = []
