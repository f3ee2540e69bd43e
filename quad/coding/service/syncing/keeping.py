"""What reading and telling keep about people: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.sync import AccountProof, AccountSync, MentorDigest, ToldRank, ToldRisk
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved
from quad.core.own_data import OwnData, Table, as_table


def _none(_db: Session, _user_id: int) -> int:
    return 0


def _forget_told(db: Session, kept: int, gone: int) -> None:
    """What was told about the record that goes is told anew about the one that stays."""
    stays = select(Student.id).where(Student.user_id == kept)
    came = db.scalar(select(Student.id).where(Student.user_id == gone))
    if came is not None and db.scalar(stays) is not None:
        db.execute(delete(ToldRisk).where(ToldRisk.student_id == came))
        db.execute(delete(ToldRank).where(ToldRank.student_id == came))


MERGES: tuple[Merge, ...] = (
    moved("", MentorDigest.mentor_id, once_per=(MentorDigest.week,)),
    moved("", ToldRisk.mentor_id, once_per=(ToldRisk.student_id,)),
    Merge("", (ToldRisk.student_id, ToldRank.student_id), _none, _forget_told),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    own = (
        select(
            Platform.name.label("platform"),
            AccountSync.handle,
            AccountSync.tried_at,
            AccountSync.read_at,
            AccountSync.outcome,
            AccountSync.total,
            AccountSync.active_on,
            AccountProof.state.label("proof"),
            AccountProof.asked_at.label("proof_asked_at"),
        )
        .join(CodingAccount, CodingAccount.id == AccountSync.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .join(Student, Student.id == CodingAccount.student_id)
        .outerjoin(AccountProof, AccountProof.account_id == CodingAccount.id)
        .where(Student.user_id == user_id)
        .order_by(CodingAccount.id)
    )
    digests = (
        select(MentorDigest.week, MentorDigest.content)
        .where(MentorDigest.mentor_id == user_id)
        .order_by(MentorDigest.week)
    )
    return {"reading": as_table(db.execute(own)), "digests": as_table(db.execute(digests))}


def _forget(db: Session, user_id: int) -> None:
    accounts = list(
        db.scalars(
            select(CodingAccount.id)
            .join(Student, Student.id == CodingAccount.student_id)
            .where(Student.user_id == user_id)
        )
    )
    db.execute(delete(AccountSync).where(AccountSync.account_id.in_(accounts)))
    db.execute(delete(AccountProof).where(AccountProof.account_id.in_(accounts)))
    db.execute(delete(MentorDigest).where(MentorDigest.mentor_id == user_id))
    db.execute(delete(ToldRisk).where(ToldRisk.mentor_id == user_id))


OWN_DATA = OwnData("coding-reading", _l("Reading of coding accounts"), _load, _forget, order=71)
