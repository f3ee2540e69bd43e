"""The style page shows every macro, in development only, and the pages around it hold without an actor."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from quad.app import create_app
from quad.core.config import Mode
from quad.core.db.engine import Database
from quad.web.styleguide import ERRORS, PAGES
from tests.conftest import make_settings

TEMPLATES = Path(__file__).parents[2] / "quad" / "web" / "templates"
ADDRESSES = ["/dev/ui/", "/dev/ui/door", "/dev/ui/door-bad", "/dev/ui/code"] + [
    f"/dev/ui/{name}" for name, _ in PAGES
]
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "path", "use", "wbr"}


class Outline(HTMLParser):
    """Collects ids and what refers to them, and checks that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.wanted: set[str] = set()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form"):
            self.wanted |= set((given.get(name) or "").split())
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()


def outline(page: str) -> Outline:
    read = Outline()
    read.feed(page)
    return read


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_style_page_is_well_formed_and_its_references_lead_somewhere(
    client: FlaskClient, address: str
) -> None:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200
    read = outline(answer.text)
    assert not read.wrong
    assert len(read.ids) == len(set(read.ids))
    assert not read.wanted - set(read.ids)


@pytest.mark.parametrize("status", sorted(ERRORS))
def test_an_error_page_names_its_number_and_what_to_do(client: FlaskClient, status: int) -> None:
    answer = client.get(f"/dev/ui/error/{status}")
    assert answer.status_code == status
    assert ERRORS[status][0] in answer.text
    assert "What you can do" in answer.text
    assert "01J9ZK3Q7M" in answer.text
    assert not outline(answer.text).wrong


def test_every_macro_is_shown_on_a_style_page() -> None:
    public = set(re.findall(r"{% set (\w+) = \w+_\.", (TEMPLATES / "macros.html").read_text()))
    shown = "".join(
        path.read_text()
        for folder in ("dev", "fragments", "macros")
        for path in (TEMPLATES / folder).glob("*.html")
    ) + "".join(
        (TEMPLATES / name).read_text() for name in ("base.html", "error.html", "layout.html")
    )
    used = set(re.findall(r"\b(\w+)\(", re.sub(r"{% macro \w+\(", "", shown)))
    assert public
    assert not public - used


def test_every_macro_goes_through_the_one_file() -> None:
    declared = {
        name
        for path in (TEMPLATES / "macros").glob("*.html")
        for name in re.findall(r"{% macro (\w+)\(", path.read_text())
        if not name.endswith("_")
    }
    public = set(re.findall(r"{% set (\w+) = \w+_\.", (TEMPLATES / "macros.html").read_text()))
    assert declared == public


def test_a_signed_in_person_sees_the_style_page_inside_the_shell(as_role: object) -> None:
    client = as_role("admin")  # type: ignore[operator]
    page = client.get("/dev/ui/").text
    assert 'id="menu"' in page
    assert 'action="/logout"' in page
    assert not outline(page).wrong


def test_a_style_page_nobody_made_is_not_found(client: FlaskClient) -> None:
    assert client.get("/dev/ui/unicorns").status_code == 404
    assert client.get("/dev/ui/error/418").status_code == 404


def test_production_has_no_style_page(tmp_path: Path) -> None:
    settings = make_settings(
        tmp_path,
        mode=Mode.PRODUCTION,
        secret_key="f3b1c07a94e2d58b6e0f7a1c3d9b25e8aa41",
        rate_limits="on",
        hash_memory_kib=8,
        mail_url="smtps://mail.example",
    )
    addresses = {
        str(rule)
        for rule in create_app(
            settings, Database(f"sqlite:///{tmp_path}/quad.db")
        ).url_map.iter_rules()
    }
    assert not [address for address in addresses if address.startswith("/dev/ui")]
