"""The documentation names what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from quad.cli.main import COMMANDS
from quad.core.config import Settings
from tests.architecture.tree import ROOT, name, read, tracked

SETTING = re.compile(r"\bQUAD_[A-Z]+(?:_[A-Z]+)*")  # what follows `__` is inside a setting
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
COMMAND = re.compile(r"(?:`|^\s*|&& |sudo )quad ([a-z]+)", re.MULTILINE)
CODE = re.compile(r"```.*?```", re.DOTALL)
# What other things than Settings read: deploy/, the build, the suite.
ELSEWHERE = {
    "QUAD_PUBLISH",
    "QUAD_SITE",
    "QUAD_SKIP_ASSETS",
    "QUAD_TEST_POSTGRESQL_URL",
    "QUAD_TEST_MARIADB_URL",
}


def pages() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def settings() -> set[str]:
    return {f"QUAD_{field.upper()}" for field in Settings.model_fields}


@pytest.mark.feature("L48")
@pytest.mark.parametrize("page", ["docs/configuration.md", ".env.example"])
def test_every_setting_is_documented_and_no_other(page: str) -> None:
    named = set(SETTING.findall(read(ROOT / page)))
    assert settings() - named - {"QUAD_MODE"} == set()
    assert named - settings() == set()


@pytest.mark.feature("L48")
def test_the_names_of_the_systems_before_have_their_new_name_beside_them() -> None:
    table = read(ROOT / "docs/configuration.md").split("## Coming from")[1]
    for old in (
        "FLASK_SECRET_KEY",
        "FLASK_DEBUG",
        "FLASK_HOST",
        "FLASK_PORT",
        "SESSION_COOKIE_SECURE",
        "LOG_LEVEL",
        "DB_HOST",
        "DB_PORT",
        "DB_USER",
        "DB_PASSWORD",
        "DB_NAME",
        "SMTP_SERVER",
        "SMTP_PORT",
        "EMAIL_ADDRESS",
        "EMAIL_PASSWORD",
        "EMAIL_SEND_SYNC",
        "SMTP_TIMEOUT",
        "BCRYPT_LOG_ROUNDS",
        "RATELIMIT_STORAGE_URI",
    ):
        rows = [line for line in table.splitlines() if f"`{old}`" in line[: line.rfind(" | ")]]
        assert rows, old
        assert SETTING.search(rows[0]), old


def test_settings_named_anywhere_exist() -> None:
    hits = [
        f"{name(path)}: {setting}"
        for path in tracked()
        if path.suffix in {".md", ".yml", ".service", ".conf"}
        or path.name in {"Dockerfile", "Makefile"}
        for setting in SETTING.findall(read(path))
        if setting not in settings() | ELSEWHERE
    ]
    assert not hits


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{name(path)}: {target}"
        for path in pages()
        for target in LINK.findall(CODE.sub("", read(path)))
        if not (path.parent / target).exists()
    ]
    assert not broken


def test_commands_named_in_the_documentation_exist() -> None:
    unknown = [
        f"{name(path)}: quad {command}"
        for path in pages()
        for command in COMMAND.findall(read(path))
        if command not in COMMANDS
    ]
    assert not unknown


@pytest.mark.feature("L60")
def test_licence_security_policy_and_contribution_guide_are_there() -> None:
    assert "MIT License" in read(ROOT / "LICENSE")
    assert "private" in read(ROOT / "SECURITY.md")
    assert "make test" in read(ROOT / "CONTRIBUTING.md")


@pytest.mark.feature("L59")
def test_the_diagram_shows_the_tables_of_the_models() -> None:
    drawn = read(ROOT / "docs/erd.svg") + read(ROOT / "docs/erd.md")
    for table in ("identity_user", "institution_department", "academics_student"):
        assert drawn.count(table) >= 2, table
