"""What is shipped beside the program: image, compose files, services, continuous integration, starters."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT, read

DOCKERFILE = ROOT / "Dockerfile"


def compose(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(read(ROOT / name))
    return loaded


@pytest.mark.feature("L50", "C33", "C35")
def test_the_image_has_two_stages_runs_as_uid_1000_and_asks_for_its_health() -> None:
    stages = re.split(r"^FROM ", read(DOCKERFILE), flags=re.MULTILINE)[1:]
    assert len(stages) == 2
    final = stages[-1]
    assert "useradd --uid 1000" in final
    users = re.findall(r"^USER (.+)$", final, re.MULTILINE)
    assert users == ["1000:1000"]
    assert re.search(r"^HEALTHCHECK .*\n?.*/healthz", final, re.MULTILINE)
    assert final.index("USER ") < final.index("ENTRYPOINT")
    assert "QUAD_SECRET_KEY" not in read(DOCKERFILE)


@pytest.mark.feature("L50", "C35")
@pytest.mark.parametrize("name", ["compose.yml", "deploy/compose.scale.yml"])
def test_the_compose_files_ask_for_secrets_and_give_no_rights_away(name: str) -> None:
    services = compose(name)["services"]
    ours = [service for service in services.values() if service.get("image") == "quad"]
    assert ours
    for service in ours:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        for secret in ("QUAD_SECRET_KEY", "QUAD_MAIL_URL"):
            assert service["environment"][secret].startswith(f"${{{secret}:?")


@pytest.mark.feature("C35")
def test_the_larger_installation_stands_behind_its_proxy() -> None:
    services = compose("deploy/compose.scale.yml")["services"]
    assert {"web", "worker", "migrate", "proxy", "db", "redis"} <= services.keys()
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    trusted = services["web"]["environment"]["QUAD_TRUSTED_PROXIES"]
    assert services["proxy"]["networks"]["default"]["ipv4_address"] == trusted
    assert "--no-worker" in services["web"]["command"]
    assert "reverse_proxy" in read(ROOT / "deploy/Caddyfile")


@pytest.mark.feature("L51", "L52")
def test_integration_runs_two_pythons_three_databases_and_builds_the_image() -> None:
    jobs = compose(".github/workflows/ci.yml")["jobs"]
    assert len(jobs["suite"]["strategy"]["matrix"]["python"]) == 2
    assert {"postgres", "mariadb"} <= jobs["suite"]["services"].keys()
    steps = " ".join(str(step.get("run", "")) for step in jobs["image"]["steps"])
    assert "docker build" in steps
    assert "/healthz" in steps
    assert "id -u" in steps


@pytest.mark.feature("L51")
def test_the_script_of_integration_is_sound_and_runs_what_people_run() -> None:
    script = ROOT / ".ci/run"
    subprocess.run(["bash", "-n", str(script)], check=True)
    for target in ("make setup", "make check", "make test"):
        assert f"\n{target}\n" in read(script)


@pytest.mark.feature("A73", "L55")
def test_one_command_or_one_double_click_starts_the_demo() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "--always-make", "demo"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert shown.rstrip().endswith("quad demo")
    starter = read(ROOT / "start.bat")
    assert "quad demo" in starter
    assert "-c requirements.lock" in starter


@pytest.mark.feature("L60")
def test_the_package_names_its_licence() -> None:
    assert 'license = "MIT"' in read(ROOT / "pyproject.toml")
