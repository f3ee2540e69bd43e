"""Inside the materials of a course: words on pages are found with their page, and the text can be had."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quad.core.facts import unit
from quad.institution.models import Term
from quad.materials.service.finding import excerpt
from tests.materials import papers, samples
from tests.materials.conftest import API, work

PAGES = [
    "Scales rise by whole and half steps.",
    "A cadence closes a phrase. The plagal cadence is heard at the end of hymns.",
    "Rhythm is the pattern of long and short.",
]


@pytest.fixture
def library(add, database, school):
    """A paper for one offering, one for the other, a hidden one, and a recording of the whole course."""
    made = {
        "theory": add(papers.pdf(PAGES), "theory.pdf"),
        "other": add(
            papers.pdf(["The plagal cadence, told otherwise."]),
            "other.pdf",
            by="colleague",
            offering_id=school.other_offering,
        ),
        "draft": add(papers.pdf(["A draft on the plagal cadence."]), "draft.pdf"),
        "song": add(samples.mp3(), "plagal song.mp3", by="admin", offering_id=None),
    }
    work(database)
    return made


@pytest.mark.db
@pytest.mark.feature("M15", "M20")
def test_words_on_a_page_are_found_in_the_course_by_those_who_may_read_them(
    library, sign_in, school
):
    hidden = {"title": "draft", "hidden": True}
    teacher = sign_in("teacher")
    assert teacher.put(f"{API}/materials/{library['draft']['id']}", json=hidden).status_code == 200

    def found(name, asked):
        answer = sign_in(name).get(
            f"{API}/courses/{school.course}/materials/search", query_string={"q": asked}
        )
        assert answer.status_code == 200, answer.text
        return [(hit["title"], hit["page"]) for hit in answer.json["data"]]

    assert found("asha", "plagal cad") == [("theory", 2)]
    assert found("asha", "plagal") == [("plagal song", None), ("theory", 2)]
    assert found("bina", "cadence") == [("other", 1)]
    assert sorted(found("teacher", "cadence")) == [("draft", 1), ("theory", 2)]
    assert len(found("hod", "cadence")) == 3
    assert found("asha", "nowhere") == found("asha", "") == found("asha", "%") == []
    place = f"/courses/{school.course}/materials/search"
    for name in ("chen", "stranger", "placement"):
        assert sign_in(name).get(place, query_string={"q": "cadence"}).status_code == 404
    page = sign_in("asha").get(place, query_string={"q": "plagal cad"}).text
    assert f"/materials/{library['theory']['id']}?page=2" in page
    assert "The plagal cadence is heard" in page
    for name in ("asha", "teacher"):
        form = sign_in(name).get(f"/courses/{school.course}/materials").text
        assert f'action="{place}"' in form


def test_a_search_in_a_course_takes_few_statements(library, sign_in, school, queries):
    asha, place = sign_in("asha"), f"/courses/{school.course}/materials/search?q=cadence"
    asha.get(place)
    queries.clear()
    assert "page 2" in asha.get(place).text
    assert len(queries) <= 8, queries


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("short text", ["text"], "short text"),
        ("a " * 100 + "needle here " + "b " * 100, ["needle"], "needle here"),
        ("x" * 400, ["nothing"], "…"),
        ("ends with needle", ["(needle"], "ends with needle"),
    ],
)
def test_the_words_around_what_was_asked_are_shown(text, words, shown):
    assert shown in excerpt(text, words)
    assert len(excerpt(text, words)) < 200


@pytest.mark.feature("M20")
def test_the_text_of_a_material_can_be_had_page_by_page(library, sign_in, monkeypatch):
    place = f"{API}/materials/{library['theory']['id']}/text"
    text = sign_in("asha").get(place).json["data"]
    assert (text["total"], text["next"], text["problem"]) == (3, None, "")
    assert [part["page"] for part in text["parts"]] == [1, 2, 3]
    assert "plagal cadence" in text["parts"][1]["text"]
    monkeypatch.setattr("quad.materials.service.pages.AT_ONCE", 2)
    first = sign_in("asha").get(place).json["data"]
    assert first["next"] == 3
    rest = sign_in("asha").get(place, query_string={"start": 3}).json["data"]
    assert ([part["place"] for part in rest["parts"]], rest["next"]) == ([3], None)
    song = sign_in("asha").get(f"{API}/materials/{library['song']['id']}/text").json["data"]
    assert (song["total"], song["parts"]) == (None, [])
    for name in ("bina", "stranger", "placement"):
        assert sign_in(name).get(place).status_code == 404


@pytest.mark.feature("M13")
def test_a_course_opens_where_there_is_something_the_current_offering_first(
    sign_in, school, add, database
):
    place = f"/courses/{school.course}/materials"

    def opened():
        page = sign_in("hod").get(place).text
        whole = "read by everybody who takes the course"
        return "whole" if whole in page else "offering"

    assert opened() == "whole", "nothing is anywhere"
    add()
    assert opened() == "offering"
    add(offering_id=None, by="admin")
    assert opened() == "offering", "what is taught now comes first"
    asked = sign_in("hod").get(f"{place}?offering=whole").text
    assert "read by everybody who takes the course" in asked
    with database.writer() as db, unit(db):
        db.scalars(select(Term)).one().is_current = False
    assert opened() == "whole", "what was taught earlier comes last"
    added = sign_in("hod").post(f"{place}/sections", data={"title": "For all"})
    assert added.headers["Location"].endswith("offering=whole")
