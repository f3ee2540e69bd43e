"""Snapshots from a file: what an administrator brings in counts at once, and accounts not linked yet come to be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Select,
    String,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.models.people import Student
from quad.coding.forms.snapshots import Numbers, SnapshotRow
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.snapshots import HELD, Snapshot, Source, Status
from quad.coding.policy import IMPORT
from quad.coding.service import platforms, rollups, rules
from quad.coding.service.accounts import new_code
from quad.core import clock
from quad.core.db.types import BigId, NormalisedKey
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.core.settings import value

NUMBERS = tuple(Numbers.model_fields)


class StagedSnapshot(StagedRow):
    """One snapshot on its way in."""

    __tablename__ = "coding_staged_snapshot"

    register_key: Mapped[str] = mapped_column(NormalisedKey(40))
    platform_key: Mapped[str] = mapped_column(String(40))
    username: Mapped[str] = mapped_column(String(60))
    taken_on: Mapped[date] = mapped_column(Date)
    total_solved: Mapped[int] = mapped_column(Integer)
    easy_solved: Mapped[int | None] = mapped_column(Integer)
    medium_solved: Mapped[int | None] = mapped_column(Integer)
    hard_solved: Mapped[int | None] = mapped_column(Integer)
    contest_rating: Mapped[int | None] = mapped_column(Integer)
    global_rank: Mapped[int | None] = mapped_column(Integer)
    contests: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(String(1_000))
    student_id: Mapped[int | None] = mapped_column(BigId)
    platform_id: Mapped[int | None] = mapped_column(BigId)
    account_id: Mapped[int | None] = mapped_column(BigId)
    snapshot_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: SnapshotRow) -> Mapping[str, Any]:
    return {
        "register_key": row.register_number,
        "platform_key": row.platform.strip().lower(),
        "username": row.username,
        "taken_on": row.snapshot_date,
        "note": row.note,
        **{name: getattr(row, name) for name in NUMBERS},
    }


def _resolve(db: Session, batch: Batch[StagedSnapshot]) -> None:
    staged = batch.rows
    _need_platforms(db, batch)
    batch.lookup(
        db,
        staged.student_id,
        select(Student.id).where(
            Student.register_key == staged.register_key, Student.deleted_at.is_(None)
        ),
    )
    batch.lookup(
        db, staged.platform_id, select(Platform.id).where(Platform.key == staged.platform_key)
    )
    _find_accounts(db, batch)
    batch.lookup(
        db,
        staged.snapshot_id,
        select(Snapshot.id).where(
            Snapshot.account_id == staged.account_id,
            Snapshot.taken_on == staged.taken_on,
            Snapshot.slot == HELD,
        ),
    )
    _refuse(db, batch)
    kept = (
        (Snapshot.total_solved, staged.total_solved),
        *((getattr(Snapshot, name), getattr(staged, name)) for name in NUMBERS[1:]),
    )
    differs = (
        select(batch.differs(*kept) | (Snapshot.status != Status.APPROVED))
        .where(Snapshot.id == staged.snapshot_id)
        .correlate(staged)
        .scalar_subquery()
    )
    batch.judge(db, exists=staged.snapshot_id.is_not(None), differs=differs)


def _need_platforms(db: Session, batch: Batch[StagedSnapshot]) -> None:
    """Let the usual platforms that the file names have their rows."""
    named = set(db.scalars(select(batch.rows.platform_key).where(batch.mine).distinct()))
    for known in platforms.every(db):
        if known.key in named:
            platforms.row_of(db, known)


def _find_accounts(db: Session, batch: Batch[StagedSnapshot]) -> None:
    staged = batch.rows
    batch.lookup(
        db,
        staged.account_id,
        select(CodingAccount.id).where(
            CodingAccount.student_id == staged.student_id,
            CodingAccount.platform_id == staged.platform_id,
        ),
    )


def _refuse(db: Session, batch: Batch[StagedSnapshot]) -> None:
    staged = batch.rows
    parts = (staged.easy_solved, staged.medium_solved, staged.hard_solved)
    most = value(db, rules.MOST_SOLVED)
    batch.refuse(
        db,
        staged.student_id.is_(None),
        _("There is no student with the number %(value)s."),
        field="register_number",
        value=staged.register_key,
    )
    batch.refuse(
        db,
        staged.platform_id.is_(None),
        _("There is no platform called %(value)s."),
        field="platform",
        value=staged.platform_key,
    )
    batch.refuse(
        db,
        staged.account_id.is_(None) & (staged.username == ""),
        _("This student has no account there yet. Give the username."),
        field="username",
    )
    batch.refuse(
        db,
        staged.taken_on > local_today(db),
        _("This day is in the future."),
        field="snapshot_date",
    )
    batch.refuse(
        db,
        staged.total_solved > most,
        _("%(value)s is more than anybody has solved."),
        field="total_solved",
        value=staged.total_solved,
    )
    batch.refuse(
        db,
        sum((func.coalesce(part, 0) for part in parts), literal(0)) > staged.total_solved,
        _("Easy, medium and hard are more than the total."),
        field="easy_solved",
    )


def _apply(db: Session, batch: Batch[StagedSnapshot]) -> None:
    staged = batch.rows
    wanted = batch.having(Outcome.NEW, Outcome.CHANGED)
    touched = db.scalars(select(staged.student_id).where(wanted).distinct()).all()
    students = [number for number in touched if number is not None]
    rollups.lock(db, students)
    _make_accounts(db, batch)
    batch.change(
        db, Snapshot, Snapshot.id == staged.snapshot_id, status=Status.SUPERSEDED, slot=None
    )
    fresh = (
        select(
            staged.account_id,
            staged.student_id,
            staged.taken_on,
            *(getattr(staged, name) for name in NUMBERS),
            staged.note,
            staged.snapshot_id,
            literal(Source.IMPORT, Snapshot.source.type),
            literal(Status.APPROVED, Snapshot.status.type),
            literal(batch.actor.id, BigId),
            literal(clock.now(), Snapshot.reviewed_at.type),
        )
        .where(wanted)
        .order_by(staged.line)
    )
    names = (
        "account_id",
        "student_id",
        "taken_on",
        *NUMBERS,
        "note",
        "corrects_id",
        "source",
        "status",
        "reviewed_by",
        "reviewed_at",
    )
    db.execute(insert(Snapshot).from_select(names, fresh))
    rollups.refresh(db, students)


def _make_accounts(db: Session, batch: Batch[StagedSnapshot]) -> None:
    """Link the accounts the file speaks of; each gets a code of its own."""
    staged = batch.rows
    missing = (
        select(
            staged.student_id,
            staged.platform_id,
            func.max(staged.username),
            func.lower(func.max(staged.username)),
            literal(local_today(db), CodingAccount.linked_on.type),
            literal(""),
        )
        .where(batch.having(Outcome.NEW), staged.account_id.is_(None))
        .group_by(staged.student_id, staged.platform_id)
        .order_by(staged.student_id, staged.platform_id)
    )
    names = ("student_id", "platform_id", "username", "username_key", "linked_on", "proof_code")
    db.execute(insert(CodingAccount).from_select(names, missing))
    table: Any = CodingAccount.__table__
    of_file = (staged.student_id == table.c.student_id) & (
        staged.platform_id == table.c.platform_id
    )
    fresh = select(table.c.id).join(staged, of_file).where(batch.mine, table.c.proof_code == "")
    bare = db.scalars(fresh.distinct()).all()
    if bare:
        db.connection().execute(
            update(table)
            .where(table.c.id == bindparam("account"))
            .values(proof_code=bindparam("code")),
            [{"account": number, "code": new_code()} for number in bare],
        )
    _find_accounts(db, batch)


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(getattr(Snapshot, name).label(name) for name in NUMBERS),
            Student.register_number.label("register_number"),
            Platform.key.label("platform"),
            CodingAccount.username.label("username"),
            Snapshot.taken_on.label("snapshot_date"),
            Snapshot.note.label("note"),
        )
        .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .join(Student, Student.id == Snapshot.student_id)
        .where(
            Snapshot.status == Status.APPROVED,
            CodingAccount.unlinked_at.is_(None),
            Student.deleted_at.is_(None),
        )
        .order_by(Snapshot.id)
    )


SNAPSHOTS = Importer(
    kind="snapshots",
    label=_l("Coding snapshots"),
    hint=_l("What a student had solved on a platform on one day. They count at once."),
    permission=IMPORT,
    form=SnapshotRow,
    staged=StagedSnapshot,
    key=(StagedSnapshot.register_key, StagedSnapshot.platform_key, StagedSnapshot.taken_on),
    key_field="register_number",
    aliases={
        "register_number": ("roll number", "roll no", "usn", "student id", "number"),
        "platform": ("platform name", "site"),
        "username": ("handle", "user", "account"),
        "snapshot_date": ("date", "day", "taken on"),
        "total_solved": ("solved", "total", "problems"),
        "easy_solved": ("easy",),
        "medium_solved": ("medium",),
        "hard_solved": ("hard",),
        "contest_rating": ("rating",),
        "global_rank": ("rank",),
        "note": ("remark", "remarks"),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "register_number": "4NV24CS028",
        "platform": "leetcode",
        "username": "asha_codes",
        "snapshot_date": "2026-11-14",
        "total_solved": "212",
        "easy_solved": "100",
        "medium_solved": "92",
        "hard_solved": "20",
        "contest_rating": "1540",
    },
    endpoint="coding.students",
    order=60,
    current=_current,
)
