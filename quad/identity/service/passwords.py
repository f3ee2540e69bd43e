"""Which passwords are good enough. Length and guessability decide, not which kinds of characters there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from zxcvbn import zxcvbn

from quad.core.db.types import normalised
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.identity.service.breaches import is_leaked

SHORTEST = 8
GUESSABLE_BELOW = 2
JUDGED = 72  # characters; a longer password is not judged worse than its beginning
SHORTEST_HINT = 3
LEVELS = (_l("Very weak"), _l("Weak"), _l("Fair"), _l("Good"), _l("Strong"))


@dataclass(frozen=True)
class Judged:
    """What is thought of a password: `score` from 0 to 4, and what stands against it (None: it is taken)."""

    score: int
    reason: str | None = None
    advice: str = ""

    @property
    def level(self) -> str:
        """The score as a word."""
        return str(LEVELS[self.score])


def require_good(password: str, *, email: str, name: str, field: str = "password") -> None:
    """Raise Invalid, with the reason in words, unless the password is good enough for this person.

    Asks the list of leaked passwords if there is one, so call it before the first statement of a transaction.
    """
    reason = weakness(password, email=email, name=name)
    if reason is None and is_leaked(password):
        reason = _(
            "This password is on a list of leaked ones, so it is tried first. Choose another."
        )
    if reason is not None:
        raise Invalid({field: reason})


def weakness(password: str, *, email: str, name: str) -> str | None:
    """Say what is wrong with the password, or return None."""
    return judge(password, email=email, name=name).reason


def judge(password: str, *, email: str, name: str) -> Judged:
    """Judge a password for this person; their names and address count among the first guesses."""
    if len(password) < SHORTEST:
        return Judged(0, _("Use at least %(n)s characters.", n=SHORTEST))
    plain = normalised(password)
    own = [normalised(email), normalised(email).partition("@")[0], normalised(name)]
    if plain in own or plain in [word.replace(" ", "") for word in own]:
        return Judged(0, _("Do not use your name or your e-mail address as the password."))
    found = zxcvbn(password[:JUDGED], user_inputs=_hints(email, name))
    score = int(found["score"])
    reason = _reason(found["sequence"])
    if score < GUESSABLE_BELOW:
        return Judged(score, reason)
    return Judged(score, advice="" if score > GUESSABLE_BELOW else reason)


def _hints(email: str, name: str) -> list[str]:
    """Return what somebody who knows the person would try: names, the mailbox, the domain, and their parts."""
    whole = [normalised(email), normalised(name), normalised(name).replace(" ", "")]
    parts = [part for text in whole for part in re.split(r"[\W_\d]+", text)]
    hints = dict.fromkeys([*whole, normalised(email).partition("@")[0], *parts])
    return [hint for hint in hints if len(hint) >= SHORTEST_HINT]


def _reason(sequence: list[dict[str, Any]]) -> str:
    longest = max(sequence, key=lambda part: len(str(part.get("token", ""))), default={})
    pattern = str(longest.get("pattern"))
    if pattern == "dictionary":
        return _word(longest, alone=len(sequence) == 1)
    if pattern == "spatial" and longest.get("turns") == 1:
        return _("A straight row of keys is guessed quickly. Add some other words.")
    reasons = {
        "repeat": _(
            "Repetitions such as “aaa” or “abcabc” are guessed quickly. Add some other words."
        ),
        "sequence": _("Rows such as “abc” or “6543” are guessed quickly. Add some other words."),
        "spatial": _("Keys that lie side by side are guessed quickly. Add some other words."),
        "date": _("Dates are guessed quickly. Add some other words."),
        "regex": _("Years are guessed quickly. Add some other words."),
    }
    return reasons.get(pattern, _("This is guessed quickly. Add two or three unusual words."))


def _word(found: dict[str, Any], *, alone: bool) -> str:
    """Say what is wrong with a word that is in one of the lists that are tried first."""
    if found.get("dictionary_name") == "user_inputs":
        return _("This is too close to your name or your e-mail address.")
    if found.get("dictionary_name") == "passwords":
        if alone and not found.get("l33t") and not found.get("reversed"):
            return _("This is one of the first passwords that anybody would try.")
        return _("This is much like one of the first passwords that anybody would try.")
    if found.get("reversed"):
        return _("A word spelled backwards is guessed nearly as quickly. Add some other words.")
    if found.get("l33t"):
        return _("Digits in the place of letters help little. Add some other words.")
    if found.get("dictionary_name") in ("surnames", "male_names", "female_names"):
        return _("Names are guessed quickly. Add two or three other words.")
    return _("A single common word is guessed quickly. Add two or three other words.")
