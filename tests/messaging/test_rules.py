"""Requests, receipts, changing and taking back, limits, quiet hours, and what becomes of it when people leave."""

from __future__ import annotations

from datetime import time, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.behind import behind
from quad.core.facts import run, unit
from quad.core.mail.models import Mail
from quad.core.own_data import own_data
from quad.core.policy import SYSTEM
from quad.core.search.find import search
from quad.core.settings import change
from quad.identity.service.directory import index_people
from quad.messaging.forms import MessagingWishes
from quad.messaging.models.conversations import (
    Box,
    Conversation,
    Message,
    MessagingWish,
    Revision,
    Side,
)
from quad.messaging.service import telling, wishes
from quad.messaging.service.keeping import MERGES
from quad.messaging.service.presence import Watch
from quad.messaging.service.wishes import is_quiet
from quad.notifications.models import Notification
from quad.relations.service import following
from tests.messaging.conftest import API, said, write


def kinds(database, user):
    with database.reading() as db:
        query = select(Notification.kind).where(Notification.user_id == user)
        return list(db.scalars(query.order_by(Notification.id)))


def shift(database, by):
    """Let every message and what waits be older."""
    with database.writer() as db, unit(db):
        for one in db.scalars(select(Message)):
            one.created_at -= by
        for side in db.scalars(select(Side).where(Side.waiting_since.is_not(None))):
            side.waiting_since -= by


@pytest.mark.feature("A25")
def test_a_stranger_sends_one_message_that_is_accepted_or_declined(people, as_user, database):
    cora, asha = as_user(people.cora), as_user(people.asha)
    assert "This is a request" in cora.get(f"/messages/compose/{people.asha}").text
    made = cora.post(f"{API}/conversations", json={"person_id": people.asha, "text": "Hi"})
    where = made.get_json()["data"]["conversation_id"]
    again = cora.post(f"{API}/conversations/{where}/messages", json={"text": "Hi?"})
    assert again.status_code == 409
    assert cora.post(f"/messages/{where}", data={"text": "Hi?"}).status_code == 422
    assert asha.get(f"{API}/conversations").get_json()["data"] == []
    listed = asha.get(f"{API}/conversations?box=requests").get_json()["data"]
    assert [row["id"] for row in listed] == [where]
    assert 'data-badge="messages" data-value="0"' in asha.get("/messages").text
    assert "Cora Das" in asha.get("/messages?box=requests").text
    assert kinds(database, people.asha) == ["message_requested"]
    asha.post(f"{API}/conversations/{where}/read", json={})
    assert "Read " not in cora.get(f"/messages/{where}").text, "a stranger is not told"
    assert cora.post(f"{API}/conversations/{where}/accept").status_code == 409, "not by oneself"
    assert asha.post(f"/messages/{where}/accept").status_code == 303
    assert kinds(database, people.cora) == ["message_accepted"]
    more = cora.post(f"{API}/conversations/{where}/messages", json={"text": "Thanks"})
    assert more.status_code == 201
    assert asha.post(f"{API}/conversations/{where}/decline").status_code == 409


@pytest.mark.feature("A25")
def test_a_declined_request_looks_like_one_that_waits_and_an_answer_opens_it(
    people, as_user, database
):
    cora, asha = as_user(people.cora), as_user(people.asha)
    where = write(database, people.cora, people.asha).conversation
    before = cora.get(f"{API}/conversations/{where}").get_json()["data"]
    assert asha.post(f"{API}/conversations/{where}/decline").status_code == 200
    assert cora.get(f"{API}/conversations/{where}").get_json()["data"] == before
    assert "waits for an answer" in cora.get(f"/messages/{where}").text
    assert cora.get(f"{API}/conversations").get_json()["data"][0]["state"] == "requested"
    for box in ("inbox", "requests"):
        assert asha.get(f"{API}/conversations?box={box}").get_json()["data"] == []
    run(database.writer, lambda db: follow_both(db, people.asha, people.cora))
    still = cora.post(f"{API}/conversations/{where}/messages", json={"text": "?"})
    assert still.status_code == 409, "the one who declined decides"
    asha.post(f"/messages/{where}", data={"text": "Well then"})
    cora.post(f"/messages/{where}", data={"text": "Good"})
    assert said(database, where) == ["Hello", "Well then", "Good"]


