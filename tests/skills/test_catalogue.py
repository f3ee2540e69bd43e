"""The catalogue of skills: what comes with Quad, looking for a skill, and keeping the list."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.skills.models import Skill
from quad.skills.service import finding, loading


@pytest.mark.db
def test_loading_the_shipped_catalogue_twice_is_loading_it_once(database):
    with database.writer() as db, unit(db):
        first = loading.load(db, SYSTEM)
    with database.writer() as db, unit(db):
        again = loading.load(db, SYSTEM)
    assert first.added > 8_700
    assert (again.added, again.synonyms) == (0, 0)
    with database.reading() as db:
        assert db.scalar(select(func.count(Skill.id))) == first.added
        wanted = {"js": "JavaScript", "pyth": "Python", "micro exc": "Microsoft Excel", "c": "C"}
        for typed, name in wanted.items():
            assert name in [each.name for each in finding.suggest(db, typed)], typed


def test_typing_finds_names_and_synonyms_and_offers_nothing_retired(sign_in, world):
    asha, admin = sign_in("asha"), sign_in("admin")

    def offered(typed):
        return [each["name"] for each in asha.get(f"/skills/suggest?q={typed}").get_json()]

    assert offered("js")[0] == "JavaScript"
    assert offered("c%2B%2B") == ["C++"]
    assert offered("plan budg") == ["Budgeting, forecasting, and planning software"]
    assert offered("%25%00") == []
    options = asha.get("/skills/suggest?q=py&options=1").text
    assert 'role="option"' in options
    assert "(Py)" not in options, "the name says it already"
    git = world.skills["Git"]
    assert admin.post(f"/skills/{git}/retire").status_code == 303
    assert offered("git") == []
    assert admin.post(f"/api/v1/skills/{git}/retire").status_code == 409
    assert asha.post(f"/api/v1/skills/{git}/restore").status_code == 403
    assert admin.post(f"/api/v1/skills/{git}/restore").status_code == 200
    assert offered("git") == ["Git"]


def test_an_administrator_adds_renames_and_names_a_skill_twice(sign_in, world):
    admin = sign_in("admin")
    form = {"name": "Rust", "category": "Systems", "synonyms": "rustlang\nRust lang"}
    made = admin.post("/skills/new", data=form)
    assert made.status_code == 303
    assert "rustlang" in admin.get(made.location).text
    skill_id = int(made.location.rsplit("/", 1)[1])
    again = admin.post("/skills/new", data=form | {"name": "RUST LANG", "synonyms": ""})
    assert again.status_code == 422
    assert "This leads to the skill “Rust” already." in again.text
    edit = f"/skills/{skill_id}/edit"
    version = admin.get(f"/api/v1/skills/{skill_id}").get_json()["data"]["version"]
    change = form | {"name": "Rust language", "version": version, "synonyms": "Rust"}
    assert admin.post(edit, data=change).status_code == 303
    assert "Somebody else changed this" in admin.post(edit, data=change).text
    assert [s["name"] for s in admin.get("/skills/suggest?q=rust").get_json()] == ["Rust language"]
    assert admin.get("/skills?q=rust&format=csv").status_code == 200
    assert sign_in("asha").get(edit).status_code == 403


def test_two_names_of_one_skill_become_one_after_a_look_at_what_happens(sign_in, world):
    admin, asha, bina = sign_in("admin"), sign_in("asha"), sign_in("bina")
    gone, kept = world.skills["Java Script"], world.skills["JavaScript"]
    asha.put(
        "/api/v1/me/skills",
        json={"skills": [{"skill_id": gone, "level": 4}, {"skill_id": kept, "level": 2}]},
    )
    bina.put("/api/v1/me/skills", json={"skills": [{"skill_id": gone, "level": 1}]})
    look = admin.post(f"/skills/{gone}/merge", data={"into": "js"})
    for words in ("1 person gets the skill that stays", "1 person has both", "Java Script"):
        assert words in look.text, words
    assert admin.get(f"/skills/{gone}").status_code == 200, "looking changes nothing"
    assert (
        admin.post(f"/skills/{gone}/merge?confirm=1", data={"into": "JavaScript"}).status_code
        == 303
    )
    assert admin.get(f"/skills/{gone}").location.endswith(f"/skills/{kept}")
    mine = asha.get("/api/v1/me/skills").get_json()["data"]
    assert [(each["name"], each["level"]) for each in mine] == [("JavaScript", 4)]
    assert bina.get("/api/v1/me/skills").get_json()["data"][0]["name"] == "JavaScript"
    assert asha.get("/skills/suggest?q=java+script").get_json()[0]["name"] == "JavaScript"
    assert admin.get(f"/api/v1/skills/{kept}").get_json()["data"]["people"] == 2
    itself = admin.post(f"/api/v1/skills/{kept}/merge", json={"kept_id": str(kept)})
    assert itself.status_code == 409


def test_the_page_of_the_catalogue_names_its_source_and_licence(sign_in):
    page = sign_in("asha").get("/skills/sources").text
    assert "O*NET 29.2" in page
    assert "CC BY 4.0" in page
    assert "/skills/sources" in sign_in("asha").get("/skills").text
