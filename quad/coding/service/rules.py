"""What an administrator decides about coding: weights, thresholds, who sees leaderboards, what needs no review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.runtime import local_today
from quad.core.settings import Setting, between, value

GROUP = _l("Coding")


def _weight(key: str, label: str, default: int, order: int) -> Setting[int]:
    return Setting(
        key=f"coding.weight_{key}",
        label=label,
        default=default,
        kind="int",
        group=GROUP,
        check=between(0, 100),
        order=order,
    )


EASY = _weight("easy", _l("What an easy problem counts in the score"), 1, 10)
MEDIUM = _weight("medium", _l("What a medium problem counts in the score"), 3, 11)
HARD = _weight("hard", _l("What a hard problem counts in the score"), 5, 12)
UNRATED = _weight("unrated", _l("What a problem of unknown difficulty counts in the score"), 1, 13)
INACTIVE_DAYS = Setting(
    key="coding.inactive_days",
    label=_l("Days without a new snapshot after which a student counts as inactive"),
    default=30,
    kind="int",
    group=GROUP,
    check=between(1, 365),
    order=20,
)
NO_GROWTH = Setting(
    key="coding.no_growth",
    label=_l("Students whose latest snapshot shows no growth count as at risk"),
    default=True,
    kind="bool",
    group=GROUP,
    order=21,
)
MOST_SOLVED = Setting(
    key="coding.most_solved",
    label=_l("Largest number of solved problems that is believed"),
    default=100_000,
    kind="int",
    group=GROUP,
    check=between(100, 10_000_000),
    order=30,
)
JUMP = Setting(
    key="coding.jump_sigmas",
    label=_l("A jump is flagged from this many standard deviations of the student’s own gains"),
    default=5,
    kind="int",
    group=GROUP,
    check=between(1, 50),
    order=31,
)
AUTO_APPROVE = Setting(
    key="coding.auto_approve",
    label=_l("Approve what comes from the platforms themselves without a review"),
    hint=_l("Only for accounts whose ownership is proved, and only without a flag."),
    default=True,
    kind="bool",
    group=GROUP,
    order=40,
)
REMIND_DAYS = Setting(
    key="coding.remind_days",
    label=_l("Days after which reviewers are reminded of waiting snapshots; 0 reminds nobody"),
    default=3,
    kind="int",
    group=GROUP,
    check=between(0, 60),
    order=41,
)
PEERS = Setting(
    key="coding.peers",
    label=_l("Leaderboards that students see"),
    default="institution",
    kind="choice",
    group=GROUP,
    choices=(
        ("institution", _l("The institution, and their own department, batch and class")),
        ("department", _l("Their own department, batch and class")),
        ("none", _l("Only their own place")),
    ),
    order=50,
)
# What the kept numbers follow from; when one changes they are made anew.
SHAPING = frozenset(
    setting.key for setting in (EASY, MEDIUM, HARD, UNRATED, INACTIVE_DAYS, NO_GROWTH)
)


@dataclass(frozen=True)
class Rules:
    """What the kept numbers follow from beside accounts and snapshots, the same for all of one piece of work."""

    today: date
    easy: int
    medium: int
    hard: int
    unrated: int
    inactive_days: int
    no_growth: bool


def load(db: Session) -> Rules:
    """Return the rules as they are now."""
    return Rules(
        today=local_today(db),
        easy=value(db, EASY),
        medium=value(db, MEDIUM),
        hard=value(db, HARD),
        unrated=value(db, UNRATED),
        inactive_days=value(db, INACTIVE_DAYS),
        no_growth=value(db, NO_GROWTH),
    )
