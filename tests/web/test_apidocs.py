"""The page on which the API is read and tried."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from quad.web.assets import DIST, asset

LOCK = Path(__file__).parents[2] / "package-lock.json"


@pytest.mark.feature("C33")
def test_everybody_may_read_the_page_of_the_api(
    client: FlaskClient, as_role: Callable[..., FlaskClient]
) -> None:
    for reader in (client, as_role("admin"), as_role("student")):
        answer = reader.get("/api/docs")
        assert answer.status_code == 200
        assert answer.content_type.startswith("text/html")


@pytest.mark.feature("C33")
def test_the_page_of_the_api_comes_from_our_own_bundle_and_has_nothing_inline(
    client: FlaskClient,
) -> None:
    text = client.get("/api/docs").text
    assert f'<script src="{asset("apidocs.js")}"' in text
    assert f'href="{asset("apidocs.css")}"' in text
    assert 'data-description="/api/v1/openapi.json"' in text
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
    assert not re.search(r"<style|\sstyle=|\son\w+=|(?:src|href)=\"(?:https?:)?//", text)
    assert client.get("/api/docs").headers["Content-Security-Policy"].count("unsafe") == 0


def test_other_pages_do_not_load_what_only_the_page_of_the_api_needs(client: FlaskClient) -> None:
    assert "apidocs" not in client.get("/").text
    built = DIST / asset("app.js").rsplit("/", 1)[-1]
    assert b"swagger" not in built.read_bytes().lower()


def test_the_lock_of_the_front_end_names_no_download_address() -> None:
    packages = json.loads(LOCK.read_text())["packages"]
    assert packages["node_modules/swagger-ui-dist"]["integrity"]
    assert not [name for name, package in packages.items() if "resolved" in package]
