"""Linking, unlinking and proving accounts on platforms."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.facts import AccountLinked, AccountProved, AccountUnlinked, NameHidden
from quad.coding.forms.accounts import HideName, LinkAccount
from quad.coding.models.accounts import CodingAccount, CodingProfile, Platform
from quad.coding.service import platforms, rollups
from quad.coding.service.platforms import Known
from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import Forbidden, QuadError, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks alike


def own_student(db: Session, actor: Actor) -> Student:
    """Return the student one is. Raises Forbidden without a student record."""
    found = db.scalar(policy.OWN_STUDENT.visible(actor))
    if found is None:
        raise Forbidden(_("You have no student profile."))
    return found


def link(db: Session, actor: Actor, form: LinkAccount) -> CodingAccount:
    """Link an account, or link again what was unlinked.

    Raises Forbidden, QuadError (400) for an unknown platform, Invalid, Rejected when there is one already or somebody
    else proved that it is theirs.
    """
    student = own_student(db, actor)
    platform = _open_platform(db, form.platform_name)
    handle = platform.handle(form.username)
    rollups.lock(db, [student.id])
    platform_id = platforms.row_of(db, platform)
    _require_free(db, platform_id, handle, student.id)
    account = _linked_row(db, student.id, platform, platform_id, handle)
    db.flush()
    rollups.refresh(db, [student.id])
    fact = AccountLinked(actor_id=actor.id, coding_account_id=account.id, student_id=student.id)
    emit(db, fact)
    return account


def _open_platform(db: Session, key: str) -> Known:
    offered = [one for one in platforms.every(db) if one.open]
    found = next((one for one in offered if one.key == key), None)
    if found is None:
        keys = ", ".join(one.key for one in offered)
        raise QuadError(_("Unsupported platform. Allowed: %(keys)s", keys=keys))
    return found


def _require_free(db: Session, platform_id: int, handle: str, student_id: int) -> None:
    theirs = select(CodingAccount.id).where(
        CodingAccount.platform_id == platform_id,
        CodingAccount.username_key == handle,
        CodingAccount.student_id != student_id,
        CodingAccount.proved_at.is_not(None),
        CodingAccount.unlinked_at.is_(None),
    )
    if db.scalar(theirs.limit(1)) is not None:
        raise Rejected(_("Another student has proved that this account is theirs."))


def _linked_row(
    db: Session, student_id: int, platform: Known, platform_id: int, handle: str
) -> CodingAccount:
    account = db.scalar(
        select(CodingAccount)
        .where(CodingAccount.student_id == student_id, CodingAccount.platform_id == platform_id)
        .with_for_update()
    )
    if account is None:
        account = CodingAccount(
            student_id=student_id,
            platform_id=platform_id,
            username=handle,
            username_key=handle,
            linked_on=local_today(db),
            proof_code=new_code(),
        )
        db.add(account)
        return account
    if account.is_active:
        raise Rejected(_("Account for %(name)s is already linked.", name=platform.key))
    if normalised(account.username) != normalised(handle):
        account.proved_at = None
        account.proof_code = new_code()
    account.username, account.username_key = handle, handle
    account.unlinked_at, account.linked_on = None, local_today(db)
    return account


def new_code() -> str:
    """Return a fresh code to put into a public profile."""
    return "quad-" + "".join(secrets.choice(ALPHABET) for _turn in range(10))


def unlink(db: Session, actor: Actor, account_id: int) -> CodingAccount:
    """Unlink an account: its numbers leave all totals, its history stays. Raises NotFound, Forbidden, Rejected."""
    account = policy.ACCOUNT_OWN.get(db, actor, account_id, read=policy.ACCOUNT_KNOW)
    rollups.lock(db, [account.student_id])
    account = policy.ACCOUNT_OWN.get(db, actor, account_id, lock=True)
    if not account.is_active:
        raise Rejected(_("This account is not linked any more."))
    account.unlinked_at = clock.now()
    rollups.refresh(db, [account.student_id])
    emit(
        db,
        AccountUnlinked(
            actor_id=actor.id, coding_account_id=account.id, student_id=account.student_id
        ),
    )
    return account


def vouch(db: Session, actor: Actor, account_id: int) -> CodingAccount:
    """Say as a mentor that an account is the student's. Raises NotFound, Forbidden, Rejected."""
    account = policy.ACCOUNT_READ.get(db, actor, account_id, read=policy.ACCOUNT_KNOW, lock=True)
    tended = policy.TEND_STUDENT.where(actor)
    if db.scalar(select(Student.id).where(Student.id == account.student_id, tended)) is None:
        raise Forbidden
    if account.proved_at is not None:
        raise Rejected(_("This account is proved already."))
    mark_proved(db, account, actor.id)
    return account


def mark_proved(db: Session, account: CodingAccount, by: int | None) -> None:
    """Note that an account is the student's; the caller has looked."""
    account.proved_at = clock.now()
    db.flush()
    emit(
        db,
        AccountProved(actor_id=by, coding_account_id=account.id, student_id=account.student_id),
    )


def hide_name(db: Session, actor: Actor, form: HideName) -> None:
    """Keep one's name from other students in leaderboards, or show it again. Raises Forbidden."""
    student = own_student(db, actor)
    profile = db.scalar(select(CodingProfile).where(CodingProfile.student_id == student.id))
    if profile is None:
        db.add(CodingProfile(student_id=student.id, hide_name=form.hide_name))
    else:
        profile.hide_name = form.hide_name
    db.flush()
    emit(db, NameHidden(actor_id=actor.id, student_id=student.id, hidden=form.hide_name))


def hides_name(db: Session, student_id: int) -> bool:
    """Tell whether a student keeps the name from others."""
    query = select(CodingProfile.hide_name).where(CodingProfile.student_id == student_id)
    return bool(db.scalar(query))


def of_student(db: Session, student_id: int, *, unlinked_too: bool = False) -> Sequence[Any]:
    """Return a student's accounts as rows: those of CodingAccount's columns that pages show, and the platform's."""
    query = (
        select(
            CodingAccount.id,
            CodingAccount.student_id,
            CodingAccount.platform_id,
            CodingAccount.username,
            CodingAccount.proof_code,
            CodingAccount.proved_at,
            CodingAccount.unlinked_at,
            CodingAccount.created_at,
            Platform.key.label("platform_name"),
            Platform.name.label("platform"),
            Platform.profile_url.label("profile_pattern"),
        )
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .where(CodingAccount.student_id == student_id)
        .order_by(Platform.position, Platform.id)
    )
    if not unlinked_too:
        query = query.where(CodingAccount.unlinked_at.is_(None))
    return db.execute(query).all()


def profile_url(pattern: str, handle: str) -> str | None:
    """Return the address of a profile, None where the platform has none."""
    return pattern.replace("{handle}", handle) if pattern else None
