"""Components: what there is, in which order, how it counts, and taking them over from another term."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from quad.academics.models.teaching import Component, ComponentKind, Offering, Weighting
from quad.core.facts import unit
from tests.factories import academics as factory

API = "/api/v1/academics/offerings"


@pytest.fixture
def teacher(college, as_user):
    return as_user(college.teacher.user_id)


@pytest.fixture
def path(college):
    return f"{API}/{college.offering.id}/components"


def names(client, path):
    return [part["name"] for part in client.get(path).get_json()["data"]]


@pytest.mark.feature("L29")
def test_a_component_has_a_kind_of_ones_own_a_maximum_a_weight_and_a_day(teacher, path):
    quiz = {
        "name": "Viva",
        "kind": "other",
        "kind_name": "Oral",
        "maximum": 20,
        "weight": 0,
        "due_on": "2026-12-04",
    }
    made = teacher.post(path, json=quiz)
    assert made.status_code == 201
    part = made.get_json()["data"]
    assert {key: part[key] for key in quiz} == quiz
    page = teacher.get(path.removeprefix("/api/v1/academics")).text
    assert "Oral" in page
    assert "4 Dec 2026" in page


def test_a_word_of_ones_own_belongs_to_no_usual_kind(teacher, path):
    part = {"name": "Test", "kind": "internal", "kind_name": "Oral", "maximum": 20}
    assert teacher.post(path, json=part).get_json()["data"]["kind_name"] == ""


def test_a_component_changes_unless_somebody_else_changed_it(teacher, path, college):
    first = teacher.get(path).get_json()["data"][0]
    changed = {"name": "First test", "kind": "internal", "maximum": 25, "weight": 40}
    where = f"{path}/{first['id']}"
    assert (
        teacher.put(where, json=changed | {"version": first["version"]}).get_json()["data"]["name"]
        == "First test"
    )
    assert teacher.put(where, json=changed | {"version": first["version"]}).status_code == 409
    assert teacher.put(where, json=changed | {"maximum": 0}).status_code == 422


def test_a_component_with_marks_stays_and_keeps_room_for_them(teacher, path, college, database):
    with database.writer() as db, unit(db):
        factory.mark(db, college.enrolments[0], college.components[0], 27)
    where = f"{path}/{college.components[0].id}"
    small = {"name": "Internal 1", "kind": "internal", "maximum": 20, "weight": 40}
    refused = teacher.put(where, json=small)
    assert "There is a mark of 27 already." in refused.get_json()["fields"]["maximum"]
    gone = teacher.delete(where)
    assert (gone.status_code, "has marks" in gone.get_json()["error"]) == (409, True)
    assert teacher.delete(f"{path}/{college.components[1].id}").status_code == 200


def test_components_are_moved_up_and_down_and_put_in_order(teacher, path, college):
    ids = [part["id"] for part in teacher.get(path).get_json()["data"]]
    page = f"/offerings/{college.offering.id}/components"
    answer = teacher.post(f"{page}/{ids[0]}/move", data={"to": "down"})
    assert (answer.status_code, answer.location) == (303, f"{page}#part-{ids[0]}")
    assert names(teacher, path) == ["Exam", "Internal 1"]
    teacher.post(f"{page}/{ids[0]}/move", data={"to": "down"})
    assert names(teacher, path) == ["Exam", "Internal 1"]
    teacher.post(f"{page}/{ids[0]}/move", data={"to": "up"})
    assert names(teacher, path) == ["Internal 1", "Exam"]
    swapped = teacher.put(f"{path}/order", json={"component_ids": ids[::-1]})
    assert [part["id"] for part in swapped.get_json()["data"]] == ids[::-1]
    assert teacher.put(f"{path}/order", json={"component_ids": ids[:1]}).status_code == 422
    assert teacher.post(f"{page}/{ids[0]}/move", data={"to": "left"}).status_code == 422


@pytest.mark.parametrize(
    ("weights", "weighting", "share", "problem", "remark"),
    [
        ((40, 60), "weights", 50, "", ""),
        ((40, 50), "weights", 50, "The weights add up to 90, not to 100.", ""),
        ((40, 50), "points", 50, "", ""),
        ((100, 100), "coursework_exam", 30, "", ""),
        ((40, 100), "coursework_exam", 30, "", "the coursework’s weights add up to 40"),
        ((40, 0), "coursework_exam", 30, "", "the coursework counts alone"),
        ((0, 60), "coursework_exam", 30, "", "the exam counts alone"),
        ((0, 0), "coursework_exam", 30, "No component has a weight yet.", ""),
    ],
)
def test_what_does_not_add_up_is_shown_plainly(
    teacher, college, database, weights, weighting, share, problem, remark
):
    with database.writer() as db, unit(db):
        for part, weight in zip(college.components, weights, strict=True):
            db.get(Component, part.id).weight = Decimal(weight)
    where = f"{API}/{college.offering.id}/weighting"
    body = {"weighting": weighting, "exam_share": share}
    told = teacher.put(where, json=body).get_json()["data"]
    assert (told["weighting"], told["exam_share"], told["problem"]) == (weighting, share, problem)
    assert remark in told["remark"]
    assert bool(told["remark"]) == bool(remark)
    page = teacher.get(f"/offerings/{college.offering.id}/components").text
    assert problem in page
    assert remark in page


def test_the_weighting_is_chosen_on_the_page_and_a_stale_choice_is_told(teacher, college, database):
    where = f"/offerings/{college.offering.id}/weighting"
    chosen = {"weighting": "coursework_exam", "exam_share": "70", "version": "1"}
    assert teacher.post(where, data=chosen).status_code == 303
    with database.reader() as db:
        row = db.get(Offering, college.offering.id)
        assert (row.weighting, row.exam_share) == (Weighting.COURSEWORK_EXAM, Decimal(70))
    stale = teacher.post(where, data={"weighting": "points", "version": "1"})
    assert (stale.status_code, "Somebody else changed this" in stale.text) == (422, True)
    wrong = teacher.post(where, data={"weighting": "points", "exam_share": "101"})
    assert (wrong.status_code, "Use 100 or less." in wrong.text) == (422, True)


def test_last_terms_components_are_taken_over_in_one_click(teacher, college, database):
    with database.writer() as db, unit(db):
        section_b = factory.offering(db, taught=college.course, by=college.teacher, section="B")
        factory.component(db, section_b, name="Exam", maximum=50, weight=10)
        before = db.get(Offering, college.offering.id)
        before.weighting = Weighting.COURSEWORK_EXAM
        empty = factory.offering(db, taught=college.course, by=college.teacher, section="C").id
        now = section_b.id
    page = teacher.get(f"/offerings/{now}/components").text
    assert "Take over the components of" in page
    answer = teacher.post(
        f"/offerings/{now}/components/copy", data={"offering_id": college.offering.id}
    )
    assert answer.status_code == 303
    assert "1 component taken over." in teacher.get(answer.location).text
    assert names(teacher, f"{API}/{now}/components") == ["Exam", "Internal 1"]
    again = teacher.post(
        f"{API}/{now}/components/copy", json={"offering_id": str(college.offering.id)}
    )
    assert again.status_code == 409
    copied = teacher.post(
        f"{API}/{empty}/components/copy", json={"offering_id": str(college.offering.id)}
    ).get_json()["data"]
    assert [(part["name"], part["kind"], part["maximum"], part["weight"]) for part in copied] == [
        ("Internal 1", "internal", 30, 40),
        ("Exam", "external", 100, 60),
    ]
    with database.reader() as db:
        assert db.get(Offering, empty).weighting is Weighting.COURSEWORK_EXAM
        assert db.get(Offering, now).weighting is Weighting.WEIGHTS


def test_components_of_another_course_are_copied_only_by_who_may_see_them(
    teacher, college, database
):
    with database.writer() as db, unit(db):
        other = factory.offering(db)
        factory.component(db, other)
        foreign = other.id
    path = f"{API}/{college.offering.id}/components/copy"
    assert teacher.post(path, json={"offering_id": str(foreign)}).status_code == 404


def test_published_results_keep_their_components_but_not_their_order(teacher, college, database):
    with database.writer() as db, unit(db):
        for place in college.enrolments:
            for part, value in zip(college.components, (20, 70), strict=True):
                factory.mark(db, place, part, value)
    assert teacher.post(f"/offerings/{college.offering.id}/publish").status_code == 303
    path = f"{API}/{college.offering.id}/components"
    part = {"name": "Late", "kind": "internal", "maximum": 10}
    assert teacher.post(path, json=part).status_code == 409
    weigh = {"weighting": "points"}
    assert teacher.put(f"{API}/{college.offering.id}/weighting", json=weigh).status_code == 409
    ids = [str(part.id) for part in college.components]
    assert teacher.put(f"{path}/order", json={"component_ids": ids[::-1]}).status_code == 200
    with database.reader() as db:
        kinds = db.scalars(
            select(Component.kind)
            .where(Component.offering_id == college.offering.id)
            .order_by(Component.position)
        )
        assert list(kinds) == [ComponentKind.EXTERNAL, ComponentKind.INTERNAL]
