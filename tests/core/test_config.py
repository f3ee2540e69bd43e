"""Settings: what is unsafe stops production with a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quad.core.config import Misconfigured, Mode, Settings, load_settings

STRONG = "Zk3-vT8q_Wm1xB7nRs5yLc9dHf2gJp4aEu6tQo0i"
SOUND: dict[str, Any] = {
    "mode": "production",
    "secret_key": STRONG,
    "mail_url": "smtp://mail.example",
}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"QUAD_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.feature("L48")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"secret_key": ""}, "QUAD_SECRET_KEY is missing"),
        ({"secret_key": "changeme"}, "QUAD_SECRET_KEY is too weak"),
        ({"secret_key": "a" * 64}, "QUAD_SECRET_KEY is too weak"),
        ({"rate_limits": "off"}, "QUAD_RATE_LIMITS=off is refused"),
        ({"mail_url": ""}, "QUAD_MAIL_URL is missing"),
        ({"mail_url": "capture:"}, "QUAD_MAIL_URL=capture:"),
        ({"port": "x"}, "QUAD_PORT"),
        ({"login_code": "sometimes"}, "QUAD_LOGIN_CODE"),
    ],
)
def test_a_wrong_setting_stops_production_with_a_sentence(
    wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        load_settings(**(SOUND | wrong))
    assert words in str(caught.value)


def test_sound_settings_start() -> None:
    assert load_settings(**SOUND).production


@pytest.mark.feature("L48")
def test_settings_come_from_the_environment_and_lists_by_commas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUAD_MODE", "development")
    monkeypatch.setenv("QUAD_CORS_ORIGINS", "https://a.example, https://b.example")
    settings = load_settings()
    assert settings.mode is Mode.DEVELOPMENT
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_without_a_secret_development_keeps_its_own_in_the_data_folder(tmp_path: Path) -> None:
    first = load_settings(mode="development", data_dir=tmp_path / "data")
    second = load_settings(mode="development", data_dir=tmp_path / "data")
    assert first.secret == second.secret
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o077 == 0


def test_the_secret_is_not_shown_when_settings_are_printed() -> None:
    assert STRONG not in repr(load_settings(**SOUND))


def test_addresses_with_passwords_never_show_them(tmp_path):
    addresses = {
        "database_url": "postgresql://quad:hush-1@db/quad",
        "queue_url": "redis://:hush-2@cache/1",
        "redis_url": "redis://:hush-3@cache/0",
        "mail_url": "smtp://quad:hush-4@mail:587",
        "files_url": "s3://bucket?secret_access_key=hush-5",
    }
    settings = load_settings(mode="test", data_dir=tmp_path, **addresses)
    for shown in (
        repr(settings),
        str(settings),
        str(settings.model_dump()),
        settings.model_dump_json(),
    ):
        assert "hush" not in shown
    assert settings.database == addresses["database_url"]
    assert settings.queue == addresses["queue_url"]
    assert settings.redis == addresses["redis_url"]
    assert settings.mail == addresses["mail_url"]
    assert settings.files == addresses["files_url"]
