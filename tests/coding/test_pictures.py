"""Pictures of snapshots are drawn anew, and the virus scanner is asked before they are kept."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import func, select

from quad.coding.models.snapshots import Snapshot
from quad.core.files import Files, StoredFile
from tests.coding.conftest import API, days_back
from tests.coding.contract import ok, refused
from tests.materials.clamd import ILL, Clamd
from tests.materials.hostile.making import picture


@pytest.fixture
def clamd(app, settings):
    """A scanner that the installation asks."""
    made = Clamd()
    values = {"antivirus_url": made.url, "antivirus_timeout": 5}
    usual = app.extensions["quad"]
    app.extensions["quad"] = replace(usual, settings=settings.model_copy(update=values))
    yield made
    app.extensions["quad"] = usual
    made.close()


@pytest.mark.feature("C7", "C9")
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_drawn_anew_and_scanned_by_page_and_by_api(
    clamd, sign_in, linked, submitted, database, settings, form
):
    account, asha = linked(), sign_in("asha")
    given, name = (
        picture(form, comment=b"where I live", compress_level=1),
        f"profile.{form.lower()}",
    )
    at = f"{API}/coding/snapshots/{submitted(account, 10, 1)}/evidence"
    assert ok(asha.put(f"{at}?name={name}", data=given))["has_evidence"]
    made = asha.post(
        f"/coding/accounts/{account}/snapshots/new",
        data={
            "snapshot_date": days_back(0),
            "total_solved": "12",
            "file": (BytesIO(given), name),
        },
    )
    assert made.status_code == 303
    assert len(clamd.scanned) == 2
    with database.reading() as db:
        rows = list(db.scalars(select(StoredFile).order_by(StoredFile.id)))
    assert [row.name for row in rows] == [name, name]
    for row in rows:
        with Files.from_settings(settings).open(row.sha256) as stream:
            kept = stream.read()
        assert kept != given
        assert b"where I live" not in kept


@pytest.mark.feature("C7", "C9")
def test_what_the_scanner_finds_or_cannot_judge_is_not_kept(
    clamd, sign_in, linked, submitted, database, monkeypatch
):
    account, asha = linked(), sign_in("asha")
    at = f"{API}/coding/snapshots/{submitted(account, 10, 1)}/evidence"
    monkeypatch.setattr("tests.materials.clamd.ILL", b"PNG")
    found = asha.put(f"{at}?name=a.png", data=picture("PNG"))
    refused(found, 422)
    assert found.json["fields"]["file"] == "A virus was found in this file: Win.Test.Ill-1."
    place = f"/coding/accounts/{account}/snapshots/new"
    fields = {"snapshot_date": days_back(0), "total_solved": "12"}
    page = asha.post(place, data=fields | {"file": (BytesIO(picture("PNG")), "a.png")})
    assert page.status_code == 422
    assert "A virus was found in this file" in page.text
    assert 'value="12"' in page.text
    clamd.silent = True
    refused(asha.put(f"{at}?name=a.png", data=picture("PNG")), 503)
    with database.reading() as db:
        assert db.scalar(select(func.count(StoredFile.id))) == 0
        assert db.scalar(select(func.count(Snapshot.id))) == 1
    assert ILL


@pytest.mark.feature("C7")
def test_the_largest_picture_is_a_setting(sign_in, linked):
    account, admin = linked(), sign_in("admin")
    assert "up to 8 MB" in sign_in("asha").get(f"/coding/accounts/{account}/snapshots/new").text
    assert "coding.picture_megabytes" in admin.get("/settings").text
