"""`quad` itself: help at once, and an exit code that tells success from refusal from fault."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from quad.cli.main import COMMANDS
from tests.cli.conftest import CHECKOUT, Done, Installation

pytestmark = pytest.mark.feature("A73")

PROBE = """
import sys
sys.argv = ["quad", *{arguments!r}]
try:
    from quad.cli.main import main
    main()
except SystemExit as end:
    print("CODE", end.code)
print("HEAVY", *sorted({{"click", "flask", "sqlalchemy", "pydantic", "rich"}} & set(sys.modules)))
"""


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_loads_nothing_it_does_not_show(arguments: list[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-c", PROBE.format(arguments=arguments)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    *text, code, heavy = said.splitlines()
    assert code == "CODE 0"
    assert heavy == "HEAVY"
    assert all(any(line.startswith(f"  {name} ") for line in text) for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(bare: Installation, name: str) -> None:
    told = bare.quad(name, "--help")
    assert told.code == 0, told.err
    assert told.out.startswith(f"Usage: quad {name}")


def test_the_summary_of_a_command_is_what_its_own_help_says(bare: Installation) -> None:
    for name in ("doctor", "routes", "token"):
        assert COMMANDS[name][1] in bare.quad(name, "--help").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["routes", "--no-such-option"],
        ["user", "create"],
        ["user", "create", "--email", "a@college.example", "--name", "A", "--role", "king"],
        ["import", "students", "no-such-file.csv"],
        ["mail", "list", "--limit", "0"],
        ["serve", "--port", "70000"],
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(
    bare: Installation, arguments: list[str]
) -> None:
    told = bare.quad(*arguments)
    assert told.code == 2
    assert "Error" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"QUAD_PORT": "many"}, "QUAD_PORT"),
        ({"QUAD_MODE": "production"}, "QUAD_SECRET_KEY is missing"),
        ({"QUAD_MODE": "production", "QUAD_SECRET_KEY": "changeme"}, "too weak"),
    ],
)
@pytest.mark.parametrize("command", ["routes", "serve", "worker"])
def test_a_wrong_setting_ends_with_3_and_one_sentence(
    bare: Installation, command: str, settings: dict[str, str], sentence: str
) -> None:
    told = bare.quad(command, **settings)
    assert told.code == 3
    assert sentence in told.err
    assert "Traceback" not in told.err


def test_the_program_passes_the_exit_code_on(bare: Installation) -> None:
    assert bare.process("nonsense").code == 2
    assert bare.process("routes", QUAD_PORT="many").code == 3


def test_a_fault_ends_with_70(bare: Installation) -> None:
    """There are no tables, which is nobody's refusal."""
    assert bare.quad("mail", "list").code == 70


def test_the_version_is_told(quad: Callable[..., Done]) -> None:
    told = quad("--version")
    assert told.code == 0
    assert told.out.startswith("quad, version ")
