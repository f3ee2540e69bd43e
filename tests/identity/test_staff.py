"""Heads, advisors and counsellors: who makes whom, who sees whom, whose student is whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student
from quad.academics.policy.base import STUDENT_READ
from quad.core import clock
from quad.core.facts import unit
from quad.core.policy import Actor, Grant
from quad.identity.facts.accounts import MentorAssigned
from quad.identity.models.accounts import RoleGrant, User
from quad.identity.models.mentors import MentorAssignment
from quad.institution.models import Batch, ClassGroup
from tests.factories import academics as make
from tests.factories.people import grant, person

CREATE, TEAM = "/api/v1/staff/create", "/api/v1/staff/my-team"
ADVISOR, COUNSELLOR = "/api/v1/staff/assign-advisor", "/api/v1/staff/assign-counsellor"
SECRET = "copper lantern drifts 42"


@dataclass
class College:
    """Two departments, each with a head, an advisor, a counsellor and two students."""

    home: int
    away: int
    head: int
    advisor: int
    counsellor: int
    far_advisor: int
    far_counsellor: int
    students: list[int]
    far_students: list[int]
    empty: int


@pytest.fixture
def college(database) -> College:
    with database.writer() as db, unit(db):
        home, away = make.department(db, "CSE", "Computing"), make.department(db, "ECE")

        def staff(role: str, of: int, name: str) -> int:
            return person(db, role=role, department_id=of, name=name).id

        return College(
            home=home.id,
            away=away.id,
            head=staff("hod", home.id, "Asha Head"),
            advisor=staff("advisor", home.id, "Bela Advisor"),
            counsellor=staff("counsellor", home.id, "Cara Counsellor"),
            far_advisor=staff("advisor", away.id, "Dina Far"),
            far_counsellor=staff("counsellor", away.id, "Elsa Far"),
            students=[make.student(db, of=home, name=f"Near {n}").id for n in "AB"],
            far_students=[make.student(db, of=away, name=f"Far {n}").id for n in "AB"],
            empty=make.department(db, "ME").id,
        )


def new(role: str, department: int, email: str = "new@college.example") -> dict[str, object]:
    return {
        "full_name": "Nila Sen",
        "email": email,
        "password": SECRET,
        "role_type": role,
        "department_id": department,
    }


@pytest.mark.feature("C10")
def test_an_hod_makes_advisors_and_an_advisor_makes_counsellors(as_user, client, college, adjust):
    adjust(login_code="off")
    made = as_user(college.head).post(CREATE, json=new("advisor", college.home))
    assert made.status_code == 201
    assert made.json["data"]["role_type"] == "advisor"
    assert made.json["data"]["department_id"] == str(college.home)
    login = client.post(
        "/api/v1/auth/login", json={"email": "new@college.example", "password": SECRET}
    )
    assert login.json["data"]["user"]["roles"] == ["advisor"]
    second = as_user(college.advisor).post(
        CREATE, json=new("counsellor", college.home, "c@college.example")
    )
    assert second.status_code == 201


@pytest.mark.feature("C10")
@pytest.mark.parametrize(
    ("who", "role", "where", "status"),
    [
        ("head", "advisor", "away", 403),
        ("head", "counsellor", "home", 403),
        ("head", "hod", "home", 403),
        ("advisor", "counsellor", "away", 403),
        ("advisor", "advisor", "home", 403),
        ("counsellor", "counsellor", "home", 403),
        ("head", "advisor", "nowhere", 404),
    ],
)
def test_others_roles_and_other_departments_are_refused(as_user, college, who, role, where, status):
    department = {"home": college.home, "away": college.away, "nowhere": 999}[where]
    answer = as_user(getattr(college, who)).post(CREATE, json=new(role, department))
    assert answer.status_code == status


@pytest.mark.feature("C10")
def test_the_sentences_of_the_contract(as_role, college):
    admin = as_role("admin")
    taken = admin.post(CREATE, json=new("hod", college.home))
    assert taken.status_code == 400
    assert "already has an HOD assigned." in taken.json["error"]
    unknown = admin.post(CREATE, json=new("advisor", 999))
    assert (unknown.status_code, unknown.json["error"]) == (404, "Department not found")
    missing = admin.post(CREATE, json={"email": "x@college.example"})
    assert missing.status_code == 400
    wrong = admin.post(CREATE, json=new("king", college.home))
    assert wrong.status_code == 422
    head = admin.post(CREATE, json=new("hod", college.empty))
    assert head.status_code == 201
    department = admin.get(f"/api/v1/academics/departments/{college.empty}").json["data"]
    assert department["hod_name"] == "Nila Sen"
    again = admin.post(CREATE, json=new("advisor", college.home))
    assert (again.status_code, again.json["error"]) == (409, "Email already registered")
    weak = new("advisor", college.home, "w@college.example") | {"password": "password"}
    assert admin.post(CREATE, json=weak).status_code == 422
    assert as_role("student").post(CREATE, json=new("advisor", college.home)).status_code == 403


@pytest.mark.feature("C11")
@pytest.mark.db
def test_my_team_is_everybody_for_admin_and_the_own_people_for_others(as_role, as_user, college):
    def names(client) -> list[str]:
        return [each["full_name"] for each in client.get(TEAM).json["data"]]

    assert names(as_user(college.head)) == ["Bela Advisor", "Cara Counsellor"]
    assert names(as_user(college.advisor)) == ["Cara Counsellor"]
    assert sorted(names(as_role("admin"))) == [
        "Asha Head",
        "Bela Advisor",
        "Cara Counsellor",
        "Dina Far",
        "Elsa Far",
    ]
    for role in ("counsellor", "faculty", "student"):
        assert as_role(role).get(TEAM).status_code == 403
    row = as_user(college.head).get(TEAM).json["data"][0]
    assert set(row) == {
        "user_id",
        "full_name",
        "email",
        "role_type",
        "department_name",
        "created_by",
        "created_at",
    }
    assert (row["department_name"], row["created_by"]) == ("Computing", "System")


@pytest.mark.feature("C11")
def test_whose_role_is_over_is_in_no_team(as_user, college, database):
    with database.writer() as db, unit(db):
        held = select(RoleGrant).where(RoleGrant.user_id == college.counsellor)
        db.scalars(held).one().ends_on = clock.today() - timedelta(days=1)
    assert as_user(college.advisor).get(TEAM).json["data"] == []


@pytest.mark.feature("C27")
@pytest.mark.db
def test_assigning_puts_one_of_each_and_counts_what_it_skips(as_user, college, database, facts):
    head = as_user(college.head)
    body = {
        "advisor_id": str(college.advisor),
        "student_ids": [str(college.students[0]), college.far_students[0], 99999, "x-1"],
    }
    done = head.post(ADVISOR, json=body)
    assert done.status_code == 200
    assert done.json["data"] == {"assigned_count": 1, "skipped_count": 3}
    again = head.post(ADVISOR, json=body | {"student_ids": college.students})
    assert again.json["data"] == {"assigned_count": 2, "skipped_count": 0}
    other = head.post("/api/v1/staff/create", json=new("advisor", college.home)).json["data"]
    moved = head.post(
        ADVISOR, json={"advisor_id": other["user_id"], "student_ids": college.students[:1]}
    )
    assert moved.json["data"]["assigned_count"] == 1
    with database.reading() as db:
        mentors = db.scalars(select(MentorAssignment.mentor_id).order_by(MentorAssignment.id))
        assert sorted(mentors) == sorted([int(other["user_id"]), college.advisor])
    assert [type(fact) for fact in facts].count(MentorAssigned) == 3


@pytest.mark.feature("C27")
def test_a_mentor_out_of_scope_assigns_nobody_and_an_unknown_one_is_not_found(as_user, college):
    head = as_user(college.head)
    far = {"advisor_id": college.far_advisor, "student_ids": college.students}
    assert head.post(ADVISOR, json=far).json["data"] == {"assigned_count": 0, "skipped_count": 2}
    for wrong in (99999, college.counsellor, "no-such"):
        answer = head.post(ADVISOR, json={"advisor_id": wrong, "student_ids": college.students})
        assert answer.status_code == 404
    assert head.post(ADVISOR, json={"student_ids": []}).status_code == 400


@pytest.mark.feature("C27")
def test_an_advisor_gives_counsellors_to_own_students_only(as_user, as_role, college):
    advisor = as_user(college.advisor)
    body = {"counsellor_id": college.counsellor, "student_ids": college.students}
    assert advisor.post(COUNSELLOR, json=body).json["data"]["assigned_count"] == 0
    as_user(college.head).post(
        ADVISOR, json={"advisor_id": college.advisor, "student_ids": college.students[:1]}
    )
    assert advisor.post(COUNSELLOR, json=body).json["data"] == {
        "assigned_count": 1,
        "skipped_count": 1,
    }
    assert advisor.post(ADVISOR, json={"advisor_id": 1, "student_ids": []}).status_code == 403
    for role in ("counsellor", "faculty", "student"):
        assert as_role(role).post(COUNSELLOR, json=body).status_code == 403


@pytest.mark.feature("C27")
def test_a_mentor_sees_the_assigned_students_and_only_while_the_role_counts(
    as_user, college, database
):
    head = as_user(college.head)
    head.post(ADVISOR, json={"advisor_id": college.advisor, "student_ids": college.students[:1]})
    them = as_user(college.advisor)
    near, other = college.students
    assert them.get(f"/students/{near}").status_code == 200
    assert them.get(f"/students/{other}").status_code == 404
    listed = them.get("/api/v1/students").json["data"]
    assert [each["full_name"] for each in listed] == ["Near A"]
    with database.writer() as db, unit(db):
        held = select(RoleGrant).where(RoleGrant.user_id == college.advisor)
        db.delete(db.scalars(held).one())
    assert them.get(f"/students/{near}").status_code in (403, 404)


@pytest.mark.feature("C27")
def test_the_scope_of_assigned_students_is_read_from_its_index(database, college):
    actor = Actor(id=college.advisor, grants=(Grant("advisor"), Grant("counsellor")))
    with database.reading() as db:
        query = select(Student.id).where(STUDENT_READ.where(actor))
        text = str(query.compile(db.get_bind(), compile_kwargs={"literal_binds": True}))
        plan = "\n".join(
            row[-1] for row in db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")
        )
    assert "ix_identity_mentor_assignment_of" in plan
    assert "SCAN identity_mentor_assignment" not in plan


@pytest.mark.feature("C27")
def test_the_whole_list_names_the_mentors(as_user, college):
    head = as_user(college.head)
    head.post(ADVISOR, json={"advisor_id": college.advisor, "student_ids": college.students[:1]})
    rows = head.get("/api/v1/students/all").json["data"]
    names = {row["full_name"]: (row["advisor_name"], row["counsellor_name"]) for row in rows}
    assert names == {
        "Near A": ("Bela Advisor", "Unassigned"),
        "Near B": ("Unassigned", "Unassigned"),
    }
    paged = head.get("/api/v1/students/all?page=1").json["data"]
    assert {row["advisor_name"] for row in paged} == {"Bela Advisor", "Unassigned"}


@pytest.mark.feature("C27", "C29")
def test_the_team_page_shows_loads_and_leads_to_each_member(as_user, college):
    head = as_user(college.head)
    head.post(ADVISOR, json={"advisor_id": college.advisor, "student_ids": college.students})
    page = head.get("/staff").text
    assert "Bela Advisor" in page
    assert "Dina Far" not in page
    member = head.get(f"/staff/{college.advisor}").text
    assert "Near A" in member
    assert "2 students" in member
    assert head.get(f"/staff/{college.far_advisor}").status_code == 404


@pytest.mark.feature("C27")
def test_a_class_is_assigned_at_once_and_handed_over(as_user, college, database):
    with database.writer() as db, unit(db):
        programme = make.programme(db, db.get_one(type(make.department(db)), college.home))
        batch = Batch(
            programme_id=programme.id,
            name="2024",
            name_key="2024",
            start_year=2024,
            graduation_year=2028,
        )
        db.add(batch)
        db.flush()
        group = ClassGroup(batch_id=batch.id, name="A", name_key="a")
        db.add(group)
        db.flush()
        for number in college.students:
            db.get_one(Student, number).class_id = group.id
        class_id = group.id
        heir = person(db, role="advisor", department_id=college.home).id
    head = as_user(college.head)
    assert head.get("/staff/assign").status_code == 200
    told = head.post(
        "/staff/assign",
        data={"kind": "advisor", "mentor_id": college.advisor, "class_id": class_id},
        follow_redirects=True,
    )
    assert "2 students assigned." in told.text
    head.post(f"/staff/{college.advisor}/reassign", data={"kind": "advisor", "mentor_id": heir})
    with database.reading() as db:
        assert set(db.scalars(select(MentorAssignment.mentor_id))) == {heir}


@pytest.mark.feature("C27")
def test_ticked_students_are_given_a_mentor_or_none(as_user, college, database):
    head = as_user(college.head)
    ids = {"id": college.students}
    asked = head.post("/students/mentors", data=ids)
    assert "Bela Advisor (0 students)" in asked.text
    assert "Dina Far" not in asked.text
    unchosen = head.post("/students/mentors", data=ids | {"mentor": ""})
    assert unchosen.status_code == 422
    head.post("/students/mentors", data=ids | {"mentor": f"advisor:{college.advisor}"})
    assert head.get("/api/v1/students?mentor=advisor").json["data"] == []
    head.post("/students/mentors", data=ids | {"mentor": "advisor:none"})
    with database.reading() as db:
        assert db.scalars(select(MentorAssignment.id)).all() == []


@pytest.mark.feature("C10", "C29")
def test_the_form_makes_staff_with_a_one_time_password_or_appoints_a_teacher(
    as_user, college, database, letters
):
    with database.writer() as db, unit(db):
        teacher = person(db, role="faculty", email="teacher@college.example").id
    head = as_user(college.head)
    assert "Head of department" not in head.get("/staff/new").text.partition("<main")[2]
    data = {key: value for key, value in new("advisor", college.home).items() if key != "password"}
    made = head.post("/staff/new", data=data | {"send_mail": "on"})
    assert made.status_code == 201
    assert len(letters("identity/invitation")) == 1
    known = head.post("/staff/new", data=data)
    assert known.status_code == 422
    assert "has an account" in known.text
    far = head.post("/staff/new", data=data | {"department_id": college.away})
    assert far.status_code == 403
    appointed = head.post(
        "/staff/appoint",
        data={
            "email": "Teacher@college.example",
            "role_type": "advisor",
            "department_id": college.home,
        },
    )
    assert appointed.location == f"/staff/{teacher}"
    body = {
        "email": "teacher@college.example",
        "role_type": "advisor",
        "department_id": college.home,
    }
    by_program = head.post("/api/v1/staff/appoint", json=body)
    assert (by_program.status_code, by_program.json["data"]["user_id"]) == (201, str(teacher))
    counsellor = head.post("/api/v1/staff/appoint", json=body | {"role_type": "counsellor"})
    assert counsellor.status_code == 403
    stranger = head.post(
        "/staff/appoint",
        data={"email": "no@x.example", "role_type": "advisor", "department_id": college.home},
    )
    assert stranger.status_code == 422


@pytest.mark.feature("C29")
def test_a_head_tends_to_the_own_mentors_but_not_to_those_with_more_rights(
    as_user, college, database, jobs
):
    head, theirs = as_user(college.head), as_user(college.advisor)
    assert head.post(f"/users/{college.advisor}/disable").location == f"/staff/{college.advisor}"
    assert theirs.get("/account").status_code == 303
    assert head.post(f"/users/{college.advisor}/enable").status_code == 303
    assert head.post(f"/users/{college.far_advisor}/disable").status_code == 404
    with database.writer() as db, unit(db):
        grant(db, db.get_one(User, college.counsellor), "admin")
    assert head.post(f"/users/{college.counsellor}/disable").status_code == 403
    assert head.post(f"/users/{college.counsellor}/reset-password").status_code == 403


@pytest.mark.feature("C29")
def test_a_head_takes_away_what_a_head_gives(as_user, college, database):
    head = as_user(college.head)
    with database.writer() as db, unit(db):
        found = select(RoleGrant.id).where(RoleGrant.user_id == college.advisor)
        own = db.scalars(found).one()
        more = grant(db, db.get_one(User, college.advisor), "faculty").id
    assert head.post(f"/users/{college.advisor}/grants/{more}/revoke").status_code == 404
    assert head.post(f"/users/{college.advisor}/grants", data={"role": "admin"}).status_code == 403
    assert head.post(f"/users/{college.advisor}/grants/{own}/revoke").location == "/staff"
