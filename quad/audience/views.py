"""The live count under the form of an audience."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from quad.audience import policy
from quad.audience.forms import AudienceIn
from quad.audience.service.telling import told
from quad.core.errors import Invalid
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.web.kit import current_actor, current_db, page

bp = Blueprint("audience", __name__, template_folder="templates")


@bp.get("/audience/reach")
def reach() -> ResponseReturnValue:
    """Say how many people the fields of the form around it reach; its other fields are not looked at."""
    actor = current_actor()
    policy.ASK.require(actor)
    given = MultiDict(
        (name, value)
        for name, value in request.args.items(multi=True)
        if name in AudienceIn.model_fields
    )
    form = Bound.from_html(AudienceIn, given)
    said = _("Correct the marked fields to see how many people this reaches.")
    if form.data is not None:
        try:
            said = told(current_db(), actor, form.data).sentence
        except Invalid as error:
            said = " ".join(error.fields.values())
    return page("audience/reach.html", said=said)
