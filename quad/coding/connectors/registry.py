"""Which platforms can be read, and why the others cannot."""

from __future__ import annotations

from quad.coding.connectors.atcoder import AtCoder
from quad.coding.connectors.base import Connector
from quad.coding.connectors.codeforces import Codeforces
from quad.coding.connectors.geeksforgeeks import GeeksForGeeks
from quad.coding.connectors.github import GitHub
from quad.coding.connectors.leetcode import LeetCode
from quad.core.i18n import lazy_gettext as _l

CONNECTORS: dict[str, Connector] = {
    connector.name: connector
    for connector in (Codeforces(), LeetCode(), GitHub(), AtCoder(), GeeksForGeeks())
}

BY_HAND: dict[str, str] = {
    "hackerrank": _l(
        "HackerRank publishes badges but not how many problems somebody solved, so its figures are entered by hand."
    ),
    "codechef": _l(
        "CodeChef has no public interface for profiles any more, so its figures are entered by hand."
    ),
}
LABELS = {
    **{name: connector.label for name, connector in CONNECTORS.items()},
    "hackerrank": "HackerRank",
    "codechef": "CodeChef",
}


def connector_of(platform: str) -> Connector | None:
    """Return what reads `platform`, None when its figures are entered by hand."""
    return CONNECTORS.get(platform)


def label_of(platform: str) -> str:
    """Return how `platform` writes its own name."""
    return LABELS.get(platform, platform.capitalize())


def why_by_hand(platform: str) -> str:
    """Return why `platform` is not read, "" when it is."""
    if platform in CONNECTORS:
        return ""
    return BY_HAND.get(
        platform,
        _l("This platform has no public interface, so its figures are entered by hand."),
    )
