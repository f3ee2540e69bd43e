"""Terms. From the first one on, exactly one is the current term."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import current_reader
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.institution import facts, policy
from quad.institution.forms import TermForm
from quad.institution.models import Term
from quad.institution.service.common import Reason, require_unused, require_version

DAYS = 7


def current(db: Session) -> Term | None:
    """Return the current term; None only while there is no term at all."""
    return db.scalar(select(Term).where(Term.current_mark == 1))


def standing(db: Session) -> str:
    """Say where the current term stands ("Odd term 2026–27, week 16 of 20"); empty between terms."""
    row = db.execute(
        select(Term.name, Term.starts_on, Term.ends_on).where(Term.current_mark == 1)
    ).first()
    today = clock.today(current_reader().zone)
    if row is None or not row.starts_on <= today <= row.ends_on:
        return ""
    week = (today - row.starts_on).days // DAYS + 1
    whole = (row.ends_on - row.starts_on).days // DAYS + 1
    return _("%(term)s, week %(week)s of %(whole)s", term=row.name, week=week, whole=whole)


def add(db: Session, actor: Actor, form: TermForm) -> Term:
    """Add a term; the first one is the current one. Raises Forbidden, Invalid for its days, Rejected for its code."""
    policy.ADD_TERM.require(actor)
    _check(db, form)
    row = Term(is_current=False)
    _fill(row, form)
    db.add(row)
    before = _current_for_update(db)
    if form.is_current or before is None:
        _make_current(db, row, before)
    db.flush()
    emit(db, facts.TermAdded(actor_id=actor.id, term_id=row.id))
    return row


def change(db: Session, actor: Actor, term_id: int, form: TermForm) -> Term:
    """Change a term. The current term stays the current one until another is chosen. Raises as `add`."""
    row = policy.CHANGE_TERM.get(db, actor, term_id, read=policy.READ_TERM, lock=True)
    require_version(row, form.version)
    _check(db, form, Term.id != row.id)
    if row.is_current and not form.is_current:
        raise Invalid(
            {"is_current": _("One term must be current. Choose another term as the current one.")}
        )
    _fill(row, form)
    if form.is_current and not row.is_current:
        _make_current(db, row, _current_for_update(db))
    emit(db, facts.TermChanged(actor_id=actor.id, term_id=row.id))
    return row


def delete(db: Session, actor: Actor, term_id: int, reasons: Iterable[Reason] = ()) -> Term:
    """Hide a term. Raises Rejected for the current term and when anything named by `reasons` uses it."""
    row = policy.CHANGE_TERM.get(db, actor, term_id, read=policy.READ_TERM, lock=True)
    if row.is_current:
        raise Rejected(_("This is the current term. Make another term the current one first."))
    require_unused(db, row.id, reasons)
    row.deleted_at = clock.now()
    emit(db, facts.TermDeleted(actor_id=actor.id, term_id=row.id))
    return row


def restore(db: Session, actor: Actor, term_id: int) -> Term:
    """Bring a deleted term back. Raises Rejected when its code is taken meanwhile."""
    row = policy.RESTORE_TERM.get(db, actor, term_id, read=policy.READ_TERM, lock=True)
    if row.deleted_at is not None:
        _require_free(db, row.code)
        row.deleted_at = None
        emit(db, facts.TermRestored(actor_id=actor.id, term_id=row.id))
    return row


def _current_for_update(db: Session) -> Term | None:
    return db.scalar(select(Term).where(Term.current_mark == 1).with_for_update())


def _make_current(db: Session, row: Term, before: Term | None) -> None:
    """End the other first and write it: the database lets one row at a time be current."""
    if before is not None and before is not row:
        before.is_current = False
        db.flush()
    row.is_current = True


def _fill(row: Term, form: TermForm) -> None:
    row.code = row.code_key = form.code
    row.name = form.name
    row.starts_on, row.ends_on = form.starts_on, form.ends_on


def _check(db: Session, form: TermForm, *others: ColumnElement[bool]) -> None:
    if form.ends_on <= form.starts_on:
        raise Invalid({"ends_on": _("The last day must come after the first day.")})
    _require_free(db, form.code, *others)


def _require_free(db: Session, code: str, *others: ColumnElement[bool]) -> None:
    query = select(Term.id).where(Term.code_key == code, Term.deleted_at.is_(None), *others)
    if db.scalar(query) is not None:
        raise Rejected(_("Term code already exists"))
