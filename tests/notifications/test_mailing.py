"""When and how notices are mailed: digests, quiet hours, bundles, and the link that stops them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from quad.core import clock
from quad.core.facts import unit
from quad.core.jobs.models import Job
from quad.core.mail.models import Mail
from quad.identity.models.accounts import User
from quad.notifications.kinds.announcements import ANNOUNCED, ANNOUNCEMENT_COMMENTED
from quad.notifications.kinds.every import KINDS
from quad.notifications.mailing import digests
from quad.notifications.mailing.hours import Hours
from quad.notifications.models import Held, MailRhythm
from quad.notifications.service import notify
from tests.factories.people import person

# A Wednesday; half past five in the afternoon in India.
NOON = datetime(2031, 3, 12, 12, 0, tzinfo=UTC)
DATA = {"author": "Ada", "title": "Exam rooms", "person": "Bina"}
pytestmark = pytest.mark.feature("A42", "C40")


@pytest.fixture
def ravi(app, database):
    """Somebody in India."""
    with database.writer() as db, unit(db):
        user = person(db, name="Ravi Rao", email="ravi@college.example")
        user.zone = "Asia/Kolkata"
        return user.id


def tell(database, user_id, kind=ANNOUNCED["normal"], url="/announcements/1", **more):
    with database.writer() as db, unit(db):
        notify(db, kind, [user_id], DATA, url, **more)


def mails(database):
    with database.reading() as db:
        return list(db.scalars(select(Mail).order_by(Mail.id)))


def gather(database):
    """Do what the periodic job does, without its lease."""
    while True:
        with database.writer() as db, unit(db):
            user_id = digests.next_person(db)
            if user_id is None:
                return
            digests.mail_due(db, user_id)


def choose(client, **lists):
    every = {"in_app": list(KINDS), "by_mail": [], **lists}
    answer = client.put("/api/v1/me/notification-preferences", json=every)
    assert answer.status_code == 200, answer.text


@pytest.mark.db
def test_a_daily_mail_comes_once_at_the_readers_hour_with_all_of_the_day(ravi, as_user, database):
    choose(as_user(ravi), daily=["announcement"])
    with clock.travel(NOON):
        tell(database, ravi)
        tell(database, ravi, url="/announcements/2")
        gather(database)
    assert mails(database) == []
    with clock.travel(datetime(2031, 3, 13, 2, 29, tzinfo=UTC)):
        gather(database)
    assert mails(database) == []
    with clock.travel(datetime(2031, 3, 13, 2, 30, tzinfo=UTC)):  # eight in the morning there
        gather(database)
        gather(database)
    (mail,) = mails(database)
    assert mail.subject.startswith("2 new things")
    assert mail.body_text.count("Ada announces: Exam rooms") == 2
    assert "digests." in mail.headers["List-Id"]


def test_a_weekly_mail_comes_on_its_day_also_over_the_change_of_clocks():
    hours = Hours(digest_hour=8, digest_day=0)
    saturday = datetime(2031, 3, 29, 12, 0, tzinfo=UTC)  # Europe's clocks go forward that night
    due = hours.due(MailRhythm.WEEKLY, saturday, "Europe/Berlin")
    assert due == datetime(2031, 3, 31, 6, 0, tzinfo=UTC)
    assert hours.due(MailRhythm.WEEKLY, due, "Europe/Berlin") == due + timedelta(days=7)


def test_quiet_hours_run_over_midnight_and_mail_goes_when_they_end(ravi, as_user, database):
    client = as_user(ravi)
    half = client.put("/api/v1/me/mail-hours", json={"quiet_from": "22:00:00"})
    assert half.status_code == 422
    quiet = {"quiet_from": "22:00:00", "quiet_until": "07:00:00"}
    assert client.put("/api/v1/me/mail-hours", json=quiet).status_code == 200
    night = datetime(2031, 3, 12, 18, 0, tzinfo=UTC)  # half past eleven at night there
    with clock.travel(night):
        tell(database, ravi)
        tell(database, ravi, kind=ANNOUNCED["urgent"], url="/announcements/2")
    with database.reading() as db:
        held, urgent = db.scalars(select(Job.run_at).where(Job.kind == "mail.send"))
    assert held == datetime(2031, 3, 13, 1, 30, tzinfo=UTC)
    assert urgent == night
    assert 'value="22:00"' in client.get("/account/notifications").text


def test_things_of_one_kind_about_one_thing_are_one_line_and_one_mail(ravi, as_user, database):
    client = as_user(ravi)
    choose(client, by_mail=["announcement_commented"])
    with clock.travel(NOON):
        for _again in range(3):
            tell(database, ravi, kind=ANNOUNCEMENT_COMMENTED)
        tell(database, ravi, kind=ANNOUNCEMENT_COMMENTED, url="/announcements/2")
    texts = [row["text"] for row in client.get("/api/v1/me/notifications").json["data"]]
    assert texts == ["Bina commented on “Exam rooms”.", "3 new comments on “Exam rooms”."]
    assert mails(database) == []
    with clock.travel(NOON + timedelta(minutes=11)):
        gather(database)
    subjects = {mail.subject for mail in mails(database)}
    assert subjects == {"3 new comments on “Exam rooms”.", "Bina commented on “Exam rooms”."}


def test_a_crash_between_taking_out_and_writing_loses_nothing(ravi, as_user, database):
    choose(as_user(ravi), daily=["announcement"])
    with clock.travel(NOON):
        tell(database, ravi)
    with clock.travel(NOON + timedelta(days=2)):
        with pytest.raises(RuntimeError), database.writer() as db, unit(db):
            digests.mail_due(db, ravi)
            raise RuntimeError
        assert mails(database) == []
        gather(database)
    assert len(mails(database)) == 1


def read_all(client, ids=None):
    rows = client.get("/api/v1/me/notifications").json["data"]
    wanted = [row["id"] for row in rows if ids is None or row["url"] in ids]
    assert client.post("/api/v1/me/notifications/read", json={"ids": wanted}).status_code == 200


@pytest.mark.db
def test_what_was_read_meanwhile_is_not_mailed_and_a_mail_without_anything_is_not_sent(
    ravi, as_user, database
):
    client = as_user(ravi)
    choose(client, daily=["announcement"])
    with clock.travel(NOON):
        tell(database, ravi)
        tell(database, ravi, url="/announcements/2")
    read_all(client, ["/announcements/1"])
    morning = datetime(2031, 3, 13, 2, 30, tzinfo=UTC)
    with clock.travel(morning):
        gather(database)
    (mail,) = mails(database)
    assert "/announcements/2" in mail.body_text
    assert "/announcements/1" not in mail.body_text
    with clock.travel(morning):
        tell(database, ravi, url="/announcements/3")
    read_all(client)
    with clock.travel(morning + timedelta(days=1)):
        gather(database)
    assert len(mails(database)) == 1
    with database.reading() as db:
        assert db.scalar(select(func.count(Held.id))) == 0


def test_what_is_marked_as_not_read_again_is_mailed(ravi, as_user, database):
    client = as_user(ravi)
    choose(client, daily=["announcement"])
    with clock.travel(NOON):
        tell(database, ravi)
    read_all(client)
    [row] = client.get("/api/v1/me/notifications").json["data"]
    client.post("/api/v1/me/notifications/unread", json={"ids": [row["id"]]})
    with clock.travel(NOON + timedelta(days=1)):
        gather(database)
    assert len(mails(database)) == 1


def test_what_never_stood_in_the_inbox_is_mailed_whatever_else_was_read(ravi, as_user, database):
    client = as_user(ravi)
    choose(client, in_app=[], daily=["announcement"])
    with clock.travel(NOON):
        tell(database, ravi)
    read_all(client)
    with clock.travel(NOON + timedelta(days=1)):
        gather(database)
    assert len(mails(database)) == 1


def test_comments_that_were_read_together_are_not_mailed_and_a_later_one_is(
    ravi, as_user, database
):
    client = as_user(ravi)
    choose(client, by_mail=["announcement_commented"])
    for minute in range(3):
        with clock.travel(NOON + timedelta(minutes=minute)):
            tell(database, ravi, kind=ANNOUNCEMENT_COMMENTED)
    read_all(client)
    with clock.travel(NOON + timedelta(minutes=4)):
        tell(database, ravi, kind=ANNOUNCEMENT_COMMENTED)
    with clock.travel(NOON + timedelta(minutes=20)):
        gather(database)
    (mail,) = mails(database)
    assert mail.subject == "Bina commented on “Exam rooms”."


def test_the_link_in_a_mail_stops_its_kind_without_signing_in_and_only_when_posted(
    ravi, client, as_user, database
):
    tell(database, ravi)
    (mail,) = mails(database)
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = urlsplit(mail.headers["List-Unsubscribe"].strip("<>")).path
    assert link in mail.body_text
    assert "Stop this mail" in client.get(link).text
    tell(database, ravi)
    assert len(mails(database)) == 2  # looking stopped nothing
    one_click = {"List-Unsubscribe": "One-Click"}
    assert client.post(link, data=one_click, csrf=False).status_code == 200
    assert client.post(link, data=one_click, csrf=False).status_code == 200
    tell(database, ravi)
    assert len(mails(database)) == 2
    assert len(as_user(ravi).get("/api/v1/me/notifications").json["data"]) == 3
    assert client.post(f"{link}/undo", csrf=False).status_code == 200
    tell(database, ravi)
    assert len(mails(database)) == 3
    other = link.replace(f"{ravi}-", f"{ravi + 1}-")
    for forged in (other, link[:-1] + ("0" if link[-1] != "0" else "1"), "/unsubscribe/x"):
        assert client.post(forged, csrf=False).status_code == 404


def test_the_link_of_a_digest_stops_everything_that_comes_in_digests(
    ravi, client, as_user, database
):
    choose(as_user(ravi), daily=["announcement"], by_mail=["announcement_urgent"])
    with clock.travel(NOON):
        tell(database, ravi)
        tell(database, ravi)
    with clock.travel(NOON + timedelta(days=1)):
        gather(database)
    (mail,) = mails(database)
    link = mail.headers["List-Unsubscribe"].strip("<>").partition("/unsubscribe")[2]

    def wishes():
        rows = as_user(ravi).get("/api/v1/me/notification-preferences").json["data"]
        found = {row["kind"]: row["mail"] for row in rows}
        return [found[kind] for kind in ("announcement", "announcement_urgent", "community_posted")]

    before = wishes()
    assert before == ["daily", "instant", "off"]
    for _click in range(2):
        client.post(f"/unsubscribe{link}", csrf=False)
        assert wishes() == ["off", "instant", "off"]
    for _click in range(2):
        client.post(f"/unsubscribe{link}/undo", csrf=False)
        assert wishes() == before


def test_mails_about_one_thing_hang_together_and_others_do_not(ravi, database):
    tell(database, ravi)
    tell(database, ravi, kind=ANNOUNCED["urgent"])
    tell(database, ravi, url="/announcements/2")
    one, same, other = (mail.headers["References"] for mail in mails(database))
    assert one == same != other
    assert len({mail.message_id for mail in mails(database)}) == 3


def test_what_waits_for_a_digest_is_forgotten_when_its_kind_is_turned_off(ravi, as_user, database):
    client = as_user(ravi)
    choose(client, weekly=["announcement"])
    tell(database, ravi)
    choose(client)
    with database.reading() as db:
        assert db.scalar(select(func.count(Held.id))) == 0


def test_the_page_of_preferences_has_a_choice_for_each_kind(ravi, as_user, database):
    client = as_user(ravi)
    posted = {"in_app": ["announcement"], "mail_announcement": "weekly"}
    assert client.post("/account/notifications", data=posted).status_code == 303
    page = client.get("/account/notifications").text
    assert re.search(r'name="mail_announcement"[^>]*>.*?value="weekly" selected', page)
    wrong = client.post("/account/notifications", data={"mail_announcement": "hourly"})
    assert wrong.status_code == 422
    twice = {"daily": ["announcement"], "weekly": ["announcement"]}
    assert client.put("/api/v1/me/notification-preferences", json=twice).status_code == 422


def test_marking_all_read_can_be_undone_and_the_inbox_can_be_narrowed(ravi, as_user, database):
    client = as_user(ravi)
    tell(database, ravi)
    first = client.get("/api/v1/me/notifications").json["data"][0]["id"]
    client.post("/api/v1/me/notifications/read", json={"ids": [first]})
    tell(database, ravi, kind=ANNOUNCED["urgent"], url="/announcements/2")
    place = client.post("/notifications/read", data={}).location
    page = client.get(place).text
    (at,) = re.findall(r'name="at" value="([^"]+)"', page)
    assert client.get("/api/v1/me/notifications?unread=true").json["data"] == []
    client.post("/notifications/unread", data={"at": at})
    unread = client.get("/api/v1/me/notifications?unread=true").json["data"]
    assert [row["kind"] for row in unread] == ["announcement_urgent"]
    assert "Ada announces" not in client.get("/notifications?unread=1").text
    assert "Urgent" not in client.get("/notifications?kind=announcement").text.split("q-list")[-1]


def test_a_person_who_is_gone_or_whose_address_is_wrong_holds_nobody_up(ravi, as_user, database):
    choose(as_user(ravi), daily=["announcement"])
    with database.writer() as db, unit(db):
        gone = person(db, name="Gone Girl", email="gone@college.example").id
    choose(as_user(gone), daily=["announcement"])
    with clock.travel(NOON):
        tell(database, gone)
        tell(database, ravi)
    with database.writer() as db, unit(db):
        db.get_one(User, gone).email_as_typed = "no address"
    with clock.travel(NOON + timedelta(days=1)):
        gather(database)
    assert [mail.address for mail in mails(database)] == ["ravi@college.example"]
