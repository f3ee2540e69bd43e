"""Answering a form once, with one's name or without it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from quad.community import facts, policy
from quad.community.forms.feedback import NAMELESS, FeedbackGivenIn
from quad.community.models.feedback import (
    FeedbackAnswer,
    FeedbackDone,
    FeedbackForm,
    Naming,
)
from quad.community.service import asking
from quad.core.db.rows import plain_rows
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.forms import Form
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.questions import ANSWER, answers_form, checked_answers

LOT = 62  # bits of a number drawn by lot
MOST_OPEN = 50


@dataclass(frozen=True)
class Asked:
    """A form as somebody who is asked sees it."""

    form: FeedbackForm
    answered: bool
    open: bool


def input_of(row: FeedbackForm) -> type[Form]:
    """Return the input class of a page that asks this form's questions."""
    more = (("anonymous", NAMELESS, False),) if row.naming is Naming.EITHER else ()
    return answers_form("FeedbackAnswers", row.questions, more)


def asked(db: Session, actor: Actor, form_id: int) -> Asked:
    """Return a form one sees. Raises NotFound, SignedOut."""
    row = policy.FEEDBACK_SEE.get(db, actor, form_id)
    open_now = row.id in policy.ANSWER.allowed(db, actor, [row.id])
    return Asked(row, row.standing is None and _has_answered(db, actor, row.id), open_now)


def _has_answered(db: Session, actor: Actor, form_id: int) -> bool:
    query = select(FeedbackDone.id).where(
        FeedbackDone.form_id == form_id, FeedbackDone.user_id == actor.own_id
    )
    return db.scalar(query) is not None


def open_forms(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the forms one is asked to answer now, those not answered first: id, title, closes_at, answered."""
    policy.WRITE.require(actor)
    answered = exists().where(
        FeedbackDone.form_id == FeedbackForm.id, FeedbackDone.user_id == actor.own_id
    )
    query = (
        select(
            FeedbackForm.id,
            FeedbackForm.title,
            FeedbackForm.closes_at,
            FeedbackForm.naming,
            answered.label("answered"),
        )
        .where(policy.ANSWER.where(actor), FeedbackForm.standing.is_(None))
        .order_by(answered, FeedbackForm.id.desc())
        .limit(MOST_OPEN)
    )
    return plain_rows(db, query).all()


def answer(db: Session, actor: Actor, form_id: int, given: FeedbackGivenIn) -> None:
    """Answer a form. Raises NotFound, SignedOut, Rejected when one did, Invalid (`answers.<key>`)."""
    policy.WRITE.require(actor)
    row = policy.ANSWER.get(db, actor, form_id)
    _keep(db, actor, row, given)


def answer_box(db: Session, actor: Actor, given: FeedbackGivenIn) -> None:
    """Put something into the box that always stands open. Raises SignedOut, Invalid (`answers.<key>`)."""
    policy.WRITE.require(actor)
    _keep(db, actor, asking.box(db), given)


def _keep(db: Session, actor: Actor, row: FeedbackForm, given: FeedbackGivenIn) -> None:
    if not row.questions:
        raise Rejected(_("This form has no questions yet."))
    data = checked_answers(answers_form("FeedbackAnswers", row.questions), given.answers)
    answers = {one["key"]: getattr(data, ANSWER + one["key"]) for one in row.questions}
    if row.standing is None:
        _once(db, actor, row)
    nameless = row.naming is Naming.ANONYMOUS or (row.naming is Naming.EITHER and given.anonymous)
    values: dict[str, Any] = {"form_id": row.id, "given": _said(answers)}
    values |= _nameless(row) if nameless else {"user_id": actor.id}
    db.execute(insert(FeedbackAnswer).values(values))
    emit(db, facts.FeedbackSent(actor_id=actor.id, form_id=row.id))


def _said(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if value not in (None, "")}


def _once(db: Session, actor: Actor, row: FeedbackForm) -> None:
    """Remember that somebody answers; two that come at once are kept apart by the unique constraint."""
    if _has_answered(db, actor, row.id):
        raise Rejected(_("You have told us already. Thank you."))
    db.add(FeedbackDone(form_id=row.id, user_id=actor.own_id))
    db.flush()


def _nameless(row: FeedbackForm) -> dict[str, Any]:
    """Return what an answer without a name bears: the hour at which the form opened, and a number drawn by lot."""
    return {
        "id": secrets.randbits(LOT) + 1,
        "created_at": row.opens_at,
        "updated_at": row.opens_at,
        "created_by": None,
        "updated_by": None,
    }
