"""A student asks, the teacher answers, the head confirms: the result follows, and every step is kept."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student
from quad.academics.models.reevaluation import Reevaluation, ReevaluationStep
from quad.academics.models.results import EnrolmentResult, Mark
from quad.academics.models.teaching import Offering, ResultState
from quad.academics.service.reevaluation import reminding
from quad.core import clock
from quad.core.facts import unit
from quad.core.mail.models import Mail
from quad.identity.models.accounts import User
from quad.notifications.models import Notification
from tests.factories import academics as factory
from tests.factories.people import person

API = "/api/v1/academics"
pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("L29")]


@pytest.fixture
def graded(app, college, database, as_user):
    """The college with everybody marked (24/30 and 70/100, 74 per cent, a B), published and locked."""
    with database.writer() as db, unit(db):
        for place in college.enrolments:
            factory.mark(db, place, college.components[0], 24)
            factory.mark(db, place, college.components[1], 70)
    teacher = as_user(college.teacher.user_id)
    place = f"{API}/offerings/{college.offering.id}/results"
    assert teacher.post(f"{place}/publish").status_code == 200
    with database.writer() as db, unit(db):
        db.get_one(Offering, college.offering.id).state = ResultState.LOCKED
    return college


@pytest.fixture
def teacher(graded, as_user):
    return as_user(graded.teacher.user_id)


@pytest.fixture
def pupil(graded, as_user):
    return as_user(graded.students[0].user_id)


@pytest.fixture
def head(graded, database, as_user):
    with database.writer() as db, unit(db):
        user = person(db, role="hod", department_id=graded.department.id)
    return as_user(user.id)


def asked(client, college, **more):
    body = {"enrolment_id": college.enrolments[0].id, "reason": "Question 4 was not read."} | more
    answer = client.post(f"{API}/reevaluations", json=body)
    assert answer.status_code == 201, answer.text
    return answer.get_json()["data"]


def does(client, row, act, **body):
    return client.post(f"{API}/reevaluations/{row['id']}/{act}", json=body)


def change(college, value, part=1):
    return {
        "answer": "change",
        "reason": "Four marks were not added.",
        "marks": [{"component_id": college.components[part].id, "value": value}],
    }


def result(database, college):
    with database.reader() as db:
        return db.scalars(
            select(EnrolmentResult).where(EnrolmentResult.enrolment_id == college.enrolments[0].id)
        ).one()


def told(database):
    """Return (kind, user) of all that was told, in order."""
    with database.reader() as db:
        rows = db.execute(
            select(Notification.kind, Notification.user_id)
            .where(Notification.kind.startswith("reevaluation"))
            .order_by(Notification.id)
        )
        return [(row.kind.removeprefix("reevaluation_"), row.user_id) for row in rows]


@pytest.mark.db
def test_a_locked_result_changes_once_the_head_confirms_the_teachers_answer(
    graded, pupil, teacher, head, database
):
    row = asked(pupil, graded, component_id=graded.components[1].id)
    assert (row["state"], row["letter_before"]) == ("asked", "B")
    assert teacher.get(f"{API}/reevaluations?open=1").get_json()["page"]["total"] == 1
    answered = does(teacher, row, "answer", **change(graded, 85)).get_json()["data"]
    assert (answered["state"], answered["marks"][1]["new_value"]) == ("answered", 85)
    # Nothing has changed yet, and the student does not see what was answered.
    assert result(database, graded).letter == "B"
    seen = pupil.get(f"{API}/reevaluations/{row['id']}").get_json()["data"]
    assert (seen["answer"], seen["marks"][1]["proposed"], seen["steps"][-1]["note"]) == (
        None,
        False,
        "",
    )
    back = does(head, row, "return", reason="Look at question 5 too.")
    assert back.get_json()["data"]["state"] == "asked"
    assert does(teacher, row, "answer", **change(graded, 90)).status_code == 200
    done = does(head, row, "confirm", note="Agreed.").get_json()["data"]
    assert (done["state"], done["letter_before"], done["letter_after"]) == ("changed", "B", "A")
    now = result(database, graded)
    assert (now.percentage, now.counts) == (Decimal("86.00"), True)
    with database.reader() as db:
        assert db.get_one(Student, graded.students[0].id).cgpa == Decimal("9.00")
        assert db.get_one(Offering, graded.offering.id).state is ResultState.LOCKED
        marks = db.scalars(
            select(Mark)
            .where(
                Mark.enrolment_id == graded.enrolments[0].id,
                Mark.component_id == graded.components[1].id,
            )
            .order_by(Mark.id)
        ).all()
        assert [(one.value, one.current) for one in marks] == [(70, None), (90, 1)]
        assert marks[1].reason == "Re-evaluation: Four marks were not added."
        steps = db.scalars(select(ReevaluationStep.step).order_by(ReevaluationStep.id))
        assert [step.value for step in steps] == [
            "asked",
            "answered",
            "returned",
            "answered",
            "changed",
        ]
        head_id = db.scalars(select(User.id).order_by(User.id.desc())).first()
        subjects = db.scalars(select(Mail.body_text).where(Mail.template == "notifications/notice"))
        assert any("is decided" in (text or "") for text in subjects)
    student, lecturer = graded.students[0].user_id, graded.teacher.user_id
    assert told(database) == [
        ("step", student),
        ("waiting", lecturer),
        ("step", student),
        ("waiting", head_id),
        ("step", student),
        ("returned", lecturer),
        ("step", student),
        ("waiting", head_id),
        ("decided", student),
    ]
    final = pupil.get(f"{API}/reevaluations/{row['id']}").get_json()["data"]
    assert (final["answer"], final["marks"][1]["value_before"]) == ("change", 70)


def test_only_one_request_is_open_and_a_decided_thing_is_not_asked_again(
    graded, pupil, teacher, head
):
    row = asked(pupil, graded)
    body = {"enrolment_id": graded.enrolments[0].id, "reason": "Again."}
    again = pupil.post(f"{API}/reevaluations", json=body)
    assert (again.status_code, "open request" in again.get_json()["error"]) == (409, True)
    assert does(pupil, row, "withdraw").get_json()["data"]["state"] == "withdrawn"
    row = asked(pupil, graded)
    kept = does(teacher, row, "answer", answer="keep", reason="It was read.")
    assert kept.status_code == 200
    assert does(pupil, row, "withdraw").status_code == 409
    assert does(head, row, "confirm").get_json()["data"]["state"] == "kept"
    place = f"{API}/enrolments/{graded.enrolments[0].id}/reevaluation"
    left = pupil.get(place).get_json()["data"]["choices"]
    assert [one["component_id"] for one in left] == [str(one.id) for one in graded.components]
    assert pupil.post(f"{API}/reevaluations", json=body).status_code == 422


def test_acts_in_the_wrong_state_and_by_the_wrong_person_are_refused(
    graded, pupil, teacher, head, as_role, as_user
):
    row = asked(pupil, graded)
    assert does(head, row, "confirm").status_code == 409
    assert does(head, row, "return", reason="No.").status_code == 409
    assert does(teacher, row, "confirm").status_code == 403
    assert does(pupil, row, "answer", answer="keep", reason="Mine.").status_code == 403
    other = as_user(graded.students[1].user_id)
    assert other.get(f"{API}/reevaluations/{row['id']}").status_code == 404
    assert does(other, row, "withdraw").status_code == 404
    stolen = {"enrolment_id": graded.enrolments[0].id, "reason": "For a friend."}
    assert other.post(f"{API}/reevaluations", json=stolen).status_code == 404
    assert as_role("faculty").get(f"{API}/reevaluations/{row['id']}").status_code == 404
    # The head answers in the teacher's place; then somebody else confirms.
    assert does(head, row, "answer", answer="keep", reason="Read again.").status_code == 200
    assert does(head, row, "answer", answer="keep", reason="Twice.").status_code == 409
    refused = does(head, row, "confirm")
    assert (refused.status_code, "somebody else" in refused.get_json()["error"]) == (409, True)
    admin = as_role("admin")
    assert does(admin, row, "confirm").status_code == 200
    assert does(admin, row, "confirm").status_code == 409
    assert does(teacher, row, "answer", answer="keep", reason="Late.").status_code == 409


def test_an_answer_proposes_marks_that_fit(graded, pupil, teacher):
    row = asked(pupil, graded, component_id=graded.components[1].id)
    for marks, sentence in (
        ([], "Give the mark"),
        ([{"value": 101}], "the maximum is 100"),
        ([{"value": -1}], "0 or more"),
        ([{"value": 70}], "stand already"),
        ([{}], "say absent"),
        ([{"value": 70.125}], "at most 2 decimals"),
        ([{"part": 0, "value": 10}], "one component only"),
    ):
        given = [{"component_id": graded.components[one.pop("part", 1)].id, **one} for one in marks]
        answer = does(teacher, row, "answer", answer="change", reason="So.", marks=given)
        said = answer.get_json()["fields"]["marks"]
        assert (answer.status_code, sentence in said) == (422, True), said
    stray = change(graded, 80) | {"answer": "keep"}
    assert does(teacher, row, "answer", **stray).status_code == 422


def test_a_mark_that_changed_meanwhile_is_not_written_over(graded, pupil, teacher, head, database):
    row = asked(pupil, graded)
    assert does(teacher, row, "answer", **change(graded, 85)).status_code == 200
    place = f"{API}/offerings/{graded.offering.id}/results/reopen"
    assert head.post(place, json={"reason": "A slip"}).status_code == 200
    mark = f"/api/v1/enrolments/{graded.enrolments[0].id}/components/{graded.components[1].id}/mark"
    assert teacher.post(mark, json={"value": 75, "reason": "A slip"}).status_code == 200
    refused = does(head, row, "confirm")
    assert (refused.status_code, "Send the request back" in refused.get_json()["error"]) == (
        409,
        True,
    )
    with database.reader() as db:
        assert db.scalars(select(Reevaluation.open)).one() == 1


def test_asking_has_its_days_and_settings(graded, pupil, as_role, database, as_user):
    place = f"{API}/enrolments/{graded.enrolments[0].id}/reevaluation"
    assert len(pupil.get(place).get_json()["data"]["choices"]) == 3
    with clock.travel(timedelta(days=15)):
        late = as_user(graded.students[0].user_id)
        over = late.get(place).get_json()["data"]
        assert (over["choices"], "You could ask until" in over["problem"]) == ([], True)
        body = {"enrolment_id": graded.enrolments[0].id, "reason": "Late."}
        assert late.post(f"{API}/reevaluations", json=body).status_code == 409
    admin = as_role("admin")
    settings = {"academics.reevaluation.days": 0, "academics.reevaluation.fee_note": "500 a course"}
    changed = admin.post("/settings", data=settings)
    assert changed.status_code == 303
    closed = pupil.get(place).get_json()["data"]
    assert (closed["problem"], closed["fee_note"]) == (
        "Re-evaluation is not offered here.",
        "500 a course",
    )


def test_who_has_a_request_is_reminded_when_it_is_due(graded, pupil, teacher, database):
    asked(pupil, graded)
    lecturer = graded.teacher.user_id
    today = clock.today()
    for later, times in ((5, 0), (6, 1), (7, 1), (9, 2)):
        day = today + timedelta(days=later)
        with database.writer() as db, unit(db):
            for one in reminding.due_ids(db, day):
                reminding.remind(db, one, day)
        assert told(database).count(("due", lecturer)) == times, later


def test_the_pages_lead_from_the_record_to_the_decision(graded, pupil, teacher, head, database):
    place = graded.enrolments[0].id
    assert "Ask for a re-evaluation" in pupil.get(f"/enrolments/{place}").text
    form = pupil.get(f"/enrolments/{place}/reevaluation")
    assert (form.status_code, "The whole result (B)" in form.text) == (200, True)
    empty = pupil.post(f"/enrolments/{place}/reevaluation", data={"component_id": "whole"})
    assert empty.status_code == 422
    sent = pupil.post(
        f"/enrolments/{place}/reevaluation",
        data={"component_id": "whole", "reason": "<b>Question 4</b>"},
    )
    assert sent.status_code == 303
    page = sent.headers["Location"]
    queue = teacher.get("/reevaluations")
    assert (queue.status_code, "With the teacher" in queue.text) == (200, True)
    # The badge counts what waits for the teacher, not for the student.
    assert 'data-badge="reevaluations"' in teacher.get("/offerings").text or "1" in queue.text
    part = graded.components[1].id
    wrong = teacher.post(
        f"{page}/answer", data={"answer": "change", "reason": "So", f"mark-{part}": "abc"}
    )
    assert (wrong.status_code, "is not a mark" in wrong.text, 'value="abc"' in wrong.text) == (
        422,
        True,
        True,
    )
    good = teacher.post(
        f"{page}/answer", data={"answer": "change", "reason": "So", f"mark-{part}": "90"}
    )
    assert good.status_code == 303
    shown = head.get(page)
    assert ("&lt;b&gt;Question 4" in shown.text, "Proposed" in shown.text) == (True, True)
    assert head.post(f"{page}/return", data={}).status_code == 422
    assert head.post(f"{page}/confirm", data={}).status_code == 303
    after = pupil.get(page)
    assert (after.status_code, "Changed" in after.text) == (200, True)
    assert "Re-evaluation" in pupil.get(f"/enrolments/{place}").text
