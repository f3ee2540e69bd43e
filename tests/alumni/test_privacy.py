"""A field that a reader does not see is not there for them, whichever door they try."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select, text, update

from quad.alumni.models.members import Member, Seen
from quad.alumni.policy.audience import FIELDS
from quad.alumni.service.findable import index_members
from quad.core import clock
from quad.core.facts import unit
from tests.alumni.conftest import TOLD

VIEWERS = ("stranger", "colleague", "connection", "hod")
NOBODY_OF = ("blocked", "unverified")
# Who sees a field shown to an audience. The head of the department belongs to it.
SEEN_BY = {
    Seen.HIDDEN: set(),
    Seen.CONNECTIONS: {"connection"},
    Seen.DEPARTMENT: {"colleague", "hod"},
    Seen.NETWORK: set(VIEWERS),
}
# What a list shows, filters by and counts.
LISTED = {
    "photo": "photo",
    "headline": "headline",
    "work": "company",
    "location": "city",
    "email": "email",
}
FILTERED = {
    "work": f"company={TOLD['work']}",
    "location": f"city={TOLD['location']}",
    "open": "open=mentoring",
    "skills": f"skill={TOLD['skills']}",
}
FACETS = {"work": "company", "location": "city", "open": "open", "skills": "skill"}
SEARCHED = ("headline", "work", "education", "achievements", "skills", "location")
# Long texts for connections alone are in no index, since an index knows nobody's connections.
FULL_TEXT = ("bio",)
API = "/api/v1"


def show(database, world, seen):
    """Let the owner show every field to one audience."""
    with database.writer() as db, unit(db):
        values = {column.key: int(seen) for column in FIELDS.values()}
        db.execute(update(Member).where(Member.id == world.member_id).values(**values))
        index_members(db, [world.member_id])


def in_json(client, address):
    answer = client.get(API + address)
    assert answer.status_code == 200, answer.text
    return answer.json["data"]


def found(client, address):
    return any(row["full_name"] == "Olga Owner" for row in in_json(client, address))


@pytest.mark.db
@pytest.mark.feature("A38")
def test_every_field_is_seen_by_its_audience_alone_through_every_door(world, database, sign_in):
    clients = {viewer: sign_in(viewer) for viewer in VIEWERS}
    for seen in Seen:
        show(database, world, seen)
        for viewer, client in clients.items():
            sees = viewer in SEEN_BY[seen]
            wrong = [
                *_detail(client, world, sees),
                *_lists(client, sees),
                *_searches(client, seen, sees),
                *_photo(client, world, viewer, sees),
            ]
            assert wrong == [], f"{viewer}, shown to {seen.name}"


def _detail(client, world, sees):
    """The page of a person and its answer in the API."""
    profile = in_json(client, f"/alumni/{world.member_id}")
    # The menu has words of its own.
    page = client.get(f"/alumni/{world.member_id}").text.partition("<main")[2]
    for field, told in TOLD.items():
        at_page = ("Mentoring" if field == "open" else told) in page
        if at_page is not sees:
            yield f"page: {field}"
    given = {
        "photo": profile["photo"],
        "headline": profile["headline"],
        "bio": profile["bio"],
        "location": profile["city"],
        "email": profile["email"],
        "phone": profile["phone"],
        "cgpa": profile["cgpa"],
        "work": profile["work"],
        "education": profile["education"],
        "achievements": profile["achievements"],
        "skills": profile["skills"],
        "links": profile["links"],
        "open": profile["open_to"],
    }
    assert given.keys() == TOLD.keys()
    yield from (f"API: {field}" for field, value in given.items() if bool(value) is not sees)


def _lists(client, sees):
    """Lists, filters, counts of facets, sort."""
    row = next(r for r in in_json(client, "/alumni") if r["full_name"] == "Olga Owner")
    yield from (f"list: {f}" for f, name in LISTED.items() if bool(row[name]) is not sees)
    yield from () if bool(row["open_to"]) is sees else ("list: open",)
    facets = in_json(client, "/alumni/facets")
    for field, question in FILTERED.items():
        if found(client, f"/alumni?{question}") is not sees:
            yield f"filter: {field}"
        counted = {one["label"] for one in facets.get(FACETS[field], [])}
        if (TOLD[field] in counted) is not sees:
            yield f"facet: {field}"
    cards = client.get("/alumni").text
    for field in ("photo", "headline", "work", "location", "skills"):
        if (TOLD[field] in cards) is not sees:
            yield f"cards: {field}"
    if (TOLD["photo"] in client.get("/alumni/table").text) is not sees:
        yield "table: photo"


def _searches(client, seen, sees):
    """Search in the list and over everything, by the beginnings of words and by the words of long texts."""
    for field in SEARCHED:
        word = TOLD[field]
        if found(client, f"/alumni?q={word[:6].lower()}") is not sees:
            yield f"search: {field}"
    if ("Olga Owner" in client.get(f"/search?q={TOLD['work']}").text) is not sees:
        yield "search everywhere"
    for field in FULL_TEXT:
        expected = sees and seen is not Seen.CONNECTIONS
        if ("Olga Owner" in client.get(f"/search?q={TOLD[field]}").text) is not expected:
            yield f"full text: {field}"


def _photo(client, world, viewer, sees):
    """The photo at its own address, and beside the name where skills are. The head keeps the record of the owner."""
    for size in ("", "?size=large"):
        status = client.get(photo_of(world) + size).status_code
        if status != (200 if sees or viewer == "hod" else 404):
            yield f"address: photo{size}, {status}"
    with_skill = client.get(f"/skills/{world.skill_id}").text
    if (TOLD["photo"] in with_skill) is not sees:
        yield "skill: photo"


def photo_of(world):
    return f"/people/{world.people.owner}/photo/{TOLD['photo']}"


@pytest.mark.feature("A38", "A49")
def test_a_photo_is_for_its_owner_and_staff_with_the_record_and_not_for_the_blocked(
    world, database, sign_in
):
    for seen in Seen:
        show(database, world, seen)
        for viewer in ("owner", "hod", "admin"):
            assert sign_in(viewer).get(photo_of(world)).status_code == 200, (seen, viewer)
        for viewer in NOBODY_OF:
            assert sign_in(viewer).get(photo_of(world)).status_code == 404, (seen, viewer)
        teacher = sign_in("teacher")
        assert teacher.get(f"/people/{world.people.owner}/skills").status_code == (
            200 if seen is Seen.NETWORK else 404
        ), "a teacher of no department is of no department's"
        status = teacher.get(photo_of(world)).status_code
        assert status == (200 if seen is Seen.NETWORK else 404), "no student of this teacher"
    show(database, world, Seen.HIDDEN)
    owner = sign_in("owner")
    assert TOLD["photo"] in owner.get(f"/alumni/{world.member_id}").text
    assert TOLD["photo"] in owner.get("/profile").text
    assert TOLD["photo"] in sign_in("admin").get(f"/users/{world.people.owner}").text


@pytest.mark.db
@pytest.mark.feature("A38", "A49")
def test_a_photo_is_hidden_wherever_people_meet(world, database, sign_in):
    """Posts and their comments, messages, connections, times of mentors, posters of jobs."""
    owner, connection = sign_in("owner"), sign_in("connection")
    post = owner.post(f"{API}/posts", json={"text": "Hello all"})
    assert post.status_code == 201, post.text
    number = post.json["data"]["id"]
    said = connection.post(f"{API}/posts/{number}/comments", json={"text": "Welcome"})
    assert said.status_code == 201, said.text
    owner.post(f"{API}/posts/{number}/comments", json={"text": "Thank you"})
    talk = owner.post(
        f"{API}/conversations",
        json={"person_id": str(world.people.connection), "text": "Shall we meet?"},
    )
    assert talk.status_code == 201, talk.text
    begins = (clock.now() + timedelta(days=3)).isoformat()
    offered = owner.post(f"{API}/mentoring/slots", json={"starts_at": begins, "minutes": 30})
    assert offered.status_code == 201, offered.text
    places = (
        "/community",
        f"/community/posts/{number}",
        "/messages",
        f"/messages/{talk.json['data']['id']}",
        "/connections",
        "/mentoring",
    )
    for seen in (Seen.NETWORK, Seen.CONNECTIONS, Seen.DEPARTMENT, Seen.HIDDEN):
        show(database, world, seen)
        for place in places:
            page = connection.get(place)
            assert page.status_code == 200, place
            assert "Olga Owner" in page.text, place
            expected = "connection" in SEEN_BY[seen]
            assert (TOLD["photo"] in page.text) is expected, (place, seen)


@pytest.mark.feature("A38", "A49")
def test_the_owner_says_who_sees_the_photo_and_lists_cost_no_statement_more(
    world, database, sign_in, queries
):
    owner, stranger = sign_in("owner"), sign_in("stranger")
    kept = owner.get(f"{API}/profiles/me/privacy").json["data"]
    assert kept["photo"] == "network", "as it was before there was a choice"
    stranger.get("/alumni")
    queries.clear()
    assert TOLD["photo"] in stranger.get("/alumni").text
    before = len(queries)
    saved = owner.put(f"{API}/profiles/me/privacy", json=kept | {"photo": "connections"})
    assert saved.json["data"]["photo"] == "connections"
    queries.clear()
    assert TOLD["photo"] not in stranger.get("/alumni").text
    assert len(queries) == before
    assert TOLD["photo"] in sign_in("connection").get("/alumni").text
    form = owner.get("/profile/privacy").text
    assert 'name="photo"' in form
    fields = {name: value for name, value in kept.items() if isinstance(value, str)}
    again = owner.post("/profile/privacy", data=fields | {"photo": "hidden", "listed": "true"})
    assert again.status_code == 303
    assert sign_in("connection").get(photo_of(world)).status_code == 404


@pytest.mark.feature("A38")
def test_nothing_sorts_by_what_has_an_audience_and_contacts_are_never_searched(
    world, database, sign_in
):
    show(database, world, Seen.NETWORK)
    client = sign_in("colleague")
    for key in ("headline", "work", "company", "city", "open", "email", "cgpa", "skills"):
        assert client.get(f"{API}/alumni?sort={key}").status_code == 400, key
    for key in ("person", "-person", "year", "-year"):
        assert client.get(f"{API}/alumni?sort={key}").status_code == 200, key
    for field in ("email", "phone", "links"):
        assert not found(client, f"/alumni?q={quote(TOLD[field])}"), field


@pytest.mark.feature("A38")
def test_files_hold_what_their_reader_sees(world, database, sign_in):
    for seen in (Seen.DEPARTMENT, Seen.NETWORK):
        show(database, world, seen)
        _compare_files(sign_in, seen)
    refused = sign_in("colleague").get("/alumni?format=csv")
    assert refused.status_code == 403
    assert "format=csv" not in sign_in("colleague").get("/alumni").text


def _compare_files(sign_in, seen):
    columns = ("person", "work", "city", "open", "email")
    for viewer, sees in (("admin", seen is Seen.NETWORK), ("hod", True)):
        client = sign_in(viewer)
        client.post("/lists/alumni-alumni/columns", data={"column": list(columns)})
        written = client.get("/alumni?format=csv")
        assert written.status_code == 200
        assert "Olga Owner" in written.text
        for told in (TOLD["work"], TOLD["location"], "Mentoring", TOLD["email"]):
            assert (told in written.text) is sees, (viewer, told)


@pytest.mark.feature("A16", "A38")
def test_the_columns_of_the_table_are_chosen_and_hidden_fields_stay_hidden(
    world, database, sign_in
):
    """A file holds the chosen columns where that is asked for; choosing a column shows no more than the field does."""
    client = sign_in("admin")
    assert "Columns to show" in client.get("/alumni/table").text
    assert "Columns to show" not in client.get("/alumni").text, "cards have no columns"
    client.post("/lists/alumni-alumni/columns", data={"column": ["person", "city", "email"]})
    show(database, world, Seen.NETWORK)
    page = client.get("/alumni/table").text
    rows = page.partition("<tbody")[2].partition("</tbody>")[0]
    assert TOLD["email"] in rows
    assert TOLD["work"] not in rows, "the column is not chosen"
    assert "CSV, the columns shown" in page
    written = client.get("/alumni?format=csv&columns=person,city").text
    assert written.splitlines()[0].strip("\ufeff") == "Name,Lives in"
    assert TOLD["location"] in written
    assert TOLD["work"] not in written
    show(database, world, Seen.DEPARTMENT)
    assert TOLD["email"] not in client.get("/alumni/table").text
    assert TOLD["location"] not in client.get("/alumni?format=csv&columns=person,city").text
    assert client.get("/alumni?format=csv&columns=secret").status_code == 400
    assert "Columns to show" in client.get("/students/network").text


@pytest.mark.db
@pytest.mark.feature("A55", "A59", "A62")
def test_views_hold_only_what_everybody_sees(world, database):
    for seen in Seen:
        show(database, world, seen)
        _compare_views(database, seen is Seen.NETWORK)


def _compare_views(database, everybody):
    with database.reader() as db:
        rows = {
            name: db.execute(text(f"SELECT * FROM {name} WHERE name = 'Olga Owner'"))
            .mappings()
            .all()
            for name in ("vw_active_alumni", "vw_alumni_by_skill", "vw_alumni_careers")
        }
    (active,) = rows["vw_active_alumni"]
    for column in ("headline", "title", "company", "city", "jobs", "achievements"):
        assert (active[column] is not None) is everybody, column
    assert active["open_to_mentoring"] == int(everybody)
    assert len(rows["vw_alumni_by_skill"]) == int(everybody)
    assert len(rows["vw_alumni_careers"]) == int(everybody)


@pytest.mark.feature("A38")
@pytest.mark.parametrize("viewer", NOBODY_OF)
def test_the_blocked_and_the_unverified_meet_nobody(world, database, sign_in, viewer):
    show(database, world, Seen.NETWORK)
    client = sign_in(viewer)
    assert client.get(f"/alumni/{world.member_id}").status_code == 404
    assert client.get(f"{API}/profiles/{world.member_id}").status_code == 404
    assert client.get(f"/people/{world.people.owner}").status_code == 404
    assert client.get(photo_of(world)).status_code == 404
    assert client.get(f"/people/{world.people.owner}/skills").status_code in (404, 200)
    assert not found(client, "/alumni")
    assert not found(client, f"/alumni?q={TOLD['work']}")
    assert TOLD["work"] not in client.get("/alumni").text
    assert "Olga Owner" not in client.get("/search?q=olga").text


@pytest.mark.feature("A38")
def test_who_is_not_listed_is_found_by_nobody_and_sees_their_own_page(world, database, sign_in):
    with database.writer() as db, unit(db):
        db.execute(update(Member).where(Member.id == world.member_id).values(listed=False))
    for viewer in VIEWERS:
        client = sign_in(viewer)
        assert not found(client, "/alumni")
        assert client.get(f"/alumni/{world.member_id}").status_code == 404
    assert sign_in("owner").get(f"/alumni/{world.member_id}").status_code == 200
    with database.reader() as db:
        rows = db.execute(text("SELECT name FROM vw_active_alumni")).scalars().all()
        assert "Olga Owner" not in rows
        assert db.scalar(select(Member.shown).where(Member.id == world.member_id)) == 0


@pytest.mark.feature("A38")
def test_contact_data_and_marks_are_private_until_somebody_shows_them(world, sign_in):
    profile = in_json(sign_in("colleague"), f"/alumni/{world.member_id}")
    assert all(profile[name] for name in ("work", "headline", "skills"))
    assert (profile["email"], profile["phone"], profile["cgpa"]) == (None, None, None)
