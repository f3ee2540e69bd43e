"""Looking after posts and comments: report, hide with a reason, publish, appeal.

A thing waits for a moderator (`queued_at`) while it holds a watched word, somebody reported it, or its author appeals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.community import facts, policy
from quad.community.forms.posts import AppealHiding, HideThing
from quad.community.kinds import COMMENT, POST
from quad.community.models.posts import Post, PostComment, ShownState
from quad.community.service import commenting, mentions, telling
from quad.community.service.findable import index_posts
from quad.core import clock
from quad.core.db.rows import plain_rows
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.markdown import opening
from quad.core.policy import Actor, Permission
from quad.identity.models.accounts import User
from quad.relations.forms import REASONS, DecideReport, ReportForm
from quad.relations.models import Report, ReportState
from quad.relations.service import reports

MOST_QUEUED = 50


@dataclass(frozen=True)
class Kind:
    """What is moderated: its model, and who shows, owns, opens and moderates it."""

    model: Any
    show: Permission[Any]
    own: Permission[Any]
    open: Permission[Any]
    moderate: Permission[Any]


KINDS: Mapping[str, Kind] = {
    POST: Kind(Post, policy.SHOW, policy.OWN, policy.OPEN, policy.MODERATE),
    COMMENT: Kind(
        PostComment,
        policy.COMMENT_READ,
        policy.COMMENT_OWN,
        policy.COMMENT_OPEN,
        policy.COMMENT_MODERATE,
    ),
}


def kind_of(name: str) -> Kind:
    """Return what `post` or `comment` stands for. Raises NotFound."""
    if name not in KINDS:
        raise NotFound
    return KINDS[name]


def post_of(row: Any) -> int:
    """Return the number of the post a thing belongs to."""
    found: int = row.id if isinstance(row, Post) else row.post_id
    return found


def report(db: Session, actor: Actor, name: str, thing_id: int, form: ReportForm) -> Any:
    """Report a thing of somebody else. Return it.

    Raises NotFound, SignedOut, Rejected for one's own and when one's report of it is still open.
    """
    row = kind_of(name).show.get(db, actor, thing_id, lock=True)
    if row.author_id == actor.own_id:
        raise Rejected(_("This is your own. Delete it if it should not be here."))
    reports.report(
        db,
        actor,
        name,
        row.id,
        form,
        person_id=row.author_id,
        title=opening(row.text),
        url=f"/community/posts/{post_of(row)}",
    )
    if row.queued_at is None:
        row.queued_at = clock.now()
    emit(db, _happened(actor, row, facts.PostReported, facts.CommentReported))
    return row


def _happened(
    actor: Actor,
    row: Any,
    post: type[facts.PostFact],
    comment: type[facts.CommentFact],
    **more: Any,
) -> facts.PostFact | facts.CommentFact:
    """Return the fact of a post, or the one of a comment."""
    if isinstance(row, Post):
        return post(actor_id=actor.id, post_id=row.id, author_id=row.author_id, **more)
    return comment(actor_id=actor.id, **commenting.named(row), **more)


def hide(db: Session, actor: Actor, name: str, thing_id: int, form: HideThing) -> Any:
    """Hide a thing, with a reason its author reads. Return it. Raises NotFound, Forbidden."""
    row = _moderated(db, actor, name, thing_id)
    was = row.state.value
    row.state, row.reason, row.appeal = ShownState.HIDDEN, form.reason, ""
    row.withheld_at = row.withheld_at or clock.now()
    _decided(db, actor, name, row, "acted", was)
    return row


def publish(db: Session, actor: Actor, name: str, thing_id: int) -> Any:
    """Let others see a thing, or leave it as it is when they do. Return it. Raises NotFound, Forbidden."""
    row = _moderated(db, actor, name, thing_id)
    was, first = row.state.value, row.state is ShownState.WAITING
    row.state, row.reason, row.withheld_at = ShownState.PUBLISHED, "", None
    if isinstance(row, Post):
        telling.promise(db, row)
    _decided(db, actor, name, row, "dismissed", was)
    if first:
        _tell(db, actor, row)
    return row


def stay(db: Session, actor: Actor, name: str, thing_id: int) -> Any:
    """Answer an appeal: what is hidden stays hidden. Return it. Raises NotFound, Forbidden, Rejected."""
    row = _moderated(db, actor, name, thing_id)
    if row.state is not ShownState.HIDDEN:
        raise Rejected(_("This is not hidden."))
    _decided(db, actor, name, row, "acted", row.state.value)
    return row


def appeal(db: Session, actor: Actor, name: str, thing_id: int, form: AppealHiding) -> Any:
    """Ask to look at one's hidden thing again, once. Return it. Raises NotFound, Forbidden, Rejected."""
    kind = kind_of(name)
    row = kind.own.get(db, actor, thing_id, read=kind.open, lock=True)
    if row.state is not ShownState.HIDDEN:
        raise Rejected(_("This is not hidden."))
    if row.appeal:
        raise Rejected(_("You have asked already. The answer stands."))
    row.appeal, row.queued_at = form.text, clock.now()
    emit(db, _happened(actor, row, facts.PostAppealed, facts.CommentAppealed))
    return row


