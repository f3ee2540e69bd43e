"""Posts through the front door: written, read by those they are for, talked about, changed and taken back."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from quad.community.models.posts import Post, PostComment, PostPicture
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.notifications.kinds.every import sentence
from quad.notifications.models import Notification
from quad.relations.service import following
from tests.community.conftest import posted, said, told


def client_of(as_user, world, name):
    return as_user(getattr(world.people, name))


def follow(database, who, whom):
    with database.writer() as db, unit(db):
        following.follow(db, actor_by_id(db, who), whom)


def block(database, who, whom):
    with database.writer() as db, unit(db):
        following.block(db, actor_by_id(db, who), whom)


def picture(colour="red"):
    written = BytesIO()
    Image.new("RGB", (60, 40), colour).save(written, "PNG")
    written.seek(0)
    return written


@pytest.mark.feature("A40", "A50", "A51", "A52")
def test_a_post_is_written_read_liked_and_talked_about(world, as_user, database):
    asha, bina = client_of(as_user, world, "asha"), client_of(as_user, world, "bina")
    text = "We **won** the hackathon! See https://example.org/prize and thank @bina.shah"
    place = asha.post("/community", data={"text": text, "who": "members"}).location
    page = bina.get(place).text
    assert "<strong>won</strong>" in page
    assert 'href="https://example.org/prize"' in page
    assert f'href="/people/{world.people.bina}"' in page
    assert told(database, world.people.bina) == ["community_mentioned"]
    assert bina.post(f"{place}/like").status_code == 303
    bina.post(f"{place}/like")
    button = bina.post(f"{place}/unlike", headers={"HX-Request": "true"})
    assert 'aria-pressed="false"' in button.text
    bina.post(f"{place}/like")
    spot = bina.post(f"{place}/comments", data={"text": "Congratulations @asha.rao"}).location
    comment_id = int(spot.rpartition("-")[2])
    asha.post(f"/community/comments/{comment_id}/like")
    part = asha.post(
        f"{place}/comments",
        data={"text": "Thank you", "parent_id": str(comment_id)},
        headers={"HX-Request": "true"},
    )
    assert part.text.lstrip().startswith("<section")
    assert "Thank you" in part.text
    with database.reading() as db:
        post = db.scalars(select(Post)).one()
        assert (post.likes, post.comments) == (1, 2)
        assert db.get_one(PostComment, comment_id).likes == 1
    assert told(database, world.people.asha) == [
        "community_liked",
        "community_mentioned",
        "community_commented",
    ]
    assert told(database, world.people.bina)[1:] == ["community_liked", "community_commented"]


def test_likes_come_as_one_line_until_it_is_read(world, as_user, database):
    post_id = posted(database, world.people.asha, "Lunch?")
    for name in ("bina", "carl", "teacher", "bina"):
        client_of(as_user, world, name).post(f"/community/posts/{post_id}/like")
    client_of(as_user, world, "bina").post(f"/community/posts/{post_id}/unlike")
    client_of(as_user, world, "bina").post(f"/community/posts/{post_id}/like")
    with database.reading() as db:
        line = db.scalars(select(Notification)).one()
        assert sentence(line.kind, line.data) == "3 new likes on “Lunch?”."
    client_of(as_user, world, "asha").post("/api/v1/notifications/read", json={})


@pytest.mark.feature("A40")
def test_a_post_is_seen_by_those_it_is_for_and_by_nobody_blocked(world, as_user, database):
    people = world.people
    everybody = posted(database, people.asha, "For all of you")
    fans = posted(database, people.asha, "For my followers", who="followers")
    group = posted(database, people.asha, "For our group", who=f"department-{world.department}")
    follow(database, people.carl, people.asha)

    def seen(name):
        client = client_of(as_user, world, name)
        return [
            client.get(f"/community/posts/{one}").status_code for one in (everybody, fans, group)
        ]

    assert seen("asha") == [200, 200, 200]
    assert seen("bina") == [200, 404, 200]
    assert seen("carl") == [200, 200, 404]
    assert seen("teacher") == [200, 404, 404]
    assert "For our group" in client_of(as_user, world, "bina").get("/community").text
    assert "For my followers" in client_of(as_user, world, "carl").get("/community").text
    assert "For all of you" not in client_of(as_user, world, "teacher").get("/community").text
    assert "For all of you" in client_of(as_user, world, "teacher").get("/community?feed=all").text
    found = client_of(as_user, world, "teacher").get("/search?q=followers").text
    assert "For my followers" not in found
    assert "For my followers" in client_of(as_user, world, "carl").get("/search?q=followers").text
    other = client_of(as_user, world, "carl").post(
        "/community", data={"text": "x", "who": f"department-{world.department}"}
    )
    assert other.status_code == 422
    said(database, people.carl, everybody, "Carl was here")
    block(database, people.carl, people.asha)
    assert seen("carl") == [404, 404, 404]
    assert (
        "Carl was here"
        not in client_of(as_user, world, "asha").get(f"/community/posts/{everybody}").text
    )
    assert (
        "Carl was here"
        in client_of(as_user, world, "bina").get(f"/community/posts/{everybody}").text
    )
    api = client_of(as_user, world, "asha").get(f"/api/v1/posts/{everybody}/comments").json
    assert api["data"] == []


def test_what_is_deleted_comes_back_and_what_is_changed_says_so(world, as_user, database):
    post_id = posted(database, world.people.asha)
    comment_id = said(database, world.people.bina, post_id)
    asha, bina = client_of(as_user, world, "asha"), client_of(as_user, world, "bina")
    place, spot = f"/community/posts/{post_id}", f"/community/comments/{comment_id}"
    assert bina.post(f"{place}/edit", data={"text": "Mine now"}).status_code == 403
    assert bina.post(f"{place}/delete").status_code == 403
    assert asha.post(f"{spot}/edit", data={"text": "Mine now"}).status_code == 403
    assert "(edited)" not in bina.get(place).text
    assert asha.post(f"{place}/edit", data={"text": "Better", "who": "members"}).status_code == 303
    stale = asha.post(f"{place}/edit", data={"text": "Worse", "who": "members", "version": "1"})
    assert stale.status_code == 422
    assert "(edited)" in bina.get(place).text
    offer = bina.post(f"{spot}/delete").location
    assert "Undo" in bina.get(offer).text
    with database.reading() as db:
        assert db.get_one(Post, post_id).comments == 0
    assert asha.post(f"{spot}/undelete").status_code == 404
    bina.post(f"{spot}/undelete")
    offer = asha.post(f"{place}/delete").location
    assert f"{place}/undelete" in asha.get(offer).text
    assert bina.get(place).status_code == 404
    assert bina.post(f"{place}/undelete").status_code == 404
    asha.post(f"{place}/undelete")
    assert bina.get(place).status_code == 200
    with database.reading() as db:
        assert db.get_one(Post, post_id).comments == 1


def test_an_answer_stays_when_what_it_answers_goes(world, as_user, database):
    post_id = posted(database, world.people.asha)
    first = said(database, world.people.bina, post_id, "Never say this")
    second = said(database, world.people.carl, post_id, "Quite so", parent=first)
    said(database, world.people.asha, post_id, "An answer to an answer", parent=second)
    client_of(as_user, world, "bina").post(f"/community/comments/{first}/delete")
    page = client_of(as_user, world, "asha").get(f"/community/posts/{post_id}").text
    assert "Never say this" not in page
    assert page.index("not there any more") < page.index("Quite so")
    with database.reading() as db:
        parents = set(db.scalars(select(PostComment.parent_id)))
        assert parents == {None, first}


def test_pictures_are_drawn_anew_and_belong_to_who_reads_the_post(world, as_user, database):
    asha = client_of(as_user, world, "asha")
    data = {
        "text": "Look",
        "who": "followers",
        "alt": "A red square",
        "file": [(picture(), "one.png"), (picture("blue"), "two.png")],
    }
    place = asha.post("/community", data=data).location
    assert 'alt="A red square"' in asha.get(place).text
    with database.reading() as db:
        ids = db.scalars(select(PostPicture.id).order_by(PostPicture.id)).all()
    sent = asha.get(f"{place}/pictures/{ids[0]}")
    assert sent.headers["X-Quad-File"]
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert client_of(as_user, world, "bina").get(f"{place}/pictures/{ids[0]}").status_code == 404
    bad = asha.post(
        "/community", data={"text": "Bad", "file": (BytesIO(b"<svg onload=alert(1)>"), "a.png")}
    )
    assert bad.status_code == 422
    many = [(picture(), f"{n}.png") for n in range(5)]
    assert asha.post("/community", data={"text": "Many", "file": many}).status_code == 422
    asha.post(f"{place}/edit", data={"text": "Look", "who": "members", "drop": [str(ids[0])]})
    assert asha.get(f"{place}/pictures/{ids[0]}").status_code == 404
    with database.reading() as db:
        assert db.scalars(select(Post.text)).all() == ["Look"]


def test_the_feed_goes_on_where_it_ended_and_costs_few_questions(world, as_user, database, queries):
    with database.writer() as db, unit(db):
        rows = [
            Post(
                author_id=world.people.asha, text=f"Number {n:02d}", department_id=world.department
            )
            for n in range(45)
        ]
        db.add_all(rows)
    bina = client_of(as_user, world, "bina")
    seen, place = [], "/community"
    for _turn in range(9):
        bina.get(place)
        queries.clear()
        page = bina.get(place).text
        assert len(queries) <= 8, queries
        seen += [n for n in range(44, -1, -1) if f"Number {n:02d}<" in page]
        older = re.search(r'href="(/community\?before=\d+)"', page)
        if older is None:
            break
        place = older.group(1)
    assert seen == list(range(44, -1, -1))
    queries.clear()
    assert bina.get(f"/community/posts/{rows[0].id}").status_code == 200
    assert len(queries) <= 8, queries
