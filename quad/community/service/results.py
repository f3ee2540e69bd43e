"""What people answered. Few answers are not shown: a voice among three is no secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.community import policy
from quad.community.models.feedback import FeedbackAnswer, FeedbackForm, Naming
from quad.core.db.rows import plain_rows
from quad.core.errors import Rejected
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number
from quad.core.policy import Actor
from quad.core.questions import HIGHEST, LOWEST, QuestionKind
from quad.core.settings import Setting, between, value
from quad.identity.models.accounts import User

LEAST = Setting(
    key="community.feedback_least",
    label=_l("Answers before the results of a form without names are shown"),
    hint=_l("With fewer, people could be guessed from what they wrote."),
    default=5,
    kind="int",
    group=_l("Community"),
    check=between(1, 50),
    order=50,
)
MOST_WORDS = 200


@dataclass(frozen=True)
class Outcome:
    """What was answered to one question: how often each answer, their average, or the words with their names.

    With `few` only their number is told: names could be guessed.
    """

    label: str
    kind: QuestionKind
    count: int
    counts: Sequence[tuple[str, int]] = ()
    average: Decimal | None = None
    words: Sequence[tuple[str, str]] = ()
    few: bool = False


@dataclass(frozen=True)
class Results:
    """The answers of one form. With fewer than `least` only their number is told, where names could be guessed."""

    form: FeedbackForm
    count: int
    least: int
    outcomes: Sequence[Outcome]

    @property
    def shown(self) -> bool:
        """Tell whether there are enough answers."""
        return self.count >= self.least


def results(db: Session, actor: Actor, form_id: int) -> Results:
    """Return what people answered, for who runs the form. Raises NotFound, Forbidden."""
    row = policy.RUN.get(db, actor, form_id, read=policy.FEEDBACK_SEE)
    least = _least(db, row)
    if row.answers < least:
        return Results(row, row.answers, least, ())
    given = list(_given(db, row))
    return Results(row, len(given), least, [_outcome(one, given, least) for one in row.questions])


def _least(db: Session, row: FeedbackForm) -> int:
    """The box and forms with names show every answer: whoever writes there was told who reads it."""
    secret = row.naming is not Naming.NAMED and row.standing is None
    return value(db, LEAST) if secret else 1


def _given(db: Session, row: FeedbackForm) -> Iterator[tuple[dict[str, Any], str, Any]]:
    query = (
        select(FeedbackAnswer.given, User.full_name, FeedbackAnswer.created_at)
        .outerjoin(User, User.id == FeedbackAnswer.user_id)
        .where(FeedbackAnswer.form_id == row.id)
        .order_by(FeedbackAnswer.created_at, FeedbackAnswer.id)
    )
    for one in plain_rows(db, query):
        yield one.given, one.full_name or "", one.created_at if one.full_name else None


def _outcome(
    question: dict[str, Any], given: Sequence[tuple[dict[str, Any], str, Any]], least: int
) -> Outcome:
    kind, key = QuestionKind(question["kind"]), question["key"]
    said = [(one[key], name) for one, name, _when in given if key in one]
    label, count = question["label"], len(said)
    if 0 < count < least:
        return Outcome(label, kind, count, few=True)
    if kind in (QuestionKind.TEXT, QuestionKind.LONG_TEXT):
        return Outcome(label, kind, count, words=said[-MOST_WORDS:][::-1])
    many = Counter(answer for answer, _name in said)
    counts = [(words, many.get(answer, 0)) for answer, words in _possible(kind, question)]
    average = None
    if kind is QuestionKind.SCALE and count:
        total = Decimal(sum(answer for answer, _name in said))
        average = (total / count).quantize(Decimal("0.1"))
    return Outcome(label, kind, count, counts, average)


def _possible(kind: QuestionKind, question: dict[str, Any]) -> list[tuple[Any, str]]:
    if kind is QuestionKind.YES_NO:
        return [(True, _("Yes")), (False, _("No"))]
    if kind is QuestionKind.SCALE:
        return [(step, number(step)) for step in range(LOWEST, HIGHEST + 1)]
    return [(choice, _(choice)) for choice in question["choices"]]


def table(db: Session, actor: Actor, form_id: int) -> tuple[list[str], list[list[Any]]]:
    """Return heads and rows of a file of the answers; what few answered is left out.

    Raises NotFound, Forbidden, Rejected while the answers are too few.
    """
    row = policy.RUN.get(db, actor, form_id, read=policy.FEEDBACK_SEE)
    least = _least(db, row)
    if row.answers < least:
        raise Rejected(_("The answers are shown once there are %(n)s.", n=least))
    heads = [*(one["label"] for one in row.questions), _("Name"), _("When")]
    keys = [one["key"] for one in row.questions]
    given = list(_given(db, row))
    told = {key for key in keys if sum(key in one for one, _name, _when in given) >= least}
    rows = [
        [*(one.get(key) if key in told else None for key in keys), name, when]
        for one, name, when in given
    ]
    return heads, rows
