"""What must hold for every file, whoever writes it."""

from __future__ import annotations

import ast
import json
import re

import pytest

from tests.architecture.tree import (
    QUAD,
    ROOT,
    name,
    parsed,
    read,
    sources,
    texts,
)
from tests.sharing import TOGETHER

LONGEST = 400
# Written in pieces, or this file would name them too.
SOMEBODYS_FOLDER = re.compile(
    r"(?<![\w.>}])/(?:" + "|".join(["home", "Users", "root", "work"]) + r")/\w"
)
REGISTRIES = re.compile(
    "|".join(
        ["pypi" + r"\.org", "python" + "hosted", "npm" + "js", "yarn" + "pkg", "deb" + r"\.debian"]
    )
)
STYLE = re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE | re.DOTALL)
HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE | re.DOTALL)
SCRIPT = re.compile(r"<script\b[^>]*>\s*[^\s<]", re.IGNORECASE)
COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    hits = [
        f"{file}: {match[0]}" for file, text in texts() if (match := SOMEBODYS_FOLDER.search(text))
    ]
    assert not hits


def test_no_file_names_a_package_registry() -> None:
    hits = [f"{file}: {match[0]}" for file, text in texts() if (match := REGISTRIES.search(text))]
    assert not hits


def test_the_npm_lock_records_no_download_addresses() -> None:
    packages = json.loads(read(ROOT / "package-lock.json"))["packages"]
    assert packages
    assert not [package for package, entry in packages.items() if "resolved" in entry]


@pytest.mark.feature("L15")
def test_templates_hold_no_inline_style_handler_or_script() -> None:
    hits = []
    for path in QUAD.rglob("templates/**/*.html"):
        text = COMMENT.sub("", read(path))
        for pattern in (STYLE, HANDLER, SCRIPT):
            hits += [f"{name(path)}: {match[0][:80]}" for match in pattern.finditer(text)]
    assert not hits


def test_no_room_is_longer_than_one_can_read() -> None:
    sizes = {name(path): len(read(path).splitlines()) for path in sources()}
    assert not {path: size for path, size in sizes.items() if size > LONGEST}


def test_imports_stand_at_the_top() -> None:
    hits = []
    for path in sources():
        if path.is_relative_to(QUAD / "cli"):
            continue  # `quad --help` loads nothing it does not show
        for function in ast.walk(parsed(path)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                hits += [
                    f"{name(path)}:{node.lineno}"
                    for node in ast.walk(function)
                    if isinstance(node, ast.Import | ast.ImportFrom)
                ]
    assert not hits


def test_packages_have_an_empty_init() -> None:
    assert not [name(path) for path in QUAD.rglob("__init__.py") if read(path).strip()]


def test_only_the_unit_commits() -> None:
    prepare = {
        "quad/core/db/engine.py",
        "quad/core/db/migration.py",
    }  # connections and schema, no rows
    hits = {
        name(path)
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    }
    assert hits - prepare == {"quad/core/facts.py"}


def test_only_the_clock_reads_the_time() -> None:
    calls = {"datetime.now", "datetime.utcnow", "date.today", "time.time"}
    hits = [
        f"{name(path)}:{node.lineno}"
        for path in sources()
        if path != QUAD / "core/clock.py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in calls
    ]
    assert not hits


def test_tests_that_share_dear_things_are_where_they_are_looked_for() -> None:
    """A file that was moved would be set up once in each process, and nothing would say so."""
    assert [place for place in TOGETHER if not (ROOT / place).exists()] == []
