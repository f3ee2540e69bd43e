"""A decision in one browser reaches the leaderboard that is open in another, without a reload."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenPage

PATIENCE = 60_000


@pytest.mark.feature("C22")
def test_an_approval_moves_a_leaderboard_that_is_open_elsewhere(open_page: OpenPage) -> None:
    page = open_page("student")
    page.goto("/coding/leaderboard")
    page.evaluate(
        "document.addEventListener('live:leaderboards', () => { document.body.dataset.told = '1' })"
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.headers.get("hx-target", "")))
    reviewer = open_page("admin")
    reviewer.goto("/coding/review")
    reviewer.get_by_role("button", name="Approve", exact=True).first.click()
    page.wait_for_selector("body[data-told]", timeout=PATIENCE)
    page.wait_for_timeout(1_500)
    assert "board" in asked
    assert "own-place" in asked
