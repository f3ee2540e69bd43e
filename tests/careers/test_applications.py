"""Applications: handed in once, moved along allowed ways, counted, and reported without telling anybody's salary."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import func, select, text, update

from quad.careers.forms.applications import ApplyForJob
from quad.careers.models.applications import Application, ApplicationStep, CvOpening, Stage
from quad.careers.models.figures import APPLICATIONS, PLACEMENT
from quad.careers.models.jobs import Job
from quad.careers.service import applying
from quad.careers.service.placement import median, report
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.errors import QuadError
from quad.core.facts import run, unit
from tests.factories.people import person


@pytest.mark.feature("A9", "A27", "A33", "A49", "A68")
def test_an_application_with_a_cv_goes_all_the_way_and_only_the_poster_opens_the_cv(
    sign_in, post_job, apply_for, database, world
):
    job = post_job()
    asha, poster = sign_in("asha"), sign_in("karthik")
    page = asha.get(f"/jobs/{job}/apply").text
    assert "Why us?" in page
    missing = asha.post(f"/jobs/{job}/apply", data={"cover_letter": "Kept"})
    assert missing.status_code == 422
    assert "Please fill this in." in missing.text
    assert "Kept" in missing.text
    fake = {"a_q1": "x", "file": (BytesIO(b"MZ\x90\x00 program"), "cv.pdf")}
    assert "This kind of file is not taken here" in asha.post(f"/jobs/{job}/apply", data=fake).text
    number = apply_for(job)
    again = asha.post(f"/api/v1/jobs/{job}/applications", json={})
    assert (again.status_code, again.json["error"]) == (
        409,
        "You have applied for this job already.",
    )
    for name, status in (
        ("karthik", 200),
        ("asha", 200),
        ("officer", 403),
        ("other", 404),
        ("bina", 404),
    ):
        assert sign_in(name).get(f"/download/cv/{number}").status_code == status, name
    taken = poster.get(f"/download/cv/{number}")
    assert taken.headers["X-Quad-File"]
    assert 'filename="cv.pdf"' in taken.headers["Content-Disposition"]
    with database.reader() as db:
        assert db.scalars(select(CvOpening.user_id)).all() == [world.people.karthik] * 2
        documents = db.scalars(select(Application.submitted_documents)).one()
    assert [one["name"] for one in documents] == ["cv.pdf"]
    shown = poster.get(f"/applications/{number}").text
    for words in ("Dear team", "Because", "Asha Rao", "Fit"):
        assert words in shown, words
    assert "8.42" not in shown, "an average is not for posters"
    refused = poster.post(f"/api/v1/applications/{number}/move", json={"stage": "hired"})
    assert refused.status_code == 409
    assert "After “Applied” comes one of these" in refused.json["error"]
    poster.post(f"/api/v1/applications/{number}/notes", json={"text": "Ask about Go"})
    for stage in ("under_review", "shortlisted", "interview"):
        body = {"stage": stage, "note": f"Now {stage}"}
        moved = poster.post(f"/api/v1/applications/{number}/move", json=body)
        assert moved.status_code == 200, moved.text
    poster.post(f"/applications/{number}/move", data={"stage": "offered", "offer": "70000"})
    poster.post(f"/applications/{number}/move?back={job}", data={"stage": "hired"})
    own = asha.get(f"/applications/{number}").text
    assert "Hired" in own
    assert "₹70,000 a month" in own
    assert "Now interview" in own
    assert "Ask about Go" not in own
    assert asha.post(f"/api/v1/applications/{number}/withdraw", json={}).status_code == 409
    assert (
        asha.post(f"/api/v1/applications/{number}/move", json={"stage": "offered"}).status_code
        == 403
    )
    assert "Your application for “Platform engineering intern”" in asha.get("/notifications").text


@pytest.mark.feature("A7", "A33")
def test_the_poster_sees_applicants_as_list_and_board_and_moves_several(
    sign_in, post_job, apply_for
):
    job = post_job()
    first, second = apply_for(job), apply_for(job, by="chen")
    poster = sign_in("karthik")
    listed = poster.get(f"/jobs/{job}/applicants").text
    assert listed.index("Asha Rao") < listed.index("Chen Li"), "who fits best comes first"
    assert "Asha Rao" in poster.get(f"/jobs/{job}/board").text
    for path in ("applicants", "board"):
        assert sign_in("asha").get(f"/jobs/{job}/{path}").status_code == 403
    asked = poster.post("/applications/move", data={"id": [first, second]})
    assert "2 applications are chosen." in asked.text
    poster.post("/applications/move", data={"id": [first], "stage": "rejected", "note": "Sorry"})
    moved = poster.post(
        "/api/v1/applications/move", json={"ids": [first, second], "stage": "shortlisted"}
    )
    assert moved.json["data"]["moved"] == 1
    assert list(moved.json["data"]["refused"]) == [first]
    rows = poster.get(f"/api/v1/jobs/{job}/applications?sort=applied").json["data"]
    assert [row["stage"] for row in rows] == ["rejected", "shortlisted"]


@pytest.mark.db
@pytest.mark.feature("A54", "A66")
def test_of_many_tries_at_once_one_application_comes_to_be_and_is_counted(
    post_job, database, world
):
    job = int(post_job(cv_needed=False, questions=""))
    refused: list[str] = []

    def attempt() -> None:
        def work(db):
            applying.apply(db, actor_by_id(db, world.people.asha), job, ApplyForJob())

        try:
            run(database.writer, work)
        except QuadError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert refused == ["You have applied for this job already."] * 5
    with database.writer() as db, unit(db):
        assert db.scalar(select(func.count(Application.id))) == 1
        assert db.scalar(select(Job.applications_count)) == 1
        assert APPLICATIONS.drifts(db) == []
        db.execute(update(Application).values(withdrawn_at=clock.now()))
    with database.reader() as db:
        assert db.scalar(select(Job.applications_count)) == 0


@pytest.mark.db
@pytest.mark.feature("A67")
def test_the_database_says_when_somebody_applied_and_until_when_one_may(post_job, database, world):
    job = int(post_job(cv_needed=False, questions=""))

    def attempt(name):
        def work(db):
            return applying.apply(
                db, actor_by_id(db, getattr(world.people, name)), job, ApplyForJob()
            ).id

        return run(database.writer, work)

    before = clock.now()
    with clock.travel(timedelta(days=-2)):
        made = attempt("asha")
    with database.reader() as db:
        row = db.get_one(Application, made)
        assert abs((row.applied_at - before).total_seconds()) < 120, "not the traveller's clock"
        assert row.applied_at == row.application_date
    with (
        database.writer() as db,
        unit(db),
        pytest.raises(Exception, match=r"(?i)generated|computed"),
    ):
        db.execute(text("UPDATE careers_application SET applied_at = '2020-01-01 00:00:00'"))
    with database.writer() as db, unit(db):
        db.execute(update(Job).values(deadline=before - timedelta(seconds=5)))
    with clock.travel(timedelta(days=-2)), pytest.raises(QuadError, match="This moment has passed"):
        attempt("chen")


@pytest.mark.feature("A33")
def test_whoever_withdrew_may_apply_again_with_a_kept_cv(sign_in, post_job, apply_for, database):
    job = post_job()
    number = apply_for(job)
    asha = sign_in("asha")
    gone = asha.post(f"/applications/{number}/withdraw", data={"note": "Changed my mind"})
    assert gone.status_code == 303
    kept = asha.get("/api/v1/applications/cvs").json["data"]
    body = {"cv_id": kept[0]["id"], "answers": {"q1": "Again"}}
    again = asha.post(f"/api/v1/jobs/{job}/applications", json=body)
    assert again.status_code == 201, again.text
    assert again.json["data"]["id"] == number
    assert sign_in("chen").delete(f"/api/v1/applications/cvs/{kept[0]['id']}").status_code == 404
    with database.reader() as db:
        steps = db.execute(
            select(ApplicationStep.stage_before, ApplicationStep.stage_after).order_by(
                ApplicationStep.id
            )
        ).all()
    assert [tuple(row) for row in steps] == [
        (None, Stage.APPLIED),
        (Stage.APPLIED, Stage.WITHDRAWN),
        (Stage.WITHDRAWN, Stage.APPLIED),
    ]


@pytest.mark.db
def test_the_placement_report_knows_the_median_and_hides_small_groups(post_job, database, world):
    job = int(post_job())
    home, away = world.departments.home, world.departments.away
    amounts = {home: ["100.00", "250.50", "300.25", "900", "1000", "1200"], away: ["5000", "6000"]}
    with database.writer() as db, unit(db):
        for department, yearly in amounts.items():
            for place, amount in enumerate(yearly):
                db.add(
                    Application(
                        job_id=job,
                        person_id=person(db).id,
                        department_id=department,
                        stage=Stage.HIRED if place % 2 else Stage.OFFERED,
                        offer_yearly=Decimal(amount),
                        offer_currency="INR",
                        decided_year=2026,
                    )
                )
    with database.reader() as db:
        assert PLACEMENT.drifts(db) == []
        found = report(db, year=2026)
        assert found.whole.median == Decimal(950)
        assert (found.whole.offers, found.whole.hired) == (8, 4)
        assert all(line.small for line in found.departments), "one hidden line would be the rest"
        assert report(db, year=2025).whole.offers is None
    with database.writer() as db, unit(db):
        db.execute(
            update(Application).where(Application.department_id == away).values(department_id=home)
        )
    with database.reader() as db:
        (line,) = report(db).departments
        assert (line.offers, line.median) == (8, Decimal(950))


def test_the_median_of_an_even_number_is_the_exact_mean_of_the_two_in_the_middle():
    assert median([(Decimal("0.10"), 1), (Decimal("0.25"), 1)]) == Decimal("0.175")
    assert median([(Decimal(1), 2), (Decimal(9), 1)]) == Decimal(1)
    assert median([]) is None


@pytest.mark.feature("A58")
def test_the_view_of_open_jobs_shows_who_posted_them_and_their_skills(post_job, database):
    post_job()
    post_job(opened=False, title="Draft")
    with database.reader() as db:
        rows = db.execute(text("SELECT * FROM vw_open_jobs")).mappings().all()
    assert [row["title"] for row in rows] == ["Platform engineering intern"]
    row = rows[0]
    assert (float(row["salary_min"]), float(row["salary_max"])) == (60000.0, 75000.5)
    assert (row["poster"], row["nice_skills"]) == ("Karthik Raman", "Go")
    assert sorted(row["required_skills"].split(", ")) == ["Python", "SQL"]


def test_the_pages_cost_at_most_eight_statements(sign_in, post_job, apply_for, queries):
    job = post_job(for_max_backlogs=0)
    number = apply_for(job)
    asha, poster = sign_in("asha"), sign_in("karthik")
    for client, path in (
        (asha, "/jobs"),
        (asha, f"/jobs/{job}"),
        (asha, "/applications"),
        (asha, f"/applications/{number}"),
        (poster, f"/jobs/{job}"),
        (poster, f"/jobs/{job}/applicants"),
        (poster, f"/jobs/{job}/board"),
        (poster, f"/applications/{number}"),
    ):
        client.get(path)
        queries.clear()
        assert client.get(path).status_code == 200
        assert len(queries) <= 8, (path, queries)


@pytest.mark.feature("A44")
def test_a_reference_goes_with_an_application_and_its_text_to_the_poster_alone(
    sign_in, post_job, apply_for, world
):
    asha, writer, poster = sign_in("asha"), sign_in("other"), sign_in("karthik")
    wanted = {"writer_id": world.people.other, "purpose": "Jobs", "delivery": "confidential"}
    number = asha.post("/api/v1/references", json=wanted).json["data"]["id"]
    job = post_job()
    early = asha.post(f"/api/v1/jobs/{job}/applications", json={"references": [number]})
    assert early.status_code == 422, "nothing is written yet"
    writer.post(f"/references/{number}/accept")
    told = {"capacity": "Her mentor", "text": "She finds what others overlook."}
    writer.post(f"/references/{number}/write", data=told)
    writer.post(f"/references/{number}/deliver")
    assert "Olga Other: Jobs (confidential)" in asha.get(f"/jobs/{job}/apply").text
    assert "Olga Other" not in sign_in("chen").get(f"/jobs/{job}/apply").text
    stolen = sign_in("chen").post(
        f"/api/v1/jobs/{job}/applications",
        json={"references": [number], "answers": {"q1": "Because"}},
    )
    assert stolen.status_code == 422
    assert stolen.json["fields"] == {"references": "Choose references that were given to you."}
    application = apply_for(job, references=number)
    own = asha.get(f"/applications/{application}").text
    assert "Only who posted the job reads it." in own
    api = asha.get(f"/api/v1/applications/{application}")
    for answer in (own, api.text, sign_in("officer").get(f"/applications/{application}").text):
        assert "what others overlook" not in answer
    read = poster.get(f"/applications/{application}").text
    assert "She finds what others overlook." in read
    assert "Her mentor, Jobs" in read
    shown = poster.get(f"/api/v1/applications/{application}").json["data"]["references"]
    assert [(one["writer"], one["text"]) for one in shown] == [("Olga Other", told["text"])]
    asha.post(f"/applications/{application}/withdraw")
    assert "what others overlook" not in poster.get(f"/applications/{application}").text


@pytest.fixture
def asked_reference(sign_in, post_job, apply_for, world):
    """Let Asha apply for a job and ask Olga for a reference towards it; return the numbers of both."""
    application = apply_for(post_job())
    asha = sign_in("asha")
    assert "Olga Other" in asha.get(f"/applications/{application}/references/new").text
    form = {"writer_id": world.people.other, "message": "You saw me build it."}
    made = asha.post(f"/applications/{application}/references/new", data=form)
    assert made.status_code == 303, made.text
    listed = asha.get(f"/api/v1/applications/{application}").json["data"]["references"]
    return application, listed[0]["id"]


def give(writer, reference):
    writer.post(f"/references/{reference}/accept")
    told = {"capacity": "Her mentor", "text": "She finds what others overlook."}
    writer.post(f"/references/{reference}/write", data=told | {"give": "1"})


@pytest.mark.feature("A44")
def test_a_reference_asked_for_one_application_reaches_its_poster_and_nobody_else(
    sign_in, asked_reference
):
    application, reference = asked_reference
    asha, writer, poster = sign_in("asha"), sign_in("other"), sign_in("karthik")
    page = f"/applications/{application}"
    assert "Asked" in asha.get(page).text
    assert "Olga Other" not in poster.get(page).text, (
        "what is not given does not concern the poster"
    )
    letter = writer.get(f"/references/{reference}").text
    assert "Platform engineering intern, Paisa Switch" in letter
    assert "Confidentially, with one application" in letter
    give(writer, reference)
    for name in ("asha", "officer"):
        for path in (page, f"/api/v1{page}", f"/references/{reference}", "/me/data"):
            assert "what others overlook" not in sign_in(name).get(path).text, (name, path)
    for name in ("bina", "chen", "other", "hod"):
        assert sign_in(name).get(page).status_code == 404, name
        assert sign_in(name).get(f"/api/v1{page}").status_code == 404, name
    assert "She finds what others overlook." in poster.get(page).text
    shown = poster.get(f"/api/v1{page}").json["data"]["references"]
    assert [(one["state"], one["confidential"], one["capacity"]) for one in shown] == [
        ("delivered", True, "Her mentor")
    ]
    assert "A reference for Asha Rao came in" in poster.get("/notifications").text
    assert "Only who posted the job reads it." in asha.get(page).text


@pytest.mark.feature("A44")
def test_a_reference_for_one_application_goes_with_no_other(
    sign_in, asked_reference, post_job, world
):
    _application, reference = asked_reference
    give(sign_in("other"), reference)
    another = post_job(title="Another")
    asha = sign_in("asha")
    assert "Olga Other" not in asha.get(f"/jobs/{another}/apply").text
    answer = asha.post(
        f"/api/v1/jobs/{another}/applications",
        json={"references": [reference], "answers": {"q1": "Because"}},
    )
    assert answer.json["fields"] == {"references": "Choose references that were given to you."}


@pytest.mark.feature("A44")
def test_only_the_applicant_asks_for_a_reference_and_only_until_it_is_decided(
    sign_in, asked_reference, world
):
    application, reference = asked_reference
    place = f"/api/v1/applications/{application}/references"
    body = {"writer_id": str(world.people.other)}
    for name, status in (("karthik", 403), ("officer", 403), ("chen", 404), ("hod", 404)):
        assert sign_in(name).post(place, json=body).status_code == status, name
    assert sign_in("asha").post(place, json=body).status_code == 409, "asked already"
    unknown = sign_in("asha").post(place, json={"writer_id": str(world.people.bina)})
    assert unknown.json["fields"] == {"writer_id": "Choose a graduate or a teacher."}
    sign_in("asha").post(f"/applications/{application}/withdraw")
    assert sign_in("asha").post(place, json=body).status_code == 409
    assert sign_in("asha").get(f"/applications/{application}/references/new").status_code == 409
    withdrawn = sign_in("other").get(f"/api/v1/references/{reference}").json["data"]
    assert withdrawn["state"] == "withdrawn", "nobody writes towards what is given up"
