"""Which passwords are good enough. Length and guessability decide, not which kinds of characters there are."""

from __future__ import annotations

from zxcvbn import zxcvbn

from quad.core.db.types import normalised
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _

SHORTEST = 8
GUESSABLE_BELOW = 2
JUDGED = 72  # characters; a longer password is not judged worse than its beginning


def require_good(password: str, *, email: str, name: str, field: str = "password") -> None:
    """Raise Invalid, with the reason in words, unless the password is good enough for this person."""
    reason = weakness(password, email=email, name=name)
    if reason is not None:
        raise Invalid({field: reason})


def weakness(password: str, *, email: str, name: str) -> str | None:
    """Say what is wrong with the password, or return None."""
    if len(password) < SHORTEST:
        return _("Use at least %(n)s characters.", n=SHORTEST)
    plain = normalised(password)
    own = [normalised(email), normalised(email).partition("@")[0], normalised(name)]
    if plain in own or plain in [word.replace(" ", "") for word in own]:
        return _("Do not use your name or your e-mail address as the password.")
    hints = [*own, *normalised(name).split()]
    found = zxcvbn(password[:JUDGED], user_inputs=[hint for hint in hints if hint])
    if found["score"] < GUESSABLE_BELOW:
        return _reason(found["sequence"])
    return None


def _reason(sequence: list[dict[str, object]]) -> str:
    longest = max(sequence, key=lambda part: len(str(part.get("token", ""))), default={})
    pattern = longest.get("pattern")
    if pattern == "dictionary":
        if longest.get("dictionary_name") == "user_inputs":
            return _("This is too close to your name or your e-mail address.")
        if longest.get("dictionary_name") == "passwords":
            return _("This is one of the first passwords that anybody would try.")
        return _("A single common word is guessed quickly. Add two or three other words.")
    reasons = {
        "repeat": _(
            "Repetitions such as “aaa” or “abcabc” are guessed quickly. Add some other words."
        ),
        "sequence": _("Rows such as “abc” or “6543” are guessed quickly. Add some other words."),
        "spatial": _("Keys that lie side by side are guessed quickly. Add some other words."),
        "date": _("Dates are guessed quickly. Add some other words."),
    }
    return reasons.get(str(pattern), _("This is guessed quickly. Add two or three unusual words."))
