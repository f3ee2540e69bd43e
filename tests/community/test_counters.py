"""Likes and comments under storms: the numbers are those of the rows, on every database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.community.forms.posts import HideThing, NewComment
from quad.community.models.posts import CommentLike, Post, PostComment, PostLike
from quad.community.service import commenting, liking, moderating
from quad.core import counters
from quad.core.acting import actor_by_id
from quad.core.errors import NotFound, Rejected
from quad.core.facts import run
from quad.notifications.models import Notification
from tests.community.conftest import posted, said

ROUNDS = 4


@pytest.mark.db
@pytest.mark.feature("A50", "A51", "A52", "A66")
def test_numbers_are_those_of_the_rows_after_a_storm(world, database):
    people = world.people
    post_id = posted(database, people.asha, "Storm")
    comment_id = said(database, people.bina, post_id, "In a teacup")
    likers = (people.asha, people.bina, people.carl, people.teacher)

    def acting(do: Callable[..., Any], *more: Any) -> Callable[[int, Session], None]:
        def act(user_id: int, db: Session) -> None:
            do(db, actor_by_id(db, user_id), *more)

        return act

    acts = (
        acting(liking.like_post, post_id),
        acting(liking.like_comment, comment_id),
        acting(commenting.add, post_id, NewComment(text="Gust")),
        acting(liking.unlike_post, post_id),
        acting(liking.unlike_comment, comment_id),
        acting(liking.like_post, post_id),
    )

    def storm(user_id: int) -> None:
        for _turn in range(ROUNDS):
            for act in acts:
                run(database.writer, partial(act, user_id))

    with ThreadPoolExecutor(len(likers) * 2) as pool:
        list(pool.map(storm, likers * 2))  # everybody twice at once: one like each
    with database.reading() as db:
        post, comment = db.get_one(Post, post_id), db.get_one(PostComment, comment_id)
        likes = db.scalar(select(func.count(PostLike.id)).where(PostLike.post_id == post_id))
        comments = db.scalar(
            select(func.count(PostComment.id)).where(PostComment.post_id == post_id)
        )
        assert comments == 1 + ROUNDS * len(likers) * 2
        assert likes <= len(likers)
        assert (post.likes, post.comments) == (likes, comments)
        assert comment.likes == db.scalar(select(func.count(CommentLike.id)))
        assert counters.check(db) == []
        lines = db.scalar(
            select(func.count(Notification.id)).where(
                Notification.kind == "community_liked", Notification.user_id == people.asha
            )
        )
        assert lines == 1


@pytest.mark.db
@pytest.mark.feature("A50", "A51", "A52", "A66")
def test_comments_that_go_and_come_back_in_a_storm_are_counted_once(world, database):
    people = world.people
    post_id = posted(database, people.asha, "Storm")
    own = [
        (who, said(database, who, post_id)) for who in (people.bina, people.carl) for _n in range(2)
    ]

    def act(user_id: int, do: Callable[..., Any], *more: Any) -> None:
        def once(db: Session) -> None:
            with suppress(Rejected, NotFound):
                do(db, actor_by_id(db, user_id), *more)

        run(database.writer, once, tries=20)

    def comes_and_goes(one: tuple[int, int]) -> None:
        who, comment_id = one
        for _turn in range(ROUNDS):
            act(people.teacher, liking.like_comment, comment_id)
            act(who, commenting.delete, comment_id)
            act(people.teacher, liking.unlike_comment, comment_id)
            act(who, commenting.undelete, comment_id)
            act(people.admin, moderating.hide, "comment", comment_id, HideThing(reason="No"))
            act(who, commenting.add, post_id, NewComment(text="Gust"))
            act(people.admin, moderating.publish, "comment", comment_id)
            act(who, liking.like_post, post_id)
        act(who, commenting.delete, comment_id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(comes_and_goes, own * 2))
    with database.reading() as db:
        assert counters.check(db) == []
        shown = (PostComment.deleted_at.is_(None), PostComment.withheld_at.is_(None))
        there = db.scalar(select(func.count(PostComment.id)).where(*shown))
        post = db.get_one(Post, post_id)
        assert (post.comments, post.likes) == (there, 2)
        assert there >= ROUNDS * len(own) * 2


@pytest.mark.db
def test_what_is_hidden_deleted_or_taken_back_is_counted_as_it_is(world, database, as_user):
    post_id = posted(database, world.people.asha)
    ids = [said(database, world.people.bina, post_id, f"No. {n}") for n in range(3)]
    admin, bina = as_user(world.people.admin), as_user(world.people.bina)

    def counted() -> int:
        with database.reading() as db:
            assert counters.check(db) == []
            return db.get_one(Post, post_id).comments

    assert counted() == 3
    admin.post(f"/community/comment/{ids[0]}/hide", data={"reason": "No"})
    bina.post(f"/community/comments/{ids[1]}/delete")
    assert counted() == 1
    admin.post(f"/community/comment/{ids[0]}/publish")
    bina.post(f"/community/comments/{ids[1]}/undelete")
    assert counted() == 3


@pytest.mark.db
@pytest.mark.feature("A64")
def test_posts_are_found_by_what_they_say_on_every_database(world, database, as_user):
    posted(database, world.people.asha, "Who lends me an oscilloscope for a week?")
    posted(
        database,
        world.people.asha,
        "Our oscilloscope is back",
        who=f"department-{world.department}",
    )
    bina, carl = as_user(world.people.bina), as_user(world.people.carl)
    mine, theirs = (one.get("/search?q=oscilloscope").text for one in (bina, carl))
    assert "Who lends me" in mine
    assert "is back" in mine
    assert "Who lends me" in theirs
    assert "is back" not in theirs
