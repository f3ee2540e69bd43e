"""How reading and proving an account stands, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.coding import policy
from quad.coding.connectors.reading import Basis, ProofMethod
from quad.coding.connectors.registry import connector_of, label_of, why_by_hand
from quad.coding.connectors.troubles import Trouble
from quad.coding.connectors.troubles import sentence as trouble_sentence
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.sync import AccountProof, AccountSync, ProofState, SyncOutcome
from quad.coding.service.rules import AUTO_APPROVE
from quad.coding.service.syncing import asking, rules
from quad.core import clock
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import moment as worded
from quad.core.policy import Actor
from quad.core.settings import value

PATIENCE = timedelta(minutes=10)
COUNTED = {
    Basis.SOLVED.value: _l("solved problems"),
    Basis.CONTRIBUTIONS.value: _l("contributions"),
    Basis.COMMITS.value: _l("public commits"),
}
WELL = {
    SyncOutcome.ENTERED: _l("The figures were read and handed in as a snapshot."),
    SyncOutcome.UNCHANGED: _l("The figures were read. Nothing changed since the last snapshot."),
}


@dataclass(frozen=True)
class Way:
    """One way to prove an account: what to do, and the page to do it on."""

    method: str
    label: str
    todo: str
    url: str = ""


@dataclass(frozen=True)
class Proving:
    """Whether the account is shown to be the student's. `state` is none, waiting, proved, failed or impossible."""

    state: str
    sentence: str
    code: str
    ways: tuple[Way, ...] = ()
    looked_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """How reading one account stands. `state` is manual, off, unlinked, waiting, fine or failed."""

    account_id: int
    platform: str
    handle: str
    state: str
    sentence: str
    own: bool
    proving: Proving
    tried_at: datetime | None = None
    read_at: datetime | None = None
    next_at: datetime | None = None
    ask_again_at: datetime | None = None
    total: int | None = None
    counted: str = ""
    active_on: date | None = None
    asked_at: datetime | None = None
    counts_at_once: bool = False

    @property
    def reading_now(self) -> bool:
        """Tell whether a visit that was asked for is still to come."""
        if self.asked_at is None or clock.now() - self.asked_at > PATIENCE:
            return False
        return self.tried_at is None or self.tried_at < self.asked_at

    @property
    def busy(self) -> bool:
        """Tell whether this may look different in a moment."""
        return self.reading_now or self.proving.state == "waiting"

    @property
    def may_ask(self) -> bool:
        """Tell whether the student may have it read now."""
        return self.own and self.state in ("waiting", "fine", "failed") and not self.ask_again_at


def standing(db: Session, actor: Actor, account_id: int) -> Standing:
    """Return how an account one may see stands. Raises NotFound, Forbidden."""
    account = policy.ACCOUNT_READ.get(db, actor, account_id, read=policy.ACCOUNT_KNOW)
    row = db.execute(
        select(
            Platform.key,
            Platform.name,
            AccountSync,
            AccountProof,
        )
        .select_from(CodingAccount)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .outerjoin(AccountSync, AccountSync.account_id == CodingAccount.id)
        .outerjoin(AccountProof, AccountProof.account_id == CodingAccount.id)
        .where(CodingAccount.id == account_id)
    ).one()
    own = account_id in policy.ACCOUNT_OWN.allowed(db, actor, [account_id])
    sync, proof = _about(row.AccountSync, account), _about(row.AccountProof, account)
    state, sentence = _reading(db, account, row.key, sync)
    common: dict[str, Any] = {
        "account_id": account.id,
        "platform": row.name,
        "handle": account.username,
        "state": state,
        "sentence": sentence,
        "own": own,
        "proving": _proving(account, row.key, proof, own=own),
        "counts_at_once": value(db, AUTO_APPROVE),
    }
    if sync is None:
        return Standing(**common)
    again = asking.may_ask_at(db, sync)
    return Standing(
        **common,
        tried_at=sync.tried_at,
        read_at=sync.read_at,
        next_at=sync.next_at if state in ("waiting", "fine", "failed") else None,
        ask_again_at=again if again and again > clock.now() else None,
        total=sync.total,
        counted=str(COUNTED.get(sync.basis, "")),
        active_on=sync.active_on,
        asked_at=sync.asked_at,
    )


Noted = TypeVar("Noted", AccountSync, AccountProof)


def _about(row: Noted | None, account: CodingAccount) -> Noted | None:
    """What was noted about another name says nothing about this one."""
    return row if row is not None and row.handle == account.username else None


def _reading(
    db: Session, account: CodingAccount, platform: str, sync: AccountSync | None
) -> tuple[str, str]:
    if not account.is_active:
        return "unlinked", _("This account is not linked any more, so it is not read.")
    if connector_of(platform) is None:
        return "manual", str(why_by_hand(platform))
    if not value(db, rules.ON):
        return "off", _("Your institution does not read platforms. Enter your figures by hand.")
    if sync is None or sync.outcome is SyncOutcome.WAITING:
        return "waiting", _("This account was not read yet.")
    if sync.outcome is SyncOutcome.FAILED:
        return "failed", _trouble(sync.trouble, platform, account.username)
    return "fine", str(WELL[sync.outcome])


def _trouble(word: str, platform: str, handle: str) -> str:
    if word not in set(Trouble):
        return _("It did not work. We try again by ourselves.")
    return trouble_sentence(Trouble(word), label_of(platform), handle)


def _proving(
    account: CodingAccount, platform: str, proof: AccountProof | None, *, own: bool
) -> Proving:
    code = account.proof_code if own else ""
    if account.proved_at is not None:
        when = worded(account.proved_at)
        return Proving("proved", _("Shown to be the student’s own on %(when)s.", when=when), "")
    ways = _ways(platform, account.proof_code) if account.is_active else ()
    if not ways:
        return Proving(
            "impossible",
            _("This platform offers no way to look. A counsellor or advisor can vouch for it."),
            "",
        )
    if proof is None:
        unproved = _("Nobody has shown yet whose account this is.")
        return Proving("none", unproved, code, ways)
    looked = proof.looked_at
    if proof.state is ProofState.WAITING:
        found = _("We look for the proof several times within the next hour.")
        return Proving("waiting", found, code, ways, looked)
    missing = _("The proof was not there. Check it, wait some minutes, and try again.")
    known = proof.trouble in set(Trouble)
    why = _trouble(proof.trouble, platform, account.username) if known else missing
    return Proving("failed", why, code, ways, looked)


def _ways(platform: str, code: str) -> tuple[Way, ...]:
    connector = connector_of(platform)
    if connector is None:
        return ()
    found = []
    for method in connector.proofs:
        if method is ProofMethod.PROFILE:
            todo = _(
                "Put the code into %(field)s, save, and come back. You may remove it afterwards.",
                field=str(connector.where_code_goes),
            )
            found.append(Way(method.value, _("A code in the profile"), todo))
        else:
            problem = connector.problem_for(code)
            todo = _(
                "Begin here first. Then submit something that does not compile to problem %(problem)s.",
                problem=problem,
            )
            url = connector.problem_url(problem)
            found.append(Way(method.value, _("A compilation that fails"), todo, url))
    return tuple(found)
