"""Mail: written with the transaction, delivered once, each answer on the record."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from quad.core import clock
from quad.core.config import Misconfigured
from quad.core.errors import Rejected
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.jobs.outbox import enqueue
from quad.core.jobs.runner import perform, perform_due
from quad.core.mail.models import Mail, MailState
from quad.core.mail.outbox import resend, send
from quad.core.mail.transport import parse_server
from tests.core.mail_office import ANNA, Office, local, post, stored
from tests.core.mail_server import Postman, mail_server

pytestmark = pytest.mark.feature("L49")
CSV = "text/csv; charset=utf-8"


@pytest.mark.db
def test_a_letter_is_rendered_when_it_is_promised_and_delivered_by_the_worker(
    office: Office,
) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(local(port))
        mail_id = post(runtime)
        assert postman.taken == []
        perform_due(runtime)
    (letter,) = postman.letters()
    assert letter["Subject"] == "Your code 123456"
    assert letter["To"] == "Anna <anna@college.example>"
    assert letter["From"] == "Quad <quad@college.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "multipart/alternative"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "your code is 123456." in text.get_content()
    assert '<p class="code">123456</p>' in html.get_content()
    row = stored(runtime, mail_id)
    assert (row.state, row.answer, row.attempts) == (MailState.SENT, "250 taken as 4711", 1)
    assert letter["Message-ID"] == row.message_id
    assert postman.envelopes == [("quad@college.example", ["anna@college.example"])]


def test_a_file_goes_with_its_letter_and_a_letter_goes_without_a_file_that_is_gone(
    office: Office,
) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(local(port))
        with runtime.database.writer() as db, unit(db):
            rows = [
                Files.from_settings(runtime.settings).put(
                    db, BytesIO(text), name=f"{text.decode()}.csv", media_type=CSV, owner_id=None
                )
                for text in (b"kept", b"gone")
            ]
            send(db, "testing/code", [ANNA], {"code": "1"}, files=[row.id for row in rows])
            db.flush()
            db.delete(rows[1])
        perform_due(runtime)
    (letter,) = postman.letters()
    assert letter.get_content_type() == "multipart/mixed"
    assert [part.get_filename() for part in letter.iter_attachments()] == ["kept.csv"]
    assert [part.get_content() for part in letter.iter_attachments()] == ["kept"]
    assert letter.get_body(("html",)) is not None


def test_nothing_is_sent_when_the_transaction_fails(office: Office) -> None:
    runtime = office()

    def refuse() -> None:
        with runtime.database.writer() as db, unit(db):
            send(db, "testing/code", [ANNA], {"code": "1"})
            raise Rejected("no")

    with pytest.raises(Rejected):
        refuse()
    assert perform_due(runtime) == 0


@pytest.mark.db
def test_the_same_key_sends_one_letter(office: Office) -> None:
    runtime = office()
    assert post(runtime, key="welcome/7") == post(runtime, key="welcome/7")
    assert post(runtime, to=("Ben", "ben@college.example"), key="welcome/7")
    with runtime.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Mail)) == 2


def test_each_addressee_gets_a_letter_of_their_own(office: Office) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(local(port))
        with runtime.database.writer() as db, unit(db):
            send(db, "testing/code", [ANNA, ("Ben", "ben@college.example")], {"code": "1"})
        perform_due(runtime)
    assert [to for _sender, to in postman.envelopes] == [
        ["anna@college.example"],
        ["ben@college.example"],
    ]
    assert len({letter["Message-ID"] for letter in postman.letters()}) == 2


def test_line_breaks_in_names_and_subjects_add_no_header(office: Office) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(local(port))
        post(runtime, to=("Anna\r\nBcc: all@x.example", ANNA[1]), code="1\r\nBcc: all@x.example")
        perform_due(runtime)
    (letter,) = postman.letters()
    assert "Bcc" not in letter
    assert postman.envelopes[0][1] == [ANNA[1]]
    assert letter["Subject"] == "Your code 1 Bcc: all@x.example"


@pytest.mark.parametrize(
    "address",
    ["", "anna", "anna@", "a b@c.example", "a@c.example\r\nRCPT TO:<b@c.example>", "<a@b>"],
)
def test_what_cannot_be_an_address_is_refused_before_anything_is_written(
    office: Office, address: str
) -> None:
    with pytest.raises(Rejected, match="is not a mail address"):
        post(office(), to=("Anna", address))


def test_names_and_domains_in_every_script_arrive_whole(office: Office) -> None:
    postman = Postman()
    name = 'Łukasz Müller-明, Dr. "Lu"'
    with mail_server(postman) as port:
        runtime = office(local(port))
        post(runtime, to=(name, "lukasz@münchen.example"))
        perform_due(runtime)
    (letter,) = postman.letters()
    assert letter["To"].addresses[0].display_name == name
    assert postman.envelopes[0][1] == ["lukasz@xn--mnchen-3ya.example"]
    assert postman.taken[0].isascii()


@pytest.mark.parametrize("able", [True, False])
def test_an_address_in_unicode_needs_a_server_that_can(office: Office, able: bool) -> None:
    postman = Postman()
    with mail_server(postman, smtputf8=able) as port:
        runtime = office(local(port))
        mail_id = post(runtime, to=("José", "josé@college.example"))
        perform_due(runtime)
    row = stored(runtime, mail_id)
    assert row.state is (MailState.SENT if able else MailState.DEAD)
    assert [to for _sender, to in postman.envelopes] == ([["josé@college.example"]] if able else [])


def test_a_secret_text_is_removed_once_delivered(office: Office) -> None:
    postman = Postman({"data": ["451 later"]})
    with mail_server(postman) as port:
        runtime = office(local(port))
        secret, plain = post(runtime, secret=True), post(runtime)
        perform_due(runtime)
        assert stored(runtime, secret).body_text is not None
        with clock.travel(timedelta(hours=1)):
            perform_due(runtime)
    assert (stored(runtime, secret).body_text, stored(runtime, secret).body_html) == (None, None)
    assert "123456" not in stored(runtime, secret).subject
    assert stored(runtime, plain).body_text is not None
    with runtime.database.writer() as db, pytest.raises(Rejected, match="was removed"):
        resend(db, secret)


def test_captured_letters_keep_their_text_for_the_mailbox_page(office: Office) -> None:
    runtime = office("capture:")
    mail_id = post(runtime, secret=True)
    perform_due(runtime)
    row = stored(runtime, mail_id)
    assert (row.state, row.answer) == (MailState.SENT, "captured")
    assert "123456" in (row.body_text or "")


def test_mail_sync_sends_after_the_commit_without_a_worker(office: Office) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        runtime = office(local(port), mail_sync=True)
        with runtime.database.writer() as db, unit(db):
            (mail_id,) = send(db, "testing/code", [ANNA], {"code": "1"})
            assert postman.taken == []
        assert len(postman.taken) == 1
    assert stored(runtime, mail_id).state is MailState.SENT
    assert perform_due(runtime) == 0


def test_mail_sync_with_a_dead_server_keeps_what_the_caller_did(office: Office) -> None:
    runtime = office("smtp://127.0.0.1:9", mail_sync=True)
    mail_id = post(runtime)
    assert stored(runtime, mail_id).state is MailState.FAILED


def test_a_dead_letter_can_be_sent_again_with_its_number_and_a_sent_one_as_a_copy(
    office: Office,
) -> None:
    postman = Postman({"rcpt": ["550 mailbox full"]})
    with mail_server(postman) as port:
        runtime = office(local(port))
        mail_id = post(runtime)
        perform_due(runtime)
        with runtime.database.writer() as db, unit(db):
            assert resend(db, mail_id) == mail_id
        perform_due(runtime)
        with runtime.database.writer() as db, unit(db):
            copy_id = resend(db, mail_id)
        perform_due(runtime)
    assert copy_id != mail_id
    assert stored(runtime, mail_id).state is MailState.SENT
    assert [letter["Message-ID"] for letter in postman.letters()] == [
        stored(runtime, mail_id).message_id,
        stored(runtime, copy_id).message_id,
    ]


def test_a_letter_under_way_is_not_sent_again_by_hand(office: Office) -> None:
    runtime = office()
    mail_id = post(runtime)
    with runtime.database.writer() as db, pytest.raises(Rejected, match="under way"):
        resend(db, mail_id)


def test_old_letters_leave_the_log(office: Office) -> None:
    runtime = office()
    old = post(runtime)
    perform_due(runtime)
    with clock.travel(timedelta(days=200)):
        young = post(runtime)
        with runtime.database.writer() as db, unit(db):
            job_id = enqueue(db, "mail.prune", {})
        perform(runtime, job_id)
    with runtime.database.reading() as db:
        assert set(db.scalars(select(Mail.id))) == {young}
    assert old != young


def test_the_layout_needs_no_other_machine_and_no_inline_styles(office: Office) -> None:
    runtime = office()
    html = stored(runtime, post(runtime)).body_html or ""
    assert not re.search(r"<(img|script|link|iframe)|\sstyle=|\son\w+=|url\(", html)


@pytest.mark.parametrize("url", ["http://x", "smtp://", "mail.example:25", "sendmail:"])
def test_an_address_of_another_kind_is_refused_in_words(url: str) -> None:
    with pytest.raises(Misconfigured, match="QUAD_MAIL_URL"):
        parse_server(url)


def test_the_usual_ports_are_assumed() -> None:
    plain, tls = parse_server("smtp://mail.example"), parse_server("smtps://mail.example")
    assert plain is not None
    assert tls is not None
    assert (plain.port, tls.port, tls.tls_at_once) == (587, 465, True)
