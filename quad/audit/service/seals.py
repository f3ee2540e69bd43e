"""Sealing the audit: runs of entries are hashed into a chain, so that a change made past the program is found.

Nothing on the path of a request waits for it: the worker seals what is numbered. The hash of a run is SHA-256 over the
hash before it and the digests of its entries in the order of their numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.audit.models import AuditEntry, AuditSeal
from quad.core import clock
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.live import Lock

RUN = 500
OPEN_AT_MOST = timedelta(hours=1)
FIRST = "0" * 64
DIGEST = 16
PIECE = struct.Struct(f">Q{DIGEST}s")

Digests = Mapping[int, bytes]


@dataclass(frozen=True)
class Verdict:
    """What verifying found: how much was looked at, the newest hash, and a sentence per problem."""

    seals: int
    entries: int
    newest_hash: str
    problems: tuple[str, ...]


def seal_next(db: Session, secret: str, *, all_of_it: bool = False) -> AuditSeal | None:
    """Seal the next run: a full one, or a shorter one when its first entry has waited an hour (or with `all_of_it`).

    Returns None when there is nothing to seal yet. Two workers doing it at once: the unique first number lets one in.
    """
    last = db.execute(
        select(AuditSeal.last_seq, AuditSeal.hash).order_by(AuditSeal.id.desc()).limit(1)
    ).first()
    last_seq, previous = (last.last_seq, last.hash) if last else (0, FIRST)
    entries = list(_entries(db, last_seq + 1, last_seq + RUN))
    if not entries:
        return None
    waited = clock.now() - entries[0].created_at
    if len(entries) < RUN and waited < OPEN_AT_MOST and not all_of_it:
        return None
    packed = b"".join(PIECE.pack(entry.seq, digest(entry)) for entry in entries)
    found = _hash(previous, packed)
    seal = AuditSeal(
        first_seq=entries[0].seq,
        last_seq=entries[-1].seq,
        newest_at=max(entry.created_at for entry in entries),
        digests=packed,
        previous_hash=previous,
        hash=found,
        mac=_mac(secret, found),
    )
    db.add(seal)
    db.flush()
    return seal


def digest(entry: Any) -> bytes:
    """Return the digest of everything an entry says."""
    said = [
        entry.seq,
        entry.id,
        entry.created_at.isoformat(),
        entry.actor_id,
        entry.action,
        entry.data,
        entry.changes,
        entry.address,
        entry.user_agent,
        entry.request_id,
    ]
    if entry.role:  # entries of before the role was kept have the digest they were sealed with
        said.append(entry.role)
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()[:DIGEST]


def verify(db: Session, secret: str) -> Verdict:
    """Recompute the chain and compare every sealed entry, a run at a time."""
    problems: list[str] = []
    previous, last_seq, seals, entries = FIRST, 0, 0, 0
    for seal_id in db.scalars(select(AuditSeal.id).order_by(AuditSeal.id)).all():
        seal = db.execute(select(AuditSeal.__table__).where(AuditSeal.id == seal_id)).one()
        problems += _check_seal(seal, previous, last_seq, secret)
        found = {entry.seq: digest(entry) for entry in _entries(db, last_seq + 1, seal.last_seq)}
        gone = seal.dropped_at is not None
        problems += _compare({} if gone else dict(PIECE.iter_unpack(seal.digests)), found)
        entries += len(found)
        previous, last_seq, seals = seal.hash, seal.last_seq, seals + 1
    problems += _outside(db)
    problems += _missing_after(db, last_seq)
    return Verdict(seals, entries, previous, tuple(problems))


def holds(db: Session, expected: str) -> bool:
    """Tell whether a hash noted earlier is in the chain."""
    return db.scalar(select(AuditSeal.id).where(AuditSeal.hash == expected)) is not None


def drop_before(db: Session, moment: datetime) -> int:
    """Delete the entries of the oldest run whose newest entry is older than `moment`; return how many.

    Only whole sealed runs go, the oldest first; their hashes stay.
    """
    seal = db.scalars(
        select(AuditSeal).where(AuditSeal.dropped_at.is_(None)).order_by(AuditSeal.id).limit(1)
    ).first()
    if seal is None or seal.newest_at >= moment:
        return 0
    gone: Any = db.execute(
        delete(AuditEntry).where(AuditEntry.seq.between(seal.first_seq, seal.last_seq)),
        execution_options={"synchronize_session": False},
    )
    seal.dropped_at = clock.now()
    return int(gone.rowcount)


def _entries(db: Session, first: int, last: int) -> Iterator[Any]:
    query = (
        select(AuditEntry.__table__)
        .where(AuditEntry.seq.between(first, last))
        .order_by(AuditEntry.seq)
    )
    yield from db.execute(query)


def _hash(previous: str, packed: bytes) -> str:
    return hashlib.sha256(bytes.fromhex(previous) + packed).hexdigest()


def _mac(secret: str, found: str) -> str:
    key = hmac.digest(secret.encode(), b"audit seal", "sha256")
    return hmac.new(key, found.encode(), "sha256").hexdigest()


def _check_seal(seal: Any, previous: str, last_seq: int, secret: str) -> Iterator[str]:
    where = {"first": seal.first_seq, "last": seal.last_seq}
    if seal.previous_hash != previous or seal.first_seq != last_seq + 1:
        yield _("A seal before entries %(first)s to %(last)s is missing.", **where)
    if _hash(seal.previous_hash, seal.digests) != seal.hash:
        yield _("The seal of entries %(first)s to %(last)s was changed.", **where)
    elif not hmac.compare_digest(_mac(secret, seal.hash), seal.mac):
        yield _(
            "The seal of entries %(first)s to %(last)s was made with another QUAD_SECRET_KEY, or forged.",
            **where,
        )


def _compare(sealed: Digests, found: Digests) -> Iterator[str]:
    for seq in sorted(sealed.keys() | found.keys()):
        if seq not in found:
            yield _("Entry %(seq)s was removed.", seq=seq)
        elif seq not in sealed:
            yield _("Entry %(seq)s was inserted.", seq=seq)
        elif sealed[seq] != found[seq]:
            yield _("Entry %(seq)s was changed.", seq=seq)


def _outside(db: Session) -> Iterator[str]:
    """Numbers that the sealer never gave: below the first, or above the last one given."""
    given = db.scalar(select(Lock.value).where(Lock.name == AuditEntry.__tablename__)) or 0
    strange = (AuditEntry.seq < 1) | (AuditEntry.seq > given)
    wanted = select(AuditEntry.seq).where(strange).order_by(AuditEntry.seq).limit(RUN)
    for seq in db.scalars(wanted):
        yield _("Entry %(seq)s was inserted.", seq=seq)


def _missing_after(db: Session, last_seq: int) -> Iterator[str]:
    """What is numbered and not sealed yet must at least be there."""
    given = db.scalar(select(Lock.value).where(Lock.name == AuditEntry.__tablename__)) or 0
    between = AuditEntry.seq.between(last_seq + 1, given)
    there = db.scalar(select(func.count()).where(between)) or 0
    if there < given - last_seq:
        number = given - last_seq - there
        yield ngettext(
            "%(num)s of the newest entries is missing.",
            "%(num)s of the newest entries are missing.",
            number,
        )
