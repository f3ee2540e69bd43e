"""Forms for feedback through the front door: made, answered once, read by those who may."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from sqlalchemy import select

from quad.community.forms.feedback import FeedbackGivenIn
from quad.community.models.feedback import FeedbackAnswer, FeedbackDone, FeedbackForm
from quad.community.service import answering
from quad.core.acting import actor_by_id
from quad.core.errors import Rejected
from quad.core.facts import run

QUESTIONS = (
    {"label": "How is the food?", "kind": "scale", "required": "true"},
    {"label": "Which canteen?", "kind": "choice", "choices": "Hill\nLakeside"},
    {"label": "What is missing?", "kind": "long_text"},
)


def made(client, **values):
    """Make the canteen's form and return its address with the keys of its questions."""
    given = {"title": "The canteen", "naming": "anonymous"} | values
    place = client.post("/feedback/create", data=given).location.removesuffix("/questions")
    for question in QUESTIONS:
        assert client.post(f"{place}/questions", data=question).status_code == 303
    shown = client.get(f"/api/v1{place}").json["data"]
    return place, [one["key"] for one in shown["questions"]]


@pytest.mark.feature("A43")
def test_people_answer_once_and_few_answers_without_names_are_not_shown(world, as_user, database):
    people = world.people
    teacher = as_user(people.teacher)
    place, (scale, choice, text) = made(teacher)
    names = ("asha", "bina", "carl", "admin", "teacher")
    for number, name in enumerate(names):
        client = as_user(getattr(people, name))
        assert "The canteen" in client.get("/feedback").text
        missing = client.post(place, data={f"a_{choice}": "Hill"})
        assert missing.status_code == 422
        answers = {f"a_{scale}": str(1 + number), f"a_{choice}": "Hill", f"a_{text}": "=1+1"}
        assert client.post(place, data=answers).status_code == 303
        assert client.post(place, data=answers).status_code == 422
        shown = teacher.get(f"/api/v1{place}/results").json["data"]
        assert (shown["count"], shown["shown"]) == (number + 1, number == len(names) - 1)
    outcomes = {one["label"]: one for one in shown["outcomes"]}
    assert outcomes["How is the food?"]["average"] == 3.0
    assert outcomes["Which canteen?"]["counts"] == [["Hill", 5], ["Lakeside", 0]]
    assert "=1+1" in teacher.get(f"{place}/results").text
    rows = list(csv.reader(StringIO(teacher.get(f"{place}/results.csv").text.lstrip("\ufeff"))))
    assert len(rows) == 6
    assert rows[1][2] == "'=1+1"
    assert as_user(people.asha).get(f"{place}/results").status_code == 403
    assert teacher.post(f"{place}/questions", data=QUESTIONS[0]).status_code == 422
    with database.reading() as db:
        form = db.scalars(select(FeedbackForm)).one()
        kept = db.scalars(select(FeedbackAnswer)).all()
        assert {(row.user_id, row.created_by, row.updated_by) for row in kept} == {
            (None, None, None)
        }
        assert {row.created_at for row in kept} == {form.opens_at}
        assert form.answers == len(db.scalars(select(FeedbackDone)).all()) == 5


@pytest.mark.feature("A43")
def test_a_question_that_few_answered_is_not_shown_without_names_and_the_others_are_drawn(
    world, as_user
):
    people = world.people
    teacher = as_user(people.teacher)
    place, (scale, choice, text) = made(teacher)
    for number, name in enumerate(("asha", "bina", "carl", "admin", "teacher")):
        answers = {f"a_{scale}": "4"}
        if number < 2:
            answers |= {f"a_{choice}": "Lakeside", f"a_{text}": "Only I say this"}
        assert as_user(getattr(people, name)).post(place, data=answers).status_code == 303
    shown = teacher.get(f"/api/v1{place}/results").json["data"]["outcomes"]
    assert [(one["count"], one["few"]) for one in shown] == [(5, False), (2, True), (2, True)]
    assert shown[1]["counts"] == shown[2]["words"] == []
    page = teacher.get(f"{place}/results").text
    assert 'data-chart="bar"' in page
    assert page.count("Fewer than 5 people answered this") == 2
    for secret in ("Only I say this", "Lakeside"):
        assert secret not in page
        assert secret not in teacher.get(f"{place}/results.csv").text
    place, (scale, choice, text) = made(teacher, naming="named")
    given = {f"a_{scale}": "4", f"a_{text}": "Only I say this"}
    as_user(people.asha).post(place, data=given)
    assert "Only I say this" in teacher.get(f"{place}/results").text


