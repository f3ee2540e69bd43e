"""Input about what somebody follows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quad.community.models.follows import FollowKind
from quad.core.forms import Form, Id
from quad.core.i18n import lazy_gettext as _l


class FollowThing(Form):
    """Somebody or something to follow, by its number."""

    kind: Annotated[FollowKind, Field(title=_l("What it is"))]
    id: Annotated[Id, Field(title=_l("Number"))]
