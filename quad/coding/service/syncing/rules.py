"""What an administrator decides about reading platforms, and where the worker finds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quad.coding.connectors.base import Place
from quad.coding.connectors.wire import Limits
from quad.core.config import Settings, SyncSettings
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.runtime import runtime_of
from quad.core.settings import Setting, between, value

GROUP = _l("Reading coding platforms")
SPREAD = 2**32
MIX = 2_654_435_761


ON = Setting(
    key="coding.sync",
    label=_l("Read the figures of linked accounts from the platforms"),
    hint=_l("Sends the names of students’ accounts to those platforms, and nothing else."),
    default=False,
    kind="bool",
    group=GROUP,
    order=10,
)
FROM_HOUR = Setting(
    key="coding.sync_from",
    label=_l("Hour at which reading begins each night"),
    hint=_l("In the institution’s time zone, from 0 to 23."),
    default=1,
    kind="int",
    group=GROUP,
    check=between(0, 23),
    order=20,
)
HOURS = Setting(
    key="coding.sync_hours",
    label=_l("Hours over which the accounts are spread"),
    hint=_l("Each account has its own minute, so that platforms are not stormed."),
    default=6,
    kind="int",
    group=GROUP,
    check=between(1, 24),
    order=30,
)
WAIT = Setting(
    key="coding.sync_wait",
    label=_l("Minutes between two requests of a student to read an account now"),
    default=30,
    kind="int",
    group=GROUP,
    check=between(1, 1440),
    order=40,
)


def scattered(account_id: int, places: int) -> int:
    """Return one of so many places for an account, always the same one; neighbours land far apart."""
    return account_id * MIX % SPREAD * places // SPREAD


@dataclass(frozen=True)
class Night:
    """When accounts are read: from an hour on, for some hours, in the institution's zone."""

    zone: str
    from_hour: int
    hours: int

    def turn(self, account_id: int, after: datetime) -> datetime:
        """Return the account's own minute, the first one after `after`."""
        minute = scattered(account_id, self.hours * 60)
        local = after.astimezone(ZoneInfo(self.zone))
        # The night that began yesterday may still be going on.
        day = local.date() - timedelta(days=1)
        while True:
            begin = datetime.combine(day, time(self.from_hour), ZoneInfo(self.zone))
            moment = begin + timedelta(minutes=minute)
            if moment > after:
                return moment
            day += timedelta(days=1)


def night(db: Session) -> Night:
    """Return the schedule as it is now."""
    runtime = runtime_of(db)
    zone = runtime.settings.time_zone if runtime else "UTC"
    return Night(zone, value(db, FROM_HOUR), value(db, HOURS))


def limits(settings: Settings) -> Limits:
    """Return how patient a visit is."""
    sync = settings.sync
    return Limits(sync.deadline, sync.step_timeout, sync.max_answer, sync.proxy)


def place(sync: SyncSettings, platform: str) -> Place:
    """Return where `platform` is; one that is not read has no place."""
    places = {
        "codeforces": Place(sync.codeforces_url),
        "leetcode": Place(sync.leetcode_url),
        "github": Place(sync.github_url, token=sync.github_token.get_secret_value()),
        "atcoder": Place(sync.atcoder_url, sync.atcoder_problems_url),
        "geeksforgeeks": Place(sync.geeksforgeeks_url),
    }
    return places[platform]