def _moderated(db: Session, actor: Actor, name: str, thing_id: int) -> Any:
    kind = kind_of(name)
    return kind.moderate.get(db, actor, thing_id, read=kind.open, lock=True)


def _decided(db: Session, actor: Actor, name: str, row: Any, outcome: str, was: str) -> None:
    """Take a thing from the queue, answer what was reported of it, and say what it is now."""
    row.queued_at = None
    db.flush()
    answer = DecideReport.model_validate({"state": outcome, "outcome": row.reason[:500]})
    for report_id in db.scalars(_open_reports(name, row.id)).all():
        reports.decide(db, actor, report_id, answer)
    if isinstance(row, Post):
        index_posts(db, [row.id])
    state = row.state.value
    kinds = (facts.PostModerated, facts.CommentModerated)
    emit(db, _happened(actor, row, *kinds, state=state, was=was))


def _tell(db: Session, actor: Actor, row: Any) -> None:
    """Say that others see something now that waited."""
    if isinstance(row, Post):
        emit(db, facts.PostPublished(actor_id=actor.id, post_id=row.id, author_id=row.author_id))
        mentions.tell_all(db, actor, row.id, None)
    else:
        commenting.tell(db, actor, row)
        mentions.tell_all(db, actor, row.post_id, row.id)


def _open_reports(name: str, thing_id: int) -> Any:
    return select(Report.id).where(
        Report.subject_type == name,
        Report.subject_id == thing_id,
        Report.state == ReportState.OPEN,
    )


def unqueue(db: Session, report_id: int) -> None:
    """Take a reported thing from the queue once the last report of it is answered elsewhere."""
    named = select(Report.subject_type, Report.subject_id).where(Report.id == report_id)
    row = db.execute(named).one()
    kind = KINDS.get(row.subject_type)
    if kind is None or db.scalar(_open_reports(row.subject_type, row.subject_id)) is not None:
        return
    model = kind.model
    db.execute(
        update(model)
        .where(model.id == row.subject_id, model.state == ShownState.PUBLISHED)
        .values(queued_at=None),
        execution_options={"synchronize_session": False},
    )


@dataclass(frozen=True)
class Queued:
    """Something that waits: `reports` are reason and words of each open report, not who sent it."""

    kind: str
    id: int
    post_id: int
    author_id: int
    author: str
    text: str
    state: ShownState
    reason: str
    appeal: str
    queued_at: datetime
    reports: list[tuple[str, str]]


def queue(db: Session, actor: Actor) -> list[Queued]:
    """Return what waits for a moderator, the longest first (three queries). Raises Forbidden, SignedOut."""
    policy.QUEUE.require(actor)
    rows = [(name, row) for name in KINDS for row in _waiting(db, actor, name)]
    said = _said(db, rows)
    found = [
        Queued(
            kind=name,
            id=row.id,
            post_id=row.post_id,
            author_id=row.author_id,
            author=row.author,
            text=row.text,
            state=row.state,
            reason=row.reason,
            appeal=row.appeal,
            queued_at=row.queued_at,
            reports=said.get((name, row.id), []),
        )
        for name, row in rows
    ]
    return sorted(found, key=lambda each: each.queued_at)[:MOST_QUEUED]


def _waiting(db: Session, actor: Actor, name: str) -> list[Any]:
    kind = KINDS[name]
    model = kind.model
    post_id = model.id if model is Post else model.post_id
    query = (
        select(
            model.id,
            post_id.label("post_id"),
            model.author_id,
            User.full_name.label("author"),
            model.text,
            model.state,
            model.reason,
            model.appeal,
            model.queued_at,
        )
        .join(User, User.id == model.author_id)
        .where(model.queued_at.is_not(None), kind.moderate.where(actor))
        .order_by(model.queued_at, model.id)
        .limit(MOST_QUEUED)
    )
    return list(plain_rows(db, query))


def _said(db: Session, rows: list[tuple[str, Any]]) -> dict[tuple[str, int], list[Any]]:
    found: dict[tuple[str, int], list[Any]] = {}
    query = select(Report.subject_type, Report.subject_id, Report.reason, Report.text).where(
        Report.subject_type.in_(list(KINDS)),
        Report.subject_id.in_({row.id for _name, row in rows}),
        Report.state == ReportState.OPEN,
    )
    words = dict(REASONS)
    if rows:
        for kind, thing_id, reason, text in db.execute(query):
            found.setdefault((kind, thing_id), []).append((str(words[reason]), text))
    return found
