"""Addresses that refuse mail: counted, suppressed, lifted; and letters that come back later."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from quad.core.facts import unit
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import Runtime
from quad.core.mail.bounces import BounceOutcome, record
from quad.core.mail.models import MailAddress, MailState
from tests.core.mail_office import Office, local, post, stored
from tests.core.mail_server import Postman, mail_server

pytestmark = pytest.mark.feature("L49")

REPORT = """From: MAILER-DAEMON@mx.example
To: quad@college.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

Sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; whoever@college.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--B
Content-Type: text/rfc822-headers

Message-ID: {number}
Subject: Your code

--B--
"""


def report(
    number: str, action: str = "failed", status: str = "5.1.1", said: str = "550 5.1.1 no such user"
) -> bytes:
    return REPORT.format(number=number, action=action, status=status, said=said).encode()


def address(runtime: Runtime) -> MailAddress | None:
    with runtime.database.reading() as db:
        return db.scalars(select(MailAddress)).first()


def take_in(runtime: Runtime, raw: bytes) -> BounceOutcome:
    with runtime.database.writer() as db, unit(db):
        return record(db, raw)[0]


@pytest.mark.db
def test_an_address_refused_three_times_in_a_row_gets_no_more_mail(office: Office) -> None:
    postman = Postman({"rcpt": ["550 5.1.1 nobody"] * 3})
    with mail_server(postman) as port:
        runtime = office(local(port))
        for _again in range(3):
            last = post(runtime)
            perform_due(runtime)
        row = address(runtime)
        assert row is not None
        assert (row.refusals, row.reason, row.suppressed_at is None) == (
            3,
            "550 5.1.1 nobody",
            False,
        )
        assert stored(runtime, last).bounced_at is not None
        after = post(runtime)
        perform_due(runtime)
    assert stored(runtime, after).state is MailState.DEAD
    assert postman.taken == []


def test_a_letter_that_is_taken_sets_the_count_back(office: Office) -> None:
    postman = Postman({"rcpt": ["550 5.1.1 nobody", "550 5.1.1 nobody"]})
    with mail_server(postman) as port:
        runtime = office(local(port))
        for _again in range(3):
            post(runtime)
            perform_due(runtime)
    row = address(runtime)
    assert row is not None
    assert (row.refusals, row.suppressed_at) == (0, None)
    assert len(postman.taken) == 1


@pytest.mark.parametrize("answer", ["550 5.7.1 relaying denied", "451 4.2.2 mailbox full"])
def test_what_is_not_about_the_address_counts_against_nobody(office: Office, answer: str) -> None:
    with mail_server(Postman({"rcpt": [answer]})) as port:
        runtime = office(local(port))
        post(runtime)
        perform_due(runtime)
    assert address(runtime) is None


def test_a_report_about_a_letter_of_ours_counts_once_and_a_forged_one_never(office: Office) -> None:
    runtime = office("capture:")
    mail_id = post(runtime)
    perform_due(runtime)
    number = stored(runtime, mail_id).message_id
    assert take_in(runtime, report("<guess@college.example>")) is BounceOutcome.STRANGE
    assert take_in(runtime, b"Subject: I am on leave\n\nBack on Monday") is BounceOutcome.NO_REPORT
    assert take_in(runtime, b"\xff\x00" * 50) is BounceOutcome.NO_REPORT
    delayed = report(number, "delayed", "4.4.1", "451 not now")
    assert take_in(runtime, delayed) is BounceOutcome.TEMPORARY
    assert address(runtime) is None
    assert take_in(runtime, report(number)) is BounceOutcome.COUNTED
    assert take_in(runtime, report(number)) is BounceOutcome.KNOWN
    row = address(runtime)
    assert row is not None
    assert row.refusals == 1
    assert "no such user" in stored(runtime, mail_id).answer


def test_the_headers_of_a_letter_go_with_it(office: Office, tmp_path: Path) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(local(port))
        post(runtime, headers={"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"})
        perform_due(runtime)
    (letter,) = postman.letters()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
