"""A person's timeline: everything at one's own address, and to others what each domain lets them see."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from quad.alumni.models.members import Member, Seen
from quad.core.facts import unit
from quad.core.timeline import TIMELINE
from quad.welfare.models.requests import Request
from tests.timeline.conftest import SECRET

pytestmark = pytest.mark.feature("A5")

# What the student has, by kind.
EVERYTHING = {
    "applied": ["Applied for an account"],
    "roles": ["Student"],
    "admission": ["Became a student"],
    "enrolments": ["Algebra", "Secret draft"],
    "results": ["Algebra"],
    "promotions": ["Moved up"],
    "reevaluations": ["Algebra", "Algebra"],
    "reevaluations-decided": ["Algebra"],
    "skills": ["Python", "Rust"],
    "documents": ["Transcript of records"],
    "requests": ["A broken window", "A grievance"],
    "snapshots": ["LeetCode"],
    "job-applications": ["Compiler engineer"],
    "events": ["A talk on lexers", "A quiet circle"],
    "work": ["Intern"],
    "achievements": ["First prize"],
    "references": ["A place in Delft"],
}


def entries(client, user_id, **asked):
    answer = client.get(f"/api/v1/people/{user_id}/timeline", query_string=asked)
    assert answer.status_code == 200, answer.text
    return answer.json["data"]["entries"]


def kinds(client, user_id):
    found: dict[str, list[str]] = {}
    for one in entries(client, user_id):
        found.setdefault(one["kind"], []).append(one["title"])
    return {kind: sorted(titles) for kind, titles in found.items()}


def seen(*names):
    return {name: sorted(EVERYTHING[name]) for name in names}


def test_a_student_finds_everything_of_ones_own_the_latest_first(world, as_user):
    asha = as_user(world.people.asha)
    assert kinds(asha, world.people.asha) == {k: sorted(v) for k, v in EVERYTHING.items()}
    moments = [one["at"] for one in entries(asha, world.people.asha)]
    assert moments == sorted(moments, reverse=True)
    page = asha.get("/timeline").text
    for titles in EVERYTHING.values():
        for title in titles:
            assert title in page
    assert SECRET not in page


def test_a_mentor_sees_studies_and_coding_but_neither_jobs_nor_confidential_requests(
    world, as_user
):
    found = kinds(as_user(world.people.advisor), world.people.asha)
    academic = seen(
        "admission", "enrolments", "results", "promotions", "snapshots", "work", "achievements"
    )
    assert found == academic | {
        "skills": ["Python"],
        "requests": ["A broken window"],
        "events": ["A talk on lexers"],
    }


def test_messages_stand_in_nobodys_timeline_not_even_for_whom_they_were_written(world, as_user):
    for name in vars(world.people):
        client = as_user(getattr(world.people, name))
        for page in ("/timeline", f"/people/{world.people.asha}/timeline"):
            assert SECRET not in client.get(page).text, name


def test_people_of_the_network_see_what_the_profile_shows_and_nothing_of_the_record(world, as_user):
    for name in ("alum", "bina", "placement", "other_advisor"):
        found = kinds(as_user(getattr(world.people, name)), world.people.asha)
        more = ("job-applications", "references") if name == "placement" else ()
        expected = seen("work", "achievements", *more) | {
            "events": ["A talk on lexers"],
            "skills": ["Python"],
        }
        assert found == expected, name


def test_a_re_evaluation_is_seen_by_whom_it_concerns_from_the_question_to_the_answer(
    world, as_user
):
    for name in ("asha", "teacher", "hod", "admin"):
        client = as_user(getattr(world.people, name))
        found = kinds(client, world.people.asha)
        assert found["reevaluations"] == ["Algebra", "Algebra"], name
        (decided,) = entries(client, world.people.asha, kind="reevaluations-decided")
        assert (decided["state"], decided["detail"]) == ("changed", "The whole result"), name
        assert client.get(decided["address"]).status_code == 200, name
    for name in ("advisor", "alum", "bina", "placement", "poster"):
        found = kinds(as_user(getattr(world.people, name)), world.people.asha)
        assert not {"reevaluations", "reevaluations-decided"} & found.keys(), name


def test_a_promotion_says_which_semester_it_led_to_and_one_that_was_undone_is_none(world, as_user):
    for name in ("asha", "advisor", "admin"):
        client = as_user(getattr(world.people, name))
        (moved,) = entries(client, world.people.asha, kind="promotions")
        assert (moved["detail"], moved["at"][:10]) == ("Semester 4", "2026-07-01"), name


def test_a_skill_stands_where_something_beside_the_own_word_first_proved_it(world, as_user):
    (python,) = entries(as_user(world.people.advisor), world.people.asha, kind="skills")
    assert (python["at"][:10], python["detail"]) == ("2026-08-02", "By a course")


def test_a_field_that_a_profile_hides_is_hidden_here_as_well(world, as_user, database):
    with database.writer() as db, unit(db):
        db.execute(
            update(Member).where(Member.id == world.member_id).values(work_seen=int(Seen.HIDDEN))
        )
    assert "work" not in kinds(as_user(world.people.alum), world.people.asha)
    assert "work" in kinds(as_user(world.people.asha), world.people.asha)


def test_who_posted_a_job_or_holds_an_event_finds_what_belongs_to_it(world, as_user):
    found = kinds(as_user(world.people.poster), world.people.asha)
    assert found["job-applications"] == ["Compiler engineer"]
    assert found["events"] == ["A quiet circle", "A talk on lexers"]
    assert "requests" not in found
    assert "references" not in found


def test_what_one_may_see_can_be_opened_where_it_leads(world, as_user):
    for name in ("asha", "advisor", "hod", "poster", "placement", "admin", "teacher"):
        client = as_user(getattr(world.people, name))
        for one in entries(client, world.people.asha):
            if one["address"]:
                answer = client.get(one["address"])
                assert answer.status_code == 200, (name, one["address"])


def test_a_person_one_may_not_know_of_has_no_timeline(world, as_user, client, database):
    with database.writer() as db, unit(db):
        db.execute(update(Member).where(Member.id == world.member_id).values(listed=False))
    for name in ("alum", "bina", "placement"):
        stranger = as_user(getattr(world.people, name))
        assert stranger.get(f"/people/{world.people.asha}/timeline").status_code == 404
        assert stranger.get(f"/students/{world.student_id}/timeline").status_code == 404
        assert stranger.get(f"/alumni/{world.member_id}/timeline").status_code == 404
        assert stranger.get(f"/api/v1/people/{world.people.asha}/timeline").status_code == 404
    assert client.get("/timeline").status_code == 303
    assert client.get(f"/api/v1/people/{world.people.asha}/timeline").status_code == 401
    nobody = as_user(world.people.admin).get("/people/999999/timeline")
    assert nobody.status_code == 404


def test_of_a_deleted_student_the_administration_alone_knows(world, as_user):
    admin, advisor = as_user(world.people.admin), as_user(world.people.advisor)
    assert admin.post(f"/students/{world.student_id}/delete").status_code == 303
    way = f"/students/{world.student_id}/timeline"
    assert way in admin.get(f"/students/{world.student_id}").text
    assert admin.get(way, follow_redirects=True).status_code == 200
    assert advisor.get(way).status_code == 404
    assert advisor.get(f"/people/{world.people.asha}/timeline").status_code == 404


def test_record_and_profile_lead_to_it(world, as_user):
    place = f"/people/{world.people.asha}/timeline"
    mentor, alum = as_user(world.people.advisor), as_user(world.people.alum)
    way = f"/students/{world.student_id}/timeline"
    assert way in mentor.get(f"/students/{world.student_id}").text
    assert mentor.get(way).headers["Location"] == place
    way = f"/alumni/{world.member_id}/timeline"
    assert way in alum.get(f"/students/{world.student_id}").text
    assert alum.get(way).headers["Location"] == place
    asha = as_user(world.people.asha)
    assert 'href="/timeline"' in asha.get("/profile").text
    assert 'href="/timeline"' in asha.get("/").text


def test_one_kind_can_be_asked_for_and_no_kind_that_is_none(world, as_user):
    asha = as_user(world.people.asha)
    assert {one["kind"] for one in entries(asha, world.people.asha, kind="requests")} == {
        "requests"
    }
    page = asha.get("/timeline?kind=results").text
    assert "Algebra" in page
    assert "A broken window" not in page
    assert asha.get("/timeline?kind=nonsense").status_code == 404
    assert asha.get("/timeline?after=nonsense").status_code == 400
    assert "Nothing of this kind" in asha.get("/timeline?kind=jobs").text


@pytest.mark.db
def test_pages_follow_each_other_without_gap_or_repetition(world, as_user, database):
    """Many things of one moment: the place between two pages lies in the middle of them."""
    with database.writer() as db, unit(db):
        first = db.scalars(select(Request).where(Request.title == "A broken window")).one()
        for number in range(70):
            db.add(
                Request(
                    category_id=first.category_id, student_id=first.student_id,
                    user_id=first.user_id, department_id=first.department_id,
                    title=f"Wish {number}", answers=[], asked_on=first.asked_on,
                    due_on=first.due_on, submit_key=f"w{number}",
                    created_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number // 40),
                )
            )  # fmt: skip
    asha = as_user(world.people.asha)
    address = f"/api/v1/people/{world.people.asha}/timeline"
    found, after = [], ""
    while True:
        data = asha.get(address, query_string={"after": after}).json["data"]
        assert len(data["entries"]) <= 30
        found += [(one["kind"], one["id"]) for one in data["entries"]]
        after = data["older"]
        if not after:
            break
    assert len(found) == len(set(found)) == 70 + sum(map(len, EVERYTHING.values()))
    page = asha.get("/timeline").text
    older = re.search(r'href="(/timeline\?after=[^"]+)"', page)
    assert older is not None
    assert "The latest" in asha.get(older[1]).text


@pytest.mark.db
def test_the_page_costs_few_statements_on_every_database(world, as_user, queries):
    """All kinds are one statement: their columns must fit each other on every database."""
    for name in ("asha", "advisor", "placement", "alum", "admin", "teacher", "hod"):
        client = as_user(getattr(world.people, name))
        client.get(f"/people/{world.people.asha}/timeline")
        queries.clear()
        assert client.get(f"/people/{world.people.asha}/timeline").status_code == 200
        assert len(queries) <= 5, (name, queries)


def test_days_and_years_are_told_as_exactly_as_they_are_known(world, as_user):
    page = as_user(world.people.asha).get("/timeline").text
    assert "May 2025" in page
    assert ">2024 " in page
    assert "1 Oct 2026 " in page
    precise = {kind.name: kind.precision for kind in TIMELINE.values()}
    for one in entries(as_user(world.people.asha), world.people.asha):
        assert one["precision"] == precise[one["kind"]]
