"""Showing that an account is one's own: a code in the profile there, or a compilation that fails on purpose."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.connectors.reading import ProofMethod
from quad.coding.connectors.registry import connector_of, label_of
from quad.coding.connectors.troubles import VisitFailed
from quad.coding.facts import ProofAsked, ProofFailed
from quad.coding.forms.sync import ProofForm
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.sync import AccountProof, ProofState
from quad.coding.service import accounts, rollups
from quad.coding.service.syncing import pulse
from quad.coding.service.syncing.errands import Errand
from quad.core import clock
from quad.core.errors import Rejected, TooMany
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.outbox import enqueue
from quad.core.policy import Actor

PROVE_JOB = "coding.sync.prove"
# When to look by ourselves after the proof was begun or asked for again; platforms show a change after some minutes.
LOOKS = (timedelta(0), timedelta(minutes=4), timedelta(minutes=15), timedelta(minutes=40))
WAIT = timedelta(minutes=1)
NONE_FOUND = "not_there"


def begin(db: Session, actor: Actor, account_id: int, form: ProofForm) -> AccountProof:
    """Begin to prove an account, or look again.

    A compilation counts from the beginning on; with the same method that moment stays.
    Raises NotFound, Forbidden, Rejected, TooMany within a minute.
    """
    account = policy.ACCOUNT_OWN.get(db, actor, account_id, read=policy.ACCOUNT_KNOW, lock=True)
    platform = db.scalars(select(Platform.key).where(Platform.id == account.platform_id)).one()
    method = ProofMethod(form.method)
    _require_provable(account, platform, method)
    proof = _held(db, account)
    now = clock.now()
    if proof is None:
        proof = AccountProof(account_id=account.id)
        db.add(proof)
    elif proof.handle == account.username and now < proof.asked_at + WAIT:
        raise TooMany(_("We are looking already. Please wait a minute."), retry_after=60)
    if (proof.handle, proof.method) != (account.username, method.value):
        proof.handle, proof.method, proof.begun_at = account.username, method.value, now
        proof.looked_at = None
    proof.state, proof.asked_at, proof.trouble = ProofState.WAITING, now, ""
    db.flush()
    for number, delay in enumerate(LOOKS):
        _promise(db, proof, number, delay)
    emit(db, ProofAsked(actor_id=actor.id, coding_account_id=account.id))
    return proof


def _require_provable(account: CodingAccount, platform: str, method: ProofMethod) -> None:
    if not account.is_active:
        raise Rejected(_("This account is not linked any more."))
    if account.proved_at is not None:
        raise Rejected(_("This account is proved already."))
    connector = connector_of(platform)
    if connector is None or method not in connector.proofs:
        raise Rejected(
            _(
                "%(platform)s offers no way to look. Ask your counsellor or advisor to vouch for the account.",
                platform=label_of(platform),
            )
        )


def _held(db: Session, account: CodingAccount) -> AccountProof | None:
    wanted = select(AccountProof).where(AccountProof.account_id == account.id)
    return db.scalar(wanted.with_for_update())


def _promise(db: Session, proof: AccountProof, number: int, delay: timedelta) -> None:
    asked = int(proof.asked_at.timestamp() * 1000)
    enqueue(
        db,
        PROVE_JOB,
        {"account_id": proof.account_id, "asked": asked, "last": number == len(LOOKS) - 1},
        key=f"{PROVE_JOB}/{proof.account_id}/{asked}/{number}",
        delay=delay or None,
    )


def is_awaited(db: Session, account_id: int, asked: int) -> bool:
    """Tell whether somebody still waits for the look that was asked for at this moment."""
    row = db.execute(
        select(AccountProof.state, AccountProof.asked_at).where(
            AccountProof.account_id == account_id
        )
    ).one_or_none()
    return (
        row is not None
        and row.state is ProofState.WAITING
        and int(row.asked_at.timestamp() * 1000) == asked
    )


def looked(
    db: Session, errand: Errand, found: bool, failed: VisitFailed | None, *, last: bool
) -> None:
    """Write down what a look found. Only the last look that finds nothing is a failure."""
    student = db.execute(
        select(Student.id, Student.user_id)
        .join(CodingAccount, CodingAccount.student_id == Student.id)
        .where(CodingAccount.id == errand.account_id)
    ).one_or_none()
    if student is None:
        return
    rollups.lock(db, [student.id])
    account = db.scalars(
        select(CodingAccount).where(CodingAccount.id == errand.account_id).with_for_update()
    ).one()
    proof = _held(db, account)
    if proof is None or not account.is_active or account.username != errand.handle:
        return
    proof.looked_at = clock.now()
    proof.trouble = failed.trouble.value if failed else "" if found else NONE_FOUND
    if found and account.proved_at is None:
        proof.state = ProofState.PROVED
        _take_from_others(db, account)
        accounts.mark_proved(db, account, None)
    elif last and not found:
        proof.state = ProofState.FAILED
        fact = ProofFailed(actor_id=None, coding_account_id=account.id, user_id=student.user_id)
        emit(db, fact)
    if failed is not None:
        pulse.went_wrong(db, errand.platform, failed)
    else:
        pulse.went_well(db, errand.platform)


def _take_from_others(db: Session, account: CodingAccount) -> None:
    """Nobody else keeps a proof of the same name: who could change the profile last is its owner."""
    others = db.scalars(
        select(CodingAccount)
        .where(
            CodingAccount.platform_id == account.platform_id,
            CodingAccount.username_key == account.username_key,
            CodingAccount.id != account.id,
            CodingAccount.proved_at.is_not(None),
        )
        .order_by(CodingAccount.id)
        .with_for_update()
    )
    for other in others:
        other.proved_at = None
