"""When mail may come: quiet hours, and the hour of a digest, by the clock of the reader's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from quad.notifications.models import MailRhythm

# Things of a kind that says so wait a little for their like, and go in one mail.
GATHERED_FOR = timedelta(minutes=10)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """Quiet from and until, in minutes after midnight (None: never), and when digests come (`digest_day` 0: Monday)."""

    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_hour: int = 8
    digest_day: int = 0

    def _is_quiet(self, minute: int) -> bool:
        first, last = self.quiet_from, self.quiet_until
        if first is None or last is None or first == last:
            return False
        if first < last:
            return first <= minute < last
        return minute >= first or minute < last

    def allowed(self, moment: datetime, zone: str) -> datetime:
        """Return `moment`, or the end of the quiet hours it falls into."""
        local = moment.astimezone(ZoneInfo(zone or "UTC"))
        if not self._is_quiet(local.hour * 60 + local.minute):
            return moment
        assert self.quiet_until is not None
        end = _at(local, self.quiet_until)
        return (end if end > local else _at(local + DAY, self.quiet_until)).astimezone(UTC)

    def due(self, rhythm: MailRhythm, moment: datetime, zone: str) -> datetime:
        """Return when something that happens at `moment` is mailed together with other things."""
        if rhythm is MailRhythm.INSTANT:
            return self.allowed(moment + GATHERED_FOR, zone)
        local = moment.astimezone(ZoneInfo(zone or "UTC"))
        turn = _at(local, self.digest_hour * 60)
        if rhythm is MailRhythm.WEEKLY:
            turn = _at(turn + DAY * ((self.digest_day - turn.weekday()) % 7), self.digest_hour * 60)
        if turn <= local:
            step = DAY * 7 if rhythm is MailRhythm.WEEKLY else DAY
            turn = _at(turn + step, self.digest_hour * 60)
        return self.allowed(turn.astimezone(UTC), zone)


def as_time(minute: int | None) -> time | None:
    """Return a minute after midnight as the hour people write."""
    return None if minute is None else time(minute // 60, minute % 60)


def _at(local: datetime, minute: int) -> datetime:
    """Return that minute of the same day by the same clock, whatever the clocks did in between."""
    return datetime.combine(local.date(), time(minute // 60, minute % 60), local.tzinfo)
