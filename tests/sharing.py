"""Which tests run in one process when there are several, because what they share is dear to set up.

By their place: pytest 9.2 keeps xdist from reading the mark `xdist_group`, and says nothing.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# The first that fits; a browser and the demo, a browser and the small college, the filled demo, a mocked provider.
TOGETHER = (
    "tests/browser/test_every_address.py",
    "tests/browser/",
    "tests/cli/test_demo.py",
    "tests/identity/test_oidc.py",
)


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # xdist comes without types
    """Hands out the tests of `TOGETHER` place by place, largest first, and all others one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)
