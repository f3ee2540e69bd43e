"""The institution's settings over JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quad.core import settings
from quad.core.settings import Setting
from quad.institution.api.blueprint import bp
from quad.institution.forms import SettingsForm
from quad.web.api import Out, operation
from quad.web.kit import current_actor, current_db


class SettingOut(Out):
    key: str
    label: str
    hint: str
    group: str
    kind: str
    value: bool | int | str
    default: bool | int | str
    choices: list[tuple[str, str]]


class SettingsOut(Out):
    revision: int
    settings: list[SettingOut]


def _settings() -> Mapping[str, Any]:
    now = settings.values(current_db())
    return {
        "revision": settings.revision(current_db()),
        "settings": [
            {
                "key": item.key,
                "label": str(item.label),
                "hint": str(item.hint),
                "group": str(item.group),
                "kind": item.kind,
                "value": now[item.key],
                "default": settings.default(item),
                "choices": [(value, str(label)) for value, label in item.choices],
            }
            for item in Setting.registry.values()
        ],
    }


@operation(bp, "GET", "/settings", answers=SettingsOut, errors=(403,))
def settings_show() -> Mapping[str, Any]:
    settings.CHANGE.require(current_actor())
    return _settings()


@operation(
    bp,
    "PATCH",
    "/settings",
    body=SettingsForm,
    answers=SettingsOut,
    message="Settings saved",
    errors=(403, 409),
)
def settings_change(body: SettingsForm) -> Mapping[str, Any]:
    settings.change(current_db(), current_actor(), body.values, seen=body.revision)
    return _settings()
