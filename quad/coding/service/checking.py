"""What a snapshot must fit to be taken, and what a reviewer should look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.coding.forms.snapshots import Numbers
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.snapshots import Flag, Snapshot, Status
from quad.coding.service import rules
from quad.core.errors import Invalid
from quad.core.i18n import day as worded
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.core.jobs.runtime import local_today
from quad.core.settings import value

ENOUGH = 4  # gains before a jump can be told from a beginning
SMALL = 20  # problems nobody asks about


def require_sane(
    db: Session, account_id: int, taken_on: date, given: Numbers, *, explained: bool
) -> None:
    """Raise Invalid, with a sentence per field, for numbers nobody can have.

    A total below the last approved one before that day is taken when `explained` by a remark.
    """
    wrong: dict[str, str] = {}
    most = value(db, rules.MOST_SOLVED)
    if given.total_solved > most:
        wrong["total_solved"] = _("Nobody has solved more than %(most)s.", most=number(most))
    if taken_on > local_today(db):
        wrong["snapshot_date"] = _("This day is in the future.")
    parts = [given.easy_solved, given.medium_solved, given.hard_solved]
    if sum(part or 0 for part in parts) > given.total_solved:
        wrong["easy_solved"] = _("Easy, medium and hard are more than the total.")
    last = last_before(db, account_id, taken_on)
    if last is not None and given.total_solved < last[1] and not explained:
        wrong.setdefault(
            "total_solved",
            _(
                "This is less than %(total)s, approved for %(day)s. If it is right, add a remark that says why.",
                total=number(last[1]),
                day=worded(last[0]),
            ),
        )
    if wrong:
        raise Invalid(wrong, next(iter(wrong.values())))


def last_before(db: Session, account_id: int, taken_on: date) -> tuple[date, int] | None:
    """Return day and total of the latest approved snapshot dated before a day."""
    found = db.execute(
        select(Snapshot.taken_on, Snapshot.total_solved)
        .where(
            Snapshot.account_id == account_id,
            Snapshot.status == Status.APPROVED,
            Snapshot.taken_on < taken_on,
        )
        .order_by(Snapshot.taken_on.desc())
        .limit(1)
    ).first()
    return (found[0], found[1]) if found else None


def flags(db: Session, account: CodingAccount, taken_on: date, total: int) -> list[str]:
    """Return what a reviewer should look at, as words of `Flag`."""
    found = []
    totals = list(
        db.scalars(
            select(Snapshot.total_solved)
            .where(
                Snapshot.account_id == account.id,
                Snapshot.status == Status.APPROVED,
                Snapshot.taken_on < taken_on,
            )
            .order_by(Snapshot.taken_on)
        )
    )
    if totals and total < totals[-1]:
        found.append(Flag.FALLING)
    if is_jump(totals, total, value(db, rules.JUMP)):
        found.append(Flag.JUMP)
    if account.proved_at is None:
        found.append(Flag.UNPROVED)
    shared = select(CodingAccount.id).where(
        CodingAccount.platform_id == account.platform_id,
        CodingAccount.username_key == account.username,
        CodingAccount.id != account.id,
        CodingAccount.unlinked_at.is_(None),
    )
    if db.scalar(shared.limit(1)) is not None:
        found.append(Flag.SHARED_HANDLE)
    return [flag.value for flag in found]


def is_jump(totals: Sequence[int], total: int, sigmas: int) -> bool:
    """Tell whether the step to `total` is more than `sigmas` deviations above the mean of the steps before.

    All in whole numbers: both sides are squared and multiplied by the number of steps.
    """
    steps = [after - before for before, after in pairwise(totals)]
    if len(steps) < ENOUGH:
        return False
    count, mass = len(steps), sum(steps)
    step = total - totals[-1]
    above = count * step - mass
    spread = count * sum(one * one for one in steps) - mass * mass
    return step >= SMALL and above > 0 and above * above > sigmas * sigmas * spread
