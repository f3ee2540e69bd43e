"""One student's coding by API, as the page shows it."""

from __future__ import annotations

import pytest

from tests.coding.conftest import API
from tests.coding.contract import ok, refused


@pytest.mark.feature("C20", "C24")
def test_who_looks_after_a_student_reads_the_same_by_api_as_on_the_page(
    sign_in, world, linked, approved
):
    account, other = linked(), linked(platform="codeforces")
    approved(account, 10, 9)
    approved(account, 30, 2)
    ok(sign_in("asha").delete(f"{API}/platforms/{other}"))
    at = f"{API}/coding/students/{world.students.asha}"
    for name in ("asha", "counsellor", "advisor", "hod", "admin"):
        found = ok(sign_in(name).get(at))
        assert found["student_info"]["full_name"] == "Asha Rao"
        assert found["overall_aggregation"]["overall_total_solved"] == 30
        linked_now = {one["platform_name"]: one["is_active"] for one in found["accounts"]}
        assert linked_now == {"leetcode": True, "codeforces": False}
        assert {one["is_proved"] for one in found["accounts"]} == {False}
        assert (found["growth_week"], found["growth_month"]) == (20, 20)
        assert (found["active_weeks"], found["streak"], found["score"]) == (1, 1, 30)
    for name in ("bina", "hod_away", "other", "faculty"):
        refused(sign_in(name).get(at), 404)
    empty = ok(sign_in("hod").get(f"{API}/coding/students/{world.students.bina}"))
    assert (empty["accounts"], empty["score"]) == ([], 0)
