"""Requests in the analytics: counted by what they are and where they stand, without confidential ones."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.feature("L37", "L38", "L39", "C25")
def test_requests_are_counted_with_the_list_behind_each_number(
    world: Any, sign_in: Any, ask: Any, queries: list[str]
) -> None:
    for category, by in (("hostel", "asha"), ("hostel", "bina"), ("bonafide", "asha")):
        last = ask(category, by=by)
    ask("grievance")
    admin = sign_in("admin")
    admin.post(f"/api/v1/welfare/requests/{last['id']}/reject", json={"reason": "No"})

    def asked(client: Any, **question: Any) -> dict[str, Any]:
        answer = client.get("/api/v1/analytics/reports/requests", query_string=question)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()["data"]
        return found

    data = asked(admin)
    tables = {one["name"]: one for one in data["tables"]}
    categories = {row[0]["value"]: row[1] for row in tables["request-categories"]["rows"]}
    assert {name: cell["value"] for name, cell in categories.items()} == {
        "Hostel": 2,
        "Bonafide letter": 1,
    }
    states = {row[0]["value"]: row[1]["value"] for row in tables["request-states"]["rows"]}
    assert states["Rejected"] == 1
    assert sum(states.values()) == 3
    assert {one["label"]: one["value"] for one in data["figures"]}["Requests waiting"] == "2"
    seen = 0
    for one in data["tables"]:
        for row in one["rows"]:
            for cell in row:
                if cell["href"] and isinstance(cell["value"], int):
                    path, _mark, question = cell["href"].partition("?")
                    assert path == "/requests/queue"
                    listed = admin.get(f"/api/v1/welfare/queue?{question}").get_json()
                    assert listed["page"]["total"] == cell["value"], cell
                    seen += 1
    assert seen >= 10
    assert asked(admin, until="2020-01-01")["tables"][0]["rows"] == []
    assert asked(sign_in("hod"))["about"] == "Department CSE"
    assert asked(sign_in("hod_away"))["tables"][0]["rows"] == []
    admin.get("/analytics")
    for page in ("", "/requests"):
        queries.clear()
        text = admin.get(f"/analytics{page}").text
        assert "Requests by category" in text
        assert "Grievance" not in text
        assert len(queries) <= 8, queries
