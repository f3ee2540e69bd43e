"""What can go wrong between us and a platform: a word and a detail, made a sentence when somebody reads it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from quad.core.i18n import lazy_gettext as _l


class Trouble(StrEnum):
    """Why a visit brought nothing home."""

    UNKNOWN_HANDLE = "unknown_handle"
    UNUSABLE_HANDLE = "unusable_handle"
    HIDDEN = "hidden"
    LIMITED = "limited"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    FAILING = "failing"
    CUT_OFF = "cut_off"
    TOO_LARGE = "too_large"
    REDIRECTED = "redirected"
    NOT_JSON = "not_json"
    STRANGE = "strange"
    TOKEN = "token"  # noqa: S105 - the name of a trouble


SENTENCES: dict[Trouble, str] = {
    Trouble.UNKNOWN_HANDLE: _l(
        "%(platform)s knows nobody called “%(handle)s”. Check the spelling, or link the account again."
    ),
    Trouble.UNUSABLE_HANDLE: _l(
        "“%(handle)s” cannot be a name on %(platform)s. Link the account again with the right one."
    ),
    Trouble.HIDDEN: _l(
        "%(platform)s does not show the figures of “%(handle)s” to others. Make the profile public there."
    ),
    Trouble.LIMITED: _l("%(platform)s asked us to wait. We try again by ourselves."),
    Trouble.REFUSED: _l("%(platform)s refused to answer us. We try again by ourselves."),
    Trouble.UNREACHABLE: _l("%(platform)s could not be reached. We try again by ourselves."),
    Trouble.SLOW: _l("%(platform)s took too long to answer. We try again by ourselves."),
    Trouble.FAILING: _l("%(platform)s has a problem of its own now. We try again by ourselves."),
    Trouble.CUT_OFF: _l(
        "The answer of %(platform)s broke off half-way. We try again by ourselves."
    ),
    Trouble.TOO_LARGE: _l("The answer of %(platform)s is too large to be read."),
    Trouble.REDIRECTED: _l("%(platform)s sent us to another place, where we do not follow."),
    Trouble.NOT_JSON: _l(
        "%(platform)s answered with a page instead of figures. We try again by ourselves."
    ),
    Trouble.STRANGE: _l(
        "%(platform)s gave an answer that makes no sense to us, so nothing changed."
    ),
    Trouble.TOKEN: _l("%(platform)s does not accept the institution's access token."),
}

# These are about one account; everything else is about the platform and opens its breaker.
OF_THE_ACCOUNT = frozenset({Trouble.UNKNOWN_HANDLE, Trouble.UNUSABLE_HANDLE, Trouble.HIDDEN})


class VisitFailed(Exception):
    """A visit brought nothing home. `again_at` is when the platform will hear us again, if it said so."""

    def __init__(
        self, trouble: Trouble, detail: str = "", *, again_at: datetime | None = None
    ) -> None:
        super().__init__(f"{trouble.value}: {detail}" if detail else trouble.value)
        self.trouble = trouble
        self.detail = detail
        self.again_at = again_at


def sentence(trouble: Trouble, platform: str, handle: str) -> str:
    """Say what went wrong, in the current reader's language."""
    return SENTENCES[trouble] % {"platform": platform, "handle": handle}
