"""A batch moves up at the end of a term: seen first, applied as a whole, and taken back while nothing depends on it."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from quad.academics.importers.dues import DUES
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.promotion import Dues, Outcome, Promotion, PromotionLine
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Component, Course, Offering, ResultState
from quad.academics.service import rollups
from quad.academics.service.promotion import applying
from quad.academics.service.promotion.judging import Figures, Rule, judge
from quad.audit.models import AuditEntry
from quad.core import clock
from quad.core.facts import unit
from quad.core.jobs.models import Job
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import runtime_of
from quad.identity.models.accounts import RoleGrant
from quad.institution.models import Department, GradingScheme, Programme, RetakeRule, Term
from quad.notifications.models import Notification
from tests.factories import academics as factory

API = "/api/v1/academics"
pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("L34")]


@dataclass(frozen=True)
class Cohort:
    """Five students of a batch after a published term, by what becomes of them; `last` are in the last semester.

    good passed; failed has a backlog; owing has dues; away is on leave; last passed and finishes, short lacks credits.
    """

    programme: int
    department: int
    batch: int
    term: int
    next_term: int
    offering: int
    teacher: int
    good: int
    failed: int
    owing: int
    away: int
    last: int
    users: dict[int, int]


def _pupil(db, programme, batch, semester):
    row = factory.student(db, on=programme, semester=semester)
    row.batch_id, row.graduation_year = batch.id, 2030
    return row


@pytest.fixture
def cohort(database):
    with database.writer() as db, unit(db):
        scheme = factory.scheme(db)
        programme = factory.programme(db, graded=scheme)
        programme.credits_required = Decimal(4)
        batch = factory.batch(db, programme)
        term = factory.term(db, starts_on=date(2026, 1, 5))
        later = factory.term(db, starts_on=date(2026, 7, 1))
        teacher = factory.teacher(db)
        home = db.get_one(Department, programme.department_id)
        taught = factory.course(db, of=home)
        offering = factory.offering(db, taught=taught, during=term, by=teacher)
        part = factory.component(db, offering)
        offering.state = ResultState.PUBLISHED
        pupils = [_pupil(db, programme, batch, semester) for semester in (3, 3, 3, 3, 8)]
        good, failed, owing, away, last = pupils
        away.status = StudentStatus.ON_LEAVE
        for pupil, value in zip((good, failed, owing, last), (70, 20, 80, 90), strict=True):
            factory.mark(db, factory.enrolment(db, pupil, offering), part, value)
        db.add(Dues(student_id=owing.id, reason="Library book"))
        return Cohort(
            programme.id,
            programme.department_id,
            batch.id,
            term.id,
            later.id,
            offering.id,
            teacher.user_id,
            good.id,
            failed.id,
            owing.id,
            away.id,
            last.id,
            {pupil.id: pupil.user_id for pupil in pupils},
        )


@pytest.fixture
def admin(as_role):
    return as_role("admin")


@pytest.fixture
def rule(admin, cohort):
    """At most no backlog, at least 1 credit a semester."""
    body = {"most_backlogs": 0, "credits_a_semester": None}
    answer = admin.put(f"{API}/programmes/{cohort.programme}/promotion-rule", json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["data"]


def made(client, cohort, **more):
    """Make the preview and return it."""
    body = {"batch_id": cohort.batch, "term_id": cohort.term, **more}
    answer = client.post(f"{API}/promotions", json=body)
    assert answer.status_code == 201, answer.text
    return answer.get_json()["data"]


def lines(client, run):
    """Return the students of a run by number."""
    found = client.get(f"{API}/promotions/{run['id']}/students?size=100").get_json()["data"]
    return {int(one["student_id"]): one for one in found}


def applied(client, run):
    answer = client.post(f"{API}/promotions/{run['id']}/apply", json={"version": run["version"]})
    assert answer.status_code == 200, answer.text
    return answer.get_json()["data"]


def stands(database, student_id):
    """Return semester, status and roles of a student."""
    with database.reader() as db:
        row = db.get_one(Student, student_id)
        roles = db.scalars(select(RoleGrant.role).where(RoleGrant.user_id == row.user_id))
        return row.semester, row.status.value, {role.value for role in roles}


def work(database, kind):
    """Do the waiting jobs of one kind."""
    with database.reader() as db:
        runtime = runtime_of(db)
        assert runtime is not None
        ids = db.scalars(select(Job.id).where(Job.kind == kind, Job.finished_at.is_(None))).all()
    for job_id in ids:
        assert perform(runtime, job_id)


@pytest.mark.db
def test_a_batch_is_seen_moved_up_and_put_back(admin, cohort, rule, database, as_user):
    run = made(admin, cohort, graduates_on="2026-06-30")
    assert (run["promoted"], run["graduated"], run["held"], run["skipped"]) == (1, 1, 2, 1)
    seen = lines(admin, run)
    assert {one: seen[one]["outcome"] for one in seen} == {
        cohort.good: "promoted",
        cohort.failed: "held",
        cohort.owing: "held",
        cohort.away: "skipped",
        cohort.last: "graduated",
    }
    assert seen[cohort.failed]["why"] == ["1 backlog"]
    assert seen[cohort.owing]["why"] == ["dues"]
    assert seen[cohort.away]["why"] == ["on leave"]
    done = applied(admin, run)
    assert (done["state"], done["graduates_on"]) == ("applied", "2026-06-30")
    assert stands(database, cohort.good) == (4, "active", {"student"})
    assert stands(database, cohort.failed) == (3, "active", {"student"})
    assert stands(database, cohort.last) == (8, "graduated", {"alumnus"})
    with database.reader() as db:
        graduate = db.get_one(Student, cohort.last)
        assert (graduate.graduated_on, graduate.graduation_year) == (date(2026, 6, 30), 2026)
        entry = select(AuditEntry).where(AuditEntry.action == "cohort promoted")
        fact = db.scalars(entry).one()
        assert (fact.data["promoted"], fact.data["graduated"]) == (1, 1)
    # The graduate signs in and reads the record; asking for more of the student's things is over.
    graduate = as_user(cohort.users[cohort.last])
    page = graduate.get("/record")
    assert (page.status_code, "You graduated on" in page.text) == (200, True), page.text[:9000]
    work(database, applying.TELL_JOB)
    with database.reader() as db:
        counts = select(Notification.kind, func.count()).group_by(Notification.kind)
        told = {row[0]: row[1] for row in db.execute(counts)}
    assert told == {"promoted": 1, "graduated": 1, "held_back": 2}
    # Applying again changes nothing, and a new preview leaves them out.
    assert applied(admin, run)["state"] == "applied"
    again = made(admin, cohort)
    assert (again["promoted"], again["graduated"], again["held"]) == (0, 0, 2)
    assert lines(admin, again)[cohort.good]["why"] == ["moved for this term already"]
    refused = admin.post(
        f"{API}/promotions/{again['id']}/apply", json={"version": again["version"]}
    )
    assert refused.status_code == 409
    undone = admin.post(f"{API}/promotions/{run['id']}/undo", json={"reason": "The wrong term"})
    assert undone.get_json()["data"]["state"] == "undone", undone.text
    assert stands(database, cohort.good) == (3, "active", {"student"})
    assert stands(database, cohort.last) == (8, "active", {"student"})
    with database.reader() as db:
        back = db.get_one(Student, cohort.last)
        assert (back.graduated_on, back.graduation_year) == (None, 2030)
    work(database, applying.TELL_JOB)
    with database.reader() as db:
        taken_back = select(func.count()).where(Notification.kind == "promotion_undone")
        assert db.scalar(taken_back) == 4
    # The waiting preview is out of date now and says so; made again it shows everybody.
    assert len(admin.get(f"{API}/promotions/{again['id']}/differences").get_json()["data"]) == 2
    fresh = admin.post(f"{API}/promotions/{again['id']}/refresh").get_json()["data"]
    assert (fresh["promoted"], fresh["graduated"]) == (1, 1)


def test_what_changed_since_the_preview_is_shown_and_not_applied(admin, cohort, rule, database):
    run = made(admin, cohort)
    with database.writer() as db, unit(db):
        db.add(Dues(student_id=cohort.good, reason="Hostel"))
        gone = db.get_one(Student, cohort.failed)
        gone.batch_id = None
    refused = admin.post(f"{API}/promotions/{run['id']}/apply", json={"version": run["version"]})
    assert (refused.status_code, "2 students are not as in" in refused.get_json()["error"]) == (
        409,
        True,
    )
    assert stands(database, cohort.last) == (8, "active", {"student"})
    found = admin.get(f"{API}/promotions/{run['id']}/differences").get_json()["data"]
    changed = {int(one["student_id"]): (one["before"], one["now"]) for one in found}
    assert changed[cohort.failed][1] is None
    assert [seen["by_rule"] for seen in changed[cohort.good]] == ["promoted", "held"]
    page = admin.post(f"/promotions/{run['id']}/apply", data={"version": run["version"]})
    assert page.headers["Location"].endswith(f"/promotions/{run['id']}/differences")
    assert "not in the batch" in admin.get(page.headers["Location"]).text
    assert admin.post(f"/promotions/{run['id']}/refresh").status_code == 303
    fresh = admin.get(f"{API}/promotions/{run['id']}").get_json()["data"]
    assert (fresh["students"], fresh["held"], fresh["promoted"]) == (4, 2, 0)


def test_decisions_by_hand_have_a_reason_and_outlive_a_fresh_preview(admin, cohort, rule, database):
    run = made(admin, cohort)

    def decide(student, outcome, reason="By the board"):
        body = {"student_ids": [student], "outcome": outcome, "reason": reason}
        return admin.put(f"{API}/promotions/{run['id']}/students", json=body)

    assert decide(cohort.failed, "promoted", "").status_code == 422
    assert decide(cohort.failed, "skipped").status_code == 422
    assert decide(cohort.away, "promoted").status_code == 409
    assert decide(cohort.last, "promoted").status_code == 409
    assert decide(999_999, "held").status_code == 403
    assert decide(cohort.failed, "promoted").get_json()["data"] == {"changed": 1}
    assert decide(cohort.good, "held").get_json()["data"] == {"changed": 1}
    # Whoever saw the preview before these decisions is told.
    late = admin.post(f"{API}/promotions/{run['id']}/apply", json={"version": run["version"]})
    assert late.status_code == 409
    assert decide(cohort.good, None, "").status_code == 200
    again = admin.post(f"{API}/promotions/{run['id']}/refresh").get_json()["data"]
    assert (again["promoted"], again["overridden"]) == (2, 1)
    line = lines(admin, run)[cohort.failed]
    assert (line["outcome"], line["by_rule"], line["override_reason"]) == (
        "promoted",
        "held",
        "By the board",
    )
    query = "held_by=has_backlogs&by_hand=1"
    narrowed = admin.get(f"{API}/promotions/{run['id']}/students?{query}").get_json()["data"]
    assert [int(one["student_id"]) for one in narrowed] == [cohort.failed]
    applied(admin, again)
    assert stands(database, cohort.failed)[0] == 4


def test_undoing_ends_where_something_is_built_on_it(admin, cohort, rule, database, as_role):
    run = applied(admin, made(admin, cohort))

    def undo(client=admin):
        return client.post(f"{API}/promotions/{run['id']}/undo", json={"reason": "A slip"})

    with database.writer() as db, unit(db):
        later = factory.offering(db, during=factory.term(db))
        place = factory.enrolment(db, db.get_one(Student, cohort.good), later)
        factory.mark(db, place, factory.component(db, later), 50)
        db.execute(update(Student).where(Student.id == cohort.last).values(status="active"))
    refused = undo()
    assert refused.status_code == 409
    for reason in ("1 enrolment was made", "1 mark was entered", "1 student was changed by hand"):
        assert reason in refused.get_json()["error"], refused.get_json()
    page = admin.get(f"/promotions/{run['id']}")
    assert "This cannot be undone any more." in page.text
    assert admin.get(f"/promotions/{run['id']}/undo").status_code == 200
    with database.writer() as db, unit(db):
        db.execute(update(Student).where(Student.id == cohort.last).values(status="graduated"))
        db.execute(delete(Mark).where(Mark.enrolment_id == place.id))
        rollups.rebuild_rollups(db, [cohort.good])
        db.delete(db.merge(place))
    with clock.travel(timedelta(days=15)):
        late = undo(as_role("admin"))
        assert (late.status_code, "more than 14 days ago" in late.get_json()["error"]) == (
            409,
            True,
        )
    assert undo(as_role("hod", cohort.department)).status_code == 403
    assert undo(as_role("hod")).status_code in (403, 404)
    assert undo().status_code == 200
    assert undo().status_code == 200
    assert stands(database, cohort.good)[0] == 3


def test_a_large_batch_is_applied_by_the_worker(admin, cohort, rule, database, monkeypatch):
    monkeypatch.setattr(applying, "AT_ONCE", 1)
    run = made(admin, cohort)
    asked = applied(admin, run)
    assert (asked["state"], applied(admin, run)["state"]) == ("applying", "applying")
    assert "job-" in admin.get(f"/promotions/{run['id']}").text
    assert admin.post(f"{API}/promotions/{run['id']}/refresh").status_code == 409
    with database.writer() as db, unit(db):
        db.add(Dues(student_id=cohort.good, reason="Hostel"))
    work(database, applying.APPLY_JOB)
    back = admin.get(f"{API}/promotions/{run['id']}").get_json()["data"]
    assert (back["state"], "not as in the preview" in back["problem"]) == ("previewed", True)
    fresh = admin.post(f"{API}/promotions/{run['id']}/refresh").get_json()["data"]
    applied(admin, fresh)
    work(database, applying.APPLY_JOB)
    assert admin.get(f"{API}/promotions/{run['id']}").get_json()["data"]["state"] == "applied"
    assert stands(database, cohort.last) == (8, "graduated", {"alumnus"})


def _bigger(database, cohort, more):
    """Add students with two results each to the batch."""
    with database.writer() as db, unit(db):
        first = db.get_one(Student, cohort.good)
        offering = db.get_one(Offering, cohort.offering)
        part = db.scalars(select(Component).where(Component.offering_id == offering.id)).one()
        for _ in range(more):
            row = factory.student(db, on=db.get_one(Programme, first.programme_id), semester=3)
            row.batch_id = cohort.batch
            place = factory.enrolment(db, row, offering)
            db.add(Mark(enrolment_id=place.id, component_id=part.id, value=Decimal(60)))
        db.flush()
        rollups.rebuild_rollups(
            db, db.scalars(select(Student.id).where(Student.batch_id == cohort.batch)).all()
        )


def _own(queries):
    """Leave out the settings, which are read every two seconds."""
    return [one for one in queries if "core_setting" not in one]


@pytest.mark.db
def test_preview_and_apply_take_the_same_few_statements_for_any_number(
    admin, cohort, rule, database, queries
):
    made(admin, cohort)
    queries.clear()
    small = made(admin, cohort)
    few = len(_own(queries))
    _bigger(database, cohort, 60)
    queries.clear()
    run = made(admin, cohort)
    assert run["students"] == small["students"] + 60
    assert len(_own(queries)) == few <= 25, "\n".join(queries)
    queries.clear()
    applied(admin, run)
    # The graduates come into the network in the same unit: profile, search words, notices.
    assert len(_own(queries)) <= 80, "\n".join(queries)
    queries.clear()
    assert admin.get(f"/promotions/{run['id']}").status_code == 200
    assert len(_own(queries)) <= 8, "\n".join(queries)


numbers = st.decimals(0, 12, places=2)
figures = st.builds(
    Figures,
    status=st.sampled_from(StudentStatus),
    semester=st.integers(1, 9),
    cgpa=st.none() | numbers,
    credits_earned=st.decimals(0, 200, places=2),
    backlogs=st.integers(0, 6),
    open_results=st.integers(0, 2),
    dues=st.booleans(),
    done=st.booleans(),
)
some_rule = st.builds(
    Rule,
    semesters=st.integers(1, 8),
    credits_required=st.decimals(0, 200, places=2),
    most_backlogs=st.none() | st.integers(0, 5),
    credits_a_semester=st.none() | st.decimals(0, 30, places=2),
    least_cgpa=st.none() | numbers,
    graduation_cgpa=st.none() | numbers,
    dues_hold=st.booleans(),
    open_results_hold=st.booleans(),
)


@given(figures, some_rule)
@settings(max_examples=200, deadline=None)
def test_the_rule_says_what_its_words_say(one, rule):
    """An independent reading of the rule, condition by condition; and a rule survives being kept."""
    said = judge(one, rule)
    assert Rule.unpacked(rule.packed()) == rule
    if one.done or one.status is not StudentStatus.ACTIVE:
        assert (said.outcome, said.skip is None) == (Outcome.SKIPPED, False)
        return
    leaving = one.semester >= rule.semesters
    per_semester = rule.credits_a_semester or 0
    credits = rule.credits_required if leaving else per_semester * one.semester
    average = rule.graduation_cgpa if leaving else rule.least_cgpa
    met = [
        one.credits_earned >= credits,
        average is None or (one.cgpa is not None and one.cgpa >= average),
        not (rule.dues_hold and one.dues),
        not (rule.open_results_hold and one.open_results),
        one.backlogs == 0
        if leaving
        else rule.most_backlogs is None or one.backlogs <= rule.most_backlogs,
    ]
    expected = Outcome.HELD
    if all(met):
        expected = Outcome.GRADUATED if leaving else Outcome.PROMOTED
    assert (said.outcome, said.skip) == (expected, None)


@pytest.mark.db
@pytest.mark.parametrize(
    ("rule_of_retakes", "backlogs"), [(RetakeRule.BEST, 0), (RetakeRule.LATEST, 1)]
)
def test_a_backlog_follows_the_retake_rule_and_open_results_are_counted(
    admin, cohort, database, rule_of_retakes, backlogs
):
    with database.writer() as db, unit(db):
        programme = db.get_one(Programme, cohort.programme)
        scheme = db.get_one(GradingScheme, programme.grading_scheme_id)
        scheme.retake_rule = rule_of_retakes
        course = db.get_one(Offering, cohort.offering).course_id
        pupil = db.get_one(Student, cohort.good)
        # Passed in January, taken again in July and failed; and a course of January still without a result.
        again = factory.offering(
            db, taught=db.get_one(Course, course), during=db.get_one(Term, cohort.next_term)
        )
        again.state = ResultState.PUBLISHED
        place = factory.enrolment(db, pupil, again, attempt=2)
        factory.mark(db, place, factory.component(db, again), 10)
        waiting = factory.offering(db, during=db.get_one(Term, cohort.term))
        factory.enrolment(db, pupil, waiting)
    line = lines(admin, made(admin, cohort))[cohort.good]
    assert (line["backlogs"], line["open_results"]) == (backlogs, 1)
    assert (line["outcome"], line["why"]) == ("held", ["1 result open"])


@pytest.mark.db
def test_dues_come_from_a_file_and_go_the_same_way(bring, admin, cohort, database):
    with database.reader() as db:
        numbers_of = {
            row.id: row.register_number
            for row in db.execute(select(Student.id, Student.register_number))
        }
    good, owing, failed = (numbers_of[one] for one in (cohort.good, cohort.owing, cohort.failed))
    text = f"Roll number,Dues\n{good},Hostel fee\n{owing},\n{failed},\n"
    report = bring(DUES, text)
    assert (report.new, report.changed, report.same, report.errors) == (1, 1, 1, 0)
    assert (bring(DUES, text).same, bring(DUES, "Roll number,Dues\nNobody,x\n").errors) == (3, 1)
    with database.reader() as db:
        open_flags = select(Dues.student_id, Dues.reason).where(Dues.open == 1)
        assert [tuple(row) for row in db.execute(open_flags)] == [(cohort.good, "Hostel fee")]
        cleared = db.scalars(select(Dues).where(Dues.student_id == cohort.owing)).one()
        assert (cleared.open, cleared.cleared_at is None) == (None, False)


def test_a_flag_is_set_seen_and_cleared(admin, cohort, as_user, as_role, database):
    place = f"{API}/students/{cohort.good}/dues"
    assert admin.post(f"{place}/clear", json={}).status_code == 409
    first = admin.put(place, json={"reason": "Library book"}).get_json()["data"]
    second = admin.put(place, json={"reason": "Two library books"}).get_json()["data"]
    assert (first[0]["id"], second[0]["reason"]) == (second[0]["id"], "Two library books")
    own = as_user(cohort.users[cohort.good])
    assert "Two library books" in own.get("/record").text
    assert own.get(place).status_code == 403
    assert as_role("faculty").get(place).status_code == 404
    head = as_role("hod", cohort.department)
    assert head.get("/dues?open=1").text.count("library book") >= 1
    assert "Two library books" in head.get(f"/students/{cohort.good}").text
    form = head.get(f"/students/{cohort.good}/dues")
    assert (form.status_code, "Change the flag" in form.text) == (200, True)
    assert head.post(f"/students/{cohort.good}/dues", data={"reason": ""}).status_code == 422
    ids = [one["id"] for one in head.get(f"{API}/dues?open=1").get_json()["data"]]
    assert len(ids) == 2
    assert head.post("/dues/clear", data={"id": ids}).status_code == 303
    assert head.get(f"{API}/dues?open=1").get_json()["data"] == []
    assert admin.post(f"/students/{cohort.good}/dues/clear").status_code == 303


def test_the_wizard_shows_what_would_happen_and_exports_it(admin, cohort, rule, as_role):
    page = admin.get(f"/promotions/new?batch_id={cohort.batch}")
    assert (page.status_code, "Term that ends" in page.text) == (200, True)
    assert admin.post("/promotions/new", data={}).status_code == 422
    form = {"batch_id": cohort.batch, "term_id": cohort.term, "graduates_on": "2020-01-01"}
    assert "before the term" in admin.post("/promotions/new", data=form).text
    made_at = admin.post("/promotions/new", data=form | {"graduates_on": ""})
    place = made_at.headers["Location"]
    shown = admin.get(place)
    assert (shown.status_code, "1 backlog" in shown.text, "Held back" in shown.text) == (
        200,
        True,
        True,
    )
    file = admin.get(f"{place}?outcome=held&format=csv")
    assert (file.status_code, file.text.count("\n")) == (200, 3)
    assert admin.get(f"{place}?format=xlsx").status_code == 200
    ticked = [one["student_id"] for one in lines(admin, {"id": place.rsplit("/", 1)[1]}).values()]
    assert len(ticked) == 5
    run = place.rsplit("/", 1)[1]
    chosen = {"run": run, "everything": "1", "query": "held_by=has_dues"}
    asked = admin.post("/promotions/students/override", data=chosen)
    assert (asked.status_code, "For 1 student" in asked.text) == (200, True)
    decided = chosen | {"outcome": "promoted", "reason": "Paid today"}
    assert admin.post("/promotions/students/override", data=decided).status_code == 303
    assert lines(admin, {"id": run})[cohort.owing]["outcome"] == "promoted"
    head = as_role("hod", cohort.department)
    seen = head.get(place)
    assert (seen.status_code, ">Apply<" in seen.text) == (200, False)
    assert head.post(f"{place}/apply", data={"version": 1}).status_code == 403
    for path in (f"/programmes/{cohort.programme}", f"/batches/{cohort.batch}", "/promotions"):
        assert admin.get(path).status_code == 200, path
    rule_page = f"/programmes/{cohort.programme}/promotion-rule"
    assert admin.post(rule_page, data={"most_backlogs": "-1"}).status_code == 422
    assert admin.post(rule_page, data={"most_backlogs": "3", "version": "1"}).status_code == 303
    late = admin.post(rule_page, data={"most_backlogs": "2", "version": "1"})
    assert (late.status_code, "Somebody else changed this" in late.text) == (422, True)
    assert admin.post(f"{place}/discard").status_code == 303
    assert "Given up" in admin.get(place).text


def _everything(database):
    """Return what a promotion may change, as rows."""
    tables = (Student, RoleGrant, PromotionLine, Promotion, AuditEntry, Job)
    with database.reader() as db:
        return [db.execute(select(kind.__table__).order_by(kind.id)).all() for kind in tables]


@pytest.mark.db
def test_killed_in_the_middle_it_leaves_nothing_changed(admin, cohort, rule, database):
    run = made(admin, cohort)
    before = _everything(database)
    address = database.url.render_as_string(hide_password=False)
    script = Path(__file__).with_name("promote_and_die.py")
    # Some way in, and after the last statement (0), right before the commit.
    deaths = (17, 0) if database.dialect == "sqlite" else (17,)
    for statement in deaths:
        command = [sys.executable, str(script), address, run["id"], str(run["version"])]
        process = subprocess.run([*command, str(statement)], capture_output=True, check=False)
        assert process.returncode == -signal.SIGKILL, process.stderr.decode()[-2000:]
        assert _everything(database) == before
    assert applied(admin, run)["state"] == "applied"