def follow_both(db, one, other):
    following.follow(db, actor_by_id(db, one), other)
    following.follow(db, actor_by_id(db, other), one)


@pytest.mark.feature("A25")
def test_who_is_in_whose_circle_is_said_once_for_all(people, as_user, database):
    direct = {
        (people.asha, people.bina): True,  # the same course
        (people.asha, people.cora): False,
        (people.asha, people.teacher): True,  # staff
        (people.teacher, people.cora): True,
        (people.asha, people.alum): False,
        (people.alum, people.asha): False,
        (people.alum, people.teacher): False,  # a graduate nobody has verified
    }
    for (sender, to), wanted in direct.items():
        page = as_user(sender).get(f"/messages/compose/{to}").text
        assert ("This is a request" not in page) is wanted, (sender, to)
    run(database.writer, lambda db: follow_both(db, people.alum, people.asha))
    for sender, to in ((people.alum, people.asha), (people.asha, people.alum)):
        assert "This is a request" not in as_user(sender).get(f"/messages/compose/{to}").text
    everybody = list(vars(people).values())
    run(database.writer, lambda db: index_people(db, everybody))
    chosen = as_user(people.asha).get("/messages/compose").text
    assert "Bina Shah" in chosen
    assert "Cora Das" not in chosen
    assert "Alma Alumna" in as_user(people.asha).get("/messages/compose?q=alm").text
    assert as_user(people.asha).get(f"/messages/compose/{people.asha}").status_code == 404
    assert as_user(people.asha).get("/messages/compose/999999").status_code == 404


def test_whoever_takes_no_requests_gets_none(people, as_user, database):
    asha = as_user(people.asha)
    body = {"receipts": True, "requests": False, "quiet_from": None, "quiet_until": None}
    assert asha.put(f"{API}/messages/preferences", json=body).status_code == 200
    refused = as_user(people.cora).post(f"/messages/compose/{people.asha}", data={"text": "Hi"})
    assert refused.status_code == 422
    assert "only from people they know" in refused.text
    write(database, people.bina, people.asha)


@pytest.mark.feature("A35")
def test_receipts_are_mutual_and_who_hides_theirs_sees_none(people, as_user, database):
    asha, bina = as_user(people.asha), as_user(people.bina)
    made = write(database, people.asha, people.bina)
    where, one = f"/messages/{made.conversation}", f"{API}/messages/{made.id}"
    assert "Sent " in asha.get(where).text
    bina.post("/messages/delivered")
    assert "Delivered " in asha.get(where).text
    bina.post(f"{where}/read", data={})
    assert "Read " in asha.get(where).text
    assert asha.get(one).get_json()["data"]["read_at"]
    for hider in (asha, bina):
        hider.post("/messages/settings", data={"requests": "true"})
        assert "Read " not in asha.get(where).text
        assert asha.get(one).get_json()["data"]["read_at"] is None
        hider.post("/messages/settings", data={"requests": "true", "receipts": "true"})
    assert asha.get(one).get_json()["data"]["read_at"]


def be_here(database, *person_ids):
    """Let pages of people hold a connection, the way the server notes it."""
    later = behind(database)
    Watch().note(later, person_ids)
    later.flush()


@pytest.mark.db
def test_who_is_here_is_shown_in_their_conversations_and_turned_off_for_both(
    people, as_user, database
):
    asha, bina = as_user(people.asha), as_user(people.bina)
    made = write(database, people.asha, people.bina)
    where = f"/messages/{made.conversation}"

    def shown(client):
        told = client.get(f"{API}/conversations/{made.conversation}").get_json()["data"]["here"]
        page = client.get(where).text
        assert ("Active now" in page) == (told == "now")
        assert ("Active today" in page) == (told == "today")
        news = client.get(f"{where}/news").text
        assert ("Active now" in news, "Active today" in news) == (told == "now", told == "today")
        return told

    assert shown(asha) == "away"
    noon = clock.now().replace(hour=12, minute=0)
    with clock.travel(noon):
        be_here(database, people.bina)
        be_here(database, people.bina)  # known already
        assert (shown(asha), shown(bina)) == ("now", "away")
    with clock.travel(noon + timedelta(minutes=6)):
        assert shown(asha) == "today"
    with clock.travel(noon + timedelta(days=1)):
        assert shown(asha) == "away"
    with clock.travel(noon):
        for hider in (asha, bina):
            hider.post("/messages/settings", data={"requests": "true", "receipts": "true"})
            assert shown(asha) == "away"
            hider.post("/messages/settings", data={"requests": "true", "presence": "true"})
            assert shown(asha) == "now"


