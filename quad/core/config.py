"""Every setting, read once from the environment (prefix `QUAD_`) and from `.env`."""

from __future__ import annotations

import re
import secrets
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
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


SCANNER = re.compile(r"clamd://[^/\s@]+/?|clamd\+unix:///[^\s]+")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class OidcProvider(BaseModel):
    """One OpenID Connect provider that people may sign in with.

    `roles` says which claims give which roles: `groups:staff=faculty, hd:uni.example=student`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    client_id: str
    client_secret: SecretStr = SecretStr("")
    name: str = ""
    scopes: str = "openid email profile"
    roles: str = ""
    create: bool = False

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        here = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or here) or parts.query:
            raise ValueError("an issuer is an https:// address without a question mark")
        return value.rstrip("/")

    @field_validator("roles")
    @classmethod
    def _readable(cls, value: str) -> str:
        parse_role_rules(value)
        return value

    @property
    def role_rules(self) -> tuple[tuple[str, str, str], ...]:
        """The rules as (claim, value, role)."""
        return parse_role_rules(self.roles)


class SyncSettings(BaseModel):
    """Where the worker reads coding platforms, with which key, and how patient it is. Docs: docs/configuration.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    codeforces_url: str = "https://codeforces.com"
    leetcode_url: str = "https://leetcode.com"
    github_url: str = "https://api.github.com"
    github_token: SecretStr = SecretStr("")
    atcoder_url: str = "https://atcoder.jp"
    atcoder_problems_url: str = "https://kenkoooo.com/atcoder"
    geeksforgeeks_url: str = "https://authapi.geeksforgeeks.org"
    proxy: str = ""
    step_timeout: Annotated[float, Field(gt=0, le=120)] = 10
    deadline: Annotated[float, Field(gt=0, le=120)] = 30
    max_answer: Annotated[int, Field(ge=1024)] = 16 * 1024 * 1024

    @field_validator(
        "codeforces_url",
        "leetcode_url",
        "github_url",
        "atcoder_url",
        "atcoder_problems_url",
        "geeksforgeeks_url",
    )
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError("write an http:// or https:// address without a question mark")
        return value.rstrip("/")

    @field_validator("proxy")
    @classmethod
    def _proxy(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("write an http:// or https:// address, or nothing")
        return value


def parse_role_rules(text: str) -> tuple[tuple[str, str, str], ...]:
    """Read `claim:value=role` rules. Raises ValueError."""
    rules = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        left, _equals, role = part.rpartition("=")
        claim, _colon, value = left.partition(":")
        if not (claim.strip() and value.strip() and role.strip()):
            raise ValueError(f"“{part}” is not claim:value=role")
        rules.append((claim.strip(), value.strip(), role.strip().lower()))
    return tuple(rules)


class Settings(BaseSettings):
    """The settings of one installation. Field docs are in docs/configuration.md.

    Addresses may hold passwords, so they are secrets here: `repr` and logs never show them.
    """

    model_config = SettingsConfigDict(
        env_prefix="QUAD_",
        env_file=".env",
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
    )

    mode: Mode = Mode.PRODUCTION
    data_dir: Path = Path("data")
    secret_key: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    threads: Annotated[int, Field(ge=2, le=256)] = 16

    database_url: SecretStr = SecretStr("")
    database_pool: Annotated[int, Field(ge=1, le=200)] = 20
    files_url: SecretStr = SecretStr("")
    antivirus_url: str = ""
    antivirus_timeout: Annotated[float, Field(gt=0, le=600)] = 60
    queue_url: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")

    backup_to: str = ""
    backup_keep: Annotated[int, Field(ge=1, le=1000)] = 14
    backup_nightly: bool = False

    mail_url: SecretStr = SecretStr("")
    mail_from: str = "Quad <quad@localhost>"
    mail_timeout: Annotated[float, Field(gt=0, le=300)] = 15
    mail_sync: bool = False

    llm_url: str = ""
    llm_key: SecretStr = SecretStr("")
    llm_model: str = ""
    llm_timeout: Annotated[float, Field(gt=0, le=600)] = 60
    llm_letters: Annotated[int, Field(ge=1_000, le=2_000_000)] = 60_000
    llm_month_tokens: Annotated[int, Field(ge=0)] = 0

    login_code: Literal["required", "new_device", "off"] = "required"
    registration: Literal["open", "domain", "approval", "closed"] = "closed"
    session_days: Annotated[int, Field(ge=1, le=365)] = 30
    hash_memory_kib: Annotated[int, Field(ge=8)] = 19456
    hash_rounds: Annotated[int, Field(ge=1, le=50)] = 2
    breach_url: str = ""
    breach_timeout: Annotated[float, Field(gt=0, le=30)] = 2
    oidc: dict[str, OidcProvider] = {}
    rate_limits: Literal["on", "off"] = "on"
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    secure_cookies: bool | None = None

    sync: SyncSettings = SyncSettings()

    audit_keep_days: Annotated[int, Field(ge=0, le=36500)] = 0

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

    @field_validator("antivirus_url")
    @classmethod
    def _is_a_scanner(cls, value: str) -> str:
        if value and not SCANNER.fullmatch(value):
            raise ValueError("write clamd://host:port or clamd+unix:///path/of/the/socket")
        return value

    @field_validator("llm_url")
    @classmethod
    def _is_a_provider(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("write the address of an OpenAI-compatible interface, http(s)://…")
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
        if not self.mail_url.get_secret_value():
            raise ValueError("QUAD_MAIL_URL is missing: sign-in codes and reset links go by mail.")
        if self.llm_url and not self.llm_model:
            raise ValueError("QUAD_LLM_MODEL is missing: name the model that QUAD_LLM_URL offers.")
        if self.mail.startswith("capture:"):
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
        configured = self.database_url.get_secret_value()
        return configured or f"sqlite:///{self.data_dir.resolve() / 'quad.db'}"

    @property
    def mail(self) -> str:
        """The mail address; `capture:` outside production unless set."""
        return self.mail_url.get_secret_value() or "capture:"

    @property
    def files(self) -> str:
        """The address of the files; empty for the data folder."""
        return self.files_url.get_secret_value()

    @property
    def queue(self) -> str:
        """The address of the queue; empty for a SQLite file in the data folder."""
        return self.queue_url.get_secret_value()

    @property
    def redis(self) -> str:
        """The address of Redis; empty without it."""
        return self.redis_url.get_secret_value()

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
