"""Write requirements.lock: the exact version of every package Quad runs, tests and builds with.

The file is a pip constraints file for Python 3.11 to 3.13 on Linux, macOS and Windows. It names no
index and no hashes, so it works behind any mirror. Versions are those of the environment this runs
in; a package that only another system needs keeps its version or, when new, is asked of pip.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
NEVER = {"quad", "pip"}  # ourselves, and the tool that reads this file
EDITABLE_BUILD = "editables"  # hatchling asks for it in `pip install -e`
HEADER = """\
# Every package of Quad at one exact version: pip install -c requirements.lock … (by `make lock`)
"""
ENVIRONMENTS = [
    {
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "python_version": version,
        "python_full_version": f"{version}.9",
        "sys_platform": platform,
        "platform_system": system,
        "os_name": family,
        "platform_machine": machine,
    }
    for version in ("3.11", "3.12", "3.13")
    for platform, system, family, machines in (
        ("linux", "Linux", "posix", ("x86_64", "aarch64")),
        ("darwin", "Darwin", "posix", ("x86_64", "arm64")),
        ("win32", "Windows", "nt", ("AMD64", "ARM64")),
    )
    for machine in machines
]


def wanted_somewhere(requirement: Requirement, extras: set[str]) -> bool:
    """Tell whether any supported system installs this requirement, given the extras asked for."""
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({**environment, "extra": extra})
        for environment in ENVIRONMENTS
        for extra in extras or {""}
    )


def newest(name: str) -> str:
    """Ask pip which version it would install of a package that this system does not need."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps"]
    answer = subprocess.run(
        [*command, "--ignore-installed", "--report", "-", name],
        capture_output=True,
        text=True,
        check=True,
    )
    return str(json.loads(answer.stdout)["install"][0]["metadata"]["version"])


def pins() -> dict[str, str]:
    """Walk from pyproject.toml through what is installed; return name → version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"].get("optional-dependencies", {}).values()
    build = project["build-system"]["requires"]
    groups = [build, project["project"]["dependencies"], *extras]
    waiting = [Requirement(line) for group in groups for line in group]
    waiting.append(Requirement(EDITABLE_BUILD))
    locked = LOCK.read_text(encoding="utf-8").splitlines() if LOCK.exists() else []
    before = dict(line.split("==") for line in locked if "==" in line and line[0] != "#")
    found: dict[str, str] = {}
    walked: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in walked or name in NEVER:
            continue
        walked.add(key)
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            wish = f"{requirement.name}{requirement.specifier}"
            found[name] = before.get(name) or newest(wish)
            continue
        found[name] = installed.version
        needed = map(Requirement, installed.requires or ())
        waiting += [item for item in needed if wanted_somewhere(item, requirement.extras)]
    return found


def main() -> None:
    """Write the file."""
    text = HEADER + "".join(f"{name}=={version}\n" for name, version in sorted(pins().items()))
    LOCK.write_text(text, encoding="utf-8", newline="\n")
    print(f"requirements.lock: {text.count('==')} packages")


if __name__ == "__main__":
    main()
