"""Those who teach keep the materials: add, arrange, replace, delete, bring back, and take away for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from quad.academics.models.teaching import Enrolment, Offering
from quad.core import clock, counters, settings
from quad.core.facts import run, unit
from quad.core.files import GRACE, StoredFile
from quad.core.policy import SYSTEM
from quad.materials.models.materials import Material, Opening, Section
from quad.materials.service import purging
from quad.materials.service.keeping import OWN_DATA
from tests.materials import samples
from tests.materials.conftest import API, flush, titles, upload_form, versions_of


def sections_of(database):
    with database.reader() as db:
        rows = db.scalars(select(Section).where(Section.deleted_at.is_(None)))
        return [row.title for row in sorted(rows, key=lambda row: row.position)]


def set_to(database, **values):
    with database.writer() as db, unit(db):
        given = {f"materials.{key}": value for key, value in values.items()}
        settings.change(db, SYSTEM, given)


@pytest.mark.feature("M12", "M17")
def test_several_files_are_added_by_a_form_and_each_refusal_names_its_file(
    sign_in, school, database
):
    teacher = sign_in("teacher")
    place = f"/courses/{school.course}/materials"
    form = upload_form(
        (samples.pdf(), "Scales_in_C.pdf"),
        (samples.docx(), "Harmony.docx"),
        (samples.mp3(), "a.mp3"),
    )
    added = teacher.post(place, data=form | {"offering_id": str(school.offering)})
    assert added.status_code == 303, added.text
    assert titles(database) == ["Scales in C", "Harmony", "a"]
    fake = upload_form((b"MZ\x90\x00 program", "song.mp3"))
    refused = teacher.post(place, data=fake | {"offering_id": str(school.offering)})
    assert refused.status_code == 422
    assert "song.mp3:" in refused.text
    assert teacher.post(place, data={"offering_id": str(school.offering)}).status_code == 422
    picture = upload_form((samples.png(), "a.png"))
    said = teacher.post(place, data=picture | {"offering_id": str(school.offering)})
    assert said.status_code == 422, "pictures are taken once a setting says so"
    set_to(database, image_megabytes=5)
    assert (
        teacher.post(
            place, data=upload_form((samples.png(), "a.png"), offering_id=str(school.offering))
        ).status_code
        == 303
    )
    for name in ("asha", "stranger", "hod_away"):
        form = upload_form((samples.pdf(), "x.pdf"), offering_id=str(school.offering))
        assert sign_in(name).post(place, data=form).status_code == 403, name
    assert "x" not in titles(database)


@pytest.mark.feature("M17")
def test_sizes_and_the_room_of_a_course_are_settings_with_a_sentence(
    sign_in, school, add, database
):
    set_to(database, pdf_megabytes=1, course_megabytes=1)
    large = samples.pdf() + b"\n" * (1024 * 1024)
    answer = sign_in("teacher").post(
        f"{API}/courses/{school.course}/materials",
        data=large,
        query_string={"name": "a.pdf", "offering_id": school.offering},
        content_type="application/octet-stream",
    )
    assert answer.status_code == 413
    assert "at most 1 MB" in answer.json["error"]
    for number in range(2):
        add(samples.mp3(1200), f"part{number}.mp3")
    answer = sign_in("teacher").post(
        f"{API}/courses/{school.course}/materials",
        data=samples.mp3(1300),
        query_string={"name": "more.mp3", "offering_id": school.offering},
        content_type="application/octet-stream",
    )
    assert answer.status_code == 409
    assert "full" in answer.json["error"]
    page = sign_in("teacher").get(f"/courses/{school.course}/materials?offering={school.offering}")
    assert "used by this course" in page.text


def test_sections_and_materials_stand_in_the_order_the_teacher_gives(
    sign_in, school, add, database
):
    teacher = sign_in("teacher")
    place = f"/courses/{school.course}/materials"
    where = {"offering_id": str(school.offering)}
    for title in ("Week 1", "Week 2", "Week 3"):
        assert teacher.post(f"{place}/sections", data={"title": title} | where).status_code == 303
    empty = teacher.post(f"{place}/sections", data={"title": " "} | where)
    assert empty.status_code == 422
    with database.reader() as db:
        one, two, three = db.scalars(select(Section.id).order_by(Section.id))
    teacher.post(f"/materials/sections/{three}/up")
    assert sections_of(database) == ["Week 1", "Week 3", "Week 2"]
    teacher.post(f"/materials/sections/{one}/up")
    assert sections_of(database) == ["Week 1", "Week 3", "Week 2"], "at the end it stays"
    dragged = {"section_ids": [two, one, three]} | where
    assert (
        teacher.post(
            f"{place}/order", data=dragged, headers={"X-Requested-With": "fetch"}
        ).status_code
        == 204
    )
    assert sections_of(database) == ["Week 2", "Week 1", "Week 3"]
    assert teacher.post(f"{place}/order", data={"section_ids": [two]} | where).status_code == 409
    first, second = (
        int(add(name=f"{name}.pdf", content=samples.pdf(name))["id"]) for name in ("a", "b")
    )
    teacher.post(f"/materials/{second}/up")
    assert titles(database) == ["b", "a"]
    moved = {"material_ids": [first, second], "section_id": two} | where
    assert teacher.post(f"{place}/order", data=moved).status_code == 303
    groups = sign_in("asha").get(f"{API}/courses/{school.course}/materials").json["data"]
    assert [
        (group["title"], [each["title"] for each in group["materials"]]) for group in groups
    ] == [("Week 2", ["a", "b"])]
    assert sign_in("asha").post(f"{place}/order", data=moved).status_code == 403
    foreign = {"material_ids": [first], "offering_id": str(school.other_offering)}
    assert sign_in("colleague").post(f"{place}/order", data=foreign).status_code == 409


@pytest.mark.feature("M13")
def test_replacing_keeps_every_version_and_an_earlier_one_can_be_shown_again(
    sign_in, add, database
):
    made = add()
    teacher, asha = sign_in("teacher"), sign_in("asha")
    place = f"/materials/{made['id']}"
    before = asha.get(f"{place}/content").headers["X-Quad-File"]
    new = samples.pdf("Second edition")
    assert teacher.post(f"{place}/versions", data=upload_form((new, "new.pdf"))).status_code == 303
    after = asha.get(f"{place}/content").headers["X-Quad-File"]
    assert after != before
    other = teacher.post(f"{place}/versions", data=upload_form((samples.docx(), "new.docx")))
    assert other.status_code == 422
    assert "PDF" in other.text
    first, second = versions_of(database, made["id"])
    assert (first.current, second.current) == (None, 1)
    page = teacher.get(f"{place}/versions").text
    assert "scales.pdf" in page
    assert "new.pdf" in page
    old = f"{place}/versions/{first.id}"
    assert teacher.get(f"{old}/content").headers["X-Quad-File"] == before
    assert asha.get(f"{old}/content").status_code == 404
    assert asha.get(f"{place}/versions").status_code == 403
    assert teacher.post(f"{old}/bring").status_code == 303
    assert asha.get(f"{place}/content").headers["X-Quad-File"] == before
    assert asha.post(f"{old}/bring").status_code == 403


def test_two_people_editing_are_told_and_links_are_checked(sign_in, school, add, database):
    teacher = sign_in("teacher")
    made = add()
    body = {"title": "Mine", "version": made["version"]}
    assert teacher.put(f"{API}/materials/{made['id']}", json=body).status_code == 200
    assert teacher.put(f"{API}/materials/{made['id']}", json=body).status_code == 409
    place = f"/courses/{school.course}/materials/link"
    form = {"title": "Ear training", "offering_id": str(school.offering)}
    for url in ("javascript:alert(1)", "ftp://x.example/a", "https://", "not an address"):
        answer = teacher.post(place, data=form | {"url": url})
        assert answer.status_code == 422, url
    assert teacher.post(place, data=form | {"url": "https://ear.example/a?b=1"}).status_code == 303
    shown = sign_in("asha").get(f"{API}/courses/{school.course}/materials").json["data"][0]
    link = next(row for row in shown["materials"] if row["kind"] == "link")
    page = sign_in("asha").get(f"/materials/{link['id']}").text
    assert "ear.example" in page
    assert "noopener" in page
    set_to(database, links=False)
    assert teacher.post(place, data=form | {"url": "https://ear.example/b"}).status_code == 422


@pytest.mark.db
@pytest.mark.feature("M14")
def test_what_is_deleted_comes_back_for_a_while_and_then_goes_with_its_bytes(
    sign_in, school, add, database, files
):
    teacher, asha = sign_in("teacher"), sign_in("asha")
    content = samples.pdf("Only here")
    made, twin = add(content), add(content, name="twin.pdf")
    other = add(samples.pdf("Elsewhere"), name="other.pdf")
    for row in (made, other):
        asha.get(f"/materials/{row['id']}")
    flush(database)
    for row in (made, other):
        assert teacher.post(f"/materials/{row['id']}/delete").status_code == 303
    assert asha.get(f"/materials/{made['id']}").status_code == 404
    gone = teacher.get(f"/courses/{school.course}/materials/deleted").text
    assert "scales" in gone
    assert "other" in gone
    assert teacher.post(f"/materials/{made['id']}/restore").status_code == 303
    assert asha.get(f"/materials/{made['id']}").status_code == 200
    assert teacher.post(f"/materials/{made['id']}/purge").status_code == 303
    assert asha.get(f"/materials/{made['id']}").status_code == 200, (
        "only what is deleted can go for good"
    )
    teacher.post(f"/materials/{made['id']}/delete")
    assert asha.post(f"/materials/{made['id']}/purge").status_code == 404
    assert teacher.post(f"/materials/{made['id']}/purge").status_code == 303
    with clock.travel(timedelta(days=31)):
        assert run(database.writer, purging.purge_some) == 1
    with database.reader() as db:
        assert db.scalars(select(Material.id)).all() == [int(twin["id"])]
        assert db.scalar(select(func.count(Opening.id))) == 0
        assert counters.check(db) == []
        names = set(db.scalars(select(StoredFile.name)))
        kept = db.scalar(select(StoredFile.sha256).where(StoredFile.name == "twin.pdf"))
    assert "other.pdf" not in names
    assert "scales.pdf" not in names
    with clock.travel(GRACE + timedelta(hours=1)), database.reader() as db:
        files.sweep(db)
    with files.open(kept) as still:
        assert still.read() == content, "its twin still needs these bytes"
    left = {path.name for path in files.folder.rglob("*") if path.is_file()}
    assert left == {kept}


def test_a_section_takes_its_materials_along_and_brings_them_back(sign_in, school, add, database):
    teacher = sign_in("teacher")
    where = {"offering_id": str(school.offering)}
    section = teacher.post(
        f"{API}/courses/{school.course}/materials/sections", json={"title": "Week 1"} | where
    ).json["data"]["id"]
    inside = add(section_id=section)
    earlier = add(samples.pdf("Earlier"), name="earlier.pdf", section_id=section)
    teacher.post(f"/materials/{earlier['id']}/delete")
    assert teacher.post(f"/materials/sections/{section}/delete").status_code == 303
    assert titles(database) == []
    assert teacher.post(f"/materials/sections/{section}/restore").status_code == 303
    assert titles(database) == [inside["title"]], "what was deleted before stays deleted"
    teacher.delete(f"{API}/materials/sections/{section}")
    teacher.post(f"/materials/{inside['id']}/restore")
    assert titles(database) == [inside["title"]], (
        "a material comes back without its section as well"
    )


@pytest.mark.feature("M14")
def test_a_deleted_course_hides_its_materials_and_brings_them_back(sign_in, school, add, database):
    made = add(offering_id=None)
    with database.writer() as db, unit(db):
        for row in db.scalars(select(Enrolment)):
            db.delete(row)
    admin = sign_in("admin")
    assert admin.post(f"/courses/{school.course}/delete").status_code == 303
    assert titles(database) == []
    assert sign_in("teacher").get(f"/materials/{made['id']}").status_code == 404
    assert admin.post(f"/courses/{school.course}/restore").status_code == 303
    assert titles(database) == [made["title"]]


@pytest.mark.db
def test_a_removed_offering_lets_go_of_its_materials_and_they_stay_restorable(
    sign_in, school, add, database
):
    with database.writer() as db, unit(db):
        for row in db.scalars(select(Enrolment).where(Enrolment.offering_id == school.offering)):
            db.delete(row)
    made = add()
    assert sign_in("admin").post(f"/offerings/{school.offering}/delete").status_code == 303
    with database.reader() as db:
        assert db.get(Offering, school.offering) is None
    admin = sign_in("admin")
    assert admin.post(f"/materials/{made['id']}/restore").status_code == 303
    assert admin.get(f"/materials/{made['id']}").status_code == 200
    assert sign_in("bina").get(f"/materials/{made['id']}").status_code == 404, "it came back hidden"


def test_own_data_says_what_one_opened_and_leaving_takes_it_away(sign_in, school, add, database):

    made = add()
    sign_in("asha").get(f"/materials/{made['id']}")
    flush(database)
    with database.writer() as db, unit(db):
        told = OWN_DATA.load(db, school.people.asha)
        assert "scales" in str(told["opened_materials"])
        OWN_DATA.forget(db, school.people.asha)
    with database.reader() as db:
        assert db.scalar(select(func.count(Opening.id))) == 0
        assert db.scalar(select(Material.readers)) == 0


@pytest.mark.feature("M12", "M17")
def test_a_new_course_may_bring_its_first_files(sign_in, school, database):
    hod = sign_in("hod")
    assert "PDF, Word (.docx)" in hod.get("/courses/add").text
    form = {"code": "MUS102", "title": "Counterpoint", "credits": "4", "starts_on": "2026-12-01"}
    wrong = hod.post("/courses/add", data=form | upload_form((b"MZ\x90\x00", "doom.pdf")))
    assert wrong.status_code == 422
    assert "doom.pdf:" in wrong.text
    assert 'value="Counterpoint"' in wrong.text, "what was typed stays"
    assert titles(database) == []
    with database.reader() as db:
        department = db.scalar(select(Offering.department_id).where(Offering.id == school.offering))
    form |= {"department_id": str(department)}
    added = hod.post("/courses/add", data=form | upload_form((samples.pdf(), "doom.pdf")))
    assert added.status_code == 303, added.text
    page = hod.get(added.location).text
    assert "doom" in page
    assert "Hema Head" in page, "who made it is kept"
    assert titles(database) == ["doom"]
