"""Which skills approved snapshots show: what a platform stands for, and how much must be solved for each level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.service.rules import GROUP
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.settings import Setting, value
from quad.skills.models import ProofKind
from quad.skills.service import finding, proofs

AGAIN = "coding.skills"
AT_ONCE = 50


def _shown(text: str) -> dict[str, list[str]]:
    """Read "leetcode: Algorithms, Data structures; github: Git". Raises ValueError with a sentence."""
    found: dict[str, list[str]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        platform, colon, names = part.partition(":")
        skills = [name.strip() for name in names.split(",") if name.strip()]
        if not colon or not platform.strip() or not skills:
            raise ValueError(_("Write it like this: leetcode: Algorithms; github: Git"))
        found[platform.strip().lower()] = skills
    return found


def _numbers(text: str) -> list[int]:
    """Read four ascending numbers. Raises ValueError with a sentence."""
    parts = [part.strip() for part in text.split(",")]
    numbers = [int(part) for part in parts if part.isdecimal() and len(part) < 7]
    if len(numbers) != 4 or len(parts) != 4 or sorted(set(numbers)) != numbers:
        raise ValueError(_("Write four numbers, each larger than the one before."))
    return numbers


def _check_platforms(text: str) -> None:
    _shown(text)


def _check_levels(text: str) -> None:
    _numbers(text)


PLATFORMS = Setting(
    key="coding.skills",
    label=_l("Skills that platforms show"),
    hint=_l("The word of a platform, a colon, its skills; a semicolon before the next platform."),
    default=(
        "leetcode: Algorithms, Data structures; codeforces: Algorithms, Competitive programming; "
        "codechef: Competitive programming; atcoder: Competitive programming; "
        "hackerrank: Algorithms; geeksforgeeks: Data structures; github: Git"
    ),
    kind="text",
    group=GROUP,
    check=_check_platforms,
    order=60,
)
LEVELS = Setting(
    key="coding.skill_levels",
    label=_l("Problems solved for each level of a skill"),
    hint=_l("Beginner, intermediate, advanced, expert: four numbers with commas."),
    default="20, 100, 300, 800",
    kind="text",
    group=GROUP,
    check=_check_levels,
    order=61,
)
SHAPING = frozenset({PLATFORMS.key, LEVELS.key})


def show(db: Session, student_ids: Sequence[int]) -> None:
    """Make the skills that coding shows of these students follow from their newest approved snapshots."""
    skills = {
        platform: list(finding.find(db, names).values())
        for platform, names in _shown(value(db, PLATFORMS)).items()
    }
    limits = _numbers(value(db, LEVELS))
    people = select(Student.id, Student.user_id).where(Student.id.in_(student_ids))
    evidence = _newest(db, student_ids)
    for student_id, person_id in sorted(db.execute(people), key=lambda row: row.user_id):
        wanted: dict[tuple[int, str], tuple[int, str]] = {}
        for row in evidence.get(student_id, ()):
            level = sum(row.total_solved >= limit for limit in limits)
            for skill_id in skills.get(row.key, ()) if level else ():
                wanted[skill_id, row.key] = (level, row.name)
        proofs.sync(db, person_id, ProofKind.CODING, wanted)


def _newest(db: Session, student_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Return the newest approved snapshot of each linked account: student, platform and problems solved."""
    newest = (
        select(Snapshot.account_id, func.max(Snapshot.taken_on).label("taken_on"))
        .where(Snapshot.student_id.in_(student_ids), Snapshot.status == Status.APPROVED)
        .group_by(Snapshot.account_id)
        .subquery()
    )
    query = (
        select(CodingAccount.student_id, Platform.key, Platform.name, Snapshot.total_solved)
        .join(newest, newest.c.account_id == CodingAccount.id)
        .join(
            Snapshot,
            (Snapshot.account_id == newest.c.account_id)
            & (Snapshot.taken_on == newest.c.taken_on)
            & (Snapshot.status == Status.APPROVED),
        )
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .where(CodingAccount.unlinked_at.is_(None))
    )
    found: dict[int, list[Any]] = {}
    for row in db.execute(query):
        found.setdefault(row.student_id, []).append(row)
    return found


def students_after(db: Session, last: int, limit: int) -> list[int]:
    """Return the next students above `last` who linked an account, ascending."""
    query = (
        select(CodingAccount.student_id)
        .where(CodingAccount.student_id > last)
        .distinct()
        .order_by(CodingAccount.student_id)
        .limit(limit)
    )
    return list(db.scalars(query))
