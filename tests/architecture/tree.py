"""What the tests of the tree share: its files, and how to read them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
QUAD = ROOT / "quad"
GROUND = {"core", "web", "asgi", "cli"}  # floors that are not domains
BINARY = {".png", ".jpg", ".ico", ".woff2", ".gz", ".br", ".xlsx", ".pdf", ".ttf", ".otf"}


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that is, or would be, committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = (ROOT / name for name in listing.stdout.split("\0") if name)
    return tuple(sorted(path for path in files if path.is_file()))


def texts() -> list[tuple[str, str]]:
    """Return (name, contents) of every text file of the tree."""
    return [(name(path), read(path)) for path in tracked() if path.suffix not in BINARY]


def sources() -> list[Path]:
    """Return every Python file of the package."""
    return sorted(QUAD.rglob("*.py"))


def domains() -> list[str]:
    """Return the names of the packages that have rooms."""
    found = (path.parent.name for path in QUAD.glob("*/__init__.py"))
    return sorted(domain for domain in found if domain not in GROUND)


def rooms(domain: str, room: str) -> list[Path]:
    """Return the files of one room: a module, or the modules of a package."""
    single = QUAD / domain / f"{room}.py"
    return [single] if single.exists() else sorted((QUAD / domain / room).glob("[a-z]*.py"))


def name(path: Path) -> str:
    """Return how a message names this file."""
    return path.relative_to(ROOT).as_posix()


@cache
def read(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text(encoding="utf-8")


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(read(path))
