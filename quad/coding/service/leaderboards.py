"""Leaderboards: who may look at which, one page of rows, oneself with the neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, select, union_all
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.models.accounts import CodingProfile
from quad.coding.models.figures import Figure, Metric, Scope
from quad.coding.service import mentees, platforms, ranking, rules
from quad.coding.service.ranking import Board, Key
from quad.coding.service.summaries import average
from quad.core.errors import Forbidden, Invalid, NotFound
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.settings import value
from quad.identity.models.accounts import User
from quad.institution.models import ClassGroup, Department

STAFF = ("admin", "hod", "faculty", "advisor", "counsellor", "placement")
SIZE = 25
MOST_PAGES = 50
AROUND = 3
NOBODY = 0


@dataclass(frozen=True)
class Place:
    """One row of a leaderboard. Of somebody who keeps the name, peers get neither name nor number (0)."""

    rank: int
    student_id: int
    full_name: str
    department_name: str | None
    total_solved: int
    rating: Decimal | None
    growth: int
    value: Decimal
    mine: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Shown:
    """A page of a leaderboard."""

    board: Board
    places: tuple[Place, ...]
    total: int
    exact: bool
    page: int
    more: bool


@dataclass(frozen=True)
class Own:
    """Which student reads, and where that student is; `student_id` is 0 for everybody else."""

    student_id: int = NOBODY
    department_id: int | None = None
    admission_year: int | None = None
    class_id: int | None = None


def own_of(db: Session, actor: Actor) -> Own:
    """Return which student somebody is (one query)."""
    columns = (Student.id, Student.department_id, Student.admission_year, Student.class_id)
    found = db.execute(select(*columns).where(policy.OWN_STUDENT.where(actor))).first()
    return Own(*found) if found is not None else Own()


def kinds(actor: Actor, own: Own) -> list[Scope]:
    """Return the kinds of boards a person has one of, the nearest first."""
    found = []
    if own.class_id is not None:
        found.append(Scope.CLASS)
    if own.admission_year is not None:
        found.append(Scope.BATCH)
    held = any(grant.department_id is not None for grant in actor.grants)
    if held or own.department_id is not None:
        found.append(Scope.DEPARTMENT)
    return [*found, Scope.INSTITUTION]


@dataclass(frozen=True)
class Wanted:
    """Which board is asked for; without a number, one's own department, batch or class."""

    scope: Scope = Scope.INSTITUTION
    scope_id: int | None = None
    metric: Metric = Metric.TOTAL
    platform: str = ""


def board_for(db: Session, actor: Actor, own: Own, wanted: Wanted) -> Board:
    """Return the board asked for.

    Raises NotFound when there is no such thing, Forbidden when one does not belong to it, Invalid.
    """
    policy.LEADERBOARD.require(actor)
    number = _number(actor, own, wanted)
    if wanted.scope_id is not None:
        _require_there(db, wanted.scope, number)
    _require_member(db, actor, own, wanted.scope, number)
    return Board(wanted.scope, number, wanted.metric, _platform(db, wanted.platform))


def _number(actor: Actor, own: Own, wanted: Wanted) -> int:
    """Return the number asked for, else one's own place of this kind. Raises Invalid when there is none."""
    if wanted.scope is Scope.INSTITUTION:
        return 0
    if wanted.scope_id is not None:
        return wanted.scope_id
    found = getattr(own, OWN_COLUMNS[wanted.scope])
    if found is None and wanted.scope is Scope.DEPARTMENT:
        held = [grant.department_id for grant in actor.grants if grant.department_id is not None]
        found = min(held, default=None)
    if found is None:
        raise Invalid({"id": _("Say which one.")})
    return int(found)


OWN_COLUMNS = {
    Scope.DEPARTMENT: "department_id",
    Scope.BATCH: "admission_year",
    Scope.CLASS: "class_id",
}


