"""Reports by mail: each person gets the rows that person may see, once, and may say no."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from quad.core import clock
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.files import Files, StoredFile
from quad.core.mail.models import Mail, MailAttachment
from quad.identity.models.accounts import AccountState, User
from quad.insights.models import ReportDelivery, Rhythm, SavedReport
from quad.insights.service.reports import delivering
from quad.insights.service.reports.scheduling import following
from tests.insights.reporting import API, As, College, saved
from tests.insights.working import perform_all

pytestmark = pytest.mark.feature("C45")
DUE = "insights.report.due"


def letters(database: Database, settings: Settings, template: str = "report") -> dict[int, Any]:
    """Return the rows of the file that went to each person (None without a file), by user number; a list of all."""
    query = (
        select(User.id, StoredFile.sha256)
        .join(Mail, Mail.address == User.email_as_typed)
        .outerjoin(MailAttachment, MailAttachment.mail_id == Mail.id)
        .outerjoin(StoredFile, StoredFile.id == MailAttachment.file_id)
        .where(Mail.template == f"insights/{template}")
    )
    found: dict[int, Any] = {}
    with database.reading() as db:
        rows = db.execute(query).all()
    for user_id, content in rows:
        assert user_id not in found, "a second letter to the same person"
        found[user_id] = None
        if content is not None:
            with Files.from_settings(settings).open(content) as file:
                text = io.TextIOWrapper(file, "utf-8").read()
            found[user_id] = sorted(row[0] for row in list(csv.reader(io.StringIO(text)))[1:])
    return found


@pytest.mark.db
def test_each_recipient_gets_the_rows_that_person_may_see_and_only_once(
    reporting: College, as_one: As, database: Database, settings: Settings
) -> None:
    admin = as_one("admin")
    report = saved(admin, "Everybody", columns=["register_number"])
    place = f"{API}/{report['id']}"
    plan = {"rhythm": "daily", "recipients": "shared", "file_format": "csv"}
    refused = admin.put(f"{place}/schedule", json=plan)
    assert refused.status_code == 422
    assert "role first" in refused.get_json()["fields"]["recipients"]
    assert admin.put(f"{place}/share", json={"roles": ["hod", "faculty"]}).status_code == 200
    planned = admin.put(f"{place}/schedule", json=plan).get_json()["data"]
    assert date.fromisoformat(planned["next_on"]) > clock.today()
    assert (
        as_one("hod2").put(f"{place}/mute", json={"muted": True}).get_json()["data"]["muted"]
        is True
    )
    perform_all(database, settings, DUE)
    assert letters(database, settings) == {}, "it is not due today"
    with clock.travel(timedelta(days=1)):
        perform_all(database, settings, DUE, DUE)
        perform_all(database, settings, DUE)
        got = letters(database, settings)
        people = reporting.people
        source = "academics.students"
        expected = {role: reporting.expected(source, role) for role in ("admin", "hod", "faculty")}
        expected["other"] = reporting.expected(source, "hod2")  # who teaches that department
        assert {getattr(people, role): rows for role, rows in expected.items()} == got
        assert people.hod2 not in got
        log = admin.get(place).get_json()["data"]
    assert {(one["state"], one["rows"]) for one in log["deliveries"] if one["rows"]} == {
        ("sent", 6),
        ("sent", 3),
    }
    assert date.fromisoformat(log["next_on"]) > clock.today() + timedelta(days=1)
    own = as_one("hod").get(place).get_json()["data"]["deliveries"]
    assert [one["user_id"] for one in own] == [str(people.hod)]


def test_a_report_that_fails_tells_its_owner_once_until_it_is_mended(
    reporting: College, as_one: As, database: Database, settings: Settings
) -> None:
    hod = as_one("hod")
    report = saved(hod, "Broken", columns=["student"])
    place = f"{API}/{report['id']}"
    hod.put(f"{place}/schedule", json={"rhythm": "daily"})
    bad = {"source": "academics.students", "columns": ["cat"]}
    with database.writer() as db, unit(db):
        db.execute(update(SavedReport).values(definition=bad))
    for days in (1, 2):
        with clock.travel(timedelta(days=days)):
            perform_all(database, settings, DUE)
            assert letters(database, settings) == {}
            assert letters(database, settings, "report-failed") == {reporting.people.hod: None}
    shown = hod.get(place).get_json()["data"]
    assert [one["state"] for one in shown["deliveries"]] == ["failed", "failed"]
    assert "cat" in shown["failure"]
    assert "could not be sent" in hod.get(f"/reports/{report['id']}").text
    definition = {"source": "academics.students", "columns": ["student"]}
    mended = {"name": "Mended", "definition": definition, "version": shown["version"]}
    assert hod.put(place, json=mended).get_json()["data"]["failure"] == ""


def test_a_large_file_stays_away_from_the_letter_and_old_files_go(
    reporting: College,
    as_one: As,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hod = as_one("hod")
    reports = [saved(hod, name, columns=["student"])["id"] for name in ("One", "Two")]
    for number in reports:
        hod.put(f"{API}/{number}/schedule", json={"rhythm": "daily"})
    with clock.travel(timedelta(days=1)):
        monkeypatch.setattr(delivering, "LARGEST", 1)
        perform_all(database, settings, DUE)
    with database.reading() as db:
        texts = list(db.scalars(select(Mail.body_text)))
        assert db.scalar(select(MailAttachment.id)) is None
    assert all("too large" in str(one) for one in texts)
    assert all(f"/reports/{number}" in " ".join(map(str, texts)) for number in reports)
    monkeypatch.undo()
    with clock.travel(timedelta(days=2)):
        perform_all(database, settings, DUE)
    with database.writer() as db, unit(db):
        assert db.scalar(select(StoredFile.id)) is not None
        with clock.travel(timedelta(days=20)):
            delivering.prune(db)
        assert db.scalar(select(StoredFile.id)) is None
        assert db.scalar(select(ReportDelivery.file_id).where(ReportDelivery.rows > 0)) is None


def test_someone_who_lost_the_role_gets_nothing_more(
    reporting: College, as_one: As, database: Database, settings: Settings
) -> None:
    admin = as_one("admin")
    number = saved(admin, "Shared", columns=["student"])["id"]
    admin.put(f"{API}/{number}/share", json={"roles": ["hod"]})
    admin.put(f"{API}/{number}/schedule", json={"rhythm": "daily", "recipients": "shared"})
    with database.writer() as db, unit(db):
        db.execute(
            update(User).where(User.id == reporting.people.hod).values(state=AccountState.DISABLED)
        )
    with clock.travel(timedelta(days=1)):
        perform_all(database, settings, DUE)
    with database.reading() as db:
        sent = set(db.scalars(select(ReportDelivery.user_id)))
    assert sent == {reporting.people.admin, reporting.people.hod2}


@pytest.mark.parametrize(
    ("rhythm", "today", "then"),
    [
        (Rhythm.DAILY, date(2026, 12, 31), date(2027, 1, 1)),
        (Rhythm.WEEKLY, date(2026, 11, 21), date(2026, 11, 23)),
        (Rhythm.WEEKLY, date(2026, 11, 23), date(2026, 11, 30)),
        (Rhythm.MONTHLY, date(2026, 1, 31), date(2026, 2, 1)),
        (Rhythm.MONTHLY, date(2026, 12, 1), date(2027, 1, 1)),
        (Rhythm.NONE, date(2026, 1, 1), None),
    ],
)
def test_the_next_day_is_the_first_that_fits_after_today(
    rhythm: Rhythm, today: date, then: date | None
) -> None:
    assert following(rhythm, today) == then
