"""The administrator's pages of jobs and mail, the progress of a job, and the mailbox of captured mail."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from quad.core import clock
from quad.core.config import Mode, Settings
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.jobs.context import GiveUp, JobContext
from quad.core.jobs.kinds import job
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.outbox import enqueue
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import Runtime, attach
from quad.core.mail.models import Mail, MailAddress, MailState
from quad.core.mail.outbox import send
from quad.core.mail.render import template_root
from quad.web.site import Site
from tests.conftest import make_settings
from tests.core.test_mail_addresses import report
from tests.factories.people import person

pytestmark = pytest.mark.feature("C38")

AsRole = Callable[..., FlaskClient]
AsUser = Callable[[int], FlaskClient]
template_root("testing-web", Path(__file__).parents[1] / "core" / "letters")


@job("testing.refused")
def _refused(ctx: JobContext) -> None:
    raise GiveUp("There is no such <printer>.")


@pytest.fixture
def runtime(app: Site, database: Database, tmp_path: Path) -> Runtime:
    """The installation that the pages belong to, with its mail captured."""
    return attach(database, make_settings(tmp_path, queue_url="memory:", mail_url="capture:"))


def promise(runtime: Runtime, kind: str = "testing.refused", by: int | None = None) -> int:
    with runtime.database.writer() as db, unit(db):
        job_id = enqueue(db, kind, {})
        db.get_one(Job, job_id).created_by = by
    return job_id


def change(runtime: Runtime, kind: type[Any], row_id: int, **values: Any) -> None:
    with runtime.database.writer() as db, unit(db):
        row = db.get_one(kind, row_id)
        for name, value in values.items():
            setattr(row, name, value)


def post(runtime: Runtime, **how: Any) -> int:
    with runtime.database.writer() as db, unit(db):
        to = [("Anna", "anna@college.example")]
        (mail_id,) = send(db, "testing-web/code", to, {"code": "845210"}, **how)
    perform_due(runtime)
    return mail_id


def state_of(runtime: Runtime, kind: type[Any], row_id: int) -> Any:
    with runtime.database.reading() as db:
        return db.scalar(select(kind.state).where(kind.id == row_id))


@pytest.mark.parametrize("path", ["/admin/jobs", "/admin/mail", "/admin/jobs/1", "/admin/mail/1"])
def test_only_administrators_see_the_machinery(as_role: AsRole, path: str) -> None:
    assert as_role("student").get(path).status_code in (403, 404)
    assert as_role("faculty").get(path).status_code in (403, 404)
    assert as_role("admin").get(path).status_code in (200, 404)


def test_a_dead_job_is_listed_with_its_reason_and_tried_again_by_its_button(
    as_role: AsRole, runtime: Runtime
) -> None:
    job_id = promise(runtime)
    perform_due(runtime)
    admin = as_role("admin")
    listed = admin.get("/admin/jobs?state=dead").text
    assert "There is no such &lt;printer&gt;." in listed
    assert "Given up" in listed
    assert "Try again" in admin.get(f"/admin/jobs/{job_id}").text
    answer = admin.post(f"/admin/jobs/{job_id}/retry")
    assert answer.status_code == 303
    assert state_of(runtime, Job, job_id) is JobState.QUEUED
    assert admin.post(f"/admin/jobs/{job_id}/retry").status_code == 409


def test_the_bulk_bar_retries_the_dead_ones_among_the_chosen(
    as_role: AsRole, runtime: Runtime
) -> None:
    dead = promise(runtime)
    perform_due(runtime)
    waiting = promise(runtime)
    admin = as_role("admin")
    assert admin.post("/admin/jobs/retry", data={"id": [waiting]}).status_code == 409
    assert admin.post("/admin/jobs/retry", data={"id": [dead, waiting]}).status_code == 303
    assert state_of(runtime, Job, dead) is JobState.QUEUED


def test_nobody_else_may_try_a_job_again(as_role: AsRole, runtime: Runtime) -> None:
    job_id = promise(runtime)
    perform_due(runtime)
    assert as_role("faculty").post(f"/admin/jobs/{job_id}/retry").status_code == 404
    assert as_role("faculty").post("/admin/jobs/retry", data={"id": [job_id]}).status_code == 403
    assert state_of(runtime, Job, job_id) is JobState.DEAD


def test_whoever_asked_for_a_job_watches_it_and_others_do_not(
    as_user: AsUser, as_role: AsRole, database: Database, runtime: Runtime
) -> None:
    with database.writer() as db, unit(db):
        owner, other = person(db).id, person(db).id
    job_id = promise(runtime, by=owner)
    change(runtime, Job, job_id, progress_done=30, progress_total=120, progress_note="Reading")
    part = as_user(owner).get(f"/progress/{job_id}", headers={"HX-Request": "true"}).text
    assert "30 of 120" in part
    assert f'hx-get="/progress/{job_id}"' in part  # it asks again by itself
    assert "<html" not in part
    assert "<html" in as_user(owner).get(f"/progress/{job_id}").text
    told = as_user(owner).get(f"/api/v1/progress/{job_id}").get_json()["data"]
    assert (told["id"], told["progress_done"], told["state"]) == (str(job_id), 30, "queued")
    assert as_user(other).get(f"/progress/{job_id}").status_code == 404
    assert as_user(other).get(f"/api/v1/progress/{job_id}").status_code == 404
    assert as_role("admin").get(f"/progress/{job_id}").status_code == 200


def test_a_finished_job_stops_asking(as_role: AsRole, runtime: Runtime) -> None:
    job_id = promise(runtime)
    change(runtime, Job, job_id, state=JobState.DONE)
    part = as_role("admin").get(f"/progress/{job_id}", headers={"HX-Request": "true"}).text
    assert "hx-get" not in part


@pytest.mark.feature("L49")
def test_the_log_of_mails_shows_the_text_of_a_letter_but_never_a_secret_one(
    as_role: AsRole, runtime: Runtime
) -> None:
    open_id, secret_id = post(runtime), post(runtime, secret=True)
    admin = as_role("admin")
    assert "845210" in admin.get(f"/admin/mail/{open_id}").text
    assert "845210" not in admin.get(f"/admin/mail/{secret_id}").text
    change(runtime, Mail, open_id, subject="x")
    assert "845210" not in admin.get("/admin/mail").text
    assert "845210" not in admin.get("/admin/mail?format=csv").text


@pytest.mark.feature("L49")
def test_a_dead_mail_shows_the_servers_reason_and_goes_again(
    as_role: AsRole, runtime: Runtime
) -> None:
    mail_id = post(runtime)
    change(runtime, Mail, mail_id, state=MailState.DEAD, answer="550 no such person")
    admin = as_role("admin")
    assert "550 no such person" in admin.get(f"/admin/mail/{mail_id}").text
    assert admin.post(f"/admin/mail/{mail_id}/resend").status_code == 303
    perform_due(runtime)
    assert state_of(runtime, Mail, mail_id) is MailState.SENT
    assert as_role("student").post(f"/admin/mail/{mail_id}/resend").status_code == 404


def test_captured_mail_is_read_in_the_mailbox_without_signing_in(
    client: FlaskClient, runtime: Runtime
) -> None:
    assert "No mail yet" in client.get("/dev/mailbox/").text
    mail_id = post(runtime, secret=True)
    page = client.get(f"/dev/mailbox/{mail_id}").text
    assert "your code is 845210." in page
    assert f'src="/dev/mailbox/{mail_id}/html"' in page
    assert "845210" in client.get("/dev/mailbox/?to=anna@college.example").text
    assert "845210" not in client.get("/dev/mailbox/?to=ben@college.example").text
    assert client.get("/dev/mailbox/999").status_code == 404


def test_the_frame_of_a_mail_can_run_nothing_and_load_nothing(
    client: FlaskClient, runtime: Runtime
) -> None:
    answer = client.get(f"/dev/mailbox/{post(runtime)}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "unsafe" not in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


PRODUCTION = {
    "mode": Mode.PRODUCTION,
    "mail_url": "smtp://mail.example",
    "secret_key": "qwertyuiopasdfghjklzxcvbnm0123456789",
    "rate_limits": "on",
}


@pytest.mark.parametrize("told", [{"mail_url": "smtp://127.0.0.1:25"}, PRODUCTION])
def test_there_is_no_mailbox_where_mail_really_goes_out(
    app: Site, runtime: Runtime, tmp_path: Path, told: dict[str, Any]
) -> None:
    mail_id = post(runtime)
    held: Settings = make_settings(tmp_path, **told)
    app.extensions["quad"] = replace(app.extensions["quad"], settings=held)
    for path in ("", str(mail_id), f"{mail_id}/html"):
        assert app.test_client().get(f"/dev/mailbox/{path}").status_code == 404


def data(answer: Any) -> Any:
    """What an answer of the API holds."""
    return answer.json["data"]


def refusing(runtime: Runtime, address: str = "nobody@college.example") -> int:
    """An address that gets no mail any more."""
    with runtime.database.writer() as db, unit(db):
        row = MailAddress(
            address=address,
            refusals=3,
            reason="550 5.1.1 nobody",
            last_at=clock.now(),
            suppressed_at=clock.now(),
        )
        db.add(row)
        db.flush()
        return row.id


@pytest.mark.feature("L49")
def test_addresses_that_refuse_are_listed_and_lifted_over_the_api(
    as_role: AsRole, runtime: Runtime
) -> None:
    address_id = refusing(runtime)
    admin = as_role("admin")
    (row,) = data(admin.get("/api/v1/mail/addresses?suppressed=1"))
    assert (row["id"], row["address"], row["refusals"]) == (
        str(address_id),
        "nobody@college.example",
        3,
    )
    place = f"/api/v1/mail/addresses/{address_id}"
    lifted = admin.post(f"{place}/lift")
    assert lifted.status_code == 200
    assert data(lifted)["suppressed_at"] is None
    assert data(admin.get(place))["refusals"] == 0
    assert admin.post(f"{place}/lift").status_code == 409
    assert data(admin.get("/api/v1/mail/addresses?suppressed=1")) == []
    for role in ("student", "hod", "placement"):
        stranger = as_role(role)
        assert stranger.get("/api/v1/mail/addresses").status_code == 403
        assert stranger.get(place).status_code == 404
        assert stranger.post(f"{place}/lift").status_code == 404


@pytest.mark.feature("L49")
def test_a_report_of_delivery_is_handed_over_over_the_api_and_counts_once(
    as_role: AsRole, runtime: Runtime
) -> None:
    mail_id = post(runtime)
    with runtime.database.reading() as db:
        number = db.get_one(Mail, mail_id).message_id
    admin = as_role("admin")

    def hand_over(raw: bytes, client: FlaskClient = admin) -> Any:
        return client.post("/api/v1/mail/bounces", data=raw, content_type="message/rfc822")

    first = hand_over(report(number))
    assert first.status_code == 200
    assert data(first) == {"outcome": "counted", "address": "anna@college.example"}
    assert data(hand_over(report(number)))["outcome"] == "known"
    assert data(hand_over(report("<1@forged.example>")))["outcome"] == "strange"
    assert data(hand_over(b"Hello")) == {"outcome": "no report", "address": ""}
    assert data(hand_over(b""))["outcome"] == "no report"
    (row,) = data(admin.get("/api/v1/mail/addresses"))
    assert (row["address"], row["refusals"], row["suppressed_at"]) == (
        "anna@college.example",
        1,
        None,
    )
    (mail,) = data(admin.get("/api/v1/mail?bounced=1"))
    assert (mail["id"], mail["came_back"]) == (str(mail_id), True)
    assert hand_over(report(number), as_role("hod")).status_code == 403


@pytest.mark.feature("L49")
def test_mail_goes_again_over_the_api_and_a_secret_one_tells_nothing(
    as_role: AsRole, runtime: Runtime
) -> None:
    mail_id = post(runtime, secret=True)
    admin = as_role("admin")
    listed = admin.get("/api/v1/mail")
    assert "845210" not in listed.text
    assert data(listed)[0]["subject"] == "testing-web/code"
    change(runtime, Mail, mail_id, state=MailState.DEAD)
    again = admin.post(f"/api/v1/mail/{mail_id}/resend")
    assert again.status_code == 200
    assert as_role("student").post(f"/api/v1/mail/{mail_id}/resend").status_code == 404
    assert as_role("student").get("/api/v1/mail").status_code == 403
