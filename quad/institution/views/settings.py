"""The settings page: everything any domain declared, grouped by area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from quad.core import settings
from quad.core.errors import Invalid, Rejected
from quad.core.facts import attempt
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.settings import Setting
from quad.institution.views.shared import bp
from quad.web.kit import current_actor, current_db, done, page


@dataclass(frozen=True)
class Shown:
    """One setting on the page: `value` is what was typed, else what is in force."""

    setting: Setting[Any]
    value: Any
    changed: bool
    error: str

    @property
    def id(self) -> str:
        """A name that fits into an id."""
        return "s-" + self.setting.key.replace(".", "-")


@bp.route("/settings", methods=["GET", "POST"])
def settings_page() -> ResponseReturnValue:
    settings.CHANGE.require(current_actor())
    errors: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            with attempt(current_db()):
                changed = _save()
            words = ngettext(
                "%(num)s setting is changed.", "%(num)s settings are changed.", len(changed)
            )
            return done(
                words if changed else _("Nothing was changed."),
                url_for("institution.settings_page"),
            )
        except Invalid as error:
            errors = error.fields
        except Rejected as error:
            errors = {"": str(error)}
    revision = request.form.get("revision") or settings.revision(current_db())
    return page(
        "institution/settings.html",
        422 if errors else 200,
        groups=_groups(errors),
        errors=errors,
        labels={key: item.label for key, item in Setting.registry.items()},
        revision=revision,
    )


def _save() -> tuple[str, ...]:
    given = {
        key: request.form.get(key, "false" if item.kind == "bool" else None)
        for key, item in Setting.registry.items()
    }
    known = {key: value for key, value in given.items() if value is not None}
    seen = request.form.get("revision", "")
    return settings.change(
        current_db(), current_actor(), known, seen=int(seen) if seen.isdecimal() else None
    )


def _groups(errors: Mapping[str, str]) -> list[tuple[str, list[Shown]]]:
    now = settings.values(current_db())
    ordered = sorted(Setting.registry.values(), key=lambda item: (str(item.group), item.order))
    shown = [
        Shown(
            item,
            request.form.get(item.key, "false") if request.method == "POST" else now[item.key],
            now[item.key] != settings.default(item),
            errors.get(item.key, ""),
        )
        for item in ordered
    ]
    return [
        (group, list(items)) for group, items in groupby(shown, lambda one: str(one.setting.group))
    ]
