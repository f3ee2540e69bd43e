"""Logs to standard output: a line a person can read, or JSON, each with the number of its request."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from quad.core.config import Settings


def configure_logs(settings: Settings) -> None:
    """Send the standard library's and structlog's records through one formatter."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer() if settings.log_format == "json" else _line,
            ],
        )
    )
    root = logging.getLogger()
    for old in [h for h in root.handlers if getattr(h, "quad", False)]:
        root.removeHandler(old)
    handler.quad = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(settings.log_level)
    # A line for each request, with the names of accounts in it, is more than an operator wants.
    logging.getLogger("httpx").setLevel(max(root.level, logging.WARNING))


def _line(_logger: Any, _method: str, event: Any) -> str:
    """`time LEVEL name: message key=value …`, and the stack below when there is one."""
    time, level = event.pop("time", ""), str(event.pop("level", "")).upper()
    name, message = event.pop("logger", ""), event.pop("event", "")
    stack = event.pop("exception", None)
    rest = "".join(f" {key}={value}" for key, value in event.items())
    line = f"{time} {level} {name}: {message}{rest}"
    return f"{line}\n{stack}" if stack else line
