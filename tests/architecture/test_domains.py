"""What must hold for every domain: its commands, its doors, its place in the house."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.architecture.tree import QUAD, ROOT, domains, name, parsed, rooms, sources

WRITES = {"db.add", "db.add_all", "db.delete", "db.merge", "insert", "update", "delete"}
OPEN = {"service", "policy", "forms", "facts", "models"}
ROOF = {"app.py", "worker.py", "cli"}


def commands() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Yield every public function of a service that acts for somebody."""
    for domain in domains():
        for path in rooms(domain, "service"):
            for node in parsed(path).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    arguments = [*node.args.args, *node.args.kwonlyargs]
                    if "actor" in {argument.arg for argument in arguments}:
                        yield path, node


def bodies(path: Path, function: ast.FunctionDef) -> list[ast.FunctionDef]:
    """Return a function and all it calls, directly or not, in the same file."""
    here = {node.name: node for node in parsed(path).body if isinstance(node, ast.FunctionDef)}
    found: dict[str, ast.FunctionDef] = {}
    waiting = [function.name]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found[current] = here[current]
            waiting += names(here[current]) & here.keys()
    return list(found.values())


def names(function: ast.FunctionDef) -> set[str]:
    """Return the names a function uses."""
    return {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}


def mentioned(path: Path, function: ast.FunctionDef) -> set[str]:
    """Return the names used by a function and by what it calls in the same file."""
    return set().union(*map(names, bodies(path, function)))


def writes(path: Path, function: ast.FunctionDef) -> bool:
    """Tell whether a function changes rows: adds, deletes, sends DML, or sets an attribute."""
    return any(
        (isinstance(node, ast.Call) and ast.unparse(node.func) in WRITES)
        or (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
        for body in bodies(path, function)
        for node in ast.walk(body)
    )


def test_every_command_asks_the_policy() -> None:
    silent = [
        f"{name(path)}:{function.lineno} {function.name}"
        for path, function in commands()
        if not mentioned(path, function) & {"policy", *policies(path)}
    ]
    assert not silent


def policies(path: Path) -> set[str]:
    """Return what a service imports from its policy by name."""
    return {
        alias.asname or alias.name
        for node in parsed(path).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".policy")
        for alias in node.names
    }


def test_every_command_that_writes_emits_a_fact() -> None:
    quiet = [
        f"{name(path)}:{function.lineno} {function.name}"
        for path, function in commands()
        if writes(path, function) and "emit" not in mentioned(path, function)
    ]
    assert not quiet


def test_there_are_commands_to_judge() -> None:
    assert len(list(commands())) > 20


def test_every_domain_has_its_place_in_the_house() -> None:
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    containers = contracts["importlinter:contract:rooms"]["containers"].split()
    assert sorted(containers) == [f"quad.{domain}" for domain in domains()]


def test_domains_are_entered_by_their_doors() -> None:
    """Others come in by service, policy, forms, facts and, for joins, models; the roof sees all."""
    hits = [
        f"{name(path)}: {module}"
        for path in sources()
        for module in imported(path)
        if (parts := module.split("."))[0] == "quad"
        and len(parts) > 2
        and parts[1] in domains()
        and parts[2] not in OPEN
        and path.relative_to(QUAD).parts[0] not in {parts[1], *ROOF}
    ]
    assert not hits


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted name of all that a file imports."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", ["views", "api"])
def test_doors_hold_no_queries(room: str) -> None:
    """A door that writes its own SELECT decides for itself who may see what."""
    hits = [
        f"{name(path)}:{node.lineno}"
        for domain in domains()
        for path in rooms(domain, room)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"select", "update", "delete", "insert"}
    ]
    assert not hits


def test_models_ask_nothing() -> None:
    """Relationships never load by themselves, and no property runs a query."""
    hits = [
        f"{name(path)}:{node.lineno}"
        for path in QUAD.glob("*/models.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "relationship"
        and {k.arg: ast.unparse(k.value) for k in node.keywords}.get("lazy") != "'raise'"
    ]
    assert not hits
