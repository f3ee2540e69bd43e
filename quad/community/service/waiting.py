"""What waits for a moderator: the numbers in the menu, and posts and comments on the page of everything that waits."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import ScalarSelect, Select, exists, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from quad.community import policy
from quad.community.forms.posts import HideThing
from quad.community.kinds import COMMENT, POST
from quad.community.models.posts import Post, PostComment, ShownState
from quad.community.service import moderating
from quad.core.approving import Approval, waiting_columns
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import grant_counts
from quad.relations.models import Report, ReportState

BADGE = "community-waiting"
LONGEST = 120


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts the posts and comments a person could decide on now."""
    return _counted(user_id, Post.queued_at.is_not(None), PostComment.queued_at.is_not(None))


def approvals_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts those of them that nobody reported: reports wait by themselves."""
    return _counted(user_id, _unreported(POST, Post), _unreported(COMMENT, PostComment))


def _counted(
    user_id: ColumnElement[int], posts: ColumnElement[bool], comments: ColumnElement[bool]
) -> ScalarSelect[int]:
    moderates = exists().where(
        RoleGrant.user_id == user_id,
        RoleGrant.role.in_([Role(name) for name in policy.MODERATORS]),
        grant_counts(),
    )
    said = (
        select(func.count(PostComment.id))
        .where(comments, PostComment.deleted_at.is_(None), moderates.correlate(User))
        .correlate(User)
        .scalar_subquery()
    )
    return (
        select(func.count(Post.id) + said)
        .where(posts, Post.deleted_at.is_(None), moderates.correlate(User))
        .correlate(User)
        .scalar_subquery()
    )


def _unreported(name: str, model: Any) -> ColumnElement[bool]:
    """Hold for what waits without an open report of it: a watched word, or an author who appeals."""
    reported = exists().where(
        Report.subject_type == name,
        Report.subject_id == model.id,
        Report.state == ReportState.OPEN,
    )
    waits: ColumnElement[bool] = model.queued_at.is_not(None) & ~reported.correlate(model)
    return waits


def _waiting(name: str, model: Any, actor: Actor) -> Select[Any] | None:
    if not policy.QUEUE.may(actor):
        return None
    columns = waiting_columns(
        model.id,
        title=func.substr(model.text, 1, LONGEST),
        detail=model.appeal,
        person=User.full_name,
        since=model.queued_at,
    )
    written = select(*columns).join(User, User.id == model.author_id)
    moderate = moderating.KINDS[name].moderate
    return written.where(_unreported(name, model), moderate.where(actor))


def _publish(name: str, db: Session, actor: Actor, thing_id: int) -> object:
    return moderating.publish(db, actor, name, thing_id)


def _refuse(name: str, db: Session, actor: Actor, thing_id: int, reason: str) -> object:
    """Hide what waits; what was hidden and is appealed stays so, with the reason its author knows."""
    kind = moderating.KINDS[name]
    row = kind.moderate.get(db, actor, thing_id, read=kind.open, lock=True)
    if row.state is ShownState.HIDDEN:
        return moderating.stay(db, actor, name, thing_id)
    return moderating.hide(db, actor, name, thing_id, HideThing(reason=reason))


def _approval(name: str, label: str, icon: str, model: Any, order: int) -> Approval:
    return Approval(
        f"community-{name}",
        label,
        icon,
        partial(_waiting, name, model),
        lambda _thing_id: "/community/moderation",
        BADGE,
        approve=partial(_publish, name),
        refuse=partial(_refuse, name),
        order=order,
    )


APPROVALS = (
    _approval(POST, _l("Posts"), "messages", Post, 75),
    _approval(COMMENT, _l("Comments"), "message", PostComment, 76),
)