def test_who_was_asked_and_did_not_answer_does_not_show_that_they_are_here(
    people, as_user, database
):
    made = write(database, people.cora, people.asha)
    be_here(database, people.asha, people.cora)
    for one in (people.cora, people.asha):
        answer = as_user(one).get(f"{API}/conversations/{made.conversation}").get_json()["data"]
        assert answer["here"] == "away"


def test_a_person_is_noted_once_in_a_while(database, people):
    watch, later = Watch(), behind(database)
    noon = clock.now().replace(hour=12, minute=0)
    for seconds, written in ((0, 1), (8, 0), (100, 0), (130, 1)):
        with clock.travel(noon + timedelta(seconds=seconds)):
            watch.note(later, [people.asha])
            assert later.flush() == written, seconds


def test_a_message_is_changed_and_taken_back_within_minutes_and_leaves_a_trace(
    people, as_user, database
):
    asha, bina = as_user(people.asha), as_user(people.bina)
    made = write(database, people.asha, people.bina, "A typoo")
    where, item = f"/messages/{made.conversation}", f"/messages/items/{made.id}"
    assert asha.get(f"{item}/edit").status_code == 200
    assert asha.post(f"{item}/edit", data={"text": "A zebra"}).status_code == 303
    assert bina.post(f"{item}/edit", data={"text": "Mine"}).status_code == 403
    assert bina.delete(f"{API}/messages/{made.id}").status_code == 403
    shown = bina.get(where).text
    assert "A zebra" in shown
    assert "Changed" in shown
    assert "typoo" not in shown
    with database.reading() as db:
        assert db.scalars(select(Revision.text)).all() == ["A typoo"]
        assert search(db, actor_by_id(db, people.bina), "typoo") == []
        assert search(db, actor_by_id(db, people.bina), "zebra") != []
    assert asha.post(f"{item}/take-back").status_code == 303
    with database.reading() as db:
        assert search(db, actor_by_id(db, people.bina), "zebra") == []
    assert "Taken back" in bina.get(where).text
    assert "zebra" not in bina.get(where).text
    assert 'data-badge="messages" data-value="0"' in bina.get("/messages").text
    assert asha.patch(f"{API}/messages/{made.id}", json={"text": "x"}).status_code == 409
    late = write(database, people.asha, people.bina, "Old")
    shift(database, timedelta(minutes=16))
    assert asha.patch(f"{API}/messages/{late.id}", json={"text": "x"}).status_code == 409
    assert asha.delete(f"{API}/messages/{late.id}").status_code == 409
    assert asha.get(f"/messages/items/{late.id}/edit").status_code == 409
    run(database.writer, lambda db: change(db, SYSTEM, {"messaging.edit_minutes": "60"}))
    assert asha.patch(f"{API}/messages/{late.id}", json={"text": "New"}).status_code == 200


def test_a_day_has_room_for_so_many_new_conversations_only(people, as_user, database):
    run(database.writer, lambda db: change(db, SYSTEM, {"messaging.new_per_day": "2"}))
    asha = as_user(people.asha)
    for to, status in ((people.bina, 303), (people.cora, 303), (people.teacher, 422)):
        assert asha.post(f"/messages/compose/{to}", data={"text": "Hi"}).status_code == status, to
    with database.writer() as db, unit(db):
        moment = clock.now() - timedelta(days=2)
        db.execute(update(Conversation).values(created_at=moment))
    assert asha.post(f"/messages/compose/{people.teacher}", data={"text": "Hi"}).status_code == 303


def tell(database):
    """Let the worker tell of what waits; return the mails that went out so far."""
    after: int | None = 0
    while after is not None:
        after = run(database.writer, partial(telling.tell_some, after=after))
    with database.reading() as db:
        return db.scalar(select(func.count(Mail.id)))


