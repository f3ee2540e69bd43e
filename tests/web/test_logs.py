"""What the log says, and in which shape."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from quad.core.logs import configure_logs
from quad.web.site import Site
from tests.conftest import make_settings

pytestmark = pytest.mark.feature("L46")
LINE = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z (\w+) ([\w.]+): (.*)$")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """What these tests configure is gone afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What whatever collects logs has read from standard output."""
    return lambda: capsys.readouterr().out


def write(folder: Path, **settings: object) -> None:
    """Configure the log and write one record by either library, inside a request."""
    configure_logs(make_settings(folder, **settings))
    structlog.contextvars.bind_contextvars(request_id="abc123")
    structlog.get_logger("quad.example").info("marks saved", count=3)
    logging.getLogger("elsewhere").warning("disk is %d %% full", 91)
    logging.getLogger("elsewhere").debug("not worth a line")


def test_lines_have_time_level_name_and_the_number_of_the_request(
    out: Callable[[], str], tmp_path: Path
) -> None:
    write(tmp_path, log_format="line")
    said = out()
    found = [LINE.match(line) for line in said.splitlines()]
    assert [match and match.groups()[:2] for match in found] == [
        ("INFO", "quad.example"),
        ("WARNING", "elsewhere"),
    ]
    assert "marks saved count=3" in said
    assert "disk is 91 % full" in said
    assert said.count("request_id=abc123") == 2


def test_json_has_one_object_a_line(out: Callable[[], str], tmp_path: Path) -> None:
    write(tmp_path, log_format="json")
    first, second = map(json.loads, out().splitlines())
    assert (first["level"], first["logger"], first["event"]) == (
        "info",
        "quad.example",
        "marks saved",
    )
    assert (first["count"], first["request_id"]) == (3, "abc123")
    assert (second["level"], second["request_id"]) == ("warning", "abc123")
    assert first["time"].endswith("Z")


def test_a_fault_carries_its_stack_in_both_shapes(out: Callable[[], str], tmp_path: Path) -> None:
    for shape in ("line", "json"):
        configure_logs(make_settings(tmp_path, log_format=shape))
        try:
            raise ValueError("broken")
        except ValueError:
            structlog.get_logger("quad.example").exception("it failed")
    text = out()
    assert text.count("Traceback") == 2
    assert "ValueError: broken" in json.loads(text.splitlines()[-1])["exception"]


@pytest.mark.parametrize(("level", "lines"), [("DEBUG", 3), ("INFO", 2), ("ERROR", 0)])
def test_the_level_is_a_setting(
    out: Callable[[], str], tmp_path: Path, level: str, lines: int
) -> None:
    write(tmp_path, log_level=level)
    assert len(out().splitlines()) == lines


def test_a_fault_in_a_view_is_logged_under_the_number_the_answer_names(
    out: Callable[[], str], tmp_path: Path, app: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(**_path: object) -> str:
        raise RuntimeError("a fault of ours")

    configure_logs(make_settings(tmp_path, log_format="json"))
    monkeypatch.setitem(app.view_functions, "identity.leave", crash)
    answer = app.test_client().get("/logout")
    assert answer.status_code == 500
    [fault] = [entry for entry in map(json.loads, out().splitlines()) if entry["level"] == "error"]
    assert fault["request_id"] == answer.headers["X-Request-ID"]
    assert "a fault of ours" in fault["exception"]
    assert "a fault of ours" not in answer.text
