"""Who sees which materials, how they are shown, and how their content leaves the house."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.teaching import Enrolment, EnrolmentStatus
from quad.core import clock
from quad.core.facts import unit
from quad.identity.models.accounts import Role, RoleGrant
from tests.materials import samples
from tests.materials.conftest import API, flush, work

READERS = ("asha", "teacher", "hod", "admin")
OTHERS = ("bina", "chen", "stranger", "hod_away", "placement", "colleague")


@pytest.mark.feature("M15", "M18")
def test_an_offerings_material_is_there_for_its_people_and_for_nobody_else(sign_in, school, add):
    made = add()
    page, content = f"/materials/{made['id']}", f"/materials/{made['id']}/content"
    for name in READERS:
        assert sign_in(name).get(page).status_code == 200, name
        assert sign_in(name).get(content).headers["X-Quad-File"], name
    for name in OTHERS:
        client = sign_in(name)
        assert client.get(page).status_code == 404, name
        assert client.get(content).status_code == 404, name
        assert client.get(f"{API}/materials/{made['id']}").status_code == 404, name
        listed = client.get(f"{API}/courses/{school.course}/materials")
        assert made["title"] not in listed.text, name


@pytest.mark.feature("M15")
def test_what_belongs_to_the_whole_course_is_read_in_every_offering(sign_in, school, add):
    made = add(offering_id=None)
    for name in (*READERS, "bina", "colleague"):
        assert sign_in(name).get(f"/materials/{made['id']}").status_code == 200, name
    assert sign_in("chen").get(f"/materials/{made['id']}").status_code == 404
    course_page = sign_in("bina").get(f"/courses/{school.course}").text
    assert made["title"] in course_page
    assert (
        "Materials" not in sign_in("chen").get(f"/courses/{school.course}").text.split("<main")[1]
    )


def test_hidden_and_later_materials_show_to_teachers_only_until_their_day(sign_in, school, add):
    teacher, asha = sign_in("teacher"), sign_in("asha")
    made = add()
    place = f"/materials/{made['id']}"
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    form = {"title": "Scales", "visible_from": tomorrow}
    assert teacher.post(f"{place}/edit", data=form).status_code == 303
    assert asha.get(place).status_code == 404
    assert "Students do not see this" in teacher.get(place).text
    with clock.travel(timedelta(days=2)):
        asha_later = sign_in("asha")
        assert asha_later.get(place).status_code == 200
    assert (
        teacher.post(f"{place}/edit", data={"title": "Scales", "hidden": "true"}).status_code == 303
    )
    with clock.travel(timedelta(days=2)):
        assert sign_in("asha").get(place).status_code == 404
    section = teacher.post(
        f"{API}/courses/{school.course}/materials/sections",
        json={"title": "Week 9", "hidden": True, "offering_id": str(school.offering)},
    ).json["data"]
    body = {"title": "Scales", "section_id": section["id"]}
    assert teacher.put(f"{API}{place}", json=body).status_code == 200
    assert asha.get(place).status_code == 404, "its section is hidden"
    assert (
        teacher.put(f"{API}/materials/sections/{section['id']}", json={"title": "W"}).status_code
        == 200
    )
    assert asha.get(place).status_code == 200


def test_a_graduate_goes_on_reading_and_a_withdrawn_student_does_not(
    sign_in, school, add, database
):
    made = add()
    with database.writer() as db, unit(db):
        student = db.scalar(select(Student).where(Student.user_id == school.people.asha))
        student.status = StudentStatus.GRADUATED
        held = db.scalar(select(RoleGrant).where(RoleGrant.user_id == school.people.asha))
        held.role = Role.ALUMNUS
    assert sign_in("asha").get(f"/materials/{made['id']}").status_code == 200
    assert sign_in("asha").post(f"/materials/{made['id']}/delete").status_code == 403
    with database.writer() as db, unit(db):
        db.scalar(
            select(Enrolment).where(Enrolment.student_id == student.id)
        ).status = EnrolmentStatus.WITHDRAWN
    assert sign_in("asha").get(f"/materials/{made['id']}").status_code == 404


@pytest.mark.feature("M18", "M17")
def test_content_is_framed_only_as_pdf_and_other_files_never_run(sign_in, add):
    asha = sign_in("asha")
    shown = asha.get(f"/materials/{add()['id']}/content")
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert "sandbox" not in shown.headers["Content-Security-Policy"]
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert shown.headers["ETag"]
    assert "no-cache" in shown.headers["Cache-Control"]
    word = add(samples.docx(), "harmony.docx")
    sent = asha.get(f"/materials/{word['id']}/content")
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    page = asha.get(f"/materials/{word['id']}")
    assert page.headers["X-Frame-Options"].upper() == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.feature("M18", "M17")
def test_names_are_for_showing_only_and_old_addresses_lead_to_the_content(sign_in, add):
    long = "ü" * 400 + ".pdf"
    tricky = add(name="../../etc/../Ünï “code” 小明.pdf")
    assert tricky["file"] == "Ünï “code” 小明.pdf"
    twin = add(name="scales.pdf")
    other = add(name="scales.pdf", content=samples.pdf("Other"))
    assert len(add(name=long)["file"]) == 255
    asha = sign_in("asha")
    saved = asha.get(f"/materials/{tricky['id']}/content?download=1")
    assert "filename*=UTF-8''" in saved.headers["Content-Disposition"]
    assert "attachment" in saved.headers["Content-Disposition"]
    led = asha.get("/uploads/scales.pdf")
    assert led.status_code == 303
    assert led.location == f"/materials/{other['id']}/content", "the newest of this name"
    assert twin["id"] != other["id"]
    assert sign_in("chen").get("/uploads/scales.pdf").status_code == 404
    for name in ("none.pdf", "../quad.db", "%2e%2e%2fquad.db", "..%5cquad.db"):
        assert asha.get(f"/uploads/{name}").status_code == 404
    assert (
        sign_in("asha")
        .get("/uploads/%C3%9Cn%C3%AF%20%E2%80%9Ccode%E2%80%9D%20%E5%B0%8F%E6%98%8E.pdf")
        .status_code
        == 303
    )


@pytest.mark.feature("M19")
def test_audio_plays_with_captions_and_goes_on_where_it_stopped(sign_in, add, database):
    made = add(samples.mp3(), "lesson.mp3")
    teacher, asha = sign_in("teacher"), sign_in("asha")
    place = f"/materials/{made['id']}"
    bad = teacher.post(
        f"{API}{place}/captions",
        data=b"Not captions",
        query_string={"language": "en"},
        content_type="text/vtt",
    )
    assert bad.status_code == 422
    good = teacher.post(
        f"{API}{place}/captions",
        data=samples.VTT,
        query_string={"language": "en"},
        content_type="text/vtt",
    )
    assert good.status_code == 201, good.text
    page = asha.get(place).text
    assert "<audio" in page
    assert "<track" in page
    assert 'data-start="0"' in page
    assert asha.get(f"{place}/captions/{good.json['data'][0]['id']}").mimetype == "text/vtt"
    assert asha.post(f"{place}/played", data={"seconds": 40, "length": 200}).status_code == 204
    assert sign_in("chen").post(f"{place}/played", data={"seconds": 4}).status_code == 404
    flush(database)
    again = asha.get(place).text
    assert 'data-start="40"' in again
    assert "0:40" in again
    card = asha.get("/cards/go-on").text
    assert "lesson" in card
    assert "0:40" in card
    asha.post(f"{place}/played", data={"seconds": 196, "length": 200})
    flush(database)
    assert 'data-start="0"' in asha.get(place).text, "what was heard to its end begins anew"


@pytest.mark.db
def test_teachers_see_how_many_opened_it_and_names_of_those_who_agreed(
    sign_in, add, database, school
):
    made = add(offering_id=None)
    place = f"/materials/{made['id']}"
    for name in ("asha", "bina", "asha"):
        sign_in(name).get(place)
    sign_in("teacher").get(place)
    flush(database)
    asha = sign_in("asha")
    assert asha.post("/materials/choices", data={"by_name": "true"}).status_code == 303
    told = sign_in("teacher").get(f"{API}{place}/readers").json["data"]
    assert (told["opened"], told["could"], told["unnamed"]) == (2, 2, 1)
    assert [row["name"] for row in told["named"]] == ["Asha Rao"]
    shown = sign_in("hod").get(f"{place}/readers").text
    assert "Asha Rao" in shown
    assert "Bina Shah" not in shown
    assert asha.get(f"{place}/readers").status_code == 403
    assert asha.get("/materials/choices").text.count("checked") >= 1
    asha.post("/materials/choices", data={})
    told = sign_in("teacher").get(f"{API}{place}/readers").json["data"]
    assert told["named"] == []
    assert told["opened"] == 2


def test_a_document_becomes_clean_html_in_the_worker(sign_in, add, database):
    made = add(samples.docx("Harmony <script>alert(1)</script>"), "harmony.docx")
    place = f"/materials/{made['id']}"
    asha = sign_in("asha")
    assert "in a moment" in asha.get(place).text
    work(database)
    page = asha.get(place).text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<li>First point</li>" in page
    assert "<th>Key</th>" in page
    assert "<strong>&lt;b&gt;bold&lt;/b&gt; words</strong>" in page
    assert asha.get(f"{API}{place}").json["data"]["preview"]


@pytest.mark.feature("M11", "M13")
def test_the_course_list_and_the_form_tell_which_files_there_are(sign_in, add, school):
    add()
    add(name="second.pdf", content=samples.pdf("Second"))
    listed = sign_in("teacher").get("/courses").text
    assert "2 files" in listed
    assert "Starts on" in listed
    form = sign_in("teacher").get(f"/courses/{school.course}/edit").text
    assert "scales.pdf" in form
    assert "Replace" in form


@pytest.mark.feature("M5")
def test_the_home_page_of_staff_leads_to_students_courses_and_what_is_done_most(sign_in):
    page = sign_in("hod").get("/").text
    for words in ("Manage students and courses from here.", "Go to students", "Go to courses"):
        assert words in page
    for path in (
        'href="/students/new"',
        'href="/courses/new"',
        'href="/offerings"',
        'href="/materials"',
    ):
        assert path in page
    assert "Manage students and courses" not in sign_in("asha").get("/").text


def test_materials_are_listed_found_and_exported_as_far_as_one_reads_them(sign_in, add):
    add()
    add(name="modes.pdf", content=samples.pdf("Modes"))
    asha = sign_in("asha")
    assert "modes" in asha.get("/materials").text
    assert "modes" in asha.get("/materials?q=mod").text
    assert "scales" not in asha.get("/materials?q=mod").text.split("<tbody")[1]
    assert b"modes" in asha.get("/materials?format=csv").data
    assert "modes" in asha.get("/search?q=modes").text
    assert "/materials/" not in sign_in("chen").get("/search?q=modes").text
    assert len(asha.get(f"{API}/materials?kind=pdf").json["data"]) == 2
    assert sign_in("placement").get("/materials").status_code == 403


def test_pages_of_materials_cost_few_queries(sign_in, add, school, queries):
    for number in range(6):
        add(name=f"m{number}.pdf", content=samples.pdf(f"Page {number}"))
    asha, teacher = sign_in("asha"), sign_in("teacher")
    first = add()
    for client, path in (
        (asha, f"/materials/{first['id']}"),
        (asha, f"/courses/{school.course}/materials"),
        (teacher, f"/courses/{school.course}/materials?offering={school.offering}"),
        (teacher, f"/courses/{school.course}/materials"),
        (asha, "/materials"),
        (asha, f"/courses/{school.course}"),
    ):
        client.get(path)
        queries.clear()
        assert client.get(path).status_code == 200
        assert len(queries) <= 8, (path, queries)
