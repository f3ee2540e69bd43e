"""How reading goes on each platform: for operators' figures and for the administrator's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.coding import policy
from quad.coding.connectors.registry import CONNECTORS, label_of, why_by_hand
from quad.coding.connectors.troubles import SENTENCES, Trouble
from quad.coding.models.sync import PlatformPulse
from quad.coding.service import platforms
from quad.coding.service.syncing import rules
from quad.core import clock
from quad.core.i18n import gettext as _
from quad.core.measures import Measure, Value
from quad.core.policy import Actor
from quad.core.settings import value


@dataclass(frozen=True)
class Health:
    """One platform. `state` is fine, resting, new (never asked), off or manual."""

    key: str
    name: str
    state: str
    sentence: str = ""
    resting_until: datetime | None = None
    went_well: int = 0
    not_there: int = 0
    went_wrong: int = 0


def health(db: Session, actor: Actor) -> list[Health]:
    """Return how each platform is, those that are read first. Raises Forbidden."""
    policy.SET_UP.require(actor)
    pulses = {row.platform: row for row in db.scalars(select(PlatformPulse))}
    on = value(db, rules.ON)
    known = platforms.every(db)
    names = {one.key: one.name for one in known}
    read = [_of(key, names.get(key, label_of(key)), pulses.get(key), on=on) for key in CONNECTORS]
    by_hand = [
        Health(one.key, one.name, "manual", str(why_by_hand(one.key)))
        for one in known
        if one.key not in CONNECTORS
    ]
    return [*read, *by_hand]


def _of(key: str, name: str, pulse: PlatformPulse | None, *, on: bool) -> Health:
    if pulse is None:
        return Health(key, name, "new" if on else "off")
    resting = pulse.closed_until is not None and pulse.closed_until > clock.now()
    trouble = pulse.trouble
    worded = SENTENCES[Trouble(trouble)] if trouble in set(Trouble) else ""
    return Health(
        key,
        name,
        "off" if not on else "resting" if resting else "fine",
        worded % {"platform": name, "handle": _("somebody")} if worded else "",
        pulse.closed_until if resting else None,
        pulse.went_well,
        pulse.not_there,
        pulse.went_wrong,
    )


def _pulses(db: Session) -> Sequence[PlatformPulse]:
    return db.scalars(select(PlatformPulse).order_by(PlatformPulse.platform)).all()


def _visits(db: Session) -> Iterator[Value]:
    for pulse in _pulses(db):
        yield (pulse.platform, "went_well"), pulse.went_well
        yield (pulse.platform, "not_there"), pulse.not_there
        yield (pulse.platform, "went_wrong"), pulse.went_wrong


def _resting(db: Session) -> Iterator[Value]:
    now = clock.now()
    for pulse in _pulses(db):
        yield (pulse.platform,), float(pulse.closed_until is not None and pulse.closed_until > now)


VISITS = Measure(
    "quad_coding_sync_visits",
    "Visits to coding platforms since the beginning, by outcome",
    ("platform", "outcome"),
    _visits,
)
RESTING = Measure(
    "quad_coding_platform_resting",
    "1 while a coding platform is left alone after failures or at its wish",
    ("platform",),
    _resting,
)
