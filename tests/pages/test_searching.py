"""Searching over everything: mistyped words, and nothing that one may not see."""

from __future__ import annotations

import pytest

from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.core.search.near import distance
from quad.pages.forms.pages import NewPage, PublishPage
from quad.pages.service import publishing, writing
from tests.factories.people import person


def begin(db, title, *, shown):
    admin = actor_by_id(db, person(db, role="admin").id)
    page = writing.create(db, admin, NewPage(title=title))
    db.flush()
    if shown:
        publishing.publish(db, admin, page.id, PublishPage(version=page.version))


@pytest.mark.parametrize(
    ("word", "term", "far"),
    [
        ("admisions", "admissions", 1),
        ("amdissions", "admissions", 1),
        ("admissions", "admissions", 0),
        ("admi", "admissions", 0),
        ("handbokk", "handbook", 1),
        ("library", "admissions", 6),
    ],
)
def test_letters_that_are_wrong_are_counted(word, term, far):
    assert (distance(word, term) <= 2) == (far <= 2)
    if far <= 2:
        assert distance(word, term) == far


@pytest.mark.db
def test_a_mistyped_word_is_understood(app, database, as_role):
    with database.writer() as db, unit(db):
        begin(db, "Admissions office", shown=True)
    student = as_role("student")
    page = student.get("/search?q=admisions").text
    assert "This was found for “admissions”" in page
    assert "Admissions office" in page
    assert "Admissions office" in student.get("/search/suggestions?q=amdissions+offcie").text
    answer = student.get("/api/v1/search?q=admisions").json
    assert answer["data"][0]["hits"][0]["title"] == "Admissions office"
    assert answer["message"] == "Found for “admissions”"
    assert "Nothing found" in student.get("/search?q=zzzzadmissions").text
    assert "Nothing found" in student.get("/search?q=adx").text


def test_a_mistyped_word_shows_nothing_that_is_hidden(app, database, as_role):
    with database.writer() as db, unit(db):
        begin(db, "Secretplan", shown=False)
    for asked in ("secretplan", "secretplna"):
        seen = as_role("student").get(f"/search?q={asked}").text
        assert "Nothing found" in seen
        assert "Secretplan" not in seen
    assert "Secretplan" in as_role("admin").get("/search?q=secretplna").text
