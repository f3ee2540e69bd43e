"""What of coding belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding.models.accounts import CodingAccount, CodingProfile, Platform
from quad.coding.models.figures import DayGain, Figure, RankMark
from quad.coding.models.mentoring import Delegation, FollowUp
from quad.coding.models.seasons import SeasonPlace
from quad.coding.models.snapshots import Snapshot, SnapshotEvent
from quad.coding.service import rollups
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved
from quad.core.own_data import OwnData, Table, as_table

QUIET = {"synchronize_session": False}


def _count(db: Session, user_id: int) -> int:
    query = (
        select(func.count(CodingAccount.id))
        .join(Student, Student.id == CodingAccount.student_id)
        .where(Student.user_id == user_id)
    )
    return db.scalar(query) or 0


def _move(db: Session, kept: int, gone: int) -> None:
    """Accounts on platforms that the kept record has none on go over with their snapshots; the others stay behind."""
    came = db.scalar(select(Student.id).where(Student.user_id == gone))
    stays = db.scalar(select(Student.id).where(Student.user_id == kept))
    if came is None or stays is None:
        return
    rollups.lock(db, [came, stays])
    taken = select(CodingAccount.platform_id).where(CodingAccount.student_id == stays)
    platforms = set(db.scalars(taken))
    accounts = db.scalars(select(CodingAccount).where(CodingAccount.student_id == came)).all()
    for account in accounts:
        if account.platform_id not in platforms:
            account.student_id = stays
    db.flush()
    moved_ids = [account.id for account in accounts if account.student_id == stays]
    for statement in (
        update(Snapshot).where(Snapshot.account_id.in_(moved_ids)).values(student_id=stays),
        update(FollowUp).where(FollowUp.student_id == came).values(student_id=stays),
        delete(DayGain).where(DayGain.account_id.in_(moved_ids)),
        delete(RankMark).where(RankMark.student_id == came),
        delete(CodingProfile).where(CodingProfile.student_id == came),
    ):
        db.execute(statement, execution_options=QUIET)
    rollups.refresh(db, [came, stays])


MERGES: tuple[Merge, ...] = (
    Merge(
        _l("Coding accounts"),
        (
            CodingAccount.student_id,
            CodingProfile.student_id,
            Snapshot.student_id,
            Figure.student_id,
            DayGain.student_id,
            RankMark.student_id,
            SeasonPlace.student_id,
            FollowUp.student_id,
        ),
        _count,
        _move,
    ),
    moved(_l("Reviewed snapshots"), Snapshot.reviewed_by),
    moved("", SnapshotEvent.actor_id),
    moved("", Delegation.mentor_id),
    moved("", Delegation.deputy_id),
    moved(_l("Notes about students"), FollowUp.assignee_id),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    own = select(Student.id).where(Student.user_id == user_id)
    linked = (
        select(
            Platform.key.label("platform"),
            CodingAccount.username,
            CodingAccount.linked_on,
            CodingAccount.proved_at,
            CodingAccount.unlinked_at,
        )
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .where(CodingAccount.student_id.in_(own))
        .order_by(CodingAccount.id)
    )
    handed_in = (
        select(
            Platform.key.label("platform"),
            Snapshot.taken_on,
            Snapshot.total_solved,
            Snapshot.easy_solved,
            Snapshot.medium_solved,
            Snapshot.hard_solved,
            Snapshot.contest_rating,
            Snapshot.global_rank,
            Snapshot.contests,
            Snapshot.status,
            Snapshot.note,
            Snapshot.remarks,
            Snapshot.created_at,
        )
        .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .where(Snapshot.student_id.in_(own))
        .order_by(Snapshot.id)
    )
    hidden = select(CodingProfile.hide_name).where(CodingProfile.student_id.in_(own))
    return {
        "accounts": as_table(db.execute(linked)),
        "snapshots": as_table(db.execute(handed_in)),
        "leaderboards": as_table(db.execute(hidden)),
    }


def _forget(db: Session, user_id: int) -> None:
    """Unlink everything, and remove names, words and pictures; the bare numbers stay."""
    own = list(db.scalars(select(Student.id).where(Student.user_id == user_id)))
    if not own:
        return
    rollups.lock(db, own)
    mine = Snapshot.student_id.in_(own)
    events = SnapshotEvent.snapshot_id.in_(select(Snapshot.id).where(mine))
    for statement in (
        update(SnapshotEvent).where(events).values(text=""),
        update(Snapshot).where(mine).values(note="", remarks=None, evidence_id=None),
        update(CodingAccount)
        .where(CodingAccount.student_id.in_(own))
        .values(
            username="-",
            username_key="-",
            unlinked_at=func.coalesce(CodingAccount.unlinked_at, clock.now()),
        ),
        delete(FollowUp).where(FollowUp.student_id.in_(own)),
    ):
        db.execute(statement, execution_options=QUIET)
    rollups.refresh(db, own)


OWN_DATA = OwnData("coding", _l("Coding"), _load, forget=_forget, order=65)
