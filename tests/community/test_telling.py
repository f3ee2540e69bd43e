"""Who follows a person, a department or a skill hears of new posts there, once, and only of what they may see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.community.forms.posts import HideThing
from quad.community.models.posts import Post
from quad.community.policy import SHOW
from quad.community.service import moderating, telling, writing
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import runtime_of
from quad.core.mail.models import Mail
from quad.identity.models.accounts import User
from quad.notifications.mailing import digests
from quad.notifications.models import Notification
from tests.community.conftest import posted, setting
from tests.factories import academics as factory
from tests.factories.people import person
from tests.factories.skills import skill

pytestmark = pytest.mark.feature("A41", "A42")

API = "/api/v1"
NEW = "community_posted"


def work(database):
    """Let the worker tell of what was written; return how many jobs that were."""
    with database.reading() as db:
        wanted = select(Job.id).where(Job.kind == "community.tell", Job.state == JobState.QUEUED)
        ids = list(db.scalars(wanted.order_by(Job.id)))
        runtime = runtime_of(db)
    assert runtime is not None
    for one in ids:
        assert perform(runtime, one)
    return len(ids)


def lines(database):
    """Return what stands in inboxes of new posts: the person, how many posts, and who wrote."""
    with database.reading() as db:
        query = select(Notification).where(Notification.kind == NEW).order_by(Notification.user_id)
        return [
            (row.user_id, row.data.get("_together", 1), row.data["who"])
            for row in db.scalars(query)
        ]


def told(database):
    return [user_id for user_id, _count, _who in lines(database)]


def follow(as_user, user_id, kind, number):
    answer = as_user(user_id).post(f"{API}/follows", json={"kind": kind, "id": number})
    assert answer.status_code == 201


def mails_of_tomorrow(database):
    with clock.travel(clock.now() + timedelta(days=2)):
        while True:
            with database.writer() as db, unit(db):
                user_id = digests.next_person(db)
                if user_id is None:
                    break
                digests.mail_due(db, user_id)
    with database.reading() as db:
        return [(mail.address, mail.body_text) for mail in db.scalars(select(Mail))]


@pytest.mark.db
def test_followers_of_author_department_and_skill_are_told_once_and_nobody_else(
    world, as_user, database
):
    people = world.people
    with database.writer() as db, unit(db):
        python = skill(db, "Python").id
    follow(as_user, people.carl, "person", people.asha)
    follow(as_user, people.carl, "department", world.department)
    follow(as_user, people.carl, "skill", python)
    follow(as_user, people.teacher, "skill", python)
    follow(as_user, people.asha, "department", world.department)
    posted(database, people.asha, "A snake of clay", skills=["Python"])
    assert told(database) == [], "the worker tells"
    assert work(database) == 1
    assert told(database) == [people.carl, people.teacher], "each once, the author not at all"
    page = as_user(people.carl).get("/notifications").text
    assert "Asha Rao wrote a post." in page
    assert 'href="/community"' in page or "next=/community" in page


def test_several_posts_are_one_line_and_one_daily_mail(world, as_user, database):
    follow(as_user, world.people.carl, "person", world.people.asha)
    for text in ("One", "Two", "Three"):
        posted(database, world.people.asha, text)
    assert work(database) == 3
    assert lines(database) == [(world.people.carl, 3, "Asha Rao")]
    with database.reading() as db:
        assert list(db.scalars(select(Mail))) == [], "nothing is mailed at once"
        address = db.get_one(User, world.people.carl).email
    (mail,) = mails_of_tomorrow(database)
    assert mail[0] == address
    assert "3 new posts in what you follow." in mail[1]


def test_one_click_ends_it_and_another_brings_it_back(world, as_user, client, database):
    follow(as_user, world.people.carl, "person", world.people.asha)
    carl = as_user(world.people.carl)
    wishes = carl.get(f"{API}/notification-preferences").json["data"]
    (wish,) = (one for one in wishes if one["kind"] == NEW)
    assert (wish["in_app"], wish["mail"]) == (True, "daily")
    posted(database, world.people.asha)
    work(database)
    mails_of_tomorrow(database)
    with database.reading() as db:
        header = db.scalars(select(Mail)).one().headers["List-Unsubscribe"]
    link = "/unsubscribe" + header.strip("<>").partition("/unsubscribe")[2]
    client.post(link, csrf=False)
    posted(database, world.people.asha, "Again")
    work(database)
    assert len(mails_of_tomorrow(database)) == 1, "no further mail"
    carl.post("/account/notifications", data={"in_app": ["announcement"]})
    carl.post("/notifications/read", data={})
    posted(database, world.people.asha, "And again")
    work(database)
    assert carl.get(f"{API}/me/notifications?unread=1").json["data"] == []


@pytest.mark.db
def test_only_those_are_told_who_may_see_the_post(world, as_user, database):
    """Every follower is asked one by one with the permission of a post; the telling must come to the same."""
    people = world.people
    with database.writer() as db, unit(db):
        python = skill(db, "Python").id
        away = factory.department(db, "ART")
        more = [factory.student(db, name=f"Student {n}", of=away).user_id for n in range(3)]
        left = person(db, role="faculty", name="Lena Left").id
    everybody = [people.bina, people.carl, people.teacher, people.admin, *more, left]
    for user_id in everybody:
        follow(as_user, user_id, "skill", python)
    follow(as_user, people.carl, "person", people.asha)
    follow(as_user, more[0], "person", people.asha)
    assert as_user(more[1]).put(f"{API}/users/{people.asha}/block").status_code == 200
    assert as_user(people.asha).put(f"{API}/users/{more[2]}/block").status_code == 200
    with database.writer() as db, unit(db):
        db.get_one(User, left).deleted_at = clock.now()
    for who in ("members", "followers", f"department-{world.department}"):
        post_id = posted(database, people.asha, f"For {who}", who=who, skills=["Python"])
        work(database)
        with database.reading() as db:
            meant = [one for one in everybody if one != left]
            may = [one for one in meant if SHOW.allowed(db, actor_by_id(db, one), [post_id])]
        assert told(database) == sorted(may), who
        assert left not in told(database)
        for one in may:
            as_user(one).post("/notifications/read", data={})
        with database.writer() as db, unit(db):
            for line in db.scalars(select(Notification)).all():
                db.delete(line)


@pytest.mark.db
def test_many_are_told_in_pieces_and_a_worker_that_stops_goes_on_where_it_was(
    world, as_user, database, monkeypatch, queries
):
    with database.writer() as db, unit(db):
        fans = [person(db, role="faculty", name=f"Fan {n}").id for n in range(7)]
    for fan in fans:
        follow(as_user, fan, "person", world.people.asha)
        follow(as_user, fan, "department", world.department)
    monkeypatch.setattr(telling, "AT_ONCE", 3)
    post_id = posted(database, world.people.asha)
    with database.writer() as db, unit(db):
        assert telling.tell_some(db, post_id) == 3
    assert told(database) == fans[:3]
    work(database)
    assert told(database) == fans
    assert {count for _id, count, _who in lines(database)} == {1}
    counts = set()
    for size in (3, 7):
        monkeypatch.setattr(telling, "AT_ONCE", size)
        with database.writer() as db, unit(db):
            db.get_one(Post, post_id).told_to = 0
        with database.writer() as db, unit(db):
            queries.clear()
            assert telling.tell_some(db, post_id) == size
            counts.add(sum(one.lstrip().upper().startswith("SELECT") for one in queries))
    assert len(counts) == 1, "as many questions for few as for many"


def test_a_hidden_or_deleted_post_is_not_told_of(world, as_user, database):
    people = world.people
    follow(as_user, people.carl, "person", people.asha)
    hidden, deleted = posted(database, people.asha, "Rude"), posted(database, people.asha, "Oops")
    admin = as_user(people.admin)
    hide = {"reason": "Not here"}
    assert admin.post(f"{API}/moderation/post/{hidden}/hide", json=hide).status_code == 200
    assert as_user(people.asha).delete(f"{API}/posts/{deleted}").status_code == 200
    work(database)
    assert told(database) == []
    as_user(people.asha).post(f"{API}/posts/{deleted}/restore")
    work(database)
    assert lines(database) == [(people.carl, 1, "Asha Rao")], "now there is something to see"
    assert as_user(people.asha).delete(f"{API}/posts/{deleted}").status_code == 200
    texts = [text for _address, text in mails_of_tomorrow(database)]
    assert not any("wrote a post" in text for text in texts), "hidden while it waited"


def test_a_post_that_waits_is_told_of_when_it_is_published_and_never_twice(
    world, as_user, database
):
    people = world.people
    setting(database, "community.watched_words", "casino")
    follow(as_user, people.carl, "person", people.asha)
    place = as_user(people.asha).post("/community", data={"text": "A casino on campus"}).location
    post_id = int(place.rpartition("/")[2])
    assert work(database) == 0
    assert told(database) == []
    for _turn in range(2):
        with database.writer() as db, unit(db):
            moderating.publish(db, actor_by_id(db, people.admin), "post", post_id)
        work(database)
        assert lines(database) == [(people.carl, 1, "Asha Rao")]
        with database.writer() as db, unit(db):
            moderating.hide(
                db, actor_by_id(db, people.admin), "post", post_id, HideThing(reason="Not here")
            )
    with database.writer() as db, unit(db):
        writing.delete(db, actor_by_id(db, people.asha), post_id)
        writing.undelete(db, actor_by_id(db, people.asha), post_id)
    work(database)
    assert lines(database) == [(people.carl, 1, "Asha Rao")]


def test_who_is_named_in_a_post_hears_of_it_that_way_alone(world, as_user, database):
    people = world.people
    follow(as_user, people.bina, "person", people.asha)
    follow(as_user, people.carl, "person", people.asha)
    posted(database, people.asha, "Ask @Bina.Shah")
    work(database)
    assert told(database) == [people.carl]
    kinds = [one["kind"] for one in as_user(people.bina).get(f"{API}/notifications").json["data"]]
    assert "community_mentioned" in kinds
