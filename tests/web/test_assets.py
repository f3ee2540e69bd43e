"""Addresses of built files, icons, and the squares that stand for people."""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from pydantic import Field

from quad.core.forms import Form
from quad.web import assets
from quad.web.assets import TEMPLATE_GLOBALS, AssetError, asset, icon, initials, manifest, tone
from quad.web.widgets import date_box, marks_required, widget_of

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(ROOT.glob("quad/**/templates/**/*.html"))


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A checkout where nobody has run the build."""
    monkeypatch.setattr(assets, "DIST", tmp_path)
    for cached in (manifest, asset, icon):
        cached.cache_clear()
    yield
    for cached in (manifest, asset, icon):
        cached.cache_clear()


def test_an_asset_has_the_hash_of_its_content_in_its_address() -> None:
    assert re.fullmatch(r"/static/dist/app-[A-Z0-9]{8}\.js", asset("app.js"))


def test_every_file_of_the_manifest_is_there_with_its_compressed_variants() -> None:
    for name in manifest().files.values():
        assert (assets.DIST / name).is_file()
        if not name.endswith(".woff2"):
            assert (assets.DIST / f"{name}.br").is_file()
            assert (assets.DIST / f"{name}.gz").is_file()


def test_a_front_end_that_was_never_built_says_what_to_run(unbuilt: None) -> None:
    with pytest.raises(AssetError, match="run `make setup`"):
        asset("app.js")


def test_an_asset_nobody_builds_is_named() -> None:
    with pytest.raises(AssetError, match=r"unknown\.js"):
        asset("unknown.js")


def test_an_icon_is_a_reference_into_the_sprite_and_hidden_from_readers() -> None:
    drawn = icon("bell", "when-dark")
    assert str(drawn) == (
        f'<svg class="icon when-dark" aria-hidden="true"><use href="{asset("sprite.svg")}#bell"/></svg>'
    )


def test_an_icon_that_is_not_in_the_list_is_named_with_the_way_to_add_it() -> None:
    with pytest.raises(AssetError, match=r"no icon 'unicorn'.*icons\.txt"):
        icon("unicorn")


def test_no_icon_draws_nothing() -> None:
    assert icon("") == ""


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    named = {
        (path.name, name)
        for path in TEMPLATES
        for name in re.findall(r"""icon\(\s*["']([a-z0-9-]+)["']""", path.read_text())
    }
    assert named
    assert not [pair for pair in named if pair[1] not in manifest().icons]


def test_every_icon_of_a_navigation_entry_is_in_the_sprite() -> None:
    named = {
        name
        for path in ROOT.glob("quad/**/*.py")
        for name in re.findall(r"""icon=["']([a-z0-9-]+)["']""", path.read_text())
    }
    assert not named - manifest().icons


def test_every_asset_that_a_template_names_is_built() -> None:
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r"""asset\(["']([^"']+)["']\)""", path.read_text())
    }
    assert named
    assert not named - set(manifest().files)


def test_the_build_does_nothing_when_no_source_has_changed() -> None:
    if not (ROOT / "node_modules" / ".quad-lock").is_file():
        pytest.skip("The front end was built elsewhere: this checkout has no node_modules.")
    again = subprocess.run(
        [sys.executable, "hatch_build.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert again.stdout.strip() == "The front end is up to date."


def test_the_sprite_draws_every_icon_with_the_line_of_the_house() -> None:
    sprite = (assets.DIST / manifest().files["sprite.svg"]).read_text()
    assert sprite.count("<symbol ") == len(manifest().icons)
    assert sprite.count('stroke-width="1.75"') == len(manifest().icons)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Meenakshi Raghavan", "MR"),
        ("Dr. Sunita Kulkarni", "SK"),
        ("Prof. Dr. Biju Thomas", "BT"),
        ("Ms Rekha Pillai", "RP"),
        ("Sinéad O'Brien", "SO"),
        ("łukasz wójcik", "ŁW"),
        ("Tenzin", "T"),
        ("小明", "小"),
        ("Drake Rao", "DR"),
        ("  ", "?"),
        ("42", "?"),
    ],
)
def test_initials_are_the_first_and_the_last_word_without_titles(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_person_always_has_the_same_one_of_four_tones() -> None:
    tones = {tone(name) for name in ("Aisha Bello", "Chen Yu-Ting", "Divya Nair", "Kavya Rao", "")}
    assert tones <= {0, 1, 2, 3}
    assert tone("Aisha Bello") == tone("Aisha Bello")


class Sample(Form):
    name: str = Field(title="Name")
    born: datetime.date | None = Field(default=None, title="Born")
    share: Decimal = Field(title="Share")
    active: bool = Field(title="Active")
    days: list[str] = Field(default_factory=list, title="Days")
    note: str = Field(default="", title="Note", json_schema_extra={"widget": "textarea"})


class AllNeeded(Form):
    name: str
    keep: bool = False


@pytest.mark.parametrize(
    ("field", "choices", "widget"),
    [
        ("name", False, "text"),
        ("name", True, "select"),
        ("born", False, "date"),
        ("share", False, "number"),
        ("active", False, "checkbox"),
        ("days", True, "checkboxes"),
        ("note", True, "textarea"),
    ],
)
def test_a_field_gets_the_control_its_type_suggests_unless_it_says_which(
    field: str, choices: bool, widget: str
) -> None:
    assert widget_of(Sample.model_fields[field], choices) == widget


def test_required_is_said_only_where_something_may_be_left_empty() -> None:
    assert marks_required(Sample)
    assert not marks_required(AllNeeded)


def test_a_date_box_speaks_the_readers_language() -> None:
    box = date_box(datetime.date(2026, 11, 27))
    assert (box.month, box.day, box.iso) == ("Nov", "27", "2026-11-27")


def test_a_sentence_keeps_markup_that_is_put_into_it_and_escapes_the_rest() -> None:
    translate = TEMPLATE_GLOBALS["_"]
    sentence = translate("%(who)s wrote <%(what)s>.", who=Markup("<b>A</b>"), what="x & y")
    assert sentence == "<b>A</b> wrote &lt;x &amp; y&gt;."
    assert translate("100 % of %(n)s".replace("% ", "%% "), n=3) == "100 % of 3"
    assert translate("100 %") == "100 %"
