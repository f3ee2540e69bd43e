"""Forms for feedback: make one, ask its questions, say who is asked and how long; and the box that is always open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.audience.service.keeping import save, values_of
from quad.community import facts, policy
from quad.community.forms.feedback import BOX_QUESTIONS, FeedbackFormIn, FeedbackQuestionIn
from quad.community.models.feedback import FeedbackForm, Naming
from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.runtime import local_moment, typed_moment
from quad.core.policy import Actor
from quad.core.questions import MOST_QUESTIONS, kept_question

BOX = "product"
BOX_TITLE = _l("Send feedback")


def _plain(value: Any) -> Any:
    """Return words as they are kept: in the language of the source, translated when shown."""
    if isinstance(value, str):
        return str.__str__(value)
    return [_plain(each) for each in value] if isinstance(value, list) else value


def new_box() -> FeedbackForm:
    """Return the box that always stands open, as it is before the first answer."""
    return FeedbackForm(
        title=_plain(BOX_TITLE),
        sort_title=_plain(BOX_TITLE),
        about="",
        standing=BOX,
        naming=Naming.EITHER,
        opens_at=clock.now(),
        questions=[{name: _plain(one[name]) for name in one} for one in BOX_QUESTIONS],
    )


def find_box(db: Session) -> FeedbackForm | None:
    """Return the box once somebody has answered it."""
    return db.scalar(select(FeedbackForm).where(FeedbackForm.standing == BOX))


def box(db: Session) -> FeedbackForm:
    """Return the box, made when it is not there."""
    found = find_box(db)
    if found is not None:
        return found
    made = new_box()
    try:
        with db.begin_nested():
            db.add(made)
    except IntegrityError:  # somebody else was first
        return db.scalars(select(FeedbackForm).where(FeedbackForm.standing == BOX)).one()
    return made


def create(db: Session, actor: Actor, form: FeedbackFormIn) -> FeedbackForm:
    """Make a form without questions yet. Raises SignedOut, Forbidden, Invalid."""
    policy.ASK.require(actor)
    row = FeedbackForm(owner_id=actor.own_id, questions=[], **_values(db, form, None, None))
    db.add(row)
    db.flush()
    emit(db, facts.FeedbackFormMade(actor_id=actor.id, form_id=row.id))
    return row


def edit(db: Session, actor: Actor, form_id: int, form: FeedbackFormIn) -> FeedbackForm:
    """Change a form; once it is answered, not whose name the answers bear.

    Raises NotFound, Forbidden, Rejected, Invalid.
    """
    row = run(db, actor, form_id)
    if row.answers and form.naming is not row.naming:
        raise Invalid({"naming": _("This form is answered already, so this stays as it is.")})
    for name, value in _values(db, form, row.audience_id, row.opens_at).items():
        setattr(row, name, value)
    emit(db, facts.FeedbackFormChanged(actor_id=actor.id, form_id=row.id))
    return row


def _values(
    db: Session, form: FeedbackFormIn, audience_id: int | None, opened: datetime | None
) -> Mapping[str, Any]:
    opens_at = local_moment(db, form.opens_at) if form.opens_at else opened or clock.now()
    closes_at = local_moment(db, form.closes_at) if form.closes_at else None
    if closes_at is not None and closes_at <= opens_at:
        raise Invalid({"closes_at": _("This is before the form opens.")})
    audience = {name: value for name, value in form if name.startswith("for_")}
    anybody = not any(value not in (None, []) for value in audience.values())
    return {
        "title": form.title,
        "sort_title": normalised(form.title),
        "about": form.about,
        "naming": form.naming,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "audience_id": None if anybody else save(db, form, audience_id),
    }


def run(db: Session, actor: Actor, form_id: int) -> FeedbackForm:
    """Return a form one may change, held until the unit ends. Raises NotFound, Forbidden, Rejected for the box."""
    row = policy.RUN.get(db, actor, form_id, read=policy.FEEDBACK_SEE, lock=True)
    if row.standing is not None:
        raise Rejected(_("This box is always there; it cannot be changed."))
    return row


def initial(db: Session, row: FeedbackForm) -> Mapping[str, Any]:
    """Return a form as its input holds it."""
    moments = {name: typed_moment(db, getattr(row, name)) for name in ("opens_at", "closes_at")}
    words = {name: getattr(row, name) for name in ("title", "about", "naming")}
    return {**words, **moments, **values_of(db, row.audience_id)}


def add_question(db: Session, actor: Actor, form_id: int, form: FeedbackQuestionIn) -> FeedbackForm:
    """Ask one more thing. Raises NotFound, Forbidden, Rejected once answered, Invalid."""
    row = _unanswered(db, actor, form_id)
    if len(row.questions) >= MOST_QUESTIONS:
        raise Rejected(_("A form asks at most %(n)s questions.", n=MOST_QUESTIONS))
    row.questions = [*row.questions, kept_question(form)]
    emit(db, facts.FeedbackFormChanged(actor_id=actor.id, form_id=row.id))
    return row


def drop_question(db: Session, actor: Actor, form_id: int, key: str) -> FeedbackForm:
    """Stop asking something. Raises NotFound, Forbidden, Rejected once answered."""
    row = _unanswered(db, actor, form_id)
    left = [one for one in row.questions if one["key"] != key]
    if len(left) == len(row.questions):
        raise NotFound
    row.questions = left
    emit(db, facts.FeedbackFormChanged(actor_id=actor.id, form_id=row.id))
    return row


def _unanswered(db: Session, actor: Actor, form_id: int) -> FeedbackForm:
    row = run(db, actor, form_id)
    if row.answers:
        raise Rejected(_("This form is answered already. Make another one for other questions."))
    return row


def delete(db: Session, actor: Actor, form_id: int) -> None:
    """Hide a form with its answers. Raises NotFound, Forbidden, Rejected for the box."""
    row = run(db, actor, form_id)
    row.deleted_at = clock.now()
    emit(db, facts.FeedbackFormDeleted(actor_id=actor.id, form_id=row.id))
