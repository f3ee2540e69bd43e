"""Searching over everything: mistyped words, and nothing that one may not see."""

from __future__ import annotations

import pytest

from quad.community.forms.posts import NewPost
from quad.community.service import writing as posting
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.core.search.near import distance
from quad.identity.service.directory import index_people
from quad.messaging.forms import WriteMessage
from quad.messaging.service import writing as messages
from quad.pages.forms.pages import NewPage, PublishPage
from quad.pages.service import publishing, writing
from quad.relations.service import following
from tests.factories import academics as factory
from tests.factories.people import person


def begin(db, title, *, shown):
    admin = actor_by_id(db, person(db, role="admin").id)
    page = writing.create(db, admin, NewPage(title=title))
    db.flush()
    if shown:
        publishing.publish(db, admin, page.id, PublishPage(version=page.version))


@pytest.mark.parametrize(
    ("word", "term", "far"),
    [
        ("admisions", "admissions", 1),
        ("amdissions", "admissions", 1),
        ("admissions", "admissions", 0),
        ("admi", "admissions", 0),
        ("handbokk", "handbook", 1),
        ("library", "admissions", 6),
    ],
)
def test_letters_that_are_wrong_are_counted(word, term, far):
    assert (distance(word, term) <= 2) == (far <= 2)
    if far <= 2:
        assert distance(word, term) == far


@pytest.mark.db
def test_a_mistyped_word_is_understood(app, database, as_role):
    with database.writer() as db, unit(db):
        begin(db, "Admissions office", shown=True)
    student = as_role("student")
    page = student.get("/search?q=admisions").text
    assert "This was found for “admissions”" in page
    assert "Admissions office" in page
    assert "Admissions office" in student.get("/search/suggestions?q=amdissions+offcie").text
    answer = student.get("/api/v1/search?q=admisions").json
    assert answer["data"][0]["hits"][0]["title"] == "Admissions office"
    assert answer["message"] == "Found for “admissions”"
    assert "Nothing found" in student.get("/search?q=zzzzadmissions").text
    assert "Nothing found" in student.get("/search?q=adx").text


def test_a_mistyped_word_shows_nothing_that_is_hidden(app, database, as_role):
    with database.writer() as db, unit(db):
        begin(db, "Secretplan", shown=False)
    for asked in ("secretplan", "secretplna"):
        seen = as_role("student").get(f"/search?q={asked}").text
        assert "Nothing found" in seen
        assert "Secretplan" not in seen
    assert "Secretplan" in as_role("admin").get("/search?q=secretplna").text


@pytest.fixture
def talk(app, database):
    """A student who wrote to a teacher, another teacher, and a post that both could find."""
    with database.writer() as db, unit(db):
        home = factory.department(db)
        asha = factory.student(db, name="Asha Rao", on=factory.programme(db, home)).user_id
        teacher = factory.teacher(db, of=home, name="Tara Quillfeather").user_id
        other = factory.teacher(db, of=home, name="Otto Quillfeather").user_id
        index_people(db, [asha, teacher, other])
        own = actor_by_id(db, asha)
        messages.compose(db, own, teacher, WriteMessage(text="About the compiler"))
        posting.create(db, actor_by_id(db, other), NewPost(text="A compiler for everybody"))
    return asha, teacher, other


@pytest.mark.db
def test_a_conversation_is_found_by_the_name_of_who_it_is_with_by_its_two_people_alone(
    talk, as_user
):
    asha, teacher, other = talk

    def found(user_id, asked):
        groups = as_user(user_id).get(f"/api/v1/search?q={asked}").json["data"]
        return [
            (hit["title"], hit["url"], hit["sub"])
            for group in groups
            if group["kind"] == "messaging.conversation"
            for hit in group["hits"]
        ]

    [hit] = found(asha, "quillf")
    assert (hit[0], hit[2]) == ("Tara Quillfeather", "")
    assert as_user(asha).get(hit[1]).status_code == 200
    assert [one[0] for one in found(teacher, "asha")] == ["Asha Rao"]
    assert not found(other, "asha")
    assert not found(other, "tara")


def test_somebody_who_is_blocked_is_no_longer_found_among_conversations(talk, as_user, database):
    asha, teacher, _other = talk
    with database.writer() as db, unit(db):
        following.block(db, actor_by_id(db, asha), teacher)
    for one, asked in ((asha, "quillf"), (teacher, "asha")):
        groups = as_user(one).get(f"/api/v1/search?q={asked}").json["data"]
        assert "messaging.conversation" not in [group["kind"] for group in groups]


@pytest.mark.db
@pytest.mark.parametrize("role", ["student", "admin", "alumnus", "hod", "faculty"])
def test_a_search_costs_at_most_eight_statements(talk, as_role, queries, role):
    """Whatever is found: by name, in texts, in both, nothing at all."""
    client = as_role(role)
    client.get("/search?q=warm")
    for asked in ("quillf", "compiler", "compiler quillfeather", "zzzznothing", "compilre"):
        for page in ("/search", "/search/suggestions", "/api/v1/search"):
            queries.clear()
            assert client.get(page, query_string={"q": asked}).status_code == 200
            assert len(queries) <= 8, (page, asked, queries)
