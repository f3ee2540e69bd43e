"""The platforms that every installation knows (an administrator adds others), and the words for risks."""

from __future__ import annotations

from dataclasses import dataclass

from quad.coding.models.figures import Risk
from quad.core.i18n import lazy_gettext as _l


@dataclass(frozen=True)
class UsualPlatform:
    """A platform as it is until an administrator changes it."""

    key: str
    name: str
    handle_pattern: str
    profile_url: str
    handle_hint: str


LETTERS = _l("Letters, digits, hyphen and underscore")
USUAL: tuple[UsualPlatform, ...] = (
    UsualPlatform(
        "leetcode",
        "LeetCode",
        r"[A-Za-z0-9_\-.]{1,40}",
        "https://leetcode.com/u/{handle}/",
        LETTERS,
    ),
    UsualPlatform(
        "codeforces",
        "Codeforces",
        r"[A-Za-z0-9_\-.]{3,24}",
        "https://codeforces.com/profile/{handle}",
        _l("3 to 24 letters, digits, hyphens, underscores or dots"),
    ),
    UsualPlatform(
        "github",
        "GitHub",
        r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}",
        "https://github.com/{handle}",
        _l("Letters and digits, with single hyphens between them"),
    ),
    UsualPlatform(
        "hackerrank",
        "HackerRank",
        r"[A-Za-z0-9_\-]{1,40}",
        "https://www.hackerrank.com/profile/{handle}",
        LETTERS,
    ),
    UsualPlatform(
        "codechef",
        "CodeChef",
        r"[A-Za-z0-9_]{3,32}",
        "https://www.codechef.com/users/{handle}",
        _l("3 to 32 letters, digits or underscores"),
    ),
    UsualPlatform(
        "atcoder",
        "AtCoder",
        r"[A-Za-z0-9_]{3,16}",
        "https://atcoder.jp/users/{handle}",
        _l("3 to 16 letters, digits or underscores"),
    ),
    UsualPlatform(
        "geeksforgeeks",
        "GeeksforGeeks",
        r"[A-Za-z0-9_\-.]{1,50}",
        "https://www.geeksforgeeks.org/user/{handle}/",
        LETTERS,
    ),
)

# On the wire these are promised word by word (docs/api.md); people read RISK_WORDS.
REASONS = {
    Risk.NO_ACCOUNT: "No Linked Account",
    Risk.INACTIVE: "No Activity > 30 Days",
    Risk.NO_GROWTH: "No Growth / Decline",
    Risk.NONE: "",
}
RISK_WORDS = {
    Risk.NO_ACCOUNT: _l("No account linked"),
    Risk.INACTIVE: _l("Nothing new for too long"),
    Risk.NO_GROWTH: _l("No growth, or a decline"),
    Risk.NONE: _l("Fine"),
}
