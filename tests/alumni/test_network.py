"""Coming into the network, keeping one's page there, being found and being looked at."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from quad.academics.facts.promotion import CohortPromoted
from quad.academics.models.people import Student, StudentStatus
from quad.alumni.models.members import Member, MemberStanding, Work
from quad.alumni.service import members
from quad.alumni.service.keeping import OWN_DATA
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.behind import behind
from quad.core.facts import emit, unit
from quad.core.mail.models import Mail
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.models.joining import Registration, RegistrationState
from quad.identity.service import merge
from quad.identity.service.registration import open_account
from tests.alumni.conftest import TOLD, graduate
from tests.factories import academics as factory
from tests.factories.people import hashed, person

API = "/api/v1"


def member_of(database, user_id):
    with database.reader() as db:
        return db.scalar(select(Member).where(Member.user_id == user_id))


@pytest.mark.feature("A16", "A17", "A18", "A19")
def test_directories_show_people_and_lead_to_their_pages(world, sign_in):
    client = sign_in("stranger")
    assert "Olga Owner" in client.get("/alumni").text
    assert "Olga Owner" in client.get("/alumni/table").text
    students = client.get("/students").text
    assert "Cora Colleague" in students
    assert "Olga Owner" not in students
    page = client.get(f"/alumni/{world.member_id}").text
    assert TOLD["work"] in page
    assert "Verified by the academic record" in page
    # A graduate's address among the students leads to the page of the graduate.
    answer = client.get(f"/students/{world.student_id}")
    assert answer.headers["Location"] == f"/alumni/{world.member_id}"


@pytest.mark.feature("A18", "A19")
def test_one_address_shows_staff_the_record_and_others_the_profile(world, database, sign_in):
    with database.reader() as db:
        ids = select(Student.id).where(Student.user_id == world.people.colleague)
        student_id = db.scalars(ids).one()
    staff = sign_in("hod").get(f"/students/{student_id}").text
    other = sign_in("stranger").get(f"/students/{student_id}").text
    number = re.compile(r"4NV24CS\d{5}")
    assert number.search(staff)
    assert not number.search(other)
    assert "Studies here" in other
    with database.reader() as db:
        code = db.get_one(factory.Programme, world.programme_id).code
    assert "Cora Colleague" in sign_in("stranger").get(f"/students?programme={code}").text
    assert "Cora Colleague" not in sign_in("stranger").get("/students?programme=none").text


@pytest.mark.feature("A20", "A46")
def test_a_page_is_edited_row_by_row_with_and_without_scripts(world, database, sign_in):
    client = sign_in("colleague")
    assert "My page in the network" in client.get("/profile/edit").text
    job = {"company": "Kite Ledger", "title": "Intern", "begins_on": "2024-02", "ends_on": ""}
    answer = client.post("/profile/network/work/add", data=job)
    assert answer.headers["Location"].endswith("#entries-work")
    wrong = client.post("/profile/network/work/add", data=job | {"ends_on": "2023-01"})
    assert wrong.status_code == 422
    assert "The end lies before the beginning." in wrong.text
    with database.reader() as db:
        work = db.scalars(select(Work).where(Work.company == "Kite Ledger")).one()
    htmx = {"HX-Request": "true"}
    inline = client.get(f"/profile/network/work/{work.id}", headers=htmx).text
    assert 'value="2024-02"' in inline
    address = f"/profile/network/work/{work.id}"
    changed = client.post(address, data=job | {"title": "Engineer", "version": "1"}, headers=htmx)
    assert changed.status_code == 200
    assert "Engineer" in changed.text
    assert member_of(database, world.people.colleague).title == "Engineer"
    late = client.post(address, data=job | {"version": "1"})
    assert late.status_code == 422
    assert sign_in("stranger").post(f"{address}/remove").status_code == 404
    client.post(f"{address}/remove")
    assert member_of(database, world.people.colleague).company == ""


@pytest.mark.feature("A38")
def test_two_people_editing_one_page_are_told(world, sign_in):
    client = sign_in("colleague")
    own = client.get(f"{API}/profiles/me").json["data"]
    body = {"headline": "First", "version": own["version"]}
    assert client.put(f"{API}/profiles/me", json=body).status_code == 200
    assert client.put(f"{API}/profiles/me", json=body).status_code == 409
    privacy = client.get(f"{API}/profiles/me/privacy").json["data"]
    assert (privacy["email"], privacy["work"]) == ("hidden", "network")
    saved = client.put(f"{API}/profiles/me/privacy", json=privacy | {"work": "connections"})
    assert saved.json["data"]["work"] == "connections"
    refused = client.put(f"{API}/profiles/me/privacy", json=privacy | {"work": "world"})
    assert refused.status_code == 422


@pytest.mark.db
@pytest.mark.feature("A36")
def test_a_look_counts_once_for_each_person_and_day(world, app, database, sign_in):
    def look(viewer):
        sign_in(viewer).get(f"/alumni/{world.member_id}")
        behind(database).flush()

    for viewer in ("colleague", "colleague", "stranger", "owner"):
        look(viewer)
    assert member_of(database, world.people.owner).views == 2
    with clock.travel(timedelta(days=1)):
        look("colleague")
    own = sign_in("owner")
    assert member_of(database, world.people.owner).views == 3
    views = own.get(f"{API}/profiles/me/views").json["data"]
    assert (views["in_all"], views["names"]) == (3, [])
    with database.writer() as db, unit(db):
        who = update(Member).where(Member.user_id == world.people.colleague)
        db.execute(who.values(named_in_views=True))
    names = own.get(f"{API}/profiles/me/views").json["data"]["names"]
    assert [row["full_name"] for row in names] == ["Cora Colleague"]
    assert "Cora Colleague" in own.get(f"/alumni/{world.member_id}").text
    assert "Who looked" not in sign_in("stranger").get(f"/alumni/{world.member_id}").text


@pytest.mark.feature("A16")
def test_graduates_arrive_with_their_record_and_go_back_with_it(world, database, sign_in):
    with database.writer() as db, unit(db):
        row = db.scalars(select(Student).where(Student.user_id == world.people.colleague)).one()
        row.status, row.graduation_year = StudentStatus.GRADUATED, 2026
        db.flush()
        told = {"promotion_id": 1, "batch_id": 1, "term_id": 1, "promoted": 0, "held": 0}
        users = (row.user_id,)
        emit(db, CohortPromoted(actor_id=None, graduated=1, graduate_user_ids=users, **told))
    member = member_of(database, world.people.colleague)
    assert (member.is_alumnus, member.is_student, member.graduation_year) == (True, False, 2026)
    assert member.standing is MemberStanding.RECORD
    assert "Cora Colleague" in sign_in("stranger").get("/alumni").text
    with database.writer() as db, unit(db):
        row = db.scalars(select(Student).where(Student.user_id == world.people.colleague)).one()
        row.status = StudentStatus.ACTIVE
        db.flush()
        members.follow(db, [row.user_id])
    assert "Cora Colleague" not in sign_in("stranger").get("/alumni").text


def registered(db, name, **said):
    row = Registration(
        full_name=name,
        sort_name=name,
        email=f"{name.split()[0].lower()}@home.example",
        email_as_typed=f"{name.split()[0].lower()}@home.example",
        password_hash=hashed(),
        role=Role.ALUMNUS,
        state=RegistrationState.WAITING,
        language="en",
        note="Class representative",
        expires_at=clock.now() + timedelta(days=9),
        **said,
    )
    db.add(row)
    db.flush()
    return open_account(db, row, actor_id=None).id


@pytest.mark.feature("A16")
def test_graduates_from_outside_are_suggested_their_record_and_linked_to_it(
    world, database, sign_in
):
    with database.writer() as db, unit(db):
        programme = db.get_one(factory.Programme, world.programme_id)
        record = graduate(
            db, "Katharina Lindqvist", programme, year=2019, register_number="4NV15CS007"
        )
        record_user = record.user_id
        for name in ("Karl Lind", "Anna Berg"):
            graduate(db, name, programme, year=2019)
        user_id = registered(
            db, "Lindqvist Katarina", graduation_year=2019, register_number="4nv15cs007"
        )
    member = member_of(database, user_id)
    assert member.standing is MemberStanding.CLAIMED
    assert sign_in("hod").get("/alumni/verify").status_code == 403
    assert sign_in("stranger").get(f"/alumni/{member.id}").status_code == 404
    admin = sign_in("admin")
    assert "Lindqvist Katarina" in admin.get("/alumni/verify").text
    claim = admin.get(f"{API}/alumni/claims/{member.id}").json["data"]
    best = claim["suggestions"][0]
    assert best["full_name"] == "Katharina Lindqvist"
    assert best["reasons"] == ["Same register number", "Similar name", "Same year"]
    assert "Anna Berg" not in {one["full_name"] for one in claim["suggestions"]}
    assert "Class representative" in admin.get(f"/alumni/verify/{member.id}").text
    linked = admin.post(f"/alumni/verify/{member.id}/link", data={"student_id": best["student_id"]})
    assert linked.status_code == 303
    kept = member_of(database, user_id)
    assert (kept.standing, kept.graduation_year) == (MemberStanding.RECORD, 2019)
    with database.reader() as db:
        assert db.scalar(select(Student.user_id).where(Student.id == record.id)) == user_id
        assert db.get_one(User, record_user).deleted_at is not None
        subjects = db.scalars(select(Mail.subject)).all()
    assert "Your graduation is verified" in subjects
    assert sign_in("stranger").get(f"/alumni/{kept.id}").status_code == 200


@pytest.mark.feature("A16")
def test_a_claim_is_vouched_for_or_refused_with_a_reason(world, database, sign_in):
    with database.writer() as db, unit(db):
        right = registered(db, "Rita Right", graduation_year=2001)
        wrong = registered(db, "Willi Wrong", graduation_year=2002)
    admin = sign_in("admin")
    body = {"programme_id": str(world.programme_id), "graduation_year": 2001}
    address = f"{API}/alumni/claims/{member_of(database, right).id}"
    assert admin.post(f"{address}/vouch", json=body).status_code == 200
    assert member_of(database, right).standing is MemberStanding.INSTITUTION
    address = f"{API}/alumni/claims/{member_of(database, wrong).id}"
    assert admin.post(f"{address}/refuse", json={"reason": ""}).status_code == 422
    assert admin.post(f"{address}/refuse", json={"reason": "No such class."}).status_code == 200
    assert admin.post(f"{address}/refuse", json={"reason": "Again"}).status_code == 409
    member = member_of(database, wrong)
    assert (member.standing, member.shown) == (MemberStanding.REFUSED, 0)


@pytest.mark.feature("A16")
def test_merging_two_accounts_joins_their_profiles(world, database):
    with database.writer() as db, unit(db):
        other = person(db, role="alumnus", name="Olga Owner").id
        members.follow(db, [other])
        gone = db.scalars(select(Member).where(Member.user_id == other)).one()
        work = {"title": "Boss", "begins_on": clock.today(), "description": ""}
        db.add(Work(member_id=gone.id, company="Second", company_key="second", **work))
        db.flush()
        admin = actor_by_id(db, world.people.admin)
        shown = merge.preview(db, admin, world.people.owner, other)
        assert ("Profiles in the network", 1, 1) in [
            (one.label, one.kept, one.coming) for one in shown.moving
        ]
        merge.merge(db, admin, world.people.owner, other)
    with database.reader() as db:
        kept = db.scalars(select(Member).where(Member.user_id == world.people.owner)).one()
        companies = set(db.scalars(select(Work.company).where(Work.member_id == kept.id)))
        assert companies == {"Second", TOLD["work"]}
        assert kept.student_id == world.student_id
        assert db.scalars(select(Member.shown).where(Member.user_id == other)).one() == 0


@pytest.mark.feature("A65")
def test_who_leaves_is_hidden_and_comes_back_with_everything(world, database, sign_in):
    with database.writer() as db, unit(db):
        user = db.get_one(User, world.people.owner)
        user.deleted_at = clock.now()
        db.flush()
        members.follow(db, [user.id])
    assert sign_in("stranger").get(f"/alumni/{world.member_id}").status_code == 404
    assert "Olga Owner" not in sign_in("stranger").get("/alumni").text
    with database.writer() as db, unit(db):
        db.get_one(User, world.people.owner).deleted_at = None
        db.flush()
        members.follow(db, [world.people.owner])
    assert TOLD["work"] in sign_in("stranger").get(f"/alumni/{world.member_id}").text


FILE = """email,name,roll no,department,programme,class of,job title,company,since,city,country
lata@home.example,Lata Rao,4NV12CS014,CSE,{programme},2016,Staff engineer,Paisa Switch,2019,Pune,India
ravi@home.example,Ravi Kumar,,CSE,,1999,,,,,
broken,No Mail,,,,2016,,,,,
lost@home.example,Lost Rao,,NOWHERE,{programme},2016,,,,,
"""


@pytest.mark.db
@pytest.mark.feature("A16")
def test_a_file_of_graduates_goes_in_once_however_often_it_is_sent(world, database, sign_in):
    with database.reader() as db:
        code = db.get_one(factory.Programme, world.programme_id).code
    content = FILE.format(programme=code).encode()
    admin = sign_in("admin")

    def send():
        taken = admin.post(f"{API}/imports/alumni", data=content, content_type="text/csv")
        assert taken.status_code == 201, taken.text
        batch = taken.json["data"]
        applied = admin.post(f"{API}/imports/{batch['id']}/apply", json={"skip_bad": True})
        assert applied.status_code == 200, applied.text
        return batch

    first = send()
    assert (first["new"], first["errors"]) == (2, 2), first
    page = sign_in("stranger").get("/alumni?company=paisa+switch").text
    assert "Lata Rao" in page
    again = send()
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 2), again
    with database.reader() as db:
        assert db.scalar(select(func.count(Work.id)).where(Work.company == "Paisa Switch")) == 1
        held = select(func.count(RoleGrant.id)).join(User, User.id == RoleGrant.user_id)
        assert db.scalar(held.where(User.email == "lata@home.example")) == 1


@pytest.mark.feature("A16")
def test_a_search_is_kept_under_a_name_and_forgotten(world, sign_in):
    client = sign_in("colleague")
    kept = {"name": "Mentors here", "address": "/alumni?open=mentoring"}
    assert client.post("/lists/alumni-alumni/searches", data=kept).status_code == 303
    client.post("/lists/alumni-alumni/searches", data=kept | {"address": "/alumni?year=2020"})
    page = client.get("/alumni").text
    assert 'href="/alumni?year=2020"' in page
    assert "Mentors here" not in sign_in("stranger").get("/alumni").text
    number = re.findall(r"/lists/searches/(\d+)/delete", page)[0]
    client.post("/lists/alumni-alumni/searches", data=kept | {"name": "Taken"})
    rename, back = f"/lists/searches/{number}/rename", {"next": "/alumni?year=2020"}
    assert f'action="{rename}"' in page
    assert sign_in("stranger").post(rename, data={"name": "Mine"}).status_code == 404
    assert client.post(rename, data={"name": "taken"}).status_code == 409
    assert client.post(rename, data={"name": "  "}).status_code == 422
    renamed = client.post(rename, data=back | {"name": "People to ask"})
    assert renamed.headers["Location"] == "/alumni?year=2020#saved-alumni-alumni"
    page = client.get("/alumni").text
    assert ">People to ask</a>" in page
    assert ">Mentors here</a>" not in page
    client.post(rename, data=back | {"name": "Mentors here"})
    assert sign_in("stranger").post(f"/lists/searches/{number}/delete").status_code == 404
    client.post(f"/lists/searches/{number}/delete")
    client.get("/alumni")  # says once that it is forgotten
    assert "Mentors here" not in client.get("/alumni").text
    away = client.post("/lists/alumni-alumni/searches", data=kept | {"address": "//evil.example"})
    assert away.headers["Location"] == "/#saved-alumni-alumni"


@pytest.mark.feature("A16")
def test_programs_keep_rename_and_forget_searches_of_their_own(world, sign_in):
    client, other = sign_in("colleague"), sign_in("stranger")
    place = f"{API}/me/searches"
    wanted = {"list": "alumni.alumni", "name": "Mentors", "address": "/alumni?open=mentoring"}
    made = client.post(place, json=wanted)
    assert made.status_code == 201
    number = made.json["data"]["id"]
    client.post(place, json=wanted | {"name": "Class of 2020", "address": "/alumni?year=2020"})
    assert "Mentors" in client.get("/alumni").text, "the page offers it as well"
    names = [one["name"] for one in client.get(f"{place}?list=alumni.alumni").json["data"]]
    assert names == ["Class of 2020", "Mentors"]
    assert client.get(f"{place}?list=alumni.students").json["data"] == []
    assert other.get(place).json["data"] == []
    taken = client.patch(f"{place}/{number}", json={"name": "class of 2020"})
    assert taken.status_code == 409
    renamed = client.patch(f"{place}/{number}", json={"name": "People to ask"})
    assert renamed.json["data"]["name"] == "People to ask"
    assert other.patch(f"{place}/{number}", json={"name": "Mine"}).status_code == 404
    assert other.delete(f"{place}/{number}").status_code == 404
    away = client.post(place, json=wanted | {"address": "//evil.example"})
    assert list(away.json["fields"]) == ["address"]
    nowhere = client.post(place, json=wanted | {"list": "no.such"})
    assert list(nowhere.json["fields"]) == ["list"]
    assert client.delete(f"{place}/{number}").status_code == 200
    assert [one["name"] for one in client.get(place).json["data"]] == ["Class of 2020"]


@pytest.mark.feature("A16", "A30")
def test_facets_count_what_each_choice_would_leave(world, database, sign_in):
    client = sign_in("stranger")
    facets = client.get(f"{API}/alumni/facets").json["data"]
    assert {"value": "mentoring", "label": "mentoring", "count": 1} in facets["open"]
    assert [one["label"] for one in facets["skill"]] == [TOLD["skills"]]
    for key in ("company", "city", "department", "programme", "year"):
        assert sum(one["count"] for one in facets[key]) == 1, key
    narrowed = client.get(f"{API}/alumni/facets?company=nowhere").json["data"]
    assert narrowed["company"][0]["label"] == TOLD["work"]
    assert "city" not in narrowed


@pytest.mark.feature("A16", "A17")
def test_hot_pages_ask_the_database_at_most_eight_times(world, sign_in, queries):
    client = sign_in("stranger")
    for address in ("/alumni", "/students", "/alumni/table", "/alumni?q=olga", "/profile/network"):
        client.get(address)
        del queries[:]
        assert client.get(address).status_code == 200
        # The settings are read anew every two seconds, whatever is asked.
        asked = [sql for sql in queries if "FROM core_setting" not in sql]
        assert len(asked) <= 8, (address, asked)


@pytest.mark.feature("A55", "A59", "A62")
@pytest.mark.db
def test_views_tell_degree_campus_skills_and_careers(world, database):
    with database.reader() as db:
        active, skill, career = (
            db.execute(text(f"SELECT * FROM {name}")).mappings().one()
            for name in ("vw_active_alumni", "vw_alumni_by_skill", "vw_alumni_careers")
        )
    assert (active["name"], active["graduation_year"], active["jobs"]) == ("Olga Owner", 2020, 1)
    assert (active["verified_by"], active["profile_views"]) == ("record", 0)
    assert (skill["skill_domain"], skill["skill"], skill["proficiency"]) == (
        "Craft",
        TOLD["skills"],
        3,
    )
    assert (career["company"], career["title"], career["is_current"]) == (
        TOLD["work"],
        "Engineer",
        1,
    )
    assert str(career["begins_on"]).startswith("2021-03-01")


@pytest.mark.feature("A64")
def test_long_texts_of_profiles_are_found_by_their_words(world, sign_in):
    assert "Olga Owner" in sign_in("stranger").get(f"/search?q={TOLD['bio']}").text


@pytest.mark.feature("A65")
def test_own_data_and_leaving_take_the_network_along(world, database):
    with database.writer() as db, unit(db):
        told = OWN_DATA.load(db, world.people.owner)
        assert told["work"][0]["company"] == TOLD["work"]
        OWN_DATA.forget(db, world.people.owner)
    with database.reader() as db:
        assert db.scalar(select(func.count(Work.id))) == 0
        assert db.scalars(select(Member.company).where(Member.id == world.member_id)).one() == ""