@pytest.mark.feature("A43")
def test_only_those_who_are_asked_answer_and_only_while_it_is_open(world, as_user, database):
    admin, asha, carl = (as_user(getattr(world.people, n)) for n in ("admin", "asha", "carl"))
    place, (scale, *_others) = made(admin, naming="named", for_departments=[str(world.department)])
    answer = {f"a_{scale}": "4"}
    assert carl.get(place).status_code == 404
    assert carl.post(place, data=answer).status_code == 404
    assert as_user(world.people.teacher).get(f"{place}/results").status_code == 404
    assert asha.post("/feedback/create", data={"title": "Mine"}).status_code == 403
    closed = {"title": "The canteen", "naming": "named", "opens_at": "2020-01-01T10:00"}
    closed |= {"closes_at": "2020-02-01T10:00"}
    assert admin.post(f"{place}/edit", data=closed).status_code == 303
    assert asha.post(place, data=answer).status_code == 404
    wrong = closed | {"closes_at": "2019-02-01T10:00"}
    assert admin.post(f"{place}/edit", data=wrong).status_code == 422
    again = {"title": "The canteen", "naming": "named", "opens_at": "2020-01-01T10:00"}
    admin.post(f"{place}/edit", data=again)
    assert asha.post(f"/api/v1{place}/answers", json={"answers": {scale: 9}}).status_code == 422
    assert asha.post(f"/api/v1{place}/answers", json={"answers": {scale: 4}}).status_code == 201
    assert "Asha Rao" not in admin.get(f"{place}/results").text
    rows = list(csv.reader(StringIO(admin.get(f"{place}/results.csv").text.lstrip("\ufeff"))))
    assert rows[1][0] == "4"
    assert rows[1][3] == "Asha Rao"
    admin.post(f"{place}/delete")
    assert asha.get(place).status_code == 404


@pytest.mark.feature("A43")
def test_the_box_is_always_there_and_takes_more_than_one(world, as_user):
    asha, admin = as_user(world.people.asha), as_user(world.people.admin)
    assert "What is it?" in asha.get("/feedback/box").text
    for text in ("More trees", "Fewer queues"):
        said = asha.post("/feedback/box", data={"a_about": "An idea", "a_text": text})
        assert said.status_code == 303
    nameless = {"a_about": "Praise", "a_text": "The lawn", "anonymous": "true"}
    assert asha.post("/feedback/box", data=nameless).status_code == 303
    assert asha.post("/feedback/box", data={"a_about": "An idea"}).status_code == 422
    api = {"answers": {"about": "Praise", "text": "Thanks"}}
    assert asha.post("/api/v1/feedback/box", json=api).status_code == 201
    box = next(one for one in admin.get("/api/v1/feedback/managed").json["data"])
    page = admin.get(f"/feedback/{box['id']}/results").text
    assert all(text in page for text in ("More trees", "Fewer queues", "The lawn", "Thanks"))
    assert asha.get(f"/feedback/{box['id']}/results").status_code == 403
    assert admin.post(f"/feedback/{box['id']}/delete").status_code == 303
    assert "More trees" in admin.get(f"/feedback/{box['id']}/results").text


@pytest.mark.db
@pytest.mark.feature("A43", "A66")
def test_who_answers_twice_at_once_has_answered_once(world, as_user, database):
    place, (scale, *_others) = made(as_user(world.people.admin))
    form_id = int(place.rpartition("/")[2])

    def answer(_turn: int) -> bool:
        def give(db):
            me = actor_by_id(db, world.people.asha)
            answering.answer(db, me, form_id, FeedbackGivenIn(answers={scale: 5}))

        try:
            run(database.writer, give)
        except Rejected:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(answer, range(8))) == 1
    with database.reading() as db:
        assert len(db.scalars(select(FeedbackAnswer)).all()) == 1
        assert db.get_one(FeedbackForm, form_id).answers == 1
