"""A summary comes by itself: of the document's own sentences, with their pages, and it says who made it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quad.materials.models.summary import ExtractPage
from tests.materials import papers, samples
from tests.materials.conftest import API, upload_form, work

EDITED = "A scale is a row of notes in a fixed order of steps.\nWritten by hand."


def summary_of(client, made):
    answer = client.get(f"{API}/materials/{made['id']}/summary")
    assert answer.status_code == 200, answer.text
    return answer.json["data"]


@pytest.fixture
def summed(add, database):
    """A PDF of three pages whose summary is there."""
    made = add(papers.pdf(), "theory.pdf")
    work(database)
    return made


@pytest.mark.feature("M20")
@pytest.mark.db
def test_a_pdf_is_summed_up_in_its_own_sentences_with_their_pages(summed, sign_in):
    asha = sign_in("asha")
    found = summary_of(asha, summed)
    assert (found["state"], found["maker"], found["language"]) == ("ready", "builtin", "en")
    source = " ".join(papers.PAGES)
    assert len(found["points"]) >= 2
    places = [source.index(point["text"]) for point in found["points"]]
    assert places == sorted(places), "the order of the document stays"
    for point in found["points"]:
        assert point["text"] in papers.PAGES[point["page"] - 1]
    assert {"scale", "chord", "key", "arpeggio"} & {w for t in found["terms"] for w in t.split()}
    page = asha.get(f"/materials/{summed['id']}").text
    for words in ("Summary", "Made by machine", "TextRank", "theory", found["points"][0]["text"]):
        assert words in page, words
    assert f"?page={found['points'][0]['page']}" in page
    assert "1 minute to read it all" in page
    assert "Make it anew" not in page
    assert asha.get(f"/materials/{summed['id']}?page=2").text.count("#page=2") == 1


@pytest.mark.feature("M20")
def test_a_word_document_is_summed_up_without_pages(add, database, sign_in):
    made = add(papers.docx(), "theory.docx")
    waiting = sign_in("asha").get(f"/materials/{made['id']}/summary").text
    assert "every 2s" in waiting, "it looks again by itself until the worker is done"
    work(database)
    found = summary_of(sign_in("asha"), made)
    assert found["state"] == "ready"
    assert {point["page"] for point in found["points"]} == {None}
    alone = sign_in("asha").get(f"/materials/{made['id']}/summary").text
    assert "Made by machine" in alone
    assert "every 2s" not in alone


@pytest.mark.feature("M20")
def test_a_scanned_pdf_says_that_it_has_no_text(add, database, sign_in):
    made = add(papers.pdf(["", ""]), "scan.pdf")
    work(database)
    found = summary_of(sign_in("asha"), made)
    assert found["state"] == "none"
    assert "pictures of a scanner" in found["problem"]
    assert "pictures of a scanner" in sign_in("asha").get(f"/materials/{made['id']}").text
    short = add(samples.pdf(), "short.pdf")
    work(database)
    assert "too little text" in summary_of(sign_in("asha"), short)["problem"]
    sound = add(samples.mp3(), "scale.mp3")
    work(database)
    assert sign_in("asha").get(f"{API}/materials/{sound['id']}/summary").status_code == 404


@pytest.mark.feature("M20")
def test_a_teacher_writes_it_differently_hides_it_and_has_it_made_anew(summed, sign_in, database):
    teacher, asha = sign_in("teacher"), sign_in("asha")
    place, api = f"/materials/{summed['id']}/summary", f"{API}/materials/{summed['id']}/summary"
    form = teacher.get(f"{place}/edit").text
    version = summary_of(teacher, summed)["version"]
    assert f'value="{version}"' in form
    assert teacher.post(f"{place}/edit", data={"text": "", "version": version}).status_code == 422
    saved = teacher.post(f"{place}/edit", data={"text": EDITED, "version": version})
    assert saved.status_code == 303
    late = teacher.put(api, json={"text": "Mine!", "version": version})
    assert (late.status_code, "Somebody else" in late.json["error"]) == (409, True)
    found = summary_of(asha, summed)
    assert (found["maker"], found["editor"]) == ("person", "Tara Teacher")
    assert [point["page"] for point in found["points"]] == [1, None]
    page = asha.get(f"/materials/{summed['id']}").text
    assert "Written by Tara Teacher" in page
    assert "Made by machine" not in page

    assert teacher.post(f"{place}/hide").status_code == 303
    assert asha.get(api).status_code == 404
    assert "Written by hand." not in asha.get(f"/materials/{summed['id']}").text
    assert "Hidden from students" in teacher.get(f"/materials/{summed['id']}").text
    assert teacher.post(f"{api}/show").json["data"]["hidden"] is False

    assert teacher.post(f"{api}/again").status_code == 202
    assert teacher.post(f"{api}/again").status_code == 409
    assert teacher.put(api, json={"text": "Too early"}).status_code == 409
    work(database)
    assert summary_of(asha, summed)["maker"] == "builtin"


@pytest.mark.feature("M20")
def test_only_those_who_keep_a_material_change_its_summary(summed, sign_in):
    api = f"{API}/materials/{summed['id']}/summary"
    for name, status in (("asha", 403), ("bina", 404), ("stranger", 404)):
        client = sign_in(name)
        assert client.put(api, json={"text": "x"}).status_code == status, name
        assert client.post(f"{api}/hide").status_code == status, name
        assert client.post(f"{api}/again").status_code == status, name
    assert sign_in("hod").post(f"{api}/hide").status_code == 200


def hits(client, asked):
    groups = client.get(f"{API}/search", query_string={"q": asked}).json["data"]
    return [hit for group in groups for hit in group["hits"] if "?page=" in hit["url"]]


@pytest.mark.feature("M20")
@pytest.mark.db
def test_words_inside_materials_are_found_with_their_page(summed, sign_in, add, database):
    (hit,) = hits(sign_in("asha"), "circle of fifths")
    assert hit["title"] == "theory"
    assert hit["sub"].startswith("page 3")
    assert hit["url"] == f"/materials/{summed['id']}?page=3"
    (first,) = hits(sign_in("asha"), "chord")
    assert first["url"].endswith("?page=2"), "of several pages the first"
    for name in ("teacher", "hod", "admin"):
        assert hits(sign_in(name), "circle fifths"), name
    for name in ("bina", "stranger", "chen"):
        assert hits(sign_in(name), "circle fifths") == [], name
    teacher = sign_in("teacher")
    place = f"{API}/materials/{summed['id']}"
    version = teacher.get(place).json["data"]["version"]
    form = {"title": "Scales and more", "version": version}
    assert teacher.post(f"/materials/{summed['id']}/edit", data=form).status_code == 303
    assert hits(sign_in("asha"), "circle fifths")[0]["title"] == "Scales and more"


@pytest.mark.feature("M20")
def test_pages_of_an_earlier_version_are_found_no_more(summed, sign_in, school, database):
    teacher = sign_in("teacher")
    place = f"/materials/{summed['id']}/versions"
    new = papers.pdf(["The bassoon is a woodwind instrument with a double reed. " * 4])
    answer = teacher.post(place, data=upload_form((new, "bassoon.pdf")))
    assert answer.status_code == 303, answer.text
    work(database)
    assert hits(sign_in("asha"), "circle fifths") == []
    assert hits(sign_in("asha"), "bassoon")
    with database.reader() as db:
        assert len(db.scalars(select(ExtractPage.id)).all()) == 4, "the old text is kept, unfound"


def test_the_page_of_a_material_costs_at_most_eight_queries_and_the_search_ten(
    summed, database, sign_in, queries
):
    client = sign_in("asha")
    # The search asks for all kinds of things at once; some first ask what their reader belongs to.
    for place, most in ((f"/materials/{summed['id']}", 8), (f"{API}/search?q=fifths", 10)):
        client.get(place)
        queries.clear()
        assert client.get(place).status_code == 200
        assert len(queries) <= most, "\n".join(one[:120] for one in queries)
