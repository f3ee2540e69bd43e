"""What of relations belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved
from quad.core.own_data import OwnData, Table, as_table
from quad.identity.models.accounts import User
from quad.relations.models import Block, Follow, Report

QUIET = {"synchronize_session": False}
Column = InstrumentedAttribute[int]


def _pairs(
    model: type[Follow] | type[Block], one: Column, other: Column
) -> Callable[[Session, int, int], None]:
    """Return what moves rows of two people: nobody stands to themselves, and each pair stands once."""

    def move(db: Session, kept: int, gone: int) -> None:
        rows = db.execute(
            select(model.id, one.label("one"), other.label("other"))
            .where(or_(one.in_((kept, gone)), other.in_((kept, gone))))
            .order_by(model.id)
        ).all()
        seen: set[tuple[int, int]] = set()
        for row in sorted(rows, key=lambda row: gone in (row.one, row.other)):
            pair = (
                kept if row.one == gone else row.one,
                kept if row.other == gone else row.other,
            )
            if pair in seen or pair[0] == pair[1]:
                db.execute(delete(model).where(model.id == row.id), execution_options=QUIET)
            elif pair != (row.one, row.other):
                values = {one.key: pair[0], other.key: pair[1]}
                change = update(model).where(model.id == row.id).values(values)
                db.execute(change, execution_options=QUIET)
            seen.add(pair)

    return move


def _following(db: Session, user_id: int) -> int:
    query = select(Follow.id).where(
        or_(Follow.follower_id == user_id, Follow.followed_id == user_id)
    )
    return len(db.scalars(query).all())


MERGES: tuple[Merge, ...] = (
    Merge(
        _l("Connections"),
        (Follow.follower_id, Follow.followed_id),
        _following,
        _pairs(Follow, Follow.follower_id, Follow.followed_id),
    ),
    Merge(
        "",
        (Block.blocker_id, Block.blocked_id),
        lambda _db, _user_id: 0,
        _pairs(Block, Block.blocker_id, Block.blocked_id),
    ),
    moved(
        "",
        Report.reporter_id,
        once_per=(Report.subject_type, Report.subject_id, Report.open_mark),
    ),
    moved("", Report.person_id),
    moved("", Report.decided_by_id),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    other = aliased(User)
    follows = (
        select(other.full_name, Follow.created_at)
        .join(other, other.id == Follow.followed_id)
        .where(Follow.follower_id == user_id)
        .order_by(Follow.id)
    )
    followers = (
        select(other.full_name, Follow.created_at)
        .join(other, other.id == Follow.follower_id)
        .where(Follow.followed_id == user_id)
        .order_by(Follow.id)
    )
    blocks = (
        select(other.full_name, Block.created_at)
        .join(other, other.id == Block.blocked_id)
        .where(Block.blocker_id == user_id)
        .order_by(Block.id)
    )
    reports = (
        select(Report.title, Report.reason, Report.text, Report.state, Report.created_at)
        .where(Report.reporter_id == user_id)
        .order_by(Report.id)
    )
    return {
        "you_follow": as_table(db.execute(follows)),
        "follow_you": as_table(db.execute(followers)),
        "you_block": as_table(db.execute(blocks)),
        "you_reported": as_table(db.execute(reports)),
    }


def _forget(db: Session, user_id: int) -> None:
    """Nobody follows or blocks somebody who is gone; what they wrote in reports goes as well."""
    for model, columns in (
        (Follow, (Follow.follower_id, Follow.followed_id)),
        (Block, (Block.blocker_id, Block.blocked_id)),
    ):
        gone = or_(*(column == user_id for column in columns))
        db.execute(delete(model).where(gone), execution_options=QUIET)
    wrote = update(Report).where(Report.reporter_id == user_id).values(text="")
    db.execute(wrote, execution_options=QUIET)
    about = update(Report).where(Report.person_id == user_id).values(title="")
    db.execute(about, execution_options=QUIET)


OWN_DATA = OwnData("relations", _l("Connections"), _load, forget=_forget, order=36)
