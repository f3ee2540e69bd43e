"""Counters kept by triggers, and views: exact on three databases, whatever path the change takes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from quad.core import clock, counters, facts
from quad.core.counters import Counter, Drift
from quad.core.db.attachments import Attachment
from quad.core.db.engine import Database
from quad.core.db.types import BigId
from quad.core.db.views import View

tables = MetaData()
POST = Table(
    "testing_post",
    tables,
    Column("id", BigId, primary_key=True),
    Column("title", String(50), default=""),
    Column("likes", Integer, nullable=False, default=0),
    mysql_engine="InnoDB",
)
LIKE = Table(
    "testing_like",
    tables,
    Column("id", BigId, primary_key=True),
    Column("post_id", BigId, ForeignKey("testing_post.id", ondelete="RESTRICT"), index=True),
    Column("person", Integer, nullable=False),
    Column("deleted_at", DateTime),
    UniqueConstraint("post_id", "person"),
    mysql_engine="InnoDB",
)
LIKES = Counter(POST.c.likes, LIKE.c.post_id)
GONE = clock.now().replace(tzinfo=None)


def run(db: Session, statements: Any) -> None:
    for statement in statements.get(db.get_bind().dialect.name, ()):
        db.connection().exec_driver_sql(statement)


@pytest.fixture
def posts(database: Database) -> Iterator[Database]:
    """Two posts with a counter of likes."""
    tables.create_all(database.engine)
    with database.writer() as db, facts.unit(db):
        run(db, LIKES.attachment().create)
        db.execute(insert(POST), [{"id": 1, "title": "10 % off"}, {"id": 2, "title": "b"}])
    yield database
    with database.writer() as db, facts.unit(db):
        run(db, LIKES.attachment().drop)
    tables.drop_all(database.engine)


def likes(database: Database) -> list[int]:
    with database.reading() as db:
        assert LIKES.drifts(db) == []
        return list(db.scalars(select(POST.c.likes).order_by(POST.c.id)))


def do(database: Database, statement: Any, rows: Any = None) -> None:
    facts.run(database.writer, lambda db: db.execute(statement, rows))


@pytest.mark.db
def test_every_way_of_changing_children_keeps_the_number(posts: Database) -> None:
    do(posts, insert(LIKE), [{"id": n, "post_id": 1, "person": n} for n in range(1, 6)])
    assert likes(posts) == [5, 0]
    do(posts, delete(LIKE).where(LIKE.c.id == 1))
    assert likes(posts) == [4, 0]
    do(posts, update(LIKE).where(LIKE.c.id.in_([2, 3])).values(deleted_at=GONE))
    assert likes(posts) == [2, 0]
    do(posts, update(LIKE).where(LIKE.c.id == 2).values(deleted_at=None))
    assert likes(posts) == [3, 0]
    do(posts, update(LIKE).where(LIKE.c.id.in_([2, 3])).values(post_id=2))
    assert likes(posts) == [2, 1]  # 3 is deleted and moves without being counted
    do(posts, update(LIKE).where(LIKE.c.id == 3).values(post_id=1, deleted_at=None))
    assert likes(posts) == [3, 1]
    do(posts, update(LIKE).where(LIKE.c.id == 2).values(post_id=None))
    assert likes(posts) == [3, 0]
    do(posts, update(LIKE).where(LIKE.c.id == 2).values(post_id=2, person=77))
    assert likes(posts) == [3, 1]
    do(posts, insert(LIKE), {"id": 9, "post_id": 1, "person": 9, "deleted_at": GONE})
    do(posts, delete(LIKE).where(LIKE.c.id == 9))
    assert likes(posts) == [3, 1]
    do(posts, delete(LIKE))
    assert likes(posts) == [0, 0]


@pytest.mark.db
def test_a_refused_child_is_not_counted(posts: Database) -> None:
    do(posts, insert(LIKE), {"post_id": 1, "person": 1})

    def twice(db: Session) -> None:
        with pytest.raises(Exception, match=r"(?i)unique|duplicate"), db.begin_nested():
            db.execute(insert(LIKE), {"post_id": 1, "person": 1})

    facts.run(posts.writer, twice)
    assert likes(posts) == [1, 0]


@pytest.mark.db
def test_two_thousand_likes_from_several_threads_neither_deadlock_nor_lose_one(
    posts: Database,
) -> None:
    trouble: list[Exception] = []
    threads_count, each = (8, 250)
    start = threading.Barrier(threads_count)

    def like(worker: int) -> None:
        start.wait()
        for n in range(each):
            row = {"post_id": 1 + n % 2, "person": worker * each + n}
            try:
                with posts.writer() as db, facts.unit(db):  # one try: a deadlock would show
                    db.execute(insert(LIKE), row)
            except Exception as error:
                trouble.append(error)

    threads = [threading.Thread(target=like, args=(n,)) for n in range(threads_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert trouble == []
    assert likes(posts) == [1000, 1000]


@pytest.mark.db
def test_the_doctor_finds_a_wrong_number_and_sets_it_right(
    posts: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters, "COUNTERS", [LIKES])
    do(posts, insert(LIKE), {"post_id": 1, "person": 1})
    do(posts, update(POST).where(POST.c.id == 1).values(likes=40))
    with posts.reading() as db:
        assert counters.check(db) == [Drift("count_testing_post_likes", 1, 40, 1)]
    assert facts.run(posts.writer, counters.recount) == 1
    assert likes(posts) == [1, 0]


@pytest.mark.db
def test_triggers_can_be_made_twice_and_dropped_twice(posts: Database) -> None:
    made = LIKES.attachment()
    for statements in (made.create, made.drop, made.drop, made.create):
        facts.run(posts.writer, lambda db, wanted=statements: run(db, wanted))  # type: ignore[misc]
    do(posts, insert(LIKE), {"post_id": 1, "person": 1})
    assert likes(posts) == [1, 0]


def test_declarations_that_some_database_cannot_keep_are_refused() -> None:
    other = MetaData()
    post = Table(
        "p",
        other,
        Column("id", Integer, primary_key=True),
        Column("n", Integer, nullable=False),
        Column("loose", Integer),
        Column("parent_id", ForeignKey("p.id")),
    )
    child = Table(
        "c",
        other,
        Column("id", Integer, primary_key=True),
        Column("post_id", ForeignKey("p.id", ondelete="CASCADE")),
    )
    plain = Table(
        "d",
        other,
        Column("id", Integer, primary_key=True),
        Column("post_id", ForeignKey("p.id", ondelete="RESTRICT")),
    )
    with pytest.raises(RuntimeError, match="cascades"):
        Counter(post.c.n, child.c.post_id)
    with pytest.raises(RuntimeError, match="in itself"):
        Counter(post.c.n, post.c.parent_id)
    with pytest.raises(RuntimeError, match="NOT NULL"):
        Counter(post.c.loose, plain.c.post_id)
    with pytest.raises(RuntimeError, match="does not refer"):
        Counter(post.c.n, plain.c.id)


def _view() -> View:
    query = (
        select(POST.c.title, func.count(LIKE.c.id).label("live_likes"))
        .join_from(POST, LIKE, LIKE.c.post_id == POST.c.id, isouter=True)
        .where(POST.c.title.like("10 %"), LIKE.c.deleted_at.is_(None))
        .group_by(POST.c.title)
    )
    columns = {"title": "The title", "live_likes": "Likes that were not taken back"}
    return View("vw_testing", "Posts with their likes", columns, query)


@pytest.mark.db
def test_a_view_is_made_on_every_database_and_answers(posts: Database) -> None:
    made: Attachment = _view().attachment()
    assert made.needs == ("testing_like", "testing_post")
    do(posts, insert(LIKE), {"post_id": 1, "person": 1})
    for statements in (made.create, made.create):
        facts.run(posts.writer, lambda db, wanted=statements: run(db, wanted))  # type: ignore[misc]
    with posts.reading() as db:
        rows = db.connection().exec_driver_sql("SELECT title, live_likes FROM vw_testing").all()
    assert [tuple(row) for row in rows] == [("10 % off", 1)]
    for statements in (made.drop, made.drop):
        facts.run(posts.writer, lambda db, wanted=statements: run(db, wanted))  # type: ignore[misc]


def test_a_view_without_words_for_each_column_is_refused() -> None:
    with pytest.raises(RuntimeError, match="document"):
        View("vw_x", "x", {}, select(POST.c.id))
    with pytest.raises(RuntimeError, match="starts with"):
        View("x", "x", {"id": "n"}, select(POST.c.id))
