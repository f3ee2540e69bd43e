"""Reading accounts from their platforms, and proving them, for programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from apiflask import APIBlueprint

from quad.coding import policy
from quad.coding.forms.sync import ProofForm
from quad.coding.lists.readings import READINGS
from quad.coding.service.syncing import asking, overview, proving, status
from quad.coding.service.syncing.status import Standing
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("coding_sync_api", __name__, url_prefix="/api/v1", tag="Coding: students")


class ProofWayOut(Out):
    """One way to prove an account."""

    method: str
    todo: str
    url: str


class AccountProofOut(Out):
    """Whose account it is: `state` is none, waiting, proved, failed or impossible. The code is for its owner only."""

    state: str
    sentence: str
    code: str
    ways: list[ProofWayOut]
    looked_at: Moment | None


class AccountSyncOut(Out):
    """How reading an account stands: `state` is manual, off, unlinked, waiting, fine or failed."""

    account_id: WireId
    platform: str
    username: str
    state: str
    sentence: str
    tried_at: Moment | None
    read_at: Moment | None
    next_at: Moment | None
    may_ask: bool
    ask_again_at: Moment | None
    total: int | None
    counted: str
    active_on: date | None
    proof: AccountProofOut


class ReadingOut(Out):
    """How one account is read; `trouble` is a word such as unknown_handle, empty when all is well."""

    account_id: WireId
    student_id: WireId
    student: str
    register_number: str
    platform: str
    username: str
    state: str
    trouble: str
    read_at: Moment | None
    next_at: Moment | None


class PlatformHealthOut(Out):
    """How a platform answers: `state` is fine, resting, new, off or manual."""

    key: str
    name: str
    state: str
    sentence: str
    resting_until: Moment | None
    went_well: int
    not_there: int
    went_wrong: int


def _out(found: Standing) -> AccountSyncOut:
    proof = found.proving
    ways = [ProofWayOut(method=way.method, todo=way.todo, url=way.url) for way in proof.ways]
    return AccountSyncOut(
        account_id=found.account_id,
        platform=found.platform,
        username=found.handle,
        state=found.state,
        sentence=found.sentence,
        tried_at=found.tried_at,
        read_at=found.read_at,
        next_at=found.next_at,
        may_ask=found.may_ask,
        ask_again_at=found.ask_again_at,
        total=found.total,
        counted=found.counted,
        active_on=found.active_on,
        proof=AccountProofOut(
            state=proof.state,
            sentence=proof.sentence,
            code=proof.code,
            ways=ways,
            looked_at=proof.looked_at,
        ),
    )


@operation(bp, "GET", "/platforms/<int:account_id>/sync", answers=AccountSyncOut, errors=(403,))
def account_sync(account_id: int) -> AccountSyncOut:
    """How reading an account stands: last try, last success, what went wrong, next try."""
    return _out(status.standing(current_db(), current_actor(), account_id))


@operation(
    bp,
    "POST",
    "/platforms/<int:account_id>/sync",
    answers=AccountSyncOut,
    status=202,
    errors=(403, 409, 429),
    message="The account is being read",
)
def account_sync_now(account_id: int) -> AccountSyncOut:
    """Have one's own account read now."""
    db, actor = current_db(), current_actor()
    asking.read_now(db, actor, account_id)
    return _out(status.standing(db, actor, account_id))


@operation(
    bp,
    "POST",
    "/platforms/<int:account_id>/proof",
    body=ProofForm,
    answers=AccountSyncOut,
    status=202,
    errors=(403, 409, 429),
    message="We are looking for the proof",
)
def account_prove(account_id: int, body: ProofForm) -> AccountSyncOut:
    """Begin to prove one's own account, or look again."""
    db, actor = current_db(), current_actor()
    proving.begin(db, actor, account_id, body)
    return _out(status.standing(db, actor, account_id))


@operation(bp, "GET", "/coding/readings", answers=list[ReadingOut], paged=True, errors=(403,))
def account_readings() -> Answer:
    """How the accounts of one's students are read. Filters: name, state (failed, fine, waiting), platform."""
    policy.STUDENTS.require(current_actor())
    return list_json(READINGS, _reading)


def _reading(row: Any) -> ReadingOut:
    values = {**row._mapping, "username": row.handle, "state": row.state.value}
    return ReadingOut.model_validate(values | {"read_at": row.read, "next_at": row.next})


@operation(bp, "GET", "/coding/platform-health", answers=list[PlatformHealthOut], errors=(403,))
def platform_health() -> list[PlatformHealthOut]:
    """How each platform answers."""
    found = overview.health(current_db(), current_actor())
    return [PlatformHealthOut(**asdict(one)) for one in found]
