"""Jobs from a file: looked at first, brought up to date the second time, as drafts or open at once."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from quad.careers.models.jobs import Job, JobSkill
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.export import tables
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.importing.pipeline import importer_of, run_import
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import RoleGrant, User
from quad.skills.models import Skill

API = "/api/v1"
HEAD = "title,company,poster,about,deadline,required_skills,nice_skills,salary_min,salary_max,state"
GOOD = 'Tester,Paisa Switch,,Find what is wrong.,2040-01-31,"Python, SQL",Go,500000,600000,open'
DRAFT = "Writer,Paisa Switch,,Write it down.,2040-01-31,,,,,"


def send(client, *lines):
    content = "\n".join([HEAD, *lines]).encode()
    taken = client.post(f"{API}/imports/jobs", data=content, content_type="text/csv")
    assert taken.status_code == 201, taken.text
    return taken.json["data"]


@pytest.mark.feature("A7")
def test_jobs_come_from_a_file_and_the_same_file_again_changes_nothing(sign_in, world):
    officer = sign_in("officer")
    batch = send(officer, GOOD, DRAFT)
    assert (batch["new"], batch["errors"]) == (2, 0), batch
    assert officer.post(f"{API}/imports/{batch['id']}/apply", json={}).status_code == 200
    shown = {one["title"]: one for one in officer.get(f"{API}/jobs").json["data"]}
    assert "Tester" in shown, "it is open at once"
    job = officer.get(f"{API}/jobs/{shown['Tester']['id']}").json["data"]
    assert job["state"] == "open"
    skills = {one["name"]: one["required"] for one in job["skills"]}
    assert skills == {"Python": True, "SQL": True, "Go": False}
    assert job["currency"] == "INR"
    assert "Tester" in sign_in("asha").get("/jobs").text
    assert "Writer" not in sign_in("asha").get("/jobs").text, "a draft is the poster’s alone"
    again = send(officer, GOOD, DRAFT)
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 2), again
    changed = send(officer, GOOD.replace("600000", "700000"))
    assert changed["changed"] == 1
    officer.post(f"{API}/imports/{changed['id']}/apply", json={})
    job = officer.get(f"{API}/jobs/{shown['Tester']['id']}").json["data"]
    assert job["salary_max"] == 700000


@pytest.mark.feature("A7")
def test_a_file_of_jobs_says_what_is_wrong_in_which_line_and_is_for_the_office(sign_in, world):
    wrong = (
        "Nobody,Paisa Switch,nobody@home.example,Work,2040-01-31,,,,,",
        "Skilled,Paisa Switch,,Work,2040-01-31,Sorcery,,,,",
        "Paid,Paisa Switch,,Work,2040-01-31,,,9,8,",
        "Late,Paisa Switch,,Work,2001-01-31,,,,,",
        "Empty,Paisa Switch,,,,,,,,",
        GOOD,
        GOOD,
    )
    told = send(sign_in("officer"), *wrong)["problems"]
    said = {one["line"]: one["sentence"] for one in told}
    assert said[2] == "Nobody who may post jobs has the address “nobody@home.example”."
    assert said[3] == "The catalogue has no skill “Sorcery”."
    assert said[4] == "The highest salary is below the lowest one."
    assert said[5] == "This day is over. Choose a later one."
    assert said[6] == "A new job needs this."
    assert said[8] == "Line 7 has the same."
    for name in ("karthik", "hod", "asha"):
        refused = sign_in(name).post(f"{API}/imports/jobs", data=HEAD.encode())
        assert refused.status_code == 403, name


@pytest.fixture
def carried(database, settings, tmp_path):
    """Write all jobs that somebody may take along to a file, and bring a file in from the command line."""

    def lines(actor=SYSTEM):
        table = tables.table_of("import.jobs")
        with database.reading() as db:
            rows = [[cell or "" for cell in row] for row in tables.rows(db, table, actor)]
        return [dict(zip(table.names, map(str, row), strict=True)) for row in rows]

    def bring(rows):
        file = tmp_path / "jobs.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        files = Files.from_settings(settings)
        return run_import(database, files, importer_of("jobs"), file, SYSTEM)

    return lines, bring


FOR_ALL: dict[str, object] = {"for_roles": [], "for_min_cgpa": None}


@pytest.mark.feature("A7", "C30")
@pytest.mark.db
def test_jobs_taken_along_are_the_same_elsewhere_with_their_posters_and_skills(
    post_job, world, database, carried
):
    lines, bring = carried
    post_job(title="For some")
    post_job(title="For all", **FOR_ALL, nice_skills=[])
    post_job(title="Closing", deadline=(clock.now() + timedelta(hours=1)).isoformat())
    away = {one["title"]: one for one in lines()}
    assert {title: one["state"] for title, one in away.items()} == {
        "For some": "draft",
        "For all": "open",
        "Closing": "draft",
    }, "a file cannot say for whom a job is, so it waits for somebody who does"
    assert away["For all"]["required_skills"] == "Python, SQL"
    again = bring(list(away.values()))
    assert (again.new, again.changed, again.errors) == (0, 0, 0), again.problems
    with (
        database.writer() as db,
        unit(db),
    ):  # an installation that knows neither jobs, poster nor skill
        db.execute(update(Job).values(deleted_at=clock.now()))
        db.execute(
            update(User).where(User.id == world.people.karthik).values(email="else@home.example")
        )
        sql = db.scalars(select(Skill).where(Skill.name == "SQL")).one()
        sql.name = sql.name_key = "Structured queries"
    brought = bring(list(away.values()))
    assert (brought.new, brought.errors) == (3, 0), brought.problems
    assert {one["title"]: one for one in lines()} == away
    with database.reading() as db:
        poster = db.scalars(select(User).where(User.email == away["For all"]["poster"])).one()
        assert poster.full_name == "Karthik Raman"
        assert poster.id != world.people.karthik
        held = select(RoleGrant.id).where(RoleGrant.user_id == poster.id)
        assert db.scalar(held) is None, "a file gives nobody a right"
        named = select(Skill.name).join(JobSkill, JobSkill.skill_id == Skill.id)
        assert "SQL" in set(db.scalars(named.join(Job, Job.id == JobSkill.job_id)))


@pytest.mark.feature("A7")
def test_the_office_takes_along_neither_what_is_over_nor_drafts_of_others(
    post_job, sign_in, world, database, carried
):
    lines, _bring = carried
    post_job(title="Still a draft", opened=False)
    over = post_job(title="Over")
    sign_in("karthik").post(f"{API}/jobs/{over}/close")
    post_job(title="Open", **FOR_ALL)
    with database.reading() as db:
        officer = actor_by_id(db, world.people.officer)
    assert [one["title"] for one in lines(officer)] == ["Open"]
    assert {one["title"] for one in lines()} == {"Still a draft", "Open"}
