"""A file of 200 MB through the command line: read to its end, in the memory that a small one takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Installation, install
from tests.databases import build_schema

pytestmark = [
    pytest.mark.feature("C30"),
    pytest.mark.skipif(not hasattr(os, "wait4"), reason="asks the system what a process took"),
]

HEAD = "Register number,First name,Last name,E-mail,Semester,Remarks\n"
LINE = "4NV{0:07},Asha,Rao,a{0:07}@college.example,1," + "x" * 150 + "\n"
LITTLE, MUCH = 2, 200
MEGABYTE = 1024 * 1024
MORE = 120


@pytest.mark.torture
def test_an_import_of_200_megabytes_takes_hardly_more_memory_than_one_of_two(
    tmp_path: Path,
) -> None:
    site = install(tmp_path / "site")
    build_schema(f"sqlite:///{site.folder / 'quad.db'}")
    assert peak(site, large_file(tmp_path, MUCH)) < peak(site, large_file(tmp_path, LITTLE)) + MORE


def large_file(folder: Path, megabytes: int) -> Path:
    """Write a file of students of this size."""
    path = folder / f"{megabytes}.csv"
    with path.open("w") as file:
        file.write(HEAD)
        number = 0
        while file.tell() < megabytes * MEGABYTE:
            file.writelines(LINE.format(number + place) for place in range(1_000))
            number += 1_000
    return path


def peak(site: Installation, path: Path) -> float:
    """Preview the import of a file in a process of its own; return its largest memory in MB."""
    command = [sys.executable, "-m", "quad.cli.main", "import", "students", str(path), "--dry-run"]
    process = subprocess.Popen(
        command, env=site.environment(), cwd=site.folder, stdout=subprocess.DEVNULL
    )
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss / 1024  # kilobytes on Linux
