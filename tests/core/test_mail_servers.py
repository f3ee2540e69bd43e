"""Mail and mail servers: refusals, hangs, lost lines, encryption, passwords."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from quad.core import clock
from quad.core.facts import unit
from quad.core.jobs.models import JobState
from quad.core.jobs.outbox import enqueue
from quad.core.jobs.runner import perform_due
from quad.core.mail import jobs as mail_jobs
from quad.core.mail.models import MailState
from tests.core.mail_office import Office, its_job, local, post, stored
from tests.core.mail_server import Postman, mail_server, make_certificate

pytestmark = pytest.mark.feature("L49")


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_a_permanent_refusal_is_the_end_with_the_servers_reason(office: Office, step: str) -> None:
    postman = Postman({step: ["550 5.1.1 no such person"]})
    with mail_server(postman) as port:
        runtime = office(local(port))
        mail_id = post(runtime)
        perform_due(runtime)
    row = stored(runtime, mail_id)
    assert (row.state, row.answer) == (MailState.DEAD, "550 5.1.1 no such person")
    assert row.uncertain == 0
    assert its_job(runtime, mail_id).state is JobState.DEAD


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_a_temporary_refusal_is_tried_again(office: Office, step: str) -> None:
    postman = Postman({step: ["451 4.3.0 come back later"]})
    with mail_server(postman) as port:
        runtime = office(local(port))
        mail_id = post(runtime)
        perform_due(runtime)
        row = stored(runtime, mail_id)
        assert row.state is MailState.FAILED
        assert "451 4.3.0 come back later" in row.answer
        with clock.travel(timedelta(hours=1)):
            perform_due(runtime)
    row = stored(runtime, mail_id)
    assert (row.state, row.uncertain, len(postman.taken)) == (MailState.SENT, 0, 1)


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_a_server_that_hangs_costs_one_timeout_and_a_retry(office: Office, step: str) -> None:
    postman = Postman({step: ["hang"]})
    with mail_server(postman) as port:
        runtime = office(local(port))
        mail_id = post(runtime)
        perform_due(runtime)
        row = stored(runtime, mail_id)
        assert row.state is MailState.FAILED
        assert "did not answer in time" in row.answer
        postman.released.set()
        with clock.travel(timedelta(hours=1)):
            perform_due(runtime)
    assert stored(runtime, mail_id).state is MailState.SENT


@pytest.mark.parametrize(("word", "copies"), [("drop", 1), ("lose", 2)])
def test_a_line_that_dies_during_the_text_sends_again_with_the_same_number(
    office: Office, word: str, copies: int
) -> None:
    postman = Postman({"data": [word]})
    with mail_server(postman) as port:
        runtime = office(local(port))
        mail_id = post(runtime)
        perform_due(runtime)
        assert stored(runtime, mail_id).state is MailState.FAILED
        with clock.travel(timedelta(hours=1)):
            perform_due(runtime)
    row = stored(runtime, mail_id)
    assert (row.state, row.uncertain) == (MailState.SENT, 1)
    assert len(postman.taken) == copies
    assert {letter["Message-ID"] for letter in postman.letters()} == {row.message_id}
    assert len(set(postman.taken)) == 1  # to the byte


def test_a_server_that_is_not_there_is_tried_until_the_tries_are_used_up(office: Office) -> None:
    runtime = office("smtp://127.0.0.1:9")
    mail_id = post(runtime)
    for hours in range(0, 40, 2):
        with clock.travel(timedelta(hours=hours)):
            perform_due(runtime)
    row = stored(runtime, mail_id)
    assert row.state is MailState.DEAD
    assert "ConnectionRefusedError" in row.answer
    assert its_job(runtime, mail_id).attempts == 10


def test_a_worker_killed_after_the_text_went_sends_it_again_with_the_same_number(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_args: Any, **_how: Any) -> None:
        raise KeyboardInterrupt  # nothing after the server's 250 happens

    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(local(port))
        mail_id = post(runtime)
        with monkeypatch.context() as patched:
            patched.setattr(mail_jobs, "_record_sent", killed)
            with pytest.raises(KeyboardInterrupt):
                perform_due(runtime)
        assert stored(runtime, mail_id).state is MailState.SENDING
        with clock.travel(timedelta(minutes=5)):
            perform_due(runtime)
    row = stored(runtime, mail_id)
    assert (row.state, row.uncertain) == (MailState.SENT, 1)
    assert len(postman.taken) == 2
    assert {letter["Message-ID"] for letter in postman.letters()} == {row.message_id}


def test_a_job_performed_twice_sends_once(office: Office) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(local(port))
        mail_id = post(runtime)
        perform_due(runtime)
        with runtime.database.writer() as db, unit(db):
            enqueue(db, "mail.send", {"mail_id": mail_id})
        perform_due(runtime)
    assert len(postman.taken) == 1


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name that is not loopback, though its address is."""
    known = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **how: Any) -> Any:
        return known("127.0.0.1" if host == "mail.college.example" else host, *args, **how)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return "mail.college.example"


def test_nothing_is_sent_in_the_clear_to_another_machine(office: Office, far_away: str) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(f"smtp://user:secret@{far_away}:{port}")
        mail_id = post(runtime)
        perform_due(runtime)
    row = stored(runtime, mail_id)
    assert row.state is MailState.FAILED
    assert "STARTTLS" in row.answer
    assert (postman.taken, postman.logins) == ([], [])


def test_starttls_and_the_password_are_used_with_another_machine(
    office: Office, far_away: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path, far_away)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    postman = Postman()
    with mail_server(postman, certificate=certificate) as port:
        runtime = office(f"smtp://quad:p%40ss%20word@{far_away}:{port}")
        mail_id = post(runtime)
        perform_due(runtime)
    assert stored(runtime, mail_id).state is MailState.SENT
    assert postman.encrypted == [True]
    assert postman.logins == [("quad", "p@ss word")]


def test_a_certificate_for_another_name_is_not_trusted(
    office: Office, far_away: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path, "evil.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    postman = Postman()
    with mail_server(postman, certificate=certificate) as port:
        runtime = office(f"smtp://{far_away}:{port}")
        mail_id = post(runtime)
        perform_due(runtime)
    assert stored(runtime, mail_id).state is MailState.FAILED
    assert postman.taken == []


def test_a_wrong_password_of_the_installation_does_not_kill_the_letters(office: Office) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(f"smtp://quad:wrong@127.0.0.1:{port}")
        mail_id = post(runtime)
        perform_due(runtime)
    row = stored(runtime, mail_id)
    assert row.state is MailState.FAILED
    assert "535" in row.answer
