"""Classes, registers and what they come to: on the page, over the API, and however many write at once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from quad.academics.forms.attendance import NewSession, PlanSessions, RegisterEntry, TakeRegister
from quad.academics.importers.attendance import ATTENDANCE
from quad.academics.models.attendance import (
    AbsenceExcuse,
    Attendance,
    AttendanceTotal,
    ClassSession,
    Presence,
)
from quad.academics.models.results import Mark
from quad.academics.models.teaching import ComponentKind, EnrolmentStatus
from quad.academics.service import (
    attendance,
    attendance_totals,
    class_sessions,
    enrolments,
)
from quad.core import clock
from quad.core.facts import unit
from quad.core.jobs.models import Job
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import SYSTEM
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.notifications.models import Notification
from tests.factories import academics as factory
from tests.factories.people import person

API = "/api/v1/academics/attendance"
MONDAY = date(2026, 1, 5)
pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("L29")]


@pytest.fixture
def teacher(college, as_user):
    return as_user(college.teacher.user_id)


@pytest.fixture
def held(college, database):
    """Six classes of the offering, a week apart, none with a register; their numbers."""
    with database.writer() as db, unit(db):
        weekly = PlanSessions(
            weekdays=[0],
            starts_at=time(9),
            minutes=50,
            first_day=MONDAY,
            last_day=MONDAY + timedelta(weeks=5),
        )
        return class_sessions.plan(db, SYSTEM, college.offering.id, weekly).session_ids


def take(client, session_id, *entries, **more):
    given = [
        {"enrolment_id": place.id, "state": state, **rest} for place, state, *rest_ in entries
        for rest in [dict(rest_)]
    ]  # fmt: skip
    answer = client.put(f"{API}/sessions/{session_id}/register", json={"entries": given, **more})
    return answer.get_json()


def totals(database, college):
    """Return present, late, absent, excused and the percentage of each student."""
    with database.reader() as db:
        rows = {row.enrolment_id: row for row in db.scalars(select(AttendanceTotal))}
    return [
        (row.present, row.late, row.absent, row.excused, row.percentage)
        if (row := rows.get(place.id))
        else None
        for place in college.enrolments
    ]


@pytest.mark.db
def test_a_weekly_plan_leaves_out_holidays_and_what_is_there_and_a_register_fills_itself(
    college, teacher, as_role, database
):
    admin = as_role("admin")
    admin.post("/holidays", data={"name": "Harvest", "first_day": "2026-01-14"})
    plan = {
        "weekdays": [0, 2], "starts_at": "09:30", "first_day": "2026-01-05", "last_day": "2026-01-30",
    }  # fmt: skip
    place = f"{API}/offerings/{college.offering.id}"
    first = teacher.post(f"{place}/plan", json=plan).get_json()["data"]
    assert (len(first["session_ids"]), first["holidays"]) == (7, 1)
    again = teacher.post(f"{place}/plan", json=plan).get_json()["data"]
    assert (again["session_ids"], again["there_already"]) == ([], 7)

    one, two, _three = college.enrolments
    session_id = int(first["session_ids"][0])
    page = teacher.get(f"/sessions/{session_id}").get_data(as_text=True)
    assert page.count('value="present" checked') == 3
    # The plain form, as a phone without scripts sends it.
    form = {"topic": "Sets", f"s-{one.id}": "absent", f"was-{one.id}": "", f"s-{two.id}": "late"}
    saved = teacher.post(f"/sessions/{session_id}", data=form)
    assert saved.status_code == 303
    with database.reader() as db:
        row = db.get_one(ClassSession, session_id)
        assert (row.topic, row.taken_by) == ("Sets", college.teacher.user_id)
    assert totals(database, college) == [
        (0, 0, 1, 0, Decimal("0.00")),
        (0, 1, 0, 0, Decimal("100.00")),
        (1, 0, 0, 0, Decimal("100.00")),
    ]
    summary = teacher.get(place).get_json()["data"]
    assert summary["held"] == 1
    assert summary["sessions"][0]["absent"] == 1
    assert sorted(one["percentage"] for one in summary["students"]) == [0, 100, 100]
    # A holiday that is added later takes planned classes out, but none whose register was taken.
    told = admin.post(
        f"{API}/holidays",
        json={"name": "Snow", "first_day": "2026-01-05", "last_day": "2026-01-07"},
    ).get_json()["data"]
    assert told["removed_sessions"] == 1


@pytest.mark.db
def test_the_second_of_two_teachers_is_told_and_nothing_is_overwritten(
    college, teacher, as_role, held
):
    one, two, _three = college.enrolments
    head = as_role("hod", college.department.id)
    take(teacher, held[0], (one, "absent", ("seen", "")))
    lost = take(head, held[0], (one, "late", ("seen", "")), (two, "late", ("seen", "present")))
    assert [entry["status"] for entry in lost["data"]] == ["conflict", "saved"]
    assert lost["data"][0]["state"] == "absent"
    assert (
        college.teacher.sort_name.split(", ")[1].casefold() in lost["data"][0]["error"].casefold()
    )
    # On the page: the whole form comes back with the sentence, what was not in conflict is saved.
    form = {f"s-{one.id}": "present", f"was-{one.id}": "", f"s-{two.id}": "absent",
            f"was-{two.id}": "late"}  # fmt: skip
    page = head.post(f"/sessions/{held[0]}", data=form)
    assert page.status_code == 409
    assert "changed this meanwhile" in page.get_data(as_text=True)
    fragment = head.post(
        f"/sessions/{held[0]}",
        data={f"s-{one.id}": "late", f"was-{one.id}": "present", f"s-{two.id}": "present",
              f"was-{two.id}": "absent"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    text = fragment.get_data(as_text=True)
    assert f'id="row-{one.id}"' in text
    assert f'id="was-{two.id}" name="was-{two.id}" value="present" hx-swap-oob="true"' in text
    stands = head.get(f"{API}/sessions/{held[0]}").get_json()["data"]["rows"]
    assert [row["state"] for row in stands] == ["absent", "present", "present"]


@pytest.mark.db
def test_two_registers_at_once_lose_no_entry(college, database, held, dialect):
    one = college.enrolments[0]
    failures = []

    def take_one(session_id):
        try:
            with database.writer() as db, unit(db):
                entry = RegisterEntry(enrolment_id=one.id, state=Presence.ABSENT)
                attendance.take(db, SYSTEM, session_id, TakeRegister(entries=[entry]))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=take_one, args=(number,)) for number in held[:4]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert totals(database, college)[0] == (0, 0, 4, 0, Decimal("0.00"))
    assert totals(database, college)[1] == (4, 0, 0, 0, Decimal("100.00"))


@pytest.mark.db
def test_leave_excuses_what_is_there_and_what_comes_later_until_it_is_taken_back(
    college, teacher, as_role, database, held
):
    one = college.enrolments[0]
    for session_id in held[:2]:
        take(teacher, session_id, (one, "absent"))
    head = as_role("hod", college.department.id)
    place = f"{API}/students/{college.students[0].id}/leave"
    leave = {"first_day": "2026-01-12", "last_day": "2026-01-20", "reason": "In hospital"}
    granted = head.post(place, json=leave).get_json()["data"]
    assert totals(database, college)[0] == (0, 0, 1, 1, Decimal("0.00"))
    # Somebody on leave counts as excused unless the register says otherwise; late stays late.
    take(teacher, held[2])
    assert totals(database, college)[0] == (0, 0, 1, 2, Decimal("0.00"))
    take(teacher, held[2], (one, "late"))
    take(teacher, held[1], (one, "present"))
    take(teacher, held[1], (one, "absent"))
    assert totals(database, college)[0] == (0, 1, 1, 1, Decimal("50.00"))
    wider = {"first_day": "2026-01-12", "last_day": "2026-01-12", "reason": "Letter of the doctor"}
    head.post(place, json=wider)
    assert head.delete(f"{API}/leave/{granted['id']}").status_code == 200
    assert totals(database, college)[0] == (0, 1, 1, 1, Decimal("50.00"))  # the letter covers it
    assert head.delete(f"{API}/leave/{granted['id']}").status_code == 409
    student = college.students[0]
    shown = head.get(f"{API}/students/{student.id}").get_json()["data"]
    assert [one["state"] for one in shown["missed"]] == ["late", "excused", "absent"]
    backwards = {"first_day": "2026-01-12", "last_day": "2026-01-11", "reason": "x"}
    assert head.post(place, json=backwards).status_code == 422


def test_student_and_advisor_are_told_once_when_attendance_falls_short_and_again_after_it_recovered(
    college, teacher, as_role, as_user, database, held, app
):
    one, student = college.enrolments[0], college.students[0]
    with database.writer() as db, unit(db):
        advisor = person(db, role="advisor", department_id=college.department.id)
        db.add(
            MentorAssignment(
                mentee_id=student.user_id, kind=MentorKind.ADVISOR, mentor_id=advisor.id
            )
        )
    admin = as_role("admin")
    admin.post("/settings", data={"academics.attendance_warn_after": "2"})

    def told():
        with database.writer() as db:
            runtime = runtime_of(db)
            assert runtime is not None
            kind = attendance_totals.WARN_JOB
            jobs = db.scalars(select(Job.id).where(Job.kind == kind, Job.finished_at.is_(None)))
            numbers = list(jobs)
        with clock.travel(timedelta(minutes=20)):
            for number in numbers:
                perform(runtime, number)
        with database.reader() as db:
            kinds = ("attendance_short", "mentee_short")
            rows = db.execute(
                select(Notification.user_id, Notification.kind)
                .where(Notification.kind.in_(kinds))
                .order_by(Notification.id)
            )
            return [tuple(row) for row in rows]

    take(teacher, held[0], (one, "absent"))
    assert told() == []
    take(teacher, held[1], (one, "absent"))
    both = [(student.user_id, "attendance_short"), (advisor.id, "mentee_short")]
    assert told() == both
    take(teacher, held[2], (one, "absent"))
    assert told() == both
    with clock.travel(timedelta(hours=1)):
        for session_id in held[:3]:
            take(teacher, session_id, (one, "present"))
        assert told() == both
    with clock.travel(timedelta(hours=2)):
        take(teacher, held[3], (one, "absent"), (college.enrolments[1], "late"))
        take(teacher, held[4], (one, "absent"))
        assert told() == both * 2
    card = as_user(student.user_id).get("/attendance").get_data(as_text=True)
    assert "60.0 %" in card
    listed = as_user(advisor.id).get(f"{API}?short=true").get_json()["data"]
    assert [row["student_id"] for row in listed] == [str(student.id)]


def test_a_changed_limit_measures_everybody_anew(college, teacher, as_role, database, held):
    with database.writer() as db, unit(db):
        college_term = db.get_one(type(college.term), college.term.id)
        college_term.is_current = True
    one = college.enrolments[0]
    for number, session_id in enumerate(held):
        take(teacher, session_id, (one, "late" if number < 3 else "present"))
    as_role("admin").post(
        "/settings", data={"academics.attendance_late": "0", "academics.attendance_limit": "60"}
    )
    with database.writer() as db:
        runtime = runtime_of(db)
        assert runtime is not None
        kind = attendance_totals.REBUILD_JOB
        number = db.scalars(select(Job.id).where(Job.kind == kind)).one()
    perform(runtime, number)
    assert totals(database, college)[0][4] == Decimal("50.00")
    with database.reader() as db:
        assert db.scalars(
            select(AttendanceTotal.short).order_by(AttendanceTotal.enrolment_id)
        ).all() == [True, False, False]


@pytest.mark.db
def test_attendance_fills_its_component_by_rule_on_demand_and_when_results_are_published(
    college, teacher, database, held
):
    with database.writer() as db, unit(db):
        part = factory.component(
            db, college.offering, kind=ComponentKind.ATTENDANCE, maximum=5, weight=0
        )
        for place in college.enrolments:
            factory.mark(db, place, college.components[0], 24)
            factory.mark(db, place, college.components[1], 70)
        part_id = part.id
    one, two, three = college.enrolments
    for number, session_id in enumerate(held[:4]):
        take(teacher, session_id, (one, "absent"), (two, "absent" if number == 0 else "present"))
    place = f"{API}/offerings/{college.offering.id}/components/{part_id}"
    assert teacher.post(f"{place}/fill").status_code == 409
    steps = [
        {"minimum": 60, "marks": 2},
        {"minimum": 75, "marks": 3.5},
        {"minimum": 100, "marks": 5},
    ]
    assert (
        teacher.put(f"{place}/rule", json={"steps": [{"minimum": 0, "marks": 9}]}).status_code
        == 422
    )
    falling = [{"minimum": 60, "marks": 3}, {"minimum": 75, "marks": 2}]
    assert teacher.put(f"{place}/rule", json={"steps": falling}).status_code == 422
    assert teacher.put(f"{place}/rule", json={"steps": steps}).status_code == 200
    assert teacher.post(f"{place}/fill").get_json()["data"] == {
        "saved": 3, "unchanged": 0, "without": 0,
    }  # fmt: skip
    assert marks_of(database, part_id) == {one.id: 0, two.id: Decimal("3.5"), three.id: 5}
    take(teacher, held[0], (two, "present"))
    teacher.post(f"/offerings/{college.offering.id}/publish")
    assert marks_of(database, part_id)[two.id] == 5
    with database.reader() as db:  # what stood there before is kept
        stood = (Mark.component_id == part_id, Mark.enrolment_id == two.id)
        values = db.scalars(select(Mark.value).where(*stood).order_by(Mark.id)).all()
    assert values == [Decimal("3.5"), 5]
    page = teacher.post(
        f"/offerings/{college.offering.id}/components/{part_id}/attendance",
        data={"minimum": ["50", ""], "marks": ["1,5", ""]},
    )
    assert page.status_code == 303


def marks_of(database, component_id):
    with database.reader() as db:
        rows = db.execute(
            select(Mark.enrolment_id, Mark.value).where(
                Mark.component_id == component_id, Mark.current == 1
            )
        )
        return {row.enrolment_id: row.value for row in rows}


STEP = st.tuples(
    st.sampled_from(["take", "change", "excuse", "withdraw", "remove", "leave", "return"]),
    st.integers(0, 5),
    st.integers(0, 2),
    st.sampled_from(Presence),
)


@given(steps=st.lists(STEP, max_size=20), late=st.integers(0, 100))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_incremental_totals_equal_a_rebuild_and_an_independent_count(database, app, steps, late):
    """Whatever is done to registers and leave, and in whatever order."""
    with database.writer() as db:
        made = factory.college(db)
        places = [place.id for place in made.enrolments]
        sessions = [
            class_sessions.add(
                db, SYSTEM, made.offering.id,
                NewSession(held_on=MONDAY + timedelta(days=number), starts_at=time(9)),
            ).id
            for number in range(4)
        ]  # fmt: skip
        excuses: list[AbsenceExcuse] = []
        for act, number, who, state in steps:
            _step(db, made, sessions, excuses, (act, number, who, state))
        db.flush()
        kept = {
            row.enrolment_id: (row.present, row.late, row.absent, row.excused, row.percentage)
            for row in db.scalars(select(AttendanceTotal).execution_options(populate_existing=True))
            if row.enrolment_id in places
        }
        for place in places:
            rows = db.execute(
                select(Attendance.state, func.count())
                .where(Attendance.enrolment_id == place)
                .group_by(Attendance.state)
            )
            counts = Counter(dict(tuple(row) for row in rows))
            there = counts[Presence.PRESENT] + counts[Presence.LATE]
            whole = there + counts[Presence.ABSENT]
            percent = Fraction(there * 100, whole) if whole else None
            want = (
                counts[Presence.PRESENT], counts[Presence.LATE], counts[Presence.ABSENT],
                counts[Presence.EXCUSED],
            )  # fmt: skip
            got = kept.get(place, (0, 0, 0, 0, None))
            assert got[:4] == want
            assert (got[4] is None) == (percent is None)
            assert percent is None or abs(Fraction(got[4]) - percent) <= Fraction(1, 200)
        assert attendance_totals.rebuild(db, places) == 0
        rule = attendance_totals.Measure(75, 1, late)
        assert rule.percentage(1, 1, 0) == Decimal(100 + late) / 2
        db.rollback()


def _step(db, made, sessions, excuses, step):
    act, number, who, state = step
    place, student = made.enrolments[who], made.students[who]
    if act in ("take", "change") and sessions:
        entries = [RegisterEntry(enrolment_id=place.id, state=state)]
        form = TakeRegister(entries=entries if act == "change" else [])
        attendance.take(db, SYSTEM, sessions[number % len(sessions)], form)
    elif act == "excuse":
        first = MONDAY + timedelta(days=number)
        excuses.append(
            attendance.excuse_absences(
                db, SYSTEM, student.id, first, first + timedelta(days=who), "Ill"
            )
        )
    elif act == "withdraw" and excuses:
        attendance.withdraw_excuse(db, SYSTEM, excuses.pop(number % len(excuses)).id)
    elif act == "remove" and len(sessions) > 1:
        class_sessions.remove(db, SYSTEM, sessions.pop(number % len(sessions)))
    elif act == "leave" and place.status is EnrolmentStatus.ENROLLED:
        enrolments.withdraw(db, SYSTEM, place.id)
    elif act == "return" and place.status is EnrolmentStatus.WITHDRAWN:
        enrolments.reinstate(db, SYSTEM, place.id)


@pytest.mark.db
@pytest.mark.feature("C30")
def test_a_file_of_attendance_makes_classes_counts_and_may_come_twice(
    college, bring, database, held, teacher
):
    one, two, _three = college.students
    course, term = college.course.code, college.term.code
    head = "register_number,course,term,section,date,time,status\n"
    text = head + "".join(
        f"{student.register_number},{course},{term},A,{day},09:00,{state}\n"
        for student, day, state in (
            (one, "2026-01-05", "A"),
            (two, "2026-01-05", "present"),
            (one, "2026-03-02", "Late"),
        )
    )
    told = bring(ATTENDANCE, text)
    assert (told.new, told.changed, told.same, told.errors) == (3, 0, 0, 0)
    assert totals(database, college)[:2] == [
        (0, 1, 1, 0, Decimal("50.00")),
        (1, 0, 0, 0, Decimal("100.00")),
    ]
    told = bring(ATTENDANCE, text.replace(",A\n", ",present\n"))
    assert (told.new, told.changed, told.same) == (0, 1, 2)
    assert totals(database, college)[0] == (1, 1, 0, 0, Decimal("100.00"))
    wrong = head + f"{one.register_number},{course},{term},A,2026-01-05,09:00,asleep\n"
    assert bring(ATTENDANCE, wrong).errors == 1
    with database.reader() as db:
        assert db.scalar(select(func.count()).select_from(ClassSession)) == len(held) + 1
    table = teacher.get(f"/offerings/{college.offering.id}/attendance.csv").get_data(as_text=True)
    assert table.splitlines()[0].startswith(
        "Register number,Name,2026-01-05 09:00,2026-03-02 09:00"
    )
    assert f"{one.register_number}," in table
    book = teacher.get(f"/offerings/{college.offering.id}/attendance.xlsx")
    assert book.get_data().startswith(b"PK")


def test_a_register_of_sixty_is_read_in_few_queries_and_odd_input_is_refused_in_words(
    college, teacher, database, held, queries
):
    with database.writer() as db, unit(db):
        for _number in range(57):
            factory.enrolment(db, factory.student(db, on=college.programme), college.offering)
    queries.clear()
    page = teacher.get(f"/sessions/{held[0]}").get_data(as_text=True)
    assert page.count("q-reg-row") >= 60
    assert len(queries) <= 8
    queries.clear()
    assert teacher.get(f"/offerings/{college.offering.id}/attendance").status_code == 200
    assert len(queries) <= 8
    bad = teacher.post(f"/sessions/{held[0]}", data={f"s-{college.enrolments[0].id}": "asleep"})
    assert bad.status_code == 422
    stranger = {"entries": [{"enrolment_id": 999_999, "state": "late"}]}
    answer = teacher.put(f"{API}/sessions/{held[0]}/register", json=stranger).get_json()
    assert answer["data"][0]["status"] == "refused"
    tomorrow = (clock.now() + timedelta(days=2)).date().isoformat()
    place = f"{API}/offerings/{college.offering.id}/sessions"
    coming = teacher.post(place, json={"held_on": tomorrow, "starts_at": "09:00"}).get_json()
    early = teacher.put(f"{API}/sessions/{coming['data']['id']}/register", json={})
    assert early.status_code == 409
    twice = teacher.post(place, json={"held_on": tomorrow, "starts_at": "09:00"})
    assert twice.status_code in (409, 422)
