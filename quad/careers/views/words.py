"""What happened to an application, in sentences for its page."""

from __future__ import annotations

from typing import Any

from quad.careers.models.applications import STAGES, Stage
from quad.careers.service.reading import ShownApplication
from quad.core.i18n import gettext as _
from quad.core.i18n import moment


def entries(found: ShownApplication) -> list[dict[str, Any]]:
    """Return the story of an application, the first thing first, as the page draws it."""
    return [
        {
            "text": _sentence(one),
            "words": one.text,
            "when": moment(one.created_at),
            "iso": one.created_at.isoformat(),
            "mine": one.actor_id is not None and one.actor_id == found.head.person_id,
            "private": one.private,
            "key": one.stage_before is not one.stage_after,
        }
        for one in found.steps
    ]


def _sentence(one: Any) -> str:
    who = one.actor or _("Quad")
    if one.private:
        return _("%(who)s wrote a note:", who=who)
    if one.stage_after is Stage.APPLIED and one.stage_before is None:
        return _("%(who)s applied.", who=who)
    if one.stage_after is Stage.APPLIED:
        return _("%(who)s applied again.", who=who)
    if one.stage_after is Stage.WITHDRAWN:
        return _("%(who)s withdrew.", who=who)
    return _("%(who)s: %(stage)s.", who=who, stage=str(STAGES[one.stage_after][1]))
