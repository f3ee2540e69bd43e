"""What is missing from a profile is named, and each name leads to where it is added."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import delete, update

from quad.alumni.models.members import Education, Member
from quad.alumni.service.completeness import STEPS, hints
from quad.core.facts import unit
from quad.skills.models import PersonSkill

API = "/api/v1/profiles/me"


def own(client):
    data = client.get(API).json["data"]
    return data["complete_percent"], data["missing"]


@pytest.mark.feature("A20", "A30")
def test_education_and_skills_count_and_a_full_profile_lacks_nothing(world, database, sign_in):
    client = sign_in("owner")
    assert own(client) == (100, [])
    with database.writer() as db, unit(db):
        db.execute(delete(Education).where(Education.member_id == world.member_id))
    assert own(client) == (89, ["education"])
    with database.writer() as db, unit(db):
        db.execute(update(PersonSkill).values(hidden=True))
    assert own(client) == (78, ["skills", "education"]), "a skill nobody sees fills no profile"
    page = client.get("/profile/network").text
    assert "Add what you can do" in page
    assert "Add what you learned elsewhere" in page


@pytest.mark.feature("A20")
def test_each_missing_thing_is_named_and_leads_to_a_page_where_it_is_added(world, sign_in):
    client = sign_in("colleague")
    assert own(client) == (0, list(STEPS))
    page = client.get("/profile/network").text
    found = re.search(r'class="mt-2 mb-0 q-links">(.*?)</ul>', page, re.DOTALL)
    assert found is not None
    links = found[1]
    places = re.findall(r'<a href="([^"]+)">([^<]+)</a>', links)
    assert [words for _place, words in places] == [str(words) for words, *_rest in STEPS.values()]
    for place, words in places:
        address, _hash, anchor = place.partition("#")
        answer = client.get(address)
        assert answer.status_code == 200, words
        assert not anchor or f'id="{anchor}"' in answer.text, place
    by_words = {words: place for place, words in places}
    school = client.get(by_words["Add what you learned elsewhere"].partition("#")[0]).text
    assert 'name="school"' in school, "the form stands open"
    assert by_words["Add what you can do"] == "/profile/skills"


@pytest.mark.feature("A20")
def test_looking_at_what_is_missing_takes_one_statement(world, database, statements):
    with database.reader() as db:
        member = db.get_one(Member, world.member_id)
        statements.clear()
        assert hints(db, member).percent == 100
        assert len(statements) == 1
