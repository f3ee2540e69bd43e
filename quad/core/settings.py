"""Settings that an administrator changes while Quad runs. Domains declare them; the table holds what differs.

The environment (core.config) says how an installation runs; these say how the institution works. A value is read from
a copy in memory: one small query per process every `FRESH` seconds, and none in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core.db.model import Row
from quad.core.errors import EditedMeanwhile, Invalid
from quad.core.facts import Fact, after_commit, emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor, Gate

FRESH = 2.0
YES, NO = {"true", "on", "1", "yes"}, {"false", "off", "0", "no"}
LONGEST = 2_000
V = TypeVar("V", bool, int, str)


class StoredSetting(Row):
    """One setting that differs from its default."""

    __tablename__ = "core_setting"

    key: Mapped[str] = mapped_column(String(80), unique=True)
    value: Mapped[Any] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(Integer, default=1)


CHANGE = Gate("core.settings.change", _l("Change the settings"), lambda actor: actor.has("admin"))


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(Fact):
    """`keys` are the settings that have another value now."""

    keys: tuple[str, ...]


def _fine(_value: Any) -> None:
    return None


def between(
    least: int, most: int, sentence: str = _l("Write a number from %(least)s to %(most)s.")
) -> Callable[[Any], None]:
    """Return the check of a number from `least` to `most`. `sentence`, a lazy text, says what to write instead."""

    def check(given: Any) -> None:
        if not least <= given <= most:
            raise ValueError(str(sentence) % {"least": least, "most": most})

    return check


@dataclass(frozen=True, kw_only=True)
class Setting(Generic[V]):
    """One declared setting. Declaring registers it; keys are unique.

    `kind` chooses the widget: `bool`, `int`, `text`, `choice` (with `choices` as (value, label) pairs). `check` gets a
    value of the right type and raises ValueError with a sentence. `group` is the heading it stands under.
    """

    key: str
    label: str
    default: V
    kind: Literal["bool", "int", "text", "choice"]
    group: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    check: Callable[[Any], None] = _fine
    order: int = 50

    registry: ClassVar[dict[str, Setting[Any]]] = {}

    def __post_init__(self) -> None:
        if self.key in self.registry:
            raise RuntimeError(f"setting declared twice: {self.key}")
        self.registry[self.key] = self

    def cleaned(self, given: Any) -> V:
        """Return `given` as a value of this setting.

        Raises ValueError with a sentence when it does not fit.
        """
        value: Any = CLEANERS[self.kind](given)
        if self.kind == "choice" and value not in {choice for choice, _label in self.choices}:
            raise ValueError(_("Choose one of the values in the list."))
        self.check(value)
        return value  # type: ignore[no-any-return]


def _flag(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given or "false").strip().lower()
    if word not in YES | NO:
        raise ValueError(_("Choose yes or no."))
    return word in YES


def _whole(given: Any) -> int:
    text = str(given).strip()
    if isinstance(given, bool | float) or not text.removeprefix("-").isdecimal() or len(text) > 9:
        raise ValueError(_("Write a whole number."))
    return int(text)


def _text(given: Any) -> str:
    if not isinstance(given, str | None):
        raise ValueError(_("Write text here."))
    text = (given or "").strip()
    if len(text) > LONGEST:
        raise ValueError(_("Use at most %(n)s characters.", n=LONGEST))
    if "\0" in text:
        raise ValueError(_("This text has characters that are not valid."))
    return text


CLEANERS: dict[str, Callable[[Any], Any]] = {
    "bool": _flag,
    "int": _whole,
    "text": _text,
    "choice": _text,
}


@dataclass
class _Copy:
    values: dict[str, Any]
    until: float


_copies: WeakKeyDictionary[Any, _Copy] = WeakKeyDictionary()
_defaults: dict[str, Any] = {}


def use_defaults(defaults: Mapping[str, Any]) -> None:
    """Let the environment say what a setting is until an administrator changes it (called by the roof)."""
    _defaults.update(defaults)


def default(setting: Setting[V]) -> V:
    """Return what `setting` is when nobody changed it."""
    given: V = _defaults.get(setting.key, setting.default)
    return given


def value(db: Session, setting: Setting[V]) -> V:
    """Return the value of `setting` now; a change made in this very unit counts."""
    stored = _stored(db)
    found: V = stored[setting.key] if setting.key in stored else default(setting)
    return found


def values(db: Session) -> dict[str, Any]:
    """Return the value of every declared setting by its key."""
    stored = _stored(db)
    return {key: stored.get(key, default(item)) for key, item in Setting.registry.items()}


def _stored(db: Session) -> dict[str, Any]:
    if "settings" in db.info:  # changed in this unit: nobody else may see it yet
        own: dict[str, Any] = db.info["settings"]
        return own
    engine = db.get_bind()
    copy = _copies.get(engine)
    if copy is None or copy.until < time.monotonic():
        copy = _Copy(_load(db), time.monotonic() + FRESH)
        _copies[engine] = copy
    return copy.values


def _load(db: Session) -> dict[str, Any]:
    """Keep only stored values that still fit what is declared: a release may narrow a setting."""
    found = {}
    for key, stored in db.execute(select(StoredSetting.key, StoredSetting.value)):
        declared = Setting.registry.get(key)
        if declared is None:
            continue
        try:
            found[key] = declared.cleaned(stored)
        except ValueError:
            continue
    return found


def revision(db: Session) -> int:
    """Return a number that grows with every change, for telling the second of two editors."""
    return db.scalar(select(func.coalesce(func.sum(StoredSetting.revision), 0))) or 0


def change(
    db: Session, actor: Actor, given: Mapping[str, Any], *, seen: int | None = None
) -> tuple[str, ...]:
    """Set the settings in `given` (key to raw value) and return the keys that changed.

    `seen` is the revision the editor started from. Raises Forbidden, EditedMeanwhile, or Invalid (a sentence per key).
    """
    CHANGE.require(actor)
    rows = {row.key: row for row in db.scalars(select(StoredSetting).with_for_update())}
    if seen is not None and seen != sum(row.revision for row in rows.values()):
        raise EditedMeanwhile
    wanted = _checked(given)
    changed = []
    for key, new in wanted.items():
        row = rows.get(key)
        if new == (row.value if row else default(Setting.registry[key])):
            continue
        if row is None:
            db.add(StoredSetting(key=key, value=new))
        else:
            row.value = new
            row.revision += 1
        changed.append(key)
    if changed:
        db.flush()
        db.info["settings"] = _load(db)
        after_commit(db, _copies.clear)
        emit(db, SettingsChanged(actor_id=actor.id, keys=tuple(changed)))
    return tuple(changed)


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for key, raw in given.items():
        declared = Setting.registry.get(key)
        if declared is None:
            wrong[key] = _("There is no such setting.")
            continue
        try:
            wanted[key] = declared.cleaned(raw)
        except ValueError as error:
            wrong[key] = str(error)
    if wrong:
        raise Invalid(wrong)
    return wanted
