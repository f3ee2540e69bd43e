"""Settings an administrator changes while Quad runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient

from quad.core import settings
from quad.core.db.engine import Database
from quad.core.errors import EditedMeanwhile, Forbidden, Invalid
from quad.core.facts import unit
from quad.core.house import HELP_DESK, NAME, TERM_LINE
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import SYSTEM, Actor, Grant
from quad.core.settings import Setting

Role = Callable[..., FlaskClient]


@pytest.mark.db
def test_a_change_is_seen_in_its_own_unit_and_after_the_commit(database: Database) -> None:
    with database.writer() as db, unit(db):
        assert settings.value(db, NAME) == "Quad"
        assert settings.change(db, SYSTEM, {NAME.key: " Northfield "}) == (NAME.key,)
        assert settings.value(db, NAME) == "Northfield"
    with database.reading() as db:
        assert settings.value(db, NAME) == "Northfield"


def test_a_change_that_is_rolled_back_is_not_kept(database: Database) -> None:
    def change_and_fail() -> None:
        with database.writer() as db, unit(db):
            settings.change(db, SYSTEM, {NAME.key: "Northfield"})
            raise KeyError

    with pytest.raises(KeyError):
        change_and_fail()
    with database.reading() as db:
        assert settings.value(db, NAME) == "Quad"


def test_values_are_read_from_memory_until_they_are_old(
    database: Database, statements: list[str]
) -> None:
    with database.reading() as db:
        for _time in range(5):
            settings.value(db, NAME)
    assert len(statements) == 1
    later = time.monotonic() + settings.FRESH + 1
    with database.reading() as db, patch("quad.core.settings.time.monotonic", return_value=later):
        settings.value(db, NAME)
    assert len(statements) == 2


def test_each_wrong_value_has_its_sentence_and_nothing_is_changed(database: Database) -> None:
    with database.writer() as db, pytest.raises(Invalid) as refused, unit(db):
        settings.change(
            db,
            SYSTEM,
            {NAME.key: "", TERM_LINE.key: "x" * 2001, HELP_DESK.key: "nobody", "no.such": "x"},
        )
    assert refused.value.fields == {
        NAME.key: "Please fill this in.",
        TERM_LINE.key: "Use at most 2000 characters.",
        HELP_DESK.key: "Write an e-mail address, or leave this empty.",
        "no.such": "There is no such setting.",
    }
    with database.reading() as db:
        assert settings.value(db, NAME) == "Quad"


@pytest.mark.db
def test_the_second_of_two_editors_is_told(database: Database) -> None:
    with database.writer() as db, unit(db):
        seen = settings.revision(db)
        settings.change(db, SYSTEM, {NAME.key: "First"}, seen=seen)
    with database.writer() as db, pytest.raises(EditedMeanwhile), unit(db):
        settings.change(db, SYSTEM, {NAME.key: "Second"}, seen=seen)


def test_only_the_administration_changes_settings(database: Database) -> None:
    with database.writer() as db, pytest.raises(Forbidden):
        settings.change(db, Actor(id=1, grants=(Grant("hod", 1),)), {NAME.key: "Mine"})


def test_the_environment_gives_the_default(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "_defaults", {})
    settings.use_defaults({NAME.key: "From the environment"})
    with database.reading() as db:
        assert settings.value(db, NAME) == "From the environment"


def test_a_key_is_declared_once() -> None:
    with pytest.raises(RuntimeError, match=NAME.key):
        Setting(key=NAME.key, label="x", default="", kind="text", group="x")


# The page and the API


def test_an_admin_changes_settings_on_the_page(as_role: Role, database: Database) -> None:
    admin = as_role("admin")
    page = admin.get("/settings").text
    assert "Name of the institution" in page
    ticked = {key: "true" for key, item in Setting.registry.items() if item.default is True}
    kept = {NAME.key: "Northfield", TERM_LINE.key: "Week 9", "revision": "0"} | ticked
    done = admin.post("/settings", data=kept, follow_redirects=True)
    assert "2 settings are changed." in done.text
    assert "Northfield" in as_role("student").get("/departments").text
    with database.reading() as db:
        assert settings.value(db, TERM_LINE) == "Week 9"
    stale = admin.post("/settings", data=kept | {NAME.key: "Other"})
    assert stale.status_code == 422
    assert "Somebody else changed this" in stale.text
    assert 'value="Other"' in stale.text


def test_a_wrong_value_is_said_beside_its_field_and_what_was_typed_stays(as_role: Role) -> None:
    answer = as_role("admin").post("/settings", data={HELP_DESK.key: "not an address"})
    assert answer.status_code == 422
    assert "Write an e-mail address, or leave this empty." in answer.text
    assert 'value="not an address"' in answer.text


def test_nobody_else_opens_the_page(as_role: Role) -> None:
    for role in ("hod", "faculty", "student"):
        assert as_role(role).get("/settings").status_code == 403
        assert as_role(role).get("/api/v1/settings").status_code == 403


def test_the_api_shows_and_changes_settings(as_role: Role) -> None:
    admin = as_role("admin")
    shown = admin.get("/api/v1/settings").get_json()["data"]
    name = next(item for item in shown["settings"] if item["key"] == NAME.key)
    assert (name["kind"], name["value"], name["default"]) == ("text", "Quad", "Quad")
    body = {"values": {NAME.key: "Northfield"}, "revision": shown["revision"]}
    changed = admin.patch("/api/v1/settings", json=body)
    assert changed.status_code == 200
    assert (
        admin.patch("/api/v1/settings", json=body | {"values": {NAME.key: "x"}}).status_code == 409
    )
    wrong = admin.patch("/api/v1/settings", json={"values": {HELP_DESK.key: 5}})
    assert (wrong.status_code, list(wrong.get_json()["fields"])) == (422, [HELP_DESK.key])


def test_a_number_out_of_its_bounds_gets_the_sentence_of_its_setting() -> None:
    plain, own = (
        settings.between(1, 3),
        settings.between(0, 9, _l("Take %(least)s to %(most)s, or 100 %%.")),
    )
    for fine in (1, 2, 3):
        plain(fine)
    for wrong in (0, 4):
        with pytest.raises(ValueError, match=r"^Write a number from 1 to 3\.$"):
            plain(wrong)
    with pytest.raises(ValueError, match=r"^Take 0 to 9, or 100 %\.$"):
        own(10)
