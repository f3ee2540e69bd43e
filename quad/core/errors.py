"""What can go wrong, in sentences. Each error knows its HTTP status and the process exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quad.core.i18n import gettext as _


class QuadError(Exception):
    """Base: `str(error)` is one sentence for the reader; `status` is the HTTP status."""

    status = 400

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.default())

    @classmethod
    def default(cls) -> str:
        """Return the sentence when the raiser gives none."""
        return _("This request could not be understood.")


class SignedOut(QuadError):
    """Nobody is signed in, or the token is not valid (any more)."""

    status = 401

    @classmethod
    def default(cls) -> str:
        return _("Please sign in first.")


class Forbidden(QuadError):
    """The thing may be seen, the act may not be done."""

    status = 403

    @classmethod
    def default(cls) -> str:
        return _("You have no such rights.")


class NotFound(QuadError):
    """The thing does not exist, or may not be known of."""

    status = 404

    @classmethod
    def default(cls) -> str:
        return _("There is nothing here, or you may not see it.")


class Rejected(QuadError):
    """A business rule said no."""

    status = 409


class EditedMeanwhile(Rejected):
    """Somebody else saved the same thing since the form was opened."""

    @classmethod
    def default(cls) -> str:
        return _("Somebody else changed this in the meantime. Compare, then save again.")


class TooLarge(QuadError):
    """The body or the file is over its limit."""

    status = 413

    @classmethod
    def default(cls) -> str:
        return _("That is too large.")


class Unsupported(QuadError):
    """The content type is not one this address takes."""

    status = 415

    @classmethod
    def default(cls) -> str:
        return _("Send JSON, with the content type application/json.")


class Invalid(QuadError):
    """Input that does not fit. `fields` maps a field name to its sentence, "" to the whole form."""

    status = 422

    def __init__(self, fields: Mapping[str, str], sentence: str | None = None) -> None:
        super().__init__(sentence or fields.get("") or _("Please correct the marked fields."))
        self.fields = dict(fields)


class TooMany(QuadError):
    """Too many tries, or too much waiting; `retry_after` is in seconds."""

    status = 429

    def __init__(self, sentence: str | None = None, retry_after: int = 60) -> None:
        super().__init__(sentence or _("Too many tries. Please wait a little and try again."))
        self.retry_after = retry_after


class Unavailable(QuadError):
    """Something this needs does not answer; trying later may help."""

    status = 503

    @classmethod
    def default(cls) -> str:
        return _("This does not work at the moment. Please try again in a minute.")


@dataclass(frozen=True)
class ConstraintSentence:
    """What a broken database constraint means to a person: the sentence and the field it belongs to."""

    sentence: str
    field: str = ""


_CONSTRAINTS: dict[str, ConstraintSentence] = {}


def constraint(name: str, sentence: str, field: str = "") -> None:
    """Declare what breaking the database constraint `name` means (use lazy_gettext)."""
    _CONSTRAINTS[name] = ConstraintSentence(sentence, field)


def constraint_sentence(driver_message: str) -> ConstraintSentence | None:
    """Find the declared sentence for a driver's message, by the constraint's name in it."""
    message = _with_name(driver_message)
    best = max((n for n in _CONSTRAINTS if n in message), key=len, default=None)
    return _CONSTRAINTS[best] if best else None


def _with_name(message: str) -> str:
    """SQLite names a unique by its columns ("table.a, table.b"); give it the name our convention gives it."""
    _before, broken, columns = message.partition("UNIQUE constraint failed: ")
    if not broken:
        return message
    parts = [column.strip().partition(".") for column in columns.split(",")]
    return "_".join(["uq", parts[0][0], *(name for _table, _dot, name in parts)])
