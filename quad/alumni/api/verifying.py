"""Verifying graduates from outside, over JSON."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.alumni.api.shapes import ClaimBrief, ClaimOut, NetworkProfileOut, fields
from quad.alumni.forms.verifying import LinkRecord, Refuse, Vouch
from quad.alumni.lists.claims import CLAIMS
from quad.alumni.models.members import Member
from quad.alumni.policy import base as policy
from quad.alumni.service import reading, verifying
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("alumni_verifying_api", __name__, url_prefix="/api/v1", tag="Network")
ONE = "/alumni/claims/<int:member_id>"


@operation(bp, "GET", "/alumni/claims", answers=list[ClaimBrief], paged=True, errors=(403,))
def claims_index() -> Answer:
    """Who says that they graduated here and is not verified. Filter: standing (claimed, refused)."""
    policy.VERIFY_OPEN.require(current_actor())
    return list_json(CLAIMS, _brief)


def _brief(row: Any) -> ClaimBrief:
    return ClaimBrief.model_validate({**row._mapping, "email": row.email_as_typed})


@operation(bp, "GET", ONE, answers=ClaimOut, errors=(403,))
def claim_show(member_id: int) -> ClaimOut:
    """What somebody said, and the records that may be theirs, the likeliest first."""
    return _claim(member_id)


def _claim(member_id: int) -> ClaimOut:
    db, actor = current_db(), current_actor()
    row = verifying.claimed(db, actor, member_id)
    found = [
        {
            "student_id": one.record.id,
            "full_name": one.record.full_name,
            "register_number": one.record.register_number,
            "graduation_year": one.record.graduation_year,
            "programme": one.record.programme,
            "score": one.score,
            "reasons": list(one.reasons),
        }
        for one in verifying.suggestions(db, actor, member_id)
    ]
    return ClaimOut.model_validate(
        {**row._mapping, "email": row.email_as_typed, "suggestions": found}
    )


@operation(
    bp,
    "POST",
    f"{ONE}/link",
    body=LinkRecord,
    answers=NetworkProfileOut,
    message="Verified",
    errors=(403, 409),
)
def claim_link(member_id: int, body: LinkRecord) -> NetworkProfileOut:
    """Say whose record it is; the record's account becomes part of the person's."""
    return _verified(verifying.link(current_db(), current_actor(), member_id, body.student_id))


@operation(
    bp,
    "POST",
    f"{ONE}/vouch",
    body=Vouch,
    answers=NetworkProfileOut,
    message="Verified",
    errors=(403,),
)
def claim_vouch(member_id: int, body: Vouch) -> NetworkProfileOut:
    """Verify somebody of whom there is no record here."""
    return _verified(verifying.vouch(current_db(), current_actor(), member_id, body))


def _verified(member: Member) -> NetworkProfileOut:
    db, actor = current_db(), current_actor()
    db.flush()
    return NetworkProfileOut.model_validate(fields(reading.profile(db, actor, member.id), []))


@operation(
    bp, "POST", f"{ONE}/refuse", body=Refuse, answers=ClaimOut, message="Refused", errors=(403, 409)
)
def claim_refuse(member_id: int, body: Refuse) -> ClaimOut:
    """Say that it does not hold; the person reads the reason in a mail."""
    verifying.refuse(current_db(), current_actor(), member_id, body)
    return _claim(member_id)
