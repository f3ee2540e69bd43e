"""What an administrator declares: categories with questions, offices, rules."""

from __future__ import annotations

import pytest

API = "/api/v1/welfare"
SETUP = f"{API}/setup"


@pytest.mark.feature("L22", "L42")
def test_a_category_with_its_own_questions_is_declared_on_the_pages(sign_in, world):
    admin, asha = sign_in("admin"), sign_in("asha")
    made = admin.post(
        "/welfare/categories/new",
        data={"name": "Bus pass", "due_days": "3", "icon": "book", "open": "true"},
    )
    assert made.status_code == 303
    place = made.location
    question = {"label": "Which line?", "kind": "choice", "required": "true"}
    few = admin.post(f"{place}/fields/new", data=question | {"choices": "Seven"})
    assert "Give at least two choices, one a line." in few.text
    admin.post(f"{place}/fields/new", data=question | {"choices": "Seven\nEight\n\nSeven"})
    admin.post(
        f"{place}/fields/new", data={"label": "I agree", "kind": "yes_no", "required": "true"}
    )
    page = admin.get(place).text
    assert "Seven, Eight" in page
    number = place.rpartition("/")[2]
    refused = asha.post(f"/requests/new/{number}", data={"a_which_line": "Seven"})
    assert "Tick this to go on." in refused.text
    sent = asha.post(f"/requests/new/{number}", data={"a_which_line": "Seven", "a_i_agree": "true"})
    assert "Bus pass: Seven" in asha.get(sent.location).text
    fields = admin.get(f"{SETUP}/categories/{number}").json["data"]["fields"]
    admin.post(f"{place}/fields/{fields[1]['id']}/up")
    order = admin.get(f"{SETUP}/categories/{number}").json["data"]["fields"]
    assert [each["key"] for each in order] == ["i_agree", "which_line"]
    admin.post(f"{place}/fields/{fields[0]['id']}/delete")
    assert "Seven" in asha.get(sent.location).text, "answers given so far stay"
    admin.post(f"{place}/delete")
    assert asha.get(f"/requests/new/{number}").status_code == 404
    assert "Bus pass" in asha.get(sent.location).text
    assert admin.post(f"{SETUP}/categories/{number}/restore").status_code == 200


def test_what_cannot_work_is_refused_in_words(sign_in, world):
    admin = sign_in("admin")
    base = {"name": "Odd", "due_days": 3}
    for more, words in (
        ({"confidential": True}, "needs a committee"),
        ({"letter": "leave"}, "needs the days"),
        (
            {"confidential": True, "committee_id": str(world.offices.committee), "with_days": True},
            "cannot be confidential",
        ),
    ):
        answer = admin.post(f"{SETUP}/categories", json=base | more)
        assert (answer.status_code, words in answer.json["error"]) == (422, True), words
    twice = admin.post(f"{SETUP}/categories", json=base | {"name": "LEAVE "})
    assert twice.json["fields"] == {"name": "There is a category of this name already."}
    office = f"{SETUP}/offices/{world.offices.committee}"
    assert admin.delete(office).status_code == 409
    assert admin.delete(f"{office}/members/{world.people.judge}").status_code == 200
    last = admin.delete(f"{office}/members/{world.people.hod}")
    assert "at least one person" in last.json["error"]
    student = {"user_id": str(world.people.asha)}
    assert "of the staff" in admin.post(f"{office}/members", json=student).text
    row = admin.get(f"{SETUP}/categories/{world.categories.hostel}").json["data"]
    change = {"name": "Hostel", "due_days": 9, "version": row["version"]}
    place = f"{SETUP}/categories/{world.categories.hostel}"
    assert admin.put(place, json=change).status_code == 200
    assert admin.put(place, json=change).status_code == 409, "somebody else saved meanwhile"


def test_the_usual_categories_fill_an_empty_setup_once(as_role, world, sign_in):
    admin = sign_in("admin")
    assert admin.post(f"{SETUP}/categories/usual").status_code == 409
    for name in ("leave", "bonafide", "hostel", "grievance"):
        place = f"/welfare/categories/{getattr(world.categories, name)}/delete"
        assert as_role("hod").post(place).status_code == 404
