"""`quad backup` and `quad restore`, as an operator types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Installation, install

pytestmark = pytest.mark.feature("L47")


@pytest.fixture
def filled(bare: Installation) -> Installation:
    bare.quad("db", "upgrade")
    create = ("user", "create", "--email", "mira@college.example", "--name", "Mira Ōta")
    assert bare.quad(*create, "--role", "admin").code == 0
    return bare


def test_an_installation_moves_to_another_machine(filled: Installation, tmp_path: Path) -> None:
    told = filled.quad("backup")
    assert told.code == 0, told.err
    assert "rows" in told.out
    (kept,) = filled.quad("backup", "list", "--json").json
    assert filled.quad("backup", "verify").out.endswith("Sound.\n")
    path = filled.folder / "backups" / kept["name"]
    assert path.stat().st_mode & 0o077 == 0

    other = install(tmp_path / "other")
    told = other.quad("restore", str(path))
    assert told.code == 0, told.err
    assert other.quad("db", "check").code == 0
    mira = ("--email", "mira@college.example", "--name", "Mira", "--role", "admin")
    again = other.quad("user", "create", *mira)
    assert again.code == 1
    refused = other.quad("restore", str(path))
    assert refused.code == 1
    assert "--replace" in refused.err
    assert other.quad("restore", str(path), "--replace").code == 0
    assert other.quad("doctor").out.count("WRONG") == 0


def test_a_backup_that_is_none_is_named_in_a_sentence(filled: Installation) -> None:
    (filled.folder / "letter.tar").write_bytes(b"Dear Quad")
    for arguments in (
        ("restore", str(filled.folder / "letter.tar")),
        ("backup", "verify", str(filled.folder / "letter.tar")),
        ("backup", "verify"),
        ("restore", "quad-20200101-000000.tar"),
    ):
        told = filled.quad(*arguments)
        assert told.code == 1, told.out
        assert "Traceback" not in told.err
        assert "ackup" in told.err


def test_the_oldest_backup_goes_when_there_are_enough(filled: Installation) -> None:
    folder = filled.folder / "backups"
    folder.mkdir()
    for day in range(1, 4):
        (folder / f"quad-2026010{day}-023000.tar").write_bytes(b"x")
    told = filled.quad("backup", "--keep", "2", "--no-files")
    assert "Let go: quad-20260102-023000.tar, quad-20260101-023000.tar" in told.out
    assert len(list(folder.iterdir())) == 2
