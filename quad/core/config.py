"""Every setting, read once from the environment (prefix `QUAD_`) and from `.env`."""

from __future__ import annotations

import secrets
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

WEAK_SECRETS = {"secret", "changeme", "change-me", "please-change-me", "dev", "development", "test"}
SECRET_LENGTH = 32


class Misconfigured(Exception):
    """A setting that stops the start; the message is one sentence an operator can act on."""


class Mode(StrEnum):
    """How strict to be. `production` refuses what is only convenient."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    DEMO = "demo"
    TEST = "test"


class Settings(BaseSettings):
    """The settings of one installation. Field docs are in docs/configuration.md."""

    model_config = SettingsConfigDict(
        env_prefix="QUAD_", env_file=".env", extra="ignore", frozen=True
    )

    mode: Mode = Mode.PRODUCTION
    data_dir: Path = Path("data")
    secret_key: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    threads: Annotated[int, Field(ge=2, le=256)] = 16

    database_url: str = ""
    database_pool: Annotated[int, Field(ge=1, le=200)] = 20
    files_url: str = ""
    queue_url: str = ""
    redis_url: str = ""

    mail_url: str = ""
    mail_from: str = "Quad <quad@localhost>"
    mail_timeout: Annotated[float, Field(gt=0, le=300)] = 15
    mail_sync: bool = False

    login_code: Literal["required", "new_device", "off"] = "required"
    registration: Literal["open", "domain", "approval", "closed"] = "closed"
    session_days: Annotated[int, Field(ge=1, le=365)] = 30
    hash_memory_kib: Annotated[int, Field(ge=8)] = 19456
    hash_rounds: Annotated[int, Field(ge=1, le=50)] = 2
    rate_limits: Literal["on", "off"] = "on"
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    secure_cookies: bool | None = None

    metrics_token: SecretStr = SecretStr("")
    log_format: Literal["line", "json"] = "line"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    max_body: Annotated[int, Field(ge=1024)] = 32 * 1024 * 1024
    header_timeout: Annotated[float, Field(gt=0, le=600)] = 15
    body_timeout: Annotated[float, Field(gt=0, le=600)] = 20
    send_timeout: Annotated[float, Field(gt=0, le=600)] = 60
    stop_timeout: Annotated[int, Field(ge=1, le=600)] = 20
    institution_name: str = "Quad"
    language: str = "en"
    time_zone: str = "UTC"

    @field_validator("trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> Self:
        if self.mode is not Mode.PRODUCTION:
            return self
        secret = self.secret_key.get_secret_value()
        if not secret:
            raise ValueError(
                "QUAD_SECRET_KEY is missing. Make one with: "
                'python -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        if len(secret) < SECRET_LENGTH or secret.lower() in WEAK_SECRETS or len(set(secret)) < 10:
            raise ValueError(
                f"QUAD_SECRET_KEY is too weak. Use {SECRET_LENGTH} random characters or more."
            )
        if self.rate_limits == "off":
            raise ValueError("QUAD_RATE_LIMITS=off is refused in production.")
        if not self.mail_url:
            raise ValueError("QUAD_MAIL_URL is missing: sign-in codes and reset links go by mail.")
        if self.mail_url.startswith("capture:"):
            raise ValueError(
                "QUAD_MAIL_URL=capture: keeps mail in the database; production needs smtp://."
            )
        return self

    @property
    def production(self) -> bool:
        """Tell whether this is a real installation."""
        return self.mode is Mode.PRODUCTION

    @property
    def development(self) -> bool:
        """Tell whether pages for developers (style page, mailbox) are shown."""
        return self.mode in (Mode.DEVELOPMENT, Mode.DEMO, Mode.TEST)

    @cached_property
    def secret(self) -> str:
        """The signing key: the configured one, else one kept in the data folder (never in production)."""
        configured = self.secret_key.get_secret_value()
        return configured or _kept_secret(self.data_dir / "secret")

    @property
    def database(self) -> str:
        """The database address; a SQLite file in the data folder unless set."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'quad.db'}"

    @property
    def mail(self) -> str:
        """The mail address; `capture:` outside production unless set."""
        return self.mail_url or "capture:"

    @property
    def cookies_secure(self) -> bool:
        """Whether cookies are marked Secure: by setting, else when the base address is https."""
        if self.secure_cookies is not None:
            return self.secure_cookies
        return self.base_url.startswith("https://")


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(48))
        path.chmod(0o600)
    return path.read_text().strip()


def load_settings(**overrides: Any) -> Settings:
    """Read the settings.

    Raises Misconfigured with one sentence per wrong setting.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = []
        for item in error.errors():
            name = "_".join(str(part) for part in item["loc"]).upper()
            message = item["msg"].removeprefix("Value error, ")
            lines.append(message if message.startswith("QUAD_") else f"QUAD_{name}: {message}")
        raise Misconfigured("\n".join(lines)) from error
