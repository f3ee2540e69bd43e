"""People's skills: what they say, what courses, coding and others say of it, and the order of it all."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from sqlalchemy import select

from quad.coding.facts import AccountUnlinked, SnapshotApproved
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.snapshots import Snapshot, Status
from quad.core import clock
from quad.core.facts import emit, unit
from quad.core.policy import SYSTEM
from quad.skills.models import PersonSkill, ProofKind, Skill
from quad.skills.service import catalogue, courses, held, own, proofs
from tests.factories import academics as factory
from tests.following import follow
from tests.skills.conftest import build

API = "/api/v1"


def of(client, user_id):
    found = client.get(f"{API}/users/{user_id}/skills").get_json()["data"]
    return {each["name"]: each for each in found}


def test_a_student_claims_skills_by_typing_and_says_at_which_level(sign_in, world):
    asha = sign_in("asha")
    names = "py, js\nBudgeting, forecasting, and planning software"
    assert asha.post("/profile/skills", data={"skills": names, "level": "3"}).status_code == 303
    mine = asha.get(f"{API}/me/skills").get_json()["data"]
    assert {(each["name"], each["level"]) for each in mine} == {
        ("Python", 3),
        ("JavaScript", 3),
        ("Budgeting, forecasting, and planning software", 3),
    }
    wrong = asha.post("/profile/skills", data={"skills": "Python, Juggling", "level": "3"})
    assert wrong.status_code == 422
    assert "“Juggling” is not in the list of skills" in wrong.text
    assert "Python, Juggling" in wrong.text, "what was typed stays"
    python = world.skills["Python"]
    asha.post(f"/profile/skills/{python}/level", data={"level": "4"})
    asha.post(f"/profile/skills/{world.skills['JavaScript']}/remove")
    seen = of(sign_in("alumnus"), world.people.asha)
    assert seen["Python"]["level"] == 4
    assert "JavaScript" not in seen
    assert seen["Python"]["sources"][0]["kind"] == "claimed"


def test_a_hidden_skill_is_seen_by_its_owner_alone(sign_in, world):
    asha, alumnus, python = sign_in("asha"), sign_in("alumnus"), world.skills["Python"]
    asha.post("/profile/skills", data={"skills": "Python", "level": "3"})
    asha.post(f"/profile/skills/{python}/show", data={"hidden": "true"})
    assert "Python" in asha.get("/profile/skills").text
    assert of(alumnus, world.people.asha) == {}
    assert "Python" not in alumnus.get(f"/people/{world.people.asha}/skills").text
    assert (
        alumnus.put(f"{API}/users/{world.people.asha}/skills/{python}/endorsement").status_code
        == 404
    )


def test_a_published_pass_proves_what_its_course_gives_until_it_is_reopened(
    sign_in, world, database
):
    teacher, admin = sign_in("teacher"), sign_in("admin")
    course, offering = world.college.course.id, world.college.offering.id
    page = f"/courses/{course}/skills"
    assert sign_in("asha").get(page).status_code == 403
    assert teacher.post(page, data={"skills": "Data structures", "level": "2"}).status_code == 303
    assert "Data structures" in teacher.get(f"/courses/{course}").text
    marks = f"{API}/academics/offerings/{offering}"
    with database.writer() as db, unit(db):
        for enrolment, value in zip(world.college.enrolments, (90, 5, 70), strict=True):
            for part in world.college.components:
                factory.mark(db, enrolment, part, min(value, part.maximum))
    assert of(admin, world.people.asha) == {}
    assert admin.post(f"{marks}/results/publish").status_code == 200
    proof = of(admin, world.people.asha)["Data structures"]
    assert (proof["level"], proof["sources"][0]["kind"]) == (2, "course")
    assert world.college.course.title in proof["sources"][0]["told"]
    assert of(admin, world.people.bina) == {}, "who fails has shown nothing"
    assert admin.post(f"{marks}/results/reopen", json={"reason": "a mistake"}).status_code == 200
    assert of(admin, world.people.asha) == {}
    assert admin.post(f"{marks}/results/publish").status_code == 200
    assert teacher.put(f"{API}/courses/{course}/skills", json={"skills": []}).status_code == 200
    assert of(admin, world.people.asha) == {}, "the course gives nothing any more"


def test_alumni_and_teachers_confirm_others_and_nobody_themselves(sign_in, world):
    asha, alumnus, python = sign_in("asha"), sign_in("alumnus"), world.skills["Python"]
    asha.put(f"{API}/me/skills", json={"skills": [{"name": "Python", "level": 2}]})
    place = f"{API}/users/{world.people.asha}/skills/{python}/endorsement"
    assert asha.put(place).status_code == 409
    assert sign_in("bina").put(place).status_code == 403
    assert alumnus.put(place).status_code == 200
    assert alumnus.put(place).status_code == 200
    assert sign_in("teacher").put(place).status_code == 200
    shown = of(asha, world.people.asha)["Python"]
    assert shown["endorsements"] == 2
    assert "Alia Alumna" in [source["told"] for source in shown["sources"]]
    assert "Alia Alumna" in asha.get("/profile/skills").text
    assert alumnus.delete(place).status_code == 200
    assert of(asha, world.people.asha)["Python"]["endorsements"] == 1
    answer = alumnus.post(
        f"/people/{world.people.asha}/skills/{python}/endorse", headers={"HX-Request": "true"}
    )
    assert "Confirmed by you" in answer.text


def act(db, world, what, person_id, skill_id, number):
    """Do one of the things that can happen to a skill; `number` makes it the same thing each time."""
    if what == "claim":
        claims = {
            s.skill_id: s.claimed for s in held.skills_of(db, [person_id])[person_id] if s.claimed
        }
        skill_id = proofs.standing(db, skill_id)
        claims[skill_id] = max(claims.get(skill_id, 0), number % 4 + 1)
        own.set_own(db, SYSTEM, person_id, claims.items())
    elif what == "prove":
        proofs.prove(db, person_id, skill_id, ProofKind.CODING, f"site {skill_id}", number % 4 + 1)
    else:
        proofs.prove(db, person_id, skill_id, ProofKind.ENDORSED, str(number), 0, by_id=number)


def picture(db):
    """Return all that is held with its sources, without moments, merged skills as the ones they are."""
    query = select(PersonSkill.person_id).distinct()
    found = held.skills_of(db, sorted(db.scalars(query)))
    return {
        (person_id, each.skill_id): (
            each.level,
            each.endorsements,
            sorted((s.kind.value, s.level, s.reference) for s in each.sources),
        )
        for person_id, all_of_them in found.items()
        for each in all_of_them
    }


@pytest.mark.parametrize("seed", range(3))
def test_what_is_held_does_not_depend_on_the_order_in_which_it_came(workshop, seed, app):
    chance = Random(seed)
    pictures = []
    with workshop.database("sqlite") as database:
        with database.writer() as db, unit(db):
            world = build(db)
            db.expunge_all()
        names = ["Python", "JavaScript", "Java Script", "C++"]
        people = [world.people.asha, world.people.bina]
        endorsers = (world.people.alumnus, world.people.teacher)
        sorts = [("claim", 1), ("claim", 6), ("prove", 2), *(("endorse", who) for who in endorsers)]
        acts = [
            (what, person_id, world.skills[name], number)
            for what, number in sorts
            for person_id in people
            for name in names
            if chance.random() < 0.7
        ]
        merge = ("merge", world.skills["Java Script"], world.skills["JavaScript"], 0)
        gone = [("withdraw", each[1], each[2], each[3]) for each in acts if each[0] == "prove"][:2]
        for _turn in range(3):
            chance.shuffle(acts)
            steps = [*acts]
            steps.insert(chance.randrange(len(acts)), merge)
            with database.writer() as db:
                for what, first, second, number in steps:
                    if what == "merge":
                        catalogue.merge(db, SYSTEM, first, second)
                    else:
                        act(db, world, what, first, second, number)
                for _what, person_id, skill_id, _number in gone:
                    proofs.withdraw(db, person_id, ProofKind.CODING, f"site {skill_id}", skill_id)
                db.flush()
                assert courses.rebuild(db, people) == 0, (
                    "what is kept is what follows from the proofs"
                )
                people_counted = dict(db.execute(select(Skill.id, Skill.people)).all())
                shown = picture(db)
                for skill_id, count in people_counted.items():
                    assert count == sum(key[1] == skill_id for key in shown)
                pictures.append(shown)
                db.rollback()
    assert pictures[0]
    assert all(each == pictures[0] for each in pictures)


def test_approved_coding_shows_skills_at_the_level_of_what_was_solved(sign_in, world, database):
    student = world.college.students[0].id
    with database.writer() as db, unit(db):
        platform = Platform(key="leetcode", name="LeetCode", handle_pattern=".*")
        db.add(platform)
        db.flush()
        account = CodingAccount(
            student_id=student,
            platform_id=platform.id,
            username="asha",
            username_key="asha",
            linked_on=date(2026, 9, 1),
            proof_code="x",
        )
        db.add(account)
        db.flush()
        snapshot = Snapshot(
            account_id=account.id,
            student_id=student,
            taken_on=date(2026, 9, 2),
            total_solved=120,
            status=Status.APPROVED,
        )
        db.add(snapshot)
        db.flush()
        who = {"snapshot_id": snapshot.id, "student_id": student, "user_id": world.people.asha}
        emit(db, SnapshotApproved(actor_id=None, **who))
        account_id = account.id
    follow(database)
    held_now = of(sign_in("teacher"), world.people.asha)["Data structures"]
    assert held_now["level"] == 2
    assert held_now["sources"][0]["kind"] == "coding"
    assert held_now["sources"][0]["told"] == "LeetCode"
    with database.writer() as db, unit(db):
        db.get(CodingAccount, account_id).unlinked_at = clock.now()
        db.flush()
        emit(db, AccountUnlinked(actor_id=None, coding_account_id=account_id, student_id=student))
    assert of(sign_in("teacher"), world.people.asha) == {}
