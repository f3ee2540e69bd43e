"""Coding in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from quad.coding.forms.accounts import LinkAccount
from quad.coding.forms.mentoring import NewFollowUp, SeasonForm
from quad.coding.forms.snapshots import SnapshotForm
from quad.coding.models.mentoring import Delegation
from quad.coding.service import accounts, followups, review, seasons, snapshots
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.files import StoredFile
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import User
from tests.factories.people import person
from tests.materials.hostile.making import picture

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]
TODAY, EARLIER = clock.today(), clock.today() - timedelta(days=4)
DAYS = {"starts_on": EARLIER.isoformat(), "ends_on": TODAY.isoformat()}


def build(db: Session, people: dict[str, User], student_id: int) -> Given:
    """Link an account of the student, with an approved snapshot that has a picture, and one that waits."""
    who = actor_by_id(db, people["stu"].id)
    account = accounts.link(db, who, LinkAccount(platform_name="leetcode", username="stu"))
    old = snapshots.submit(db, who, account.id, SnapshotForm(total_solved=5, snapshot_date=EARLIER))
    review.approve(db, SYSTEM, old.id)
    stored = StoredFile(
        sha256="1" * 64, size=1, media_type="image/png", name="b.png", owner_id=people["stu"].id
    )
    db.add(stored)
    db.flush()
    old.evidence_id = stored.id
    waiting = snapshots.submit(
        db, who, account.id, SnapshotForm(total_solved=9, snapshot_date=TODAY)
    )
    follow_up = followups.add(
        db, actor_by_id(db, people["admin"].id), student_id, NewFollowUp(note="Spoke")
    )
    mentor, deputy = person(db, role="counsellor"), person(db, role="counsellor")
    delegation = Delegation(
        mentor_id=mentor.id,
        deputy_id=deputy.id,
        first_day=TODAY,
        last_day=TODAY + timedelta(days=7),
    )
    db.add(delegation)
    season, frozen = (
        seasons.add(db, SYSTEM, SeasonForm(name=name, starts_on=EARLIER, ends_on=TODAY))
        for name in ("Running", "Over")
    )
    seasons.freeze(db, SYSTEM, frozen.id)
    db.flush()
    return {
        "coding_account": account.id,
        "snapshot": waiting.id,
        "old_snapshot": old.id,
        "follow_up": follow_up.id,
        "delegation": delegation.id,
        "season": season.id,
        "frozen_season": frozen.id,
    }


USUAL = {
    "account_id": "coding_account",
    "snapshot_id": "snapshot",
    "follow_up_id": "follow_up",
    "delegation_id": "delegation",
    "season_id": "season",
}
WORDS = {"platform": "leetcode"}
OTHERS: dict[str, dict[str, str]] = {
    "GET /coding/snapshots/<int:snapshot_id>/evidence": {"snapshot_id": "old_snapshot"},
    "POST /coding/seasons/<int:season_id>/thaw": {"season_id": "frozen_season"},
    "/coding/seasons/<int:season_id>": {"season_id": "frozen_season"},
    "/coding/setup/seasons/<int:season_id>/thaw": {"season_id": "frozen_season"},
}
_PLATFORM = {"name": "LeetCode", "handle_pattern": "[a-z]+", "weight": "100", "open": "true"}
_REMARKS = {"remarks": "Please show more"}
FORMS: dict[str, Give] = {
    "/coding/link": lambda _: {"platform_name": "codeforces", "username": "somebody"},
    "/coding/accounts/<int:account_id>/proof": lambda _: {"method": "profile"},
    "/coding/name": lambda _: {"hide_name": "true"},
    "/coding/accounts/<int:account_id>/snapshots/new": lambda _: {
        "snapshot_date": (EARLIER + timedelta(days=1)).isoformat(),
        "total_solved": "6",
    },
    "/coding/snapshots/<int:snapshot_id>/correct": lambda _: {"total_solved": "8"},
    "/coding/snapshots/<int:snapshot_id>/evidence": lambda _: {"note": "Look at my profile"},
    "/coding/review/<int:snapshot_id>/reject": lambda _: dict(_REMARKS),
    "/coding/review/<int:snapshot_id>/ask": lambda _: dict(_REMARKS),
    "/coding/review/reject-all": lambda _: dict(_REMARKS),
    "/coding/students/<int:student_id>/follow-ups": lambda _: {"note": "Spoke again"},
    "/coding/follow-ups/<int:follow_up_id>/close": lambda _: {"outcome": "improved"},
    "/coding/setup/platforms/new": lambda _: {**_PLATFORM, "key": "spoj"},
    "/coding/setup/platforms/<platform>": lambda _: dict(_PLATFORM),
    "/coding/setup/seasons/new": lambda _: {"name": "Next", **DAYS},
}
BODIES: dict[str, Give] = {
    "POST /platforms/link": lambda _: {"platform_name": "codeforces", "username": "somebody"},
    "POST /platforms/<int:account_id>/proof": lambda _: {"method": "profile"},
    "POST /snapshots": lambda v: {
        "platform_account_id": str(v.coding_account),
        "total_solved": 6,
        "snapshot_date": (EARLIER + timedelta(days=1)).isoformat(),
    },
    "POST /snapshots/<int:snapshot_id>/correct": lambda _: {"total_solved": 8},
    "PUT /counsellor/snapshots/<int:snapshot_id>/reject": lambda _: dict(_REMARKS),
    "PUT /counsellor/snapshots/<int:snapshot_id>/ask-evidence": lambda _: dict(_REMARKS),
    "POST /counsellor/snapshots/batch": lambda v: {"approve": [str(v.snapshot)]},
    "POST /counsellor/snapshots/batch-by-filter": lambda _: {"decision": "approve"},
    "POST /coding/delegations": lambda v: {
        "deputy_id": str(v.mentor),
        "first_day": (TODAY + timedelta(days=1)).isoformat(),
        "last_day": (TODAY + timedelta(days=1)).isoformat(),
    },
    "POST /coding/students/<int:student_id>/follow-ups": lambda _: {"note": "Spoke again"},
    "POST /coding/follow-ups/<int:follow_up_id>/close": lambda _: {"outcome": "improved"},
    "POST /coding/platforms": lambda _: {"key": "spoj", "name": "SPOJ"},
    "PUT /coding/platforms/<platform>": lambda _: {"name": "LeetCode"},
    "POST /coding/seasons": lambda _: {"name": "Next", **DAYS},
    "POST /coding/snapshots/<int:snapshot_id>/evidence": lambda _: {"note": "Look"},
    "PUT /coding/name": lambda _: {"hide_name": True},
}
RAW: dict[str, tuple[bytes, str]] = {
    "PUT /api/v1/coding/snapshots/<int:snapshot_id>/evidence": (picture("PNG"), "image/png")
}