def _require_there(db: Session, scope: Scope, number: int) -> None:
    if scope is Scope.DEPARTMENT:
        query: Any = select(Department.id).where(
            Department.id == number, Department.deleted_at.is_(None)
        )
    elif scope is Scope.CLASS:
        query = select(ClassGroup.id).where(
            ClassGroup.id == number, ClassGroup.deleted_at.is_(None)
        )
    elif scope is Scope.BATCH:
        query = select(Student.id).where(Student.admission_year == number).limit(1)
    else:
        return
    if db.scalar(query) is None:
        raise NotFound


def _require_member(db: Session, actor: Actor, own: Own, scope: Scope, number: int) -> None:
    if actor.has("admin"):
        return
    if own.student_id and _peers_see(db, own, scope, number):
        return
    if scope is Scope.INSTITUTION:
        if actor.has(*STAFF):
            return
        raise Forbidden
    held = [grant.department_id for grant in actor.grants]
    if scope is Scope.DEPARTMENT and actor.has(*STAFF) and number in held:
        return
    if not actor.has(*policy.REVIEWERS):
        raise Forbidden
    place = getattr(Student, OWN_COLUMNS[scope])
    tended = select(Student.id).where(place == number, policy.TEND_STUDENT.where(actor))
    if db.scalar(tended.limit(1)) is None:
        raise Forbidden


def _peers_see(db: Session, own: Own, scope: Scope, number: int) -> bool:
    """Tell whether a student may look at this board among peers."""
    allowed = value(db, rules.PEERS)
    if allowed == "none":
        return False
    if scope is Scope.INSTITUTION:
        return allowed == "institution"
    return bool(getattr(own, OWN_COLUMNS[scope]) == number)


def _platform(db: Session, key: str) -> int:
    if not key:
        return 0
    found = platforms.find(db, key.strip().lower())
    if found is None:
        raise Invalid({"platform": _("There is no such platform.")})
    return found.id or -1  # nobody has an account there yet


def page(
    db: Session, actor: Actor, own: Own, board: Board, number: int = 1, size: int = SIZE
) -> Shown:
    """Return a page of a board; the caller has made the board with `board_for`."""
    policy.LEADERBOARD.require(actor)
    found = db.execute(_part(board, (number - 1) * size, size + 1)).all()
    more, rows = len(found) > size, found[:size]
    first = 1
    if number > 1 and rows:
        first = ranking.rank_of(db, board, -getattr(rows[0], board.order.key))
    total, exact = ranking.size(db, board)
    places = _ranked_by_place(actor, board, rows, own, first, (number - 1) * size)
    return Shown(board, tuple(places), total, exact, number, more)


def _part(board: Board, before: int, limit: int) -> Any:
    """Select some rows of a board; those before them are passed over in the index alone."""
    if not before:
        return _rows().where(board.members).order_by(*_order(board)).limit(limit)
    picked = (
        select(Figure.student_id)
        .where(board.members)
        .order_by(*_order(board))
        .limit(limit)
        .offset(before)
        .subquery()
    )
    return (
        _rows()
        .join(picked, picked.c.student_id == Figure.student_id)
        .where(Figure.platform_id == board.platform_id)
        .order_by(*_order(board))
    )


def top(db: Session, actor: Actor, limit: int) -> Sequence[Place]:
    """Return the best by problems solved in one's scope. Raises Forbidden."""
    policy.ANALYSE.require(actor)
    board = Board()
    rows = db.execute(
        _rows().where(mentees.scope(actor)).order_by(*_order(board)).limit(limit)
    ).all()
    return _ranked_by_place(actor, board, rows, Own())


def whole(db: Session, actor: Actor, board: Board) -> Sequence[Place]:
    """Return a whole board; the caller has made it with `board_for`."""
    policy.LEADERBOARD.require(actor)
    rows = db.execute(_rows().where(board.members).order_by(*_order(board))).all()
    return _ranked_by_place(actor, board, rows, Own())


