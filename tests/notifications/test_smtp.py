"""Notices and digests through a real mail server that is slow, away, or dies in the middle of a letter."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from quad.core import clock
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import Runtime, attach
from quad.core.mail import jobs as mail_jobs
from quad.core.mail.models import Mail, MailState
from quad.notifications.kinds.announcements import ANNOUNCED
from quad.notifications.models import Held, Notification
from tests.conftest import make_settings
from tests.core.mail_server import Postman, free_port, mail_server
from tests.notifications.test_mailing import NOON, choose, gather, ravi, tell

__all__ = ["ravi"]  # the fixture
pytestmark = pytest.mark.feature("A42", "C40", "L49")

MORNING = NOON + timedelta(days=1)
# What the server does first; how many copies of the letter it then has: a lost answer is the one case that makes two.
TROUBLES = [
    ({"rcpt": ["451 4.3.0 come back later"]}, 1),
    ({"rcpt": ["hang"]}, 1),
    ({"data": ["451 4.3.0 come back later"]}, 1),
    ({"data": ["hang"]}, 1),
    ({"data": ["drop"]}, 1),
    ({"data": ["drop", "drop", "451 4.3.0 later"]}, 1),
    ({"data": ["lose"]}, 2),
]
NAMES = [
    "refused",
    "hangs",
    "refuses the text",
    "hangs in the text",
    "dies in the text",
    "thrice",
    "answer lost",
]


def office(database, folder, port) -> Runtime:
    """The installation, with mail going to a server on `port`."""
    values = {"mail_url": f"smtp://127.0.0.1:{port}", "mail_timeout": 0.5, "queue_url": "memory:"}
    settings = make_settings(folder, mail_from="Quad <quad@college.example>", **values)
    return attach(database, settings)


def work_for_days(runtime: Runtime, postman: Postman) -> None:
    """Let the worker look again and again, until long after."""
    for hours in range(0, 48, 4):
        with clock.travel(MORNING + timedelta(hours=hours)):
            perform_due(runtime)
        postman.released.set()


def outcome(database) -> tuple[int, set[MailState], int]:
    """Return how many mails there are, their states, and how many jobs of mail are open."""
    with database.reading() as db:
        states = list(db.scalars(select(Mail.state)))
        left = select(func.count(Job.id)).where(Job.kind == "mail.send", Job.state != JobState.DONE)
        return len(states), set(states), db.scalar(left) or 0


@pytest.mark.parametrize(("script", "copies"), TROUBLES, ids=NAMES)
@pytest.mark.parametrize("rhythm", ["by_mail", "daily"])
def test_a_letter_comes_once_whatever_the_server_does(
    ravi, as_user, database, tmp_path, script, copies, rhythm
):
    choose(as_user(ravi), **{rhythm: ["announcement"]})
    postman = Postman({step: list(answers) for step, answers in script.items()})
    with mail_server(postman) as port:
        runtime = office(database, tmp_path, port)
        with clock.travel(NOON):
            tell(database, ravi)
        with clock.travel(MORNING):
            gather(database)
        work_for_days(runtime, postman)
    letters = postman.letters()
    assert outcome(database) == (1, {MailState.SENT}, 0)
    assert len(letters) == copies
    assert len({letter["Message-ID"] for letter in letters}) == 1, "a copy is the same letter"
    assert len(set(postman.taken)) == 1, "to the byte"
    text = letters[0].get_body(("plain",))
    assert text is not None
    assert text.get_content().count("Ada announces: Exam rooms") >= 1
    with database.reading() as db:
        assert db.scalar(select(func.count(Notification.id))) == 1, "one line in the inbox"
        assert db.scalar(select(func.count(Held.id))) == 0


def test_what_happens_while_no_server_is_there_comes_when_there_is_one(
    ravi, as_user, database, tmp_path
):
    choose(as_user(ravi), by_mail=["announcement_urgent"], daily=["announcement"])
    runtime = office(database, tmp_path, free_port())
    with clock.travel(NOON):
        for number in range(5):
            tell(database, ravi, url=f"/announcements/{number}")
            tell(database, ravi, kind=ANNOUNCED["urgent"], url=f"/announcements/{number}")
        perform_due(runtime)
    with clock.travel(MORNING):
        gather(database)
        perform_due(runtime)
    assert outcome(database) == (6, {MailState.FAILED}, 6)
    postman = Postman()
    with mail_server(postman) as port:
        work_for_days(office(database, tmp_path, port), postman)
    assert outcome(database) == (6, {MailState.SENT}, 0)
    assert len(postman.letters()) == len({one["Message-ID"] for one in postman.letters()}) == 6
    digest = next(one for one in postman.letters() if one["Subject"].startswith("5 new things"))
    assert "digests." in digest["List-Id"]


def test_a_slow_server_gets_each_letter_once_from_several_workers(
    ravi, as_user, database, tmp_path
):
    choose(as_user(ravi), by_mail=["announcement"])
    postman = Postman(pause=0.2)
    with mail_server(postman) as port:
        runtime = office(database, tmp_path, port)
        with clock.travel(NOON):
            for number in range(6):
                tell(database, ravi, url=f"/announcements/{number}")
        workers = [threading.Thread(target=perform_due, args=(runtime,)) for _worker in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        work_for_days(runtime, postman)
    assert outcome(database) == (6, {MailState.SENT}, 0)
    assert len(postman.taken) == 6


def test_a_worker_killed_after_the_digest_went_makes_no_second_digest(
    ravi, as_user, database, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    def killed(*_args: Any, **_how: Any) -> None:
        raise KeyboardInterrupt  # nothing after the server's answer happens

    choose(as_user(ravi), daily=["announcement"])
    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(database, tmp_path, port)
        with clock.travel(NOON):
            tell(database, ravi)
            tell(database, ravi, url="/announcements/2")
        with clock.travel(MORNING):
            gather(database)
            with monkeypatch.context() as patched:
                patched.setattr(mail_jobs, "_record_sent", killed)
                with pytest.raises(KeyboardInterrupt):
                    perform_due(runtime)
            gather(database)
        work_for_days(runtime, postman)
    assert outcome(database) == (1, {MailState.SENT}, 0)
    assert {letter["Message-ID"] for letter in postman.letters()} == {
        postman.letters()[0]["Message-ID"]
    }
