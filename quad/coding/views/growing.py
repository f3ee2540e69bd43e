"""Growth over the time that a page is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import request

from quad.coding.forms.spans import Span
from quad.coding.service import spans
from quad.coding.service.spans import Growth
from quad.core.errors import Invalid
from quad.core.forms import Bound


def growth_of(rows: Sequence[Any], today: date) -> tuple[Growth, Bound[Span]]:
    """Return the growth of a student with these days, and the form that asks for another time.

    Where the address names a time that cannot be, the form says why and the growth is that of all days.
    """
    given = {name: request.args[name] for name in Span.model_fields if name in request.args}
    form = Bound.from_row(Span, given)
    try:
        grown = spans.between(rows, form.require(), today)
    except Invalid as error:
        form.refuse(error)
        return spans.between(rows, Span(), today), form
    return grown, Bound(Span, initial={"since": grown.since, "until": grown.until})
