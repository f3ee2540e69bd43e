"""A file that is far too large, chosen in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = [pytest.mark.browser]


@pytest.mark.feature("C30")
def test_a_file_of_200_megabytes_is_refused_at_once_in_a_sentence(
    open_page: OpenPage, tmp_path: Path
) -> None:
    path = tmp_path / "students.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    page = open_page("admin")
    page.goto("/imports/students")
    page.get_by_role("main").get_by_label("File").set_input_files(path)
    with page.expect_navigation() as sent:
        page.get_by_role("button", name="Show the preview").click()
    assert sent.value is not None
    assert sent.value.status == 413
    expect(page.get_by_role("main")).to_contain_text(
        "That is too large: at most 32 MB can be sent here."
    )
