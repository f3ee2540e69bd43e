"""Each text field of each form of the site gets hostile words, one after another, and gives them back as words."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from quad.core.config import Settings
from quad.web.security import SESSION_COOKIE
from quad.web.site import Site
from tests.databases import Workshop
from tests.matrix.requests import API, body_of, path_of
from tests.matrix.stage import Stage, staged
from tests.matrix.test_routes import TABLE, Line

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MARK = "planted"
WORDS = (
    f"<script {MARK}>1</script><img {MARK} src=x onerror=1><b {MARK} x-data x-init=1 hx-get=/ @click=1>b</b>"
    f"\" {MARK} onfocus=1 x=\" ' {MARK} onfocus='1' x=' </textarea></title><svg {MARK} onload=1>"
    "[a](javascript:1) [a](data:text/html,1) <javascript:1> {{ 31337*3 }}"
)
READERS = ("admin", "stu", "fac", "plc", "alu", "hod", "nobody")
SHORT = f'"><b {MARK}>'


class Found(HTMLParser):
    """Notes what was words and has become markup."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(page)
        if "94011" in page:
            self.wrong.append("was taken for a template")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            leads = name in ("href", "src", "action", "formaction")
            runs = leads and (value or "").strip().lower().startswith(("javascript:", "data:text"))
            if name == MARK or name.startswith("on") or runs:
                self.wrong.append(f"<{tag} {name}={value!r}>")


def test_what_has_become_markup_is_found() -> None:
    for page in (f"<p>{WORDS}</p>", f'<input value="{SHORT}">', '<a href=" javascript:1">a</a>'):
        assert Found(page).wrong


@pytest.fixture(scope="module")
def stage(
    _site: Site, workshop: Workshop, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The college, put back after every request."""
    with staged(_site, workshop, settings, tmp_path_factory.mktemp("forms")) as stage:
        yield stage


def who_may(line: Line) -> str:
    """Return the first who gets through this door."""
    return next((role for role in READERS if line.cells[role] in ("200", "303")), "")


def send(stage: Stage, line: Line, role: str, data: dict[str, Any]) -> Any:
    """Post as somebody, go where it leads, and return the page."""
    client = stage.app.test_client()
    member = stage.world.members.get(role)
    if member is not None:
        client.set_cookie(SESSION_COOKIE, member.cookie)
    path = path_of("POST", line.rule, stage.world.seen_by(role))
    return client.post(path, data=data, follow_redirects=True)


def fields_of(stage: Stage, line: Line, role: str) -> list[str]:
    data = body_of("POST", line.rule, stage.world.seen_by(role)).get("data")
    return (
        [name for name, value in data.items() if isinstance(value, str)]
        if isinstance(data, dict)
        else []
    )


@pytest.mark.parametrize("words", [WORDS, SHORT], ids=["long", "short"])
def test_no_form_gives_hostile_words_back_as_markup(stage: Stage, words: str) -> None:
    wrong, asked = [], 0
    for line in TABLE:
        role = who_may(line) if line.method == "POST" and not line.rule.startswith(API) else ""
        for name in fields_of(stage, line, role) if role else []:
            stage.restored.put_back()
            data = body_of("POST", line.rule, stage.world.seen_by(role))["data"]
            answer = send(stage, line, role, {**data, name: words})
            asked += 1
            if answer.status_code >= 500:
                wrong.append(f"{line.rule} {name}: {answer.status_code}")
            if answer.mimetype == "text/html":
                wrong += [f"{line.rule} {name}: {what}" for what in Found(answer.text).wrong]
    stage.restored.put_back()
    assert asked > 200
    assert not wrong, "\n".join(wrong)