def _ranked_by_place(
    actor: Actor, board: Board, rows: Sequence[Any], own: Own, first: int = 1, before: int = 0
) -> list[Place]:
    """Give ranks to rows in their order: the first has rank `first`, and `before` others stand before it."""
    found: list[Place] = []
    last: int | None = None
    rank = first
    for at, row in enumerate(rows, start=before + 1):
        down = getattr(row, board.order.key)
        if last is not None and down != last:
            rank = at
        last = down
        found.append(_place(actor, board, row, rank, own.student_id))
    return found


def around(
    db: Session, actor: Actor, own: Own, board: Board
) -> tuple[Place | None, tuple[Place, ...]]:
    """Return a student's own row and the few before and after it, wherever on the board that is (four queries)."""
    policy.LEADERBOARD.require(actor)
    mine = Figure.student_id == own.student_id
    found = db.execute(
        select(board.order, Figure.sort_name, Figure.student_id).where(board.members, mine)
    ).first()
    if found is None:
        return None, ()
    rows = _window(db, board, Key(*found))
    places = _places(db, actor, board, rows, own.student_id)
    if value(db, rules.PEERS) == "none" and not actor.has(*STAFF):
        places = [place for place in places if place.mine]
    return next(place for place in places if place.mine), tuple(places)


def _window(db: Session, board: Board, key: Key) -> list[Any]:
    """Return the rows around a place, in one statement of three short ones."""
    down, name, number = _order(board)
    above = (
        _rows()
        .where(board.members, ranking.before(board, key))
        .order_by(down.desc(), name.desc(), number.desc())
        .limit(AROUND)
    )
    at = _rows().where(board.members, Figure.student_id == key.student_id)
    below = (
        _rows()
        .where(board.members, ranking.after(board, key))
        .order_by(down, name, number)
        .limit(AROUND)
    )
    parts = [select(part.subquery()) for part in (above, at, below)]
    rows = db.execute(union_all(*parts)).all()
    order = board.order.key
    return sorted(rows, key=lambda row: (getattr(row, order), row.sort_name, row.student_id))


def _rows() -> Any:
    return (
        select(
            Figure.student_id,
            Figure.sort_name,
            Figure.total,
            Figure.growth,
            Figure.rating_sum,
            Figure.rated,
            Figure.total_down,
            Figure.score_down,
            Figure.rating_down,
            Figure.week_down,
            Figure.month_down,
            User.full_name,
            Department.name.label("department_name"),
            CodingProfile.hide_name,
        )
        .join(Student, Student.id == Figure.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(Department, Department.id == Student.department_id)
        .outerjoin(CodingProfile, CodingProfile.student_id == Figure.student_id)
    )


def _order(board: Board) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any]]:
    columns: Any = (board.order, Figure.sort_name, Figure.student_id)
    return columns  # type: ignore[no-any-return]


def _places(
    db: Session, actor: Actor, board: Board, rows: Sequence[Any], own_id: int
) -> list[Place]:
    found = ranking.ranks(db, board, [-getattr(row, board.order.key) for row in rows])
    return [
        _place(actor, board, row, found[-getattr(row, board.order.key)], own_id) for row in rows
    ]


def _place(actor: Actor, board: Board, row: Any, rank: int, own_id: int) -> Place:
    mine = own_id != NOBODY and row.student_id == own_id
    hidden = bool(row.hide_name) and not mine and not actor.has(*STAFF)
    number = -getattr(row, board.order.key)
    return Place(
        rank=rank,
        student_id=NOBODY if hidden else row.student_id,
        full_name=_("A student, name withheld") if hidden else row.full_name,
        department_name=row.department_name,
        total_solved=int(row.total),
        rating=average(int(row.rating_sum), row.rated) if row.rated else None,
        growth=int(row.growth),
        value=Decimal(number) / 100 if board.metric is Metric.RATING else Decimal(number),
        mine=mine,
        hidden=bool(row.hide_name),
    )
