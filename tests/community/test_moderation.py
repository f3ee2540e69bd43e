"""Those who look after the community, and what protects it: reports, words, appeals, new accounts, hostile texts."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import select, update

from quad.community.models.posts import Post, PostComment
from quad.core import clock
from quad.core.facts import unit
from quad.identity.models.accounts import User
from quad.relations.models import Report
from tests.community.conftest import posted, said, setting, told

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "[a](javascript:alert(1))",
    "[a](  jAvAsCrIpT:alert(1))",
    "<javascript:alert(1)>",
    '![a](x" onerror="alert(1))',
    "`</code><script>alert(1)</script>`",
    'https://x.y/"onmouseover=alert(1)//',
    '@asha.rao"><script>alert(1)</script>',
    "{{ 7 * 7 }}<iframe srcdoc='<script>alert(1)</script>'>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "</textarea><script>alert(1)</script>",
    "a\n\n<!-- --><style>*{}</style>",
)


class Looking(HTMLParser):
    """Collects what would run in the main part of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "iframe", "style", "object", "embed", "base"):
            self.found.append(tag)
        for name, value in attrs:
            told = (value or "").strip().lower()
            if name.startswith("on") or name == "srcdoc" or name == "style":
                self.found.append(name)
            if name in ("href", "src", "action") and told.startswith(("javascript:", "data:")):
                self.found.append(told)


def harmless(page):
    """Tell whether nothing that somebody wrote runs in the main part of a page."""
    looking = Looking()
    looking.feed(page.partition("<main")[2].partition("</main>")[0])
    return looking.found == []


@pytest.mark.feature("A40", "A43")
def test_no_text_of_somebody_ever_runs(world, as_user, database):
    setting(database, "community.new_posts", 100)
    asha, admin = as_user(world.people.asha), as_user(world.people.admin)
    post_id = posted(database, world.people.asha)
    place = f"/community/posts/{post_id}"
    for text in HOSTILE:
        made = asha.post("/community", data={"text": text, "who": "members"})
        assert made.status_code == 303
        assert harmless(admin.get(made.location).text), text
        assert harmless(asha.get(f"{made.location}/edit").text), text
        asha.post(f"{place}/comments", data={"text": text})
    assert harmless(admin.get(place).text)
    assert harmless(admin.get("/community?feed=all").text)
    assert harmless(asha.get(f"/community/people/{world.people.asha}").text)
    for text in HOSTILE[:5]:
        asha.post("/feedback/box", data={"a_about": "Praise", "a_text": text})
        bad = asha.post("/feedback/box", data={"a_about": text, "a_text": text})
        assert bad.status_code == 422
        assert harmless(bad.text)
        made = admin.post(
            "/feedback/create", data={"title": text, "about": text, "naming": "named"}
        )
        assert harmless(admin.get(made.location).text)
        form = made.location.removesuffix("/questions")
        admin.post(
            f"{form}/questions",
            data={"label": text, "kind": "choice", "choices": f"{text.splitlines()[0]}\nb"},
        )
        assert harmless(asha.get(form).text), text
        assert harmless(admin.get(made.location).text), text
    box = [one for one in admin.get("/api/v1/feedback/managed").json["data"] if not one["owner"]]
    assert harmless(admin.get(f"/feedback/{box[0]['id']}/results").text)


def test_a_watched_word_waits_for_a_moderator(world, as_user, database):
    setting(database, "community.watched_words", "casino, free money")
    asha, bina, admin = (as_user(getattr(world.people, name)) for name in ("asha", "bina", "admin"))
    fine = asha.post("/community", data={"text": "Casinos are not casinò"}).location
    assert bina.get(fine).status_code == 200
    place = asha.post("/community", data={"text": "FREE  money, @bina.shah!"}).location
    assert bina.get(place).status_code == 404
    assert "A moderator looks at it" in asha.get(place).text
    assert told(database, world.people.bina) == []
    assert told(database, world.people.admin) == ["community_queued"]
    assert "FREE  money" in admin.get("/community/moderation").text
    assert bina.get("/community/moderation").status_code == 403
    post_id = place.rpartition("/")[2]
    assert bina.post(f"/community/post/{post_id}/publish").status_code == 404
    assert asha.post(f"/community/post/{post_id}/publish").status_code == 403
    admin.post(f"/community/post/{post_id}/publish")
    assert bina.get(place).status_code == 200
    assert told(database, world.people.bina) == ["community_mentioned"]
    assert told(database, world.people.asha) == ["community_shown"]
    bina.post(f"{place}/comments", data={"text": "the casino"})
    assert "the casino" not in asha.get(place).text
    assert "the casino" in bina.get(place).text
    with database.reading() as db:
        assert db.get_one(Post, int(post_id)).comments == 0
        comment_id = db.scalars(select(PostComment.id)).one()
    admin.post(f"/community/comment/{comment_id}/publish")
    with database.reading() as db:
        assert db.get_one(Post, int(post_id)).comments == 1
    assert told(database, world.people.asha)[1:] == ["community_commented"]


