"""A confidential request is known to the student and the named people, and leaves no trace for anybody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quad.audit.models import AuditEntry
from quad.core.facts import unit
from quad.core.mail.models import Mail
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import AccountState, User
from quad.welfare.forms.setup import MemberForm
from quad.welfare.models.requests import DayCount
from quad.welfare.service import chasing, offices
from tests.welfare.conftest import kinds_of

API = "/api/v1/welfare"
WORD = "zebra"


@pytest.mark.feature("L22")
def test_the_form_names_who_will_see_it_and_somebody_can_be_left_out(sign_in, world, database):
    asha = sign_in("asha")
    place = f"/requests/new/{world.categories.grievance}"
    page = asha.get(place).text
    assert "June Judge" in page
    assert "Hema Head" in page
    form = {"a_what_happened": WORD}
    nobody = asha.post(place, data=form)
    assert (nobody.status_code, "Please fill this in." in nobody.text) == (422, True)
    stranger = asha.post(place, data=form | {"people": str(world.people.outsider)})
    assert "Choose people of the committee only." in stranger.text
    sent = asha.post(place, data=form | {"people": str(world.people.judge)})
    assert WORD in sign_in("judge").get(sent.location).text
    assert sign_in("hod").get(sent.location).status_code == 404, "left out"


@pytest.mark.feature("L22", "L41", "L40")
def test_nobody_else_finds_it_in_list_search_count_export_audit_or_mail(
    sign_in, ask, world, database
):
    made = ask("grievance", people=[str(world.people.judge)])["id"]
    judge = sign_in("judge")
    judge.post(f"/requests/{made}/comment", data={"text": "We met on Friday"})
    judge.post(f"/requests/{made}/assign", data={"to": f"person:{world.people.judge}"})
    assert [row["id"] for row in judge.get(f"{API}/queue").json["data"]] == [made]
    assert judge.get("/requests/queue?format=csv").text.count(WORD) == 1
    for name in ("admin", "hod", "advisor", "clerk", "bina"):
        client = sign_in(name)
        assert client.get(f"/requests/{made}").status_code == 404, name
        for path in (
            "/",
            "/requests/queue?waits=open",
            "/requests/queue?format=csv",
            f"/requests/queue?category={world.categories.grievance}",
            f"/requests/queue?office={world.offices.committee}",
            "/search?q=grievance",
            f"/search?q={WORD}",
            f"{API}/queue?state=assigned",
        ):
            answer = client.get(path)
            assert f"/requests/{made}" not in answer.text, (name, path)
            assert WORD not in answer.text.lower().replace(f"?q={WORD}", "").replace(
                f'value="{WORD}"', ""
            ) or path.endswith(WORD), (name, path)
            assert path == "/" or "Asha" not in answer.text or name in ("hod", "advisor")
    admin = sign_in("admin")
    assert admin.get(f"{API}/figures").json["data"]["total"] == 0
    with database.reader() as db:
        assert not db.scalars(select(DayCount)).all()
        hidden = select(AuditEntry.id).where(AuditEntry.action == "confidential request changed")
        entries = list(db.scalars(hidden))
        mails = list(db.scalars(select(Mail.id).where(Mail.private)))
    assert len(entries) == len(kinds_of(database, made)) == 3
    assert admin.get(f"/audit/{entries[0]}").status_code == 404
    page = admin.get("/audit").text
    assert "onfidential request changed" not in page
    assert f"/audit/{entries[0]}" not in page
    assert mails
    assert f"/admin/mails/{mails[0]}" not in admin.get("/admin/mails").text


def test_it_stays_with_its_people_when_it_is_given_on(sign_in, ask, world, database):
    made = ask("grievance")["id"]
    judge = sign_in("judge")
    place = f"{API}/requests/{made}/assign"
    for to in (f"person:{world.people.outsider}", f"office:{world.offices.hostel}"):
        answer = judge.post(place, json={"to": to})
        assert "stays with its named people" in answer.json["fields"]["to"]
    assert judge.post(place, json={"to": f"person:{world.people.hod}"}).status_code == 200
    assert sign_in("hod").get(f"/requests/{made}").status_code == 200
    answer = sign_in("admin").post(
        f"{API}/setup/offices/{world.offices.committee}/members",
        json={"user_id": str(world.people.admin)},
    )
    assert answer.status_code == 201
    assert sign_in("admin").get(f"/requests/{made}").status_code == 404, "not earlier ones"


@pytest.mark.db
@pytest.mark.parametrize("somebody_new", [True, False])
def test_when_all_named_people_left_it_goes_to_who_joined_since_or_back_to_the_student(
    somebody_new, sign_in, ask, world, database
):
    made = ask("grievance", people=[str(world.people.judge)])["id"]
    with database.writer() as db, unit(db):
        assert chasing.hand_on_some(db, SYSTEM) == 0
        db.get(User, world.people.judge).state = AccountState.DISABLED
        if somebody_new:
            form = MemberForm(user_id=world.people.clerk)
            offices.add_member(db, SYSTEM, world.offices.committee, form)
    with database.writer() as db, unit(db):
        assert chasing.hand_on_some(db, SYSTEM) == 1
    with database.writer() as db, unit(db):
        assert chasing.hand_on_some(db, SYSTEM) == 0, "once"
    page = sign_in("asha").get(f"/requests/{made}").text
    assert ("naming others" in page) is not somebody_new
    assert sign_in("clerk").get(f"/requests/{made}").status_code == (200 if somebody_new else 404)
    assert sign_in("hod").get(f"/requests/{made}").status_code == 404, "left out on purpose"
