"""Accounts on platforms and their snapshots, as existing clients know them (docs/api.md)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from apiflask import APIBlueprint

from quad.coding.api.shapes import CodingAccountOut, GrowthOut, SnapshotOut, snapshot_out
from quad.coding.forms.accounts import LinkAccount
from quad.coding.forms.snapshots import CorrectionBody, SnapshotBody, SnapshotForm
from quad.coding.service import accounts, snapshots, summaries
from quad.core.errors import QuadError
from quad.core.i18n import gettext as _
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("coding_accounts_api", __name__, url_prefix="/api/v1", tag="Coding: students")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def day_of(text: str) -> date:
    """Read a day as year-month-day. Raises QuadError (400)."""
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise QuadError(_("Invalid date format. Use YYYY-MM-DD"))


def account_out(row: Any) -> CodingAccountOut:
    """Return an account as it goes out."""
    return CodingAccountOut(
        id=row.id,
        student_id=row.student_id,
        platform_name=row.platform_name,
        username=row.username,
        profile_url=accounts.profile_url(row.profile_pattern, row.username),
        is_active=row.unlinked_at is None,
        created_at=row.created_at,
    )


def _own_accounts() -> list[CodingAccountOut]:
    db = current_db()
    student = accounts.own_student(db, current_actor())
    return [account_out(row) for row in accounts.of_student(db, student.id)]


@operation(bp, "GET", "/platforms/my", answers=list[CodingAccountOut], errors=(403,))
def own_platforms() -> list[CodingAccountOut]:
    """One's linked accounts."""
    return _own_accounts()


@operation(
    bp,
    "POST",
    "/platforms/link",
    body=LinkAccount,
    answers=CodingAccountOut,
    status=201,
    message="Platform linked",
    errors=(403, 409),
    lenient="platform_name and username required",
)
def platform_link(body: LinkAccount) -> CodingAccountOut:
    """Link an account; one per student and platform. Linking again what was unlinked brings its history back."""
    made = accounts.link(current_db(), current_actor(), body)
    return next(one for one in _own_accounts() if one.id == made.id)


@operation(
    bp,
    "DELETE",
    "/platforms/<int:account_id>",
    message="Platform unlinked",
    errors=(403, 409),
)
def platform_unlink(account_id: int) -> None:
    """Unlink an account: it leaves all totals, its history stays for mentors."""
    accounts.unlink(current_db(), current_actor(), account_id)


@operation(
    bp,
    "POST",
    "/platforms/<int:account_id>/vouch",
    answers=CodingAccountOut,
    message="The account counts as proved",
    errors=(403, 409),
)
def account_vouch(account_id: int) -> CodingAccountOut:
    """Say as a mentor that an account is the student's."""
    db = current_db()
    row = accounts.vouch(db, current_actor(), account_id)
    linked = accounts.of_student(db, row.student_id, unlinked_too=True)
    return next(account_out(one) for one in linked if one.id == row.id)


@operation(
    bp,
    "POST",
    "/snapshots",
    body=SnapshotBody,
    answers=SnapshotOut,
    status=201,
    message="Snapshot created",
    errors=(403, 404, 409),
    lenient="",
)
def snapshot_add(body: SnapshotBody) -> SnapshotOut:
    """Hand in a snapshot for review."""
    db, actor = current_db(), current_actor()
    kept = body.model_dump(exclude={"platform_account_id", "snapshot_date", "note", "remarks"})
    form = SnapshotForm(
        **kept, snapshot_date=day_of(body.snapshot_date), note=body.note or body.remarks or ""
    )
    made = snapshots.submit(db, actor, body.platform_account_id, form)
    return snapshot_out(snapshots.one(db, actor, made.id))


@operation(
    bp,
    "POST",
    "/snapshots/<int:snapshot_id>/correct",
    body=CorrectionBody,
    answers=SnapshotOut,
    status=201,
    message="Correction created",
    errors=(403, 409),
)
def snapshot_correct(snapshot_id: int, body: CorrectionBody) -> SnapshotOut:
    """Hand in other numbers for the same day; what counts does so until the correction is approved."""
    db, actor = current_db(), current_actor()
    made = snapshots.correct(db, actor, snapshot_id, SnapshotForm(**body.model_dump()))
    return snapshot_out(snapshots.one(db, actor, made.id))


@operation(bp, "GET", "/snapshots/<int:account_id>", answers=list[SnapshotOut], errors=(403,))
def snapshot_history(account_id: int) -> list[Any]:
    """All snapshots of an account, whatever became of them, the latest day first."""
    return list(snapshots.history(current_db(), current_actor(), account_id))


@operation(bp, "GET", "/snapshots/<int:account_id>/latest", answers=SnapshotOut, errors=(403,))
def snapshot_latest(account_id: int) -> SnapshotOut:
    """The latest approved snapshot of an account."""
    return snapshot_out(snapshots.latest(current_db(), current_actor(), account_id))


@operation(
    bp,
    "GET",
    "/analytics/my-growth/<int:account_id>",
    answers=GrowthOut,
    errors=(403,),
    refuses=True,
)
def account_growth(account_id: int) -> Any:
    """The latest approved snapshot against the one before. With fewer than two: 200 and `success` false."""
    found = summaries.growth(current_db(), current_actor(), account_id)
    return Answer(error="requires at least 2 snapshots") if found is None else found
