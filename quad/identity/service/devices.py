"""Devices that are not asked for the second step for a month (`QUAD_LOGIN_CODE=new_device`).

The cookie holds one key for each person who trusts the browser; a key is replaced at every sign-in that used it, and
ends with a change of the password or of the second factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import NotFound
from quad.core.facts import emit
from quad.core.origin import Origin
from quad.core.policy import Actor
from quad.identity.facts.factors import DeviceTrusted
from quad.identity.models.factors import TrustedDevice
from quad.identity.policy import OWN_ACCOUNT
from quad.identity.service.factors import forget_devices
from quad.identity.service.secrets import fingerprint, new_key

TRUST_DAYS = 30
BETWEEN = "."  # not a letter of a key
PEOPLE = 4  # that trust the same browser
LISTED = 50


def _keys(cookie: str) -> list[str]:
    return [key for key in cookie[:400].split(BETWEEN) if key][:PEOPLE]


def find(db: Session, user_id: int, cookie: str) -> TrustedDevice | None:
    """Return the device of this cookie that the person trusts, or None."""
    keys = _keys(cookie)
    if not keys:
        return None
    return db.scalar(
        select(TrustedDevice).where(
            TrustedDevice.key_hash.in_([fingerprint(key) for key in keys]),
            TrustedDevice.user_id == user_id,
            TrustedDevice.expires_at > clock.now(),
        )
    )


def rotate(device: TrustedDevice, cookie: str, origin: Origin) -> str:
    """Give a device that was just used a new key; return the new cookie. Its month goes on, it does not begin anew."""
    key = new_key()
    others = [each for each in _keys(cookie) if fingerprint(each) != device.key_hash]
    device.key_hash = fingerprint(key)
    _note_use(device, origin)
    return BETWEEN.join([key, *others])


def trust(db: Session, user_id: int, cookie: str, origin: Origin) -> str:
    """Trust this browser from now on; return the new cookie."""
    known = find(db, user_id, cookie)
    if known is not None:
        return rotate(known, cookie, origin)
    key = new_key()
    device = TrustedDevice(
        user_id=user_id,
        key_hash=fingerprint(key),
        expires_at=clock.now() + timedelta(days=TRUST_DAYS),
    )
    _note_use(device, origin)
    db.add(device)
    db.flush()
    emit(db, DeviceTrusted(actor_id=user_id, user_id=user_id, device_id=device.id))
    return BETWEEN.join([key, *_keys(cookie)[: PEOPLE - 1]])


def _note_use(device: TrustedDevice, origin: Origin) -> None:
    device.last_used_at = clock.now()
    device.ip, device.user_agent = origin.address[:45], origin.user_agent[:300]


def list_devices(db: Session, actor: Actor) -> Sequence[TrustedDevice]:
    """Return the devices that the actor trusts, the newest use first."""
    OWN_ACCOUNT.require(actor)
    query = (
        select(TrustedDevice)
        .where(TrustedDevice.user_id == actor.own_id, TrustedDevice.expires_at > clock.now())
        .order_by(TrustedDevice.last_used_at.desc(), TrustedDevice.id.desc())
        .limit(LISTED)
    )
    return db.scalars(query).all()


def forget(db: Session, actor: Actor, device_id: int) -> None:
    """Trust one device no longer. Raises NotFound when it is not one of the actor's."""
    OWN_ACCOUNT.require(actor)
    if not forget_devices(db, actor.own_id, actor_id=actor.id, only=device_id):
        raise NotFound


def purge(db: Session, before: datetime) -> None:
    """Remove the devices whose month ended before `before`."""
    db.execute(delete(TrustedDevice).where(TrustedDevice.expires_at < before))
