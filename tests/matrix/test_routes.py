"""Every address as every role: the outcome is the one in table.txt, which people wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from quad.core.config import Settings
from quad.web.security import SESSION_COOKIE
from quad.web.site import Site
from tests.databases import Workshop
from tests.matrix.college import ROLES
from tests.matrix.requests import API, body_of, path_of
from tests.matrix.stage import Stage, staged

# A role asks 1,600 times: half a minute, and much more beside other work.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.feature("L4", "C16", "C33"),
]

PORTALS = {"login", "student", "faculty", "admin", "alumni"}


@dataclass(frozen=True)
class Line:
    """One line of the table: what each role gets, and where a 303 leads."""

    method: str
    rule: str
    cells: dict[str, str]
    leads_to: str


def read_table() -> list[Line]:
    lines = []
    for text in (Path(__file__).parent / "table.txt").read_text().splitlines():
        words = text.split()
        if not words or words[0] not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            continue
        method, rule, *cells = words
        assert len(cells) in (len(ROLES), len(ROLES) + 1), f"{method} {rule} has {len(cells)} cells"
        known = dict(zip(ROLES, cells, strict=False))
        assert all(cell.isdigit() or cell in PORTALS for cell in known.values()), text
        lines.append(Line(method, rule, known, cells[len(ROLES)] if cells[len(ROLES) :] else ""))
    return lines


TABLE = read_table()


@pytest.fixture(scope="module")
def stage(
    _site: Site, workshop: Workshop, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The college, built once for all roles of this process."""
    with staged(_site, workshop, settings, tmp_path_factory.mktemp("matrix")) as stage:
        yield stage


def visit(stage: Stage, line: Line, role: str) -> Any:
    """Send the request of one line as one role."""
    seen = stage.world.seen_by(role)
    client = stage.app.test_client()
    headers: dict[str, str] = {}
    member = stage.world.members.get(role)
    if member is not None and line.rule.startswith(API):
        headers = stage.bearer(role)
    elif member is not None:
        client.set_cookie(SESSION_COOKIE, member.cookie)
    path = path_of(line.method, line.rule, seen)
    return client.open(
        path, method=line.method, headers=headers, **body_of(line.method, line.rule, seen)
    )


def problem(stage: Stage, line: Line, role: str, answer: Any) -> str:
    """Say how the answer differs from the table, or nothing."""
    wanted = line.cells[role]
    place = urlsplit(answer.headers.get("Location", "")).path
    if wanted in PORTALS:
        portal = "/login" if wanted == "login" else f"/{wanted}_login"
        fits = answer.status_code == 303 and place == portal
    elif wanted == "303":
        pattern = line.leads_to.format(**stage.world.things)
        fits = answer.status_code == 303 and fnmatchcase(place, pattern)
    else:
        fits = str(answer.status_code) == wanted
    if fits:
        return ""
    got = f"{answer.status_code} {place}".strip()
    shown = answer.get_data(as_text=True) if answer.is_json else ""
    return f"{line.method} {line.rule}: {wanted} {line.leads_to}, not {got} {shown[:300]}"


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_as_the_table_says(stage: Stage, role: str) -> None:
    problems = []
    for line in TABLE:
        stage.restored.put_back()
        said = problem(stage, line, role, visit(stage, line, role))
        if said:
            problems.append(said)
    stage.restored.put_back()
    assert not problems, f"as {role}:\n" + "\n".join(problems)


def test_the_table_holds_every_address_and_no_other(_site: Site) -> None:
    there = {
        (method, rule.rule)
        for rule in _site.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    written = [(line.method, line.rule) for line in TABLE]
    assert len(written) == len(set(written)), "an address is in the table twice"
    missing = [f"{method} {rule}" for method, rule in sorted(there - set(written))]
    gone = [f"{method} {rule}" for method, rule in sorted(set(written) - there)]
    assert not missing, "decide who may do this, in table.txt:\n" + "\n".join(missing)
    assert not gone, "the application has no such address any more:\n" + "\n".join(gone)


def test_a_table_that_says_something_else_fails(stage: Stage) -> None:
    line = next(line for line in TABLE if line.rule == "/users" and line.method == "GET")
    wrong = replace(line, cells={**line.cells, "stu": "200"})
    assert problem(stage, line, "stu", visit(stage, line, "stu")) == ""
    assert "not 403" in problem(stage, wrong, "stu", visit(stage, wrong, "stu"))
