"""Sending a report: to each person the rows that person may see, in a letter with the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.errors import QuadError
from quad.core.export.writing import FORMATS, Written, write_table
from quad.core.facts import emit
from quad.core.files import Files, Kept, StoredFile
from quad.core.i18n import Reader, reading_as
from quad.core.jobs.context import JobContext
from quad.core.mail.outbox import send
from quad.core.policy import Actor
from quad.identity.models.accounts import RoleGrant, User
from quad.identity.policy import grant_counts
from quad.insights import policy
from quad.insights.facts import ReportFailed, ReportSent
from quad.insights.models import (
    EVERYWHERE,
    DeliveryState,
    Recipients,
    ReportDelivery,
    ReportMute,
    ReportShare,
    SavedReport,
)
from quad.insights.service.reports import files, resolving, running, saving

LARGEST = 5 * 1024 * 1024  # bytes that go with a letter; beyond, it leads to the page
KEEP_FILES = timedelta(days=14)
KEEP_LOG = timedelta(days=180)
LATEST = 20


def recipients(db: Session, row: SavedReport) -> list[int]:
    """Return who gets a report now, without those who muted it: the owner, or also all it is shared with."""
    mute = select(ReportMute.user_id).where(ReportMute.report_id == row.id)
    wanted = User.id == row.owner_id
    if row.recipients is Recipients.SHARED:
        held = (
            select(RoleGrant.user_id)
            .join(
                ReportShare,
                and_(
                    ReportShare.role == RoleGrant.role,
                    or_(
                        ReportShare.department_id == EVERYWHERE,
                        ReportShare.department_id == RoleGrant.department_id,
                    ),
                ),
            )
            .where(ReportShare.report_id == row.id, grant_counts())
        )
        wanted = or_(wanted, User.id.in_(held))
    query = (
        select(User.id)
        .where(wanted, User.id.not_in(mute), User.deleted_at.is_(None), User.is_active)
        .order_by(User.id)
    )
    return list(db.scalars(query))


def deliver(ctx: JobContext, report_id: int, due: date) -> None:
    """Send a report to everybody who gets it, a unit for each; whoever has it already is passed over.

    When nobody could have it, or the owner not, the owner is told the reason once.
    """
    with ctx.reading() as db:
        row = db.get(SavedReport, report_id)
        if row is None or row.deleted_at is not None:
            return
        people = recipients(db, row)
        done = set(
            db.scalars(
                select(ReportDelivery.user_id).where(
                    ReportDelivery.report_id == report_id, ReportDelivery.due_on == due
                )
            )
        )
    for place, user_id in enumerate(people, start=1):
        if user_id not in done:
            _to_one(ctx, row, user_id, due)
            ctx.progress(place, len(people))


@dataclass(frozen=True)
class Packed:
    """What goes to one person: the file, unless it is too large for a letter, and how many rows it has."""

    actor: Actor
    reader: Reader
    name: str
    rows: int
    kept: Kept | None


def _to_one(ctx: JobContext, row: SavedReport, user_id: int, due: date) -> None:
    try:
        packed = _pack(ctx, row, user_id)
    except QuadError as error:
        sentence = str(error)
        ctx.run(lambda db: _failed(db, row.id, user_id, due, sentence))
        return
    ctx.run(lambda db: _sent(db, packed, row.id, due))


def _pack(ctx: JobContext, row: SavedReport, user_id: int) -> Packed:
    with ctx.reading() as db:
        actor = actor_by_id(db, user_id)
        reader = _reader(ctx, actor)
        with reading_as(reader):
            name, written = _file(db, actor, row)
    with written.file:
        small = written.size <= LARGEST
        kept = Files.from_settings(ctx.settings).keep(written.file) if small else None
    return Packed(actor, reader, name, written.rows, kept)


def _reader(ctx: JobContext, actor: Actor) -> Reader:
    usual = ctx.settings
    return Reader(actor.language or usual.language, actor.zone or usual.time_zone)


def _file(db: Session, actor: Actor, row: SavedReport) -> tuple[str, Written]:
    """Write the file as `actor` would get it now. Raises QuadError when there is none to have."""
    policy.REPORTS.require(actor)
    found = resolving.strictly(saving.definition_of(row), actor)
    labels = [head.label for head in running.heads(found)]
    rows = running.every_row(db, actor, found, running.IN_THE_BACKGROUND)
    return files.name_of(row.name, row.file_format), write_table(labels, rows, row.file_format)


def _sent(db: Session, packed: Packed, report_id: int, due: date) -> None:
    report = cast(SavedReport, db.get(SavedReport, report_id))
    actor, file = packed.actor, None
    if packed.kept is not None:
        media_type = FORMATS[report.file_format]
        file = Files.row(packed.kept, name=packed.name, media_type=media_type, owner_id=actor.id)
        db.add(file)
        db.flush()
    context = {
        "report": report.name,
        "rows": packed.rows,
        "attached": file is not None,
        "url": f"/reports/{report_id}",
    }
    send(
        db,
        "insights/report",
        [(actor.name, actor.email)],
        context,
        key=f"report/{report_id}/{due}",
        language=packed.reader.language,
        zone=packed.reader.zone,
        files=[file.id] if file else [],
    )
    db.add(
        ReportDelivery(
            report_id=report_id,
            due_on=due,
            user_id=actor.own_id,
            state=DeliveryState.SENT,
            rows=packed.rows,
            file_id=file.id if file else None,
            sent_at=clock.now(),
        )
    )
    if report.owner_id == actor.id:
        report.failure = ""
    db.flush()
    emit(
        db,
        ReportSent(actor_id=None, report_id=report_id, user_id=actor.own_id, rows=packed.rows),
    )


def _failed(db: Session, report_id: int, user_id: int, due: date, sentence: str) -> None:
    """Note it; the owner is told when it is the owner's own copy, and only until it works again."""
    db.add(
        ReportDelivery(
            report_id=report_id,
            due_on=due,
            user_id=user_id,
            state=DeliveryState.FAILED,
            sentence=sentence[:500],
        )
    )
    report = cast(SavedReport, db.get(SavedReport, report_id))
    if report.owner_id == user_id and not report.failure:
        report.failure = sentence[:500]
        owner = cast(User, db.get(User, user_id))
        context = {"report": report.name, "reason": sentence, "url": f"/reports/{report_id}"}
        send(
            db,
            "insights/report-failed",
            [(owner.full_name, owner.email_as_typed)],
            context,
            key=f"report-failed/{report_id}/{due}",
            language=owner.language or None,
        )
    db.flush()
    emit(db, ReportFailed(actor_id=None, report_id=report_id, sentence=sentence[:300]))


def latest(db: Session, actor: Actor, row: SavedReport) -> Sequence[ReportDelivery]:
    """Return what became of the last mails of one's own report; of another's, only one's own."""
    query = select(ReportDelivery).where(ReportDelivery.report_id == row.id)
    if row.owner_id != actor.id:
        query = query.where(ReportDelivery.user_id == actor.own_id)
    return db.scalars(query.order_by(ReportDelivery.id.desc()).limit(LATEST)).all()


def prune(db: Session) -> None:
    """Delete files that were sent some weeks ago, and old lines of the log: both hold what people may see no more."""
    old = ReportDelivery.created_at < clock.now() - KEEP_FILES
    ids = list(
        db.scalars(
            select(ReportDelivery.file_id)
            .where(old, ReportDelivery.file_id.is_not(None))
            .limit(500)
        )
    )
    if ids:
        db.execute(delete(StoredFile).where(StoredFile.id.in_(ids)))
    db.execute(delete(ReportDelivery).where(ReportDelivery.created_at < clock.now() - KEEP_LOG))