def test_unread_messages_are_told_of_once_for_each_conversation_and_not_in_quiet_hours(
    people, as_user, database
):
    for text in ("One", "Two", "Three"):
        where = write(database, people.asha, people.bina, text).conversation
    assert tell(database) == 0, "it is too early"
    shift(database, timedelta(minutes=31))
    now = clock.now()
    begin, end = (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()
    form = MessagingWishes(quiet_from=begin, quiet_until=end)
    run(database.writer, lambda db: wishes.wish(db, actor_by_id(db, people.bina), form))
    assert tell(database) == 0, "these are quiet hours"
    free = MessagingWishes()
    run(database.writer, lambda db: wishes.wish(db, actor_by_id(db, people.bina), free))
    assert tell(database) == 1
    assert tell(database) == 1, "once"
    assert kinds(database, people.bina) == ["messages_waiting"]
    write(database, people.asha, people.bina, "Four")
    as_user(people.bina).post(f"/messages/{where}/read", data={})
    shift(database, timedelta(minutes=31))
    assert tell(database) == 1, "it was read"
    as_user(people.bina).post(f"/messages/{where}/mute")
    write(database, people.asha, people.bina, "Five")
    shift(database, timedelta(minutes=31))
    assert tell(database) == 1, "a muted conversation is silent"


def test_quiet_hours_go_past_midnight():
    night = (time(22), time(7), "Asia/Kolkata")
    day = clock.now().replace(minute=0)
    assert is_quiet(*night, day.replace(hour=17))  # 22:30 there
    assert is_quiet(*night, day.replace(hour=1))  # 6:30
    assert not is_quiet(*night, day.replace(hour=2))  # 7:30
    assert not is_quiet(None, None, "UTC", day)


def test_two_accounts_of_one_person_become_one_with_all_conversations(people, database):
    write(database, people.asha, people.bina, "first")
    write(database, people.cora, people.teacher, "alone")
    run(database.writer, lambda db: follow_both(db, people.cora, people.bina))
    write(database, people.cora, people.bina, "second")
    write(database, people.bina, people.cora, "third")
    run(database.writer, lambda db: follow_both(db, people.asha, people.cora))
    write(database, people.asha, people.cora, "to myself")
    with database.writer() as db, unit(db):
        for merge in MERGES:
            merge.move(db, people.asha, people.cora)
    with database.reading() as db:
        assert sorted(db.scalars(select(Message.text))) == ["alone", "first", "second", "third"]
        pairs = {(row.low_id, row.high_id) for row in db.scalars(select(Conversation))}
        assert pairs == {
            tuple(sorted((people.asha, people.bina))),
            tuple(sorted((people.asha, people.teacher))),
        }
        unread = dict(
            db.execute(
                select(Side.other_id, Side.unread).where(Side.person_id == people.asha)
            ).all()
        )
        assert unread == {people.bina: 1, people.teacher: 0}
        owners = set(db.scalars(select(Message.sender_id)))
        assert owners == {people.asha, people.bina}
        assert search(db, actor_by_id(db, people.asha), "second") != []


def test_one_s_copy_holds_both_sides_and_leaving_empties_what_one_wrote(people, database):
    write(database, people.asha, people.bina, "from asha")
    write(database, people.bina, people.asha, "from bina")
    part = next(part for part in own_data() if part.name == "messages")
    with database.reading() as db:
        tables = part.load(db, people.asha)
        assert [row["text"] for row in tables["you_wrote"]] == ["from asha"]
        assert [row["text"] for row in tables["written_to_you"]] == ["from bina"]
    with database.writer() as db, unit(db):
        part.forget(db, people.asha)
    with database.reading() as db:
        assert list(db.scalars(select(Message.text).order_by(Message.id))) == ["", "from bina"]
        assert search(db, actor_by_id(db, people.bina), "asha") == []
        assert db.scalar(select(func.count(MessagingWish.id))) == 0


def test_a_reported_message_reaches_the_administrators_with_its_words(people, as_user, database):
    made = write(database, people.asha, people.bina, "Something rude")
    bina = as_user(people.bina)
    address = f"/messages/items/{made.id}/report"
    assert bina.post(address, data={"reason": "harassment", "text": "Look"}).status_code == 303
    assert bina.post(address, data={"reason": "harassment"}).status_code == 422, "once"
    assert as_user(people.asha).post(address, data={"reason": "spam"}).status_code == 422
    admin = as_user(people.admin)
    assert "Something rude" in admin.get("/reports/people").text
    with database.reading() as db:
        assert db.scalar(select(Side.box).where(Side.person_id == people.bina)) is Box.INBOX
