"""Pages of the institution, through the front door."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from quad.core import clock
from quad.core.errors import Invalid
from quad.core.facts import unit
from quad.pages.forms.content import SectionIn, SectionKind
from quad.pages.models import Page, PageRevision
from quad.pages.service import comparing, publishing
from tests.factories.people import person


@pytest.fixture
def editor(as_role):
    return as_role("admin")


def first(pattern, text):
    found = re.search(pattern, text)
    assert found
    return found[found.lastindex or 0]


def version(client, page_id):
    return first(r'name="version"[^>]*value="(\d+)"', client.get(f"/pages/{page_id}/edit").text)


def begin(client, title="Admissions", **values):
    answer = client.post("/pages/new", data={"title": title, **values})
    assert answer.status_code == 303, answer.text
    return int(answer.location.split("/")[2])


def add_text(client, page_id, heading, body):
    return client.post(
        f"/pages/{page_id}/sections/new/text",
        data={"heading": heading, "body": body, "version": version(client, page_id)},
    )


def publish(client, page_id, **values):
    return client.post(
        f"/pages/{page_id}/publish", data={"version": version(client, page_id), **values}
    )


def settle(client, page_id, **values):
    given = {"slug": "admissions", "visibility": "public", "version": version(client, page_id)}
    return client.post(f"/pages/{page_id}/settings", data=given | values)


def due(database):
    with database.writer() as db, unit(db):
        publishing.publish_due(db)


@pytest.mark.feature("A28")
def test_about_names_the_institution_before_anybody_has_written_it(client, settings):
    page = client.get("/about")
    assert page.status_code == 200
    assert f"About {settings.institution_name}" in page.text
    assert 'property="og:title"' in page.text


@pytest.mark.feature("A28")
@pytest.mark.feature("A39")
def test_an_editor_makes_about_the_institutions_own(client, editor):
    begun = editor.get("/pages/new?slug=about").text
    assert 'value="about"' in begun
    answer = editor.post(
        "/pages/new?slug=about",
        data={"title": "Our college", "slug": "about", "lead": "Since 1962."},
    )
    page_id = int(answer.location.split("/")[2])
    assert "Our college" not in client.get("/about").text
    assert "Feature cards" in editor.get(f"/pages/{page_id}/edit").text
    assert publish(editor, page_id).status_code == 303
    assert "Since 1962." in client.get("/about").text
    assert client.get("/pages/about").location == "/about"
    editor.post(f"/pages/{page_id}/delete")
    assert "Since 1962." not in client.get("/about").text
    assert client.get("/about").status_code == 200


@pytest.mark.feature("A39")
def test_a_page_is_made_of_sections_that_can_be_moved_and_removed(client, editor):
    page_id = begin(editor)
    add_text(
        editor, page_id, "First", "**Bold** <script>alert(1)</script> [x](javascript:alert(1))"
    )
    editor.post(
        f"/pages/{page_id}/sections/new/cards",
        data={
            "heading": "Second",
            "entry_title": ["Library", "", "Labs"],
            "entry_text": ["Open till ten", "", ""],
            "entry_link": ["/events", "", "https://example.org/labs"],
            "entry_icon": ["book", "", ""],
            "version": version(editor, page_id),
        },
    )
    editor.post(
        f"/pages/{page_id}/sections/new/links",
        data={
            "heading": "",
            "entry_title": "Apply",
            "entry_text": "",
            "entry_link": "mailto:apply@example.org",
            "entry_icon": "",
            "version": version(editor, page_id),
        },
    )
    publish(editor, page_id)
    page = client.get("/pages/admissions").text
    assert "<strong>Bold</strong>" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert page.index("First") < page.index("Library") < page.index("Labs") < page.index("Apply")
    desk = editor.get(f"/pages/{page_id}/edit").text
    first, second, third = re.findall(r'data-section="(\w+)"', desk)
    editor.post(
        f"/pages/{page_id}/sections/{first}/move",
        data={"down": "true", "version": version(editor, page_id)},
    )
    editor.post(
        f"/pages/{page_id}/sections/{third}/remove", data={"version": version(editor, page_id)}
    )
    preview = editor.get(f"/pages/{page_id}/preview").text
    assert preview.index("Library") < preview.index("First")
    assert "Apply" not in preview
    assert client.get("/pages/admissions").text.index("First") < page.index("Library")
    dragged = editor.post(
        f"/pages/{page_id}/sections/order",
        data={"keys": [first, second], "version": version(editor, page_id)},
        headers={"X-Requested-With": "fetch"},
    )
    assert (dragged.status_code, dragged.headers["X-Version"]) == (204, version(editor, page_id))


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        ("text", {"body": ""}, "Write the text of this section."),
        ("cards", {}, "Fill in one card at least."),
        ("image", {"alt": "A tree"}, "Choose a picture."),
        (
            "links",
            {
                "entry_title": "x",
                "entry_text": "",
                "entry_link": "javascript:alert(1)",
                "entry_icon": "",
            },
            "Write an address that begins with",
        ),
        (
            "links",
            {
                "entry_title": "x",
                "entry_text": "",
                "entry_link": "//evil.example",
                "entry_icon": "",
            },
            "Write an address that begins with",
        ),
    ],
)
def test_a_section_that_is_not_whole_is_said_in_a_sentence(editor, kind, given, sentence):
    page_id = begin(editor)
    answer = editor.post(
        f"/pages/{page_id}/sections/new/{kind}",
        data={"version": version(editor, page_id), "heading": "Kept heading", **given},
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept heading" in answer.text


@pytest.mark.feature("A39")
def test_the_second_of_two_editors_is_told(editor, as_role):
    page_id = begin(editor)
    seen = version(editor, page_id)
    add_text(as_role("admin"), page_id, "Theirs", "Text")
    answer = editor.post(
        f"/pages/{page_id}/edit", data={"title": "Mine", "lead": "", "version": seen}
    )
    assert answer.status_code == 422
    assert "Somebody else changed this in the meantime." in answer.text
    assert "Mine" in answer.text
    assert "Theirs" in editor.get(f"/pages/{page_id}/edit").text


@pytest.mark.feature("A39")
@pytest.mark.feature("A68")
def test_every_save_is_a_revision_that_is_compared_word_by_word_and_restored(
    client, editor, database
):
    page_id = begin(editor)
    add_text(editor, page_id, "How to apply", "Send the blue form by May.")
    key = first(r'data-section="(\w+)"', editor.get(f"/pages/{page_id}/edit").text)
    publish(editor, page_id)
    editor.post(
        f"/pages/{page_id}/sections/{key}",
        data={
            "heading": "How to apply",
            "body": "Send the green form by June.",
            "version": version(editor, page_id),
        },
    )
    assert "blue" in client.get("/pages/admissions").text
    with database.reading() as db:
        kept = db.scalars(
            select(PageRevision.revision_data)
            .where(PageRevision.page_id == page_id)
            .order_by(PageRevision.number)
        ).all()
    assert [len(data["sections"]) for data in kept] == [0, 1, 1]
    assert kept[2]["sections"][0]["body"] == "Send the green form by June."
    difference = editor.get(f"/pages/{page_id}/revisions/3").text
    assert '<del class="q-del">blue</del>' in difference
    assert '<ins class="q-ins">green</ins>' in difference
    assert "Revision 1" in editor.get(f"/pages/{page_id}/revisions/3?against=1").text
    assert editor.get(f"/pages/{page_id}/revisions/9").status_code == 404
    editor.post(f"/pages/{page_id}/revisions/2/restore", data={"version": version(editor, page_id)})
    assert "blue" in editor.get(f"/pages/{page_id}/preview").text
    assert "As in revision 2" in editor.get(f"/pages/{page_id}/revisions").text


def test_saving_the_same_leaves_no_revision(editor, database):
    page_id = begin(editor)
    for _twice in range(2):
        editor.post(
            f"/pages/{page_id}/edit",
            data={"title": "Admissions", "lead": "", "version": version(editor, page_id)},
        )
    with database.reading() as db:
        assert db.scalar(select(func.count(PageRevision.id))) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b c d", "a x y d"),
        ("", "new words"),
        ("gone", ""),
        ("a b", "b a"),
        ("x\n\ny z", "x\n\nz"),
    ],
)
def test_a_comparison_holds_both_texts(old, new):
    found = comparing.runs(old, new)
    assert "".join(run.text for run in found if run.change != "added") == old
    assert "".join(run.text for run in found if run.change != "removed") == new


@pytest.mark.feature("A39")
def test_a_scheduled_page_is_there_when_its_time_comes(client, editor, database):
    page_id = begin(editor)
    later = clock.now() + timedelta(days=2)
    publish(editor, page_id, at=later.strftime("%Y-%m-%dT%H:%M"))
    assert "Readers see it from" in editor.get(f"/pages/{page_id}/edit").text
    due(database)
    assert client.get("/pages/admissions").status_code == 404
    with clock.travel(timedelta(days=4)):
        due(database)
    assert client.get("/pages/admissions").status_code == 200


@pytest.mark.feature("A39")
def test_a_page_for_an_audience_is_nobody_elses(client, editor, as_role, database):
    page_id = begin(editor, title="For teachers")
    publish(editor, page_id)
    assert settle(editor, page_id, visibility="audience", for_roles="faculty").status_code == 303
    assert as_role("faculty").get("/pages/admissions").status_code == 200
    student = as_role("student")
    assert student.get("/pages/admissions").status_code == 404
    assert "For teachers" not in student.get("/pages").text
    assert "For teachers" not in student.get("/search?q=teachers").text
    assert "For teachers" in as_role("faculty").get("/search?q=teachers").text
    assert client.get("/pages/admissions").status_code == 404
    refused = settle(editor, page_id, visibility="audience", for_roles="faculty", in_sidebar="true")
    assert refused.status_code == 422
    settle(editor, page_id, visibility="members")
    assert student.get("/pages/admissions").status_code == 200
    assert client.get("/pages/admissions").status_code == 404


@pytest.mark.feature("A39")
def test_the_menus_hold_published_pages_in_their_order(client, editor, as_role):
    first, second = begin(editor, title="Admissions"), begin(editor, title="Contact us")
    settle(editor, first, in_footer="true", in_sidebar="true")
    settle(editor, second, slug="contact", in_footer="true")
    assert "Contact us" not in client.get("/login").text
    for each in (first, second):
        publish(editor, each)
    page = client.get("/login").text
    assert page.index("Admissions") < page.index("Contact us")
    editor.post("/pages/menu", data={"page_ids": [second, first]})
    page = client.get("/login").text
    assert page.index("Contact us") < page.index("Admissions")
    signed_in = as_role("student").get("/").text
    assert "Admissions" in signed_in
    assert "Contact us" not in signed_in


@pytest.mark.feature("A39")
def test_a_picture_is_drawn_anew_and_shown_to_readers_only(client, editor, as_role):
    page_id = begin(editor)
    written = BytesIO()
    Image.new("RGB", (80, 40), "green").save(written, "PNG")
    answer = editor.post(
        f"/pages/{page_id}/sections/new/image",
        data={
            "alt": "The gate",
            "version": version(editor, page_id),
            "file": (BytesIO(written.getvalue()), "gate.png"),
        },
    )
    assert answer.status_code == 303, answer.text
    place = first(r"/pages/images/\d+", editor.get(f"/pages/{page_id}/preview").text)
    assert editor.get(place).status_code == 200
    assert client.get(place).status_code == 404
    publish(editor, page_id)
    page = client.get("/pages/admissions").text
    assert 'width="80" height="40"' in page
    assert 'alt="The gate"' in page
    assert client.get(place).status_code == 200
    other = begin(editor, title="Other")
    number = place.rpartition("/")[2]
    stolen = editor.post(
        f"/pages/{other}/sections/new/image",
        data={"alt": "x", "image_id": number, "version": version(editor, other)},
    )
    assert stolen.status_code == 422
    refused = editor.post(
        f"/pages/{page_id}/sections/new/image",
        data={
            "alt": "x",
            "version": version(editor, page_id),
            "file": (BytesIO(b"%PDF-1.4 no picture"), "gate.png"),
        },
    )
    assert refused.status_code == 422


@pytest.mark.feature("A39")
def test_a_public_page_is_answered_from_memory_until_it_changes(client, editor, queries):
    page_id = begin(editor)
    add_text(editor, page_id, "How", "Once.")
    publish(editor, page_id)
    first = client.get("/pages/admissions")
    kept = {"If-None-Match": first.headers["ETag"]}
    queries.clear()
    assert client.get("/pages/admissions", headers=kept).status_code == 304
    assert len(queries) <= 4
    assert not [one for one in queries if "revision_data" in one]
    queries.clear()
    client.get("/pages/admissions")
    assert not [one for one in queries if "revision_data" in one]
    add_text(editor, page_id, "And", "Twice.")
    assert client.get("/pages/admissions", headers=kept).status_code == 304
    publish(editor, page_id)
    changed = client.get("/pages/admissions", headers=kept)
    assert changed.status_code == 200
    assert "Twice." in changed.text
    settle(editor, page_id, in_footer="true")
    assert (
        client.get(
            "/pages/admissions", headers={"If-None-Match": changed.headers["ETag"]}
        ).status_code
        == 200
    )


@pytest.mark.feature("A39")
def test_a_deleted_page_is_brought_back_unless_its_address_is_taken(client, editor):
    page_id = begin(editor)
    publish(editor, page_id)
    editor.post(f"/pages/{page_id}/delete")
    assert client.get("/pages/admissions").status_code == 404
    assert "Admissions" in editor.get("/pages/deleted").text
    other = begin(editor, slug="admissions")
    editor.post(f"/pages/{page_id}/bring-back")
    assert client.get("/pages/admissions").status_code == 404
    settle(editor, other, slug="other")
    editor.post(f"/pages/{page_id}/bring-back")
    assert client.get("/pages/admissions").status_code == 200
    assert editor.post("/pages/new", data={"title": "x", "slug": "admissions"}).status_code == 422
    assert editor.post("/pages/new", data={"title": "x", "slug": "Ä b"}).status_code == 422
    assert editor.post("/pages/new", data={"title": "x", "slug": "manage"}).status_code == 422


@pytest.mark.parametrize("role", ["hod", "faculty", "student", "alumnus", "placement"])
def test_nobody_else_edits(editor, as_role, role):
    page_id = begin(editor)
    other = as_role(role)
    assert other.get("/pages/manage").status_code == 403
    assert other.post("/pages/new", data={"title": "x"}).status_code == 403
    assert other.get(f"/pages/{page_id}/edit").status_code == 404
    publish(editor, page_id)
    for path in ("edit", "settings", "preview", "revisions", "revisions/1"):
        assert other.get(f"/pages/{page_id}/{path}").status_code == 403
    for path in ("publish", "unpublish", "delete", "revisions/1/restore"):
        answer = other.post(f"/pages/{page_id}/{path}", data={"version": 1})
        assert answer.status_code == 403, path


def test_a_section_keeps_only_what_its_kind_has():
    section = SectionIn(kind=SectionKind.TEXT, body="x", alt="not kept")
    assert section.body == "x"


@pytest.mark.db
def test_an_address_belongs_to_one_page(database):
    with database.writer() as db, unit(db):
        person(db, role="admin")
        db.add(Page(slug="one", title="One", sort_title="One"))
        gone = Page(slug="two", title="Two", sort_title="Two", deleted_at=clock.now())
        db.add_all([gone, Page(slug="two", title="Two", sort_title="Two")])
    with pytest.raises(Invalid), database.writer() as db, unit(db):
        db.add(Page(slug="one", title="Again", sort_title="Again"))
