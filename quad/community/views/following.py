"""The buttons that follow departments and skills."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response as BaseResponse

from quad.community.models.follows import FollowKind
from quad.community.service import following
from quad.community.views.blueprint import act, back, bp
from quad.core.i18n import gettext as _
from quad.web.kit import current_actor, current_db

THING = "/follows/<any(department,skill):followed>/<int:thing_id>"


@bp.post(THING)
def follow(followed: str, thing_id: int) -> BaseResponse:
    return act(
        lambda: following.follow(current_db(), current_actor(), FollowKind(followed), thing_id),
        _("New posts stand in your feed now."),
        place=back(url_for("relations.connections")),
    )


@bp.post(f"{THING}/end")
def unfollow(followed: str, thing_id: int) -> BaseResponse:
    return act(
        lambda: following.unfollow(current_db(), current_actor(), FollowKind(followed), thing_id),
        _("You do not follow it any more."),
        place=back(url_for("relations.connections")),
    )
