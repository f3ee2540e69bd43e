"""Departments and skills that people follow: their posts come into the feed, as far as one may read them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from quad.community.models.follows import DepartmentFollow, PostSkill, SkillFollow
from quad.community.models.posts import Post
from quad.community.service.keeping import OWN_DATA
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.skills.service import catalogue
from tests.community.conftest import posted
from tests.factories.skills import skill

API = "/api/v1"


@pytest.fixture
def known(database):
    """Numbers of two skills by name."""
    with database.writer() as db, unit(db):
        return {name: skill(db, name).id for name in ("Python", "Pottery")}


def counted(database, kind):
    with database.reading() as db:
        return db.scalar(select(func.count(kind.id)))


@pytest.mark.feature("A41")
def test_a_followed_department_is_in_the_feed_as_far_as_one_may_read(world, as_user, database):
    people, home = world.people, world.department
    posted(database, people.asha, "Open to all")
    posted(database, people.asha, "Among ourselves", who=f"department-{home}")
    posted(database, people.asha, "Only for fans", who="followers")
    carl = as_user(people.carl)
    assert "Open to all" not in carl.get("/community").text
    page = carl.get(f"/departments/{home}").text
    assert f'action="/follows/department/{home}"' in page
    place = carl.post(f"/follows/department/{home}", data={"back": f"/departments/{home}"}).location
    assert place == f"/departments/{home}"
    carl.post(f"/follows/department/{home}")
    assert counted(database, DepartmentFollow) == 1, "twice is once"
    assert f'action="/follows/department/{home}/end"' in carl.get(place).text
    feed = carl.get("/community").text
    assert "Open to all" in feed
    assert "Among ourselves" not in feed
    assert "Only for fans" not in feed
    assert f'href="/departments/{home}"' in carl.get("/connections").text
    assert carl.post(f"/follows/department/{home}/end").location == "/connections"
    assert "Open to all" not in carl.get("/community").text
    assert counted(database, DepartmentFollow) == 0


@pytest.mark.feature("A41", "A40")
def test_a_followed_skill_brings_posts_about_it(world, as_user, database, known):
    asha, teacher = as_user(world.people.asha), as_user(world.people.teacher)
    teacher.post(f"/follows/skill/{known['Python']}")
    assert f"/follows/skill/{known['Python']}/end" in teacher.get(f"/skills/{known['Python']}").text
    assert "Python" in teacher.get("/connections").text
    data = {"text": "A snake of clay", "who": "members", "skills": "Pottery, Python"}
    place = asha.post("/community", data=data).location
    assert f'href="/skills/{known["Pottery"]}"' in asha.get(place).text
    assert "A snake of clay" in teacher.get("/community").text
    form = asha.get(f"{place}/edit").text
    assert "Pottery\nPython" in form
    asha.post(f"{place}/edit", data={**data, "skills": "Pottery"})
    assert "A snake of clay" not in teacher.get("/community").text
    wrong = asha.post("/community", data={**data, "skills": "Juggling"})
    assert wrong.status_code == 422
    assert "is not in the list of skills" in wrong.text


def test_a_post_is_about_five_skills_at_most(world, as_user, database):
    with database.writer() as db, unit(db):
        names = [skill(db).name for _number in range(6)]
    asha = as_user(world.people.asha)
    refused = asha.post(f"{API}/posts", json={"text": "All of it", "skills": names})
    assert refused.status_code == 422
    assert refused.json["fields"] == {"skills": "Choose at most 5 skills."}
    made = asha.post(f"{API}/posts", json={"text": "Most of it", "skills": names[:5]})
    assert sorted(one["name"] for one in made.json["data"]["skills"]) == sorted(names[:5])
    assert counted(database, Post) == 1
    skill_id = made.json["data"]["skills"][0]["id"]
    found = asha.get(f"{API}/posts?skill={skill_id}").json["data"]
    assert [one["text"] for one in found] == ["Most of it"]
    assert asha.get(f"{API}/posts?skill=999").json["data"] == []


@pytest.mark.feature("A40")
def test_a_change_without_skills_leaves_them_and_an_empty_list_or_field_empties_them(
    world, as_user, known
):
    asha = as_user(world.people.asha)
    made = asha.post(f"{API}/posts", json={"text": "Clay", "skills": ["Pottery", "Python"]})
    place = f"{API}/posts/{made.json['data']['id']}"

    def changed(**values):
        answer = asha.put(place, json={"text": "Clay, fired", "who": "members", **values})
        assert answer.status_code == 200, answer.json
        return [one["name"] for one in answer.json["data"]["skills"]]

    assert changed() == ["Pottery", "Python"]
    assert changed(skills=["Pottery"]) == ["Pottery"]
    assert changed(skills=[]) == []
    assert changed(skills=["Python"]) == ["Python"]
    form = {"text": "Clay again", "who": "members", "skills": ""}
    page = f"/community/posts/{made.json['data']['id']}/edit"
    assert asha.post(page, data=form).status_code == 303
    assert asha.get(place).json["data"]["skills"] == []


@pytest.mark.feature("A41")
def test_programs_follow_people_departments_and_skills(world, as_user, known):
    people, home = world.people, world.department
    asha = as_user(people.asha)
    wanted = {"person": people.bina, "department": home, "skill": known["Python"]}
    for kind, number in wanted.items():
        answer = asha.post(f"{API}/follows", json={"kind": kind, "id": str(number)})
        assert (answer.status_code, answer.json["data"]) == (201, {"kind": kind, "id": str(number)})
    found = asha.get(f"{API}/follows").json["data"]
    assert [one["full_name"] for one in found["people"]] == ["Bina Shah"]
    assert [one["id"] for one in found["departments"]] == [str(home)]
    assert [one["name"] for one in found["skills"]] == ["Python"]
    for kind, number in wanted.items():
        assert asha.delete(f"{API}/follows/{kind}/{number}").status_code == 200
    left = asha.get(f"{API}/follows").json["data"]
    assert left == {"people": [], "departments": [], "skills": []}
    for kind, number in (("person", people.asha), ("department", 999), ("skill", 999)):
        refused = asha.post(f"{API}/follows", json={"kind": kind, "id": number})
        assert refused.status_code == 404, kind
    assert asha.post(f"{API}/follows", json={"kind": "course", "id": 1}).status_code == 422
    assert asha.delete(f"{API}/follows/course/1").status_code == 404


@pytest.mark.db
def test_a_merged_skill_keeps_its_followers_and_its_posts(world, as_user, database, known):
    asha, bina = as_user(world.people.asha), as_user(world.people.bina)
    for client, names in ((asha, ("Python", "Pottery")), (bina, ("Pottery",))):
        for name in names:
            client.post(f"/follows/skill/{known[name]}")
    about = {"text": "Both", "who": "members", "skills": "Pottery, Python"}
    asha.post("/community", data=about)
    asha.post("/community", data={**about, "text": "One", "skills": "Pottery"})
    gone_id = asha.post("/community", data={**about, "text": "Gone"}).location.rpartition("/")[2]
    asha.delete(f"{API}/posts/{gone_id}")
    admin, said = as_user(world.people.admin), ("2 followers follow", "2 posts are about")
    look = admin.post(f"/skills/{known['Pottery']}/merge", data={"into": "Python"}).text
    preview = f"{API}/skills/{known['Pottery']}/merge/preview"
    heard = admin.post(preview, json={"kept_id": known["Python"]}).json["data"]["effects"]
    for words in said:
        assert f"{words} the skill that stays." in look
        assert f"{words} the skill that stays." in heard
    with database.writer() as db, unit(db):
        catalogue.merge(db, SYSTEM, known["Pottery"], known["Python"])
    with database.reading() as db:
        kept = known["Python"]
        followers = db.execute(select(SkillFollow.user_id, SkillFollow.skill_id)).all()
        wanted = [(world.people.asha, kept), (world.people.bina, kept)]
        assert sorted(map(tuple, followers)) == wanted
        assert list(db.scalars(select(PostSkill.skill_id))) == [kept, kept, kept]
    assert "One" in bina.get("/community").text


def test_what_one_follows_is_in_the_copy_of_ones_data_and_goes_with_the_account(
    world, as_user, database, known
):
    asha = as_user(world.people.asha)
    asha.post(f"/follows/skill/{known['Python']}")
    asha.post(f"/follows/department/{world.department}")
    asha.post("/community", data={"text": "Mine", "who": "members", "skills": "Python"})
    with database.writer() as db, unit(db):
        copy = OWN_DATA.load(db, world.people.asha)
        assert [row["name"] for row in copy["skills_you_follow"]] == ["Python"]
        assert len(copy["departments_you_follow"]) == 1
        assert [row["name"] for row in copy["skills_of_posts"]] == ["Python"]
        OWN_DATA.forget(db, world.people.asha)
    for kind in (SkillFollow, DepartmentFollow, PostSkill):
        assert counted(database, kind) == 0


def test_pages_of_follows_cost_few_questions(world, as_user, database, known, queries):
    asha = as_user(world.people.asha)
    asha.post(f"/follows/skill/{known['Python']}")
    asha.post(f"/follows/department/{world.department}")
    for number in range(3):
        data = {"text": f"Number {number}", "who": "members", "skills": "Python, Pottery"}
        asha.post("/community", data=data)
    places = ("/community", "/connections", f"/skills/{known['Python']}", f"{API}/follows")
    for place in places:
        asha.get(place)
        queries.clear()
        assert asha.get(place).status_code == 200
        assert len(queries) <= 8, (place, queries)