def test_reported_hidden_with_a_reason_and_restored_after_an_appeal(world, as_user, database):
    people = world.people
    asha, bina, admin = (as_user(getattr(people, name)) for name in ("asha", "bina", "admin"))
    post_id = posted(database, people.asha, "You are all fools")
    comment_id = said(database, people.asha, post_id, "All of you")
    place = f"/community/post/{post_id}"
    own = {"reason": "spam", "text": ""}
    assert asha.post(f"{place}/report", data=own).status_code == 422
    assert bina.post(f"{place}/report", data={"reason": "harassment"}).status_code == 303
    assert bina.post(f"{place}/report", data={"reason": "harassment"}).status_code == 422
    assert bina.post(f"/community/comment/{comment_id}/report", data=own).status_code == 303
    queue = admin.get("/community/moderation").text
    assert "Harassment or threats" in queue
    assert "All of you" in queue
    assert "Bina" not in queue
    admin.post(f"/community/comment/{comment_id}/publish")
    assert bina.post(f"{place}/hide", data={"reason": "x"}).status_code == 403
    admin.post(f"{place}/hide", data={"reason": "Be kind."})
    with database.reading() as db:
        states = {one.subject_type: one.state.value for one in db.scalars(select(Report))}
    assert states == {"post": "acted", "comment": "dismissed"}
    assert bina.get(f"/community/posts/{post_id}").status_code == 404
    assert "Be kind." in asha.get(f"/community/posts/{post_id}").text
    assert told(database, people.asha) == ["community_hidden"]
    asha.post(f"/community/posts/{post_id}/edit", data={"text": "Sorry", "who": "members"})
    assert bina.get(f"/community/posts/{post_id}").status_code == 404
    assert asha.post(f"{place}/appeal", data={"text": "I changed it"}).status_code == 303
    assert asha.post(f"{place}/appeal", data={"text": "Please"}).status_code == 409
    assert "I changed it" in admin.get("/community/moderation").text
    admin.post(f"{place}/stay")
    assert "I changed it" not in admin.get("/community/moderation").text
    admin.post(f"{place}/publish")
    assert bina.get(f"/community/posts/{post_id}").status_code == 200


def test_a_report_that_is_answered_elsewhere_leaves_the_queue(world, as_user, database):
    post_id = posted(database, world.people.asha, "Nothing wrong here")
    bina, admin = as_user(world.people.bina), as_user(world.people.admin)
    bina.post(f"/community/post/{post_id}/report", data={"reason": "other"})
    with database.reading() as db:
        report_id = db.scalars(select(Report.id)).one()
    assert "Nothing wrong" in admin.get("/community/moderation").text
    admin.post(f"/reports/people/{report_id}", data={"state": "dismissed"})
    assert "Nothing wrong" not in admin.get("/community/moderation").text


def test_a_new_account_starts_slowly(world, as_user, database):
    setting(database, "community.new_posts", 2)
    asha = as_user(world.people.asha)
    answers = [asha.post("/community", data={"text": f"No. {n}"}).status_code for n in range(3)]
    assert answers == [303, 303, 429]
    assert asha.post("/api/v1/posts", json={"text": "No. 4"}).status_code == 429
    with database.writer() as db, unit(db):
        old = clock.now() - timedelta(days=10)
        db.execute(update(User).where(User.id == world.people.asha).values(created_at=old))
    assert asha.post("/community", data={"text": "No. 5"}).status_code == 303


@pytest.mark.parametrize("text", ["", "   ", "x" * 5_001, "a\0b"])
def test_what_is_no_post_is_refused(world, as_user, text):
    asha = as_user(world.people.asha)
    assert asha.post("/community", data={"text": text}).status_code == 422
    assert asha.post("/api/v1/posts", json={"text": text}).status_code == 422
    assert asha.post("/api/v1/posts", json={"text": "a", "who": "batch-0"}).status_code == 422
    assert asha.get("/community?before=99999999999999999999999&feed=near").status_code == 200
    assert asha.get("/community/posts/99999").status_code == 404
