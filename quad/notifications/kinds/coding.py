"""What people are told of coding."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.notifications.kinds.base import STUDENT, Kind

MENTORS = frozenset({"advisor", "counsellor"})


def _of_coding(
    name: str, label: str, text: str, icon: str, roles: frozenset[str], *, mailed: bool = True
) -> Kind:
    return Kind(f"coding_{name}", label, text, icon, mailed=mailed, roles=roles)


CODING_APPROVED = _of_coding(
    "approved",
    _l("A snapshot of mine is approved"),
    _l("Your %(platform)s snapshot of %(day)s was approved."),
    "circle-check",
    STUDENT,
    mailed=False,
)
CODING_REJECTED = _of_coding(
    "rejected",
    _l("A snapshot of mine is rejected"),
    _l("Your %(platform)s snapshot of %(day)s was rejected: %(reason)s"),
    "x",
    STUDENT,
)
CODING_EVIDENCE = _of_coding(
    "evidence",
    _l("A reviewer would like to see more of a snapshot"),
    _l("More is needed for your %(platform)s snapshot of %(day)s: %(reason)s"),
    "camera",
    STUDENT,
)
CODING_PROVED = _of_coding(
    "proved",
    _l("An account of mine is proved"),
    _l("It is proved now that “%(handle)s” on %(platform)s is your account."),
    "user-check",
    STUDENT,
    mailed=False,
)
CODING_UNPROVED = _of_coding(
    "unproved",
    _l("The proof of an account of mine is not found"),
    _l("The proof of your account “%(handle)s” on %(platform)s was not found."),
    "user-x",
    STUDENT,
    mailed=False,
)
CODING_RANK = _of_coding(
    "rank",
    _l("My place in the department’s leaderboard moves"),
    _l("You are number %(after)s of your department now; a week ago you were number %(before)s."),
    "trophy",
    STUDENT,
    mailed=False,
)
CODING_WAITING = _of_coding(
    "waiting",
    _l("Snapshots wait for my review"),
    _l("Snapshots of your students have waited for some days."),
    "clock",
    frozenset({*MENTORS, "hod", "admin"}),
)
CODING_RISK = _of_coding(
    "risk",
    _l("Students of mine may need help with coding"),
    _l("Students who may need help now: %(number)s. %(names)s"),
    "alert-triangle",
    MENTORS,
)
CODING_DIGEST = _of_coding(
    "digest",
    _l("The week of my students in coding"),
    _l("Your students solved %(solved)s problems last week."),
    "mail",
    MENTORS,
)
