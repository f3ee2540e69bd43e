"""Input about reading and proving accounts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from quad.core.forms import Form
from quad.core.i18n import lazy_gettext as _l


class ProofForm(Form):
    """How an account is to be proved: `profile` or `submission`."""

    method: Annotated[Literal["profile", "submission"], Field(title=_l("How to prove it"))]
