"""One rhythm for each platform, whichever worker asks: turns that keep a distance, and a breaker.

The breaker opens when visits fail one after the other for reasons of the platform. After a while one visit is let
through; only when it succeeds do the others follow.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.coding.connectors.troubles import OF_THE_ACCOUNT, Trouble, VisitFailed
from quad.coding.models.sync import PlatformPulse
from quad.core import clock

BREAKS_AT = 5
FIRST_REST = timedelta(minutes=15)
LONGEST_REST = timedelta(hours=6)
PROBE = timedelta(minutes=2)
UNTOLD_LIMIT = timedelta(minutes=5)
LONGEST_QUEUE = timedelta(seconds=15)


def _locked(db: Session, platform: str) -> PlatformPulse:
    wanted = select(PlatformPulse).where(PlatformPulse.platform == platform).with_for_update()
    found = db.scalar(wanted)
    if found is not None:
        return found
    try:
        with db.begin_nested():
            db.add(PlatformPulse(platform=platform, free_at=clock.now()))
    except IntegrityError:  # another worker was first
        pass
    return db.scalars(wanted).one()


def closed_until(db: Session, platform: str) -> datetime | None:
    """Return until when nobody asks `platform`, None when it may be asked.

    After a rest the first who gets None is the probe; the others wait for what it finds.
    """
    pulse = _locked(db, platform)
    now = clock.now()
    if pulse.closed_until is None:
        return None
    if pulse.closed_until > now:
        return pulse.closed_until
    pulse.closed_until = now + PROBE if pulse.failures >= BREAKS_AT else None
    return None


def take_turn(db: Session, platform: str, interval: float) -> timedelta:
    """Take the next turn with `platform` and return how long to wait for it.

    Raises VisitFailed when so many wait that it is better to come back.
    """
    pulse = _locked(db, platform)
    now = clock.now()
    begins = max(now, pulse.free_at)
    if begins - now > LONGEST_QUEUE:
        raise VisitFailed(Trouble.LIMITED, "our own turns", again_at=begins)
    pulse.free_at = begins + timedelta(seconds=interval)
    pulse.requests += 1
    wait: timedelta = begins - now
    return wait


def went_well(db: Session, platform: str) -> None:
    """Close the breaker: the platform answered as it should."""
    pulse = _locked(db, platform)
    pulse.went_well += 1
    _close(pulse)


def _close(pulse: PlatformPulse) -> None:
    pulse.failures, pulse.closed_until, pulse.trouble = 0, None, ""


def went_wrong(db: Session, platform: str, failure: VisitFailed) -> None:
    """Count a failure. A trouble of one account says that the platform answers."""
    pulse = _locked(db, platform)
    if failure.trouble in OF_THE_ACCOUNT:
        pulse.not_there += 1
        _close(pulse)
        return
    pulse.went_wrong += 1
    now = clock.now()
    pulse.trouble = failure.trouble.value
    if failure.trouble is Trouble.LIMITED:
        pulse.closed_until = failure.again_at or now + UNTOLD_LIMIT
        return
    pulse.failures += 1
    rest = failure.again_at
    if pulse.failures >= BREAKS_AT:
        pause = min(FIRST_REST * 2 ** min(pulse.failures - BREAKS_AT, 10), LONGEST_REST)
        rest = max(rest or now, now + pause)
    if rest is not None:
        pulse.closed_until = rest


def trouble_of(db: Session, platform: str) -> str:
    """Return the word of the platform's last trouble, "" when there is none."""
    query = select(PlatformPulse.trouble).where(PlatformPulse.platform == platform)
    return db.scalar(query) or ""
