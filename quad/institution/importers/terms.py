"""Terms from a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Date, Select, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core.db.types import BigId, NormalisedKey
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.institution.forms import TermRow
from quad.institution.models import CODE_LENGTH, NAME_LENGTH, Term
from quad.institution.policy import ADD_TERM

COLUMNS = ("code", "code_key", "name", "starts_on", "ends_on", "is_current")


class StagedTerm(StagedRow):
    """One term on the way in; `one_current` is the same for every line that wants to be the current term."""

    __tablename__ = "institution_staged_term"

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    is_current: Mapped[bool] = mapped_column(Boolean)
    one_current: Mapped[str | None] = mapped_column(String(1))
    term_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: TermRow) -> Mapping[str, Any]:
    return {
        "code": row.code,
        "code_key": row.code,
        "name": row.name,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "is_current": row.is_current,
        "one_current": "1" if row.is_current else None,
    }


def _resolve(db: Session, batch: Batch[StagedTerm]) -> None:
    staged = batch.rows
    same = (Term.code_key == staged.code_key, Term.live == 1)
    batch.lookup(db, staged.term_id, select(Term.id).where(*same))
    batch.refuse(
        db,
        staged.starts_on >= staged.ends_on,
        _("The last day must be after the first day."),
        field="ends_on",
    )
    batch.refuse_doubles(db, staged.one_current, field="is_current")
    differs = batch.outdated(
        Term.id == staged.term_id, *((getattr(Term, n), getattr(staged, n)) for n in COLUMNS)
    )
    batch.judge(db, exists=staged.term_id.is_not(None), differs=differs)


def _apply(db: Session, batch: Batch[StagedTerm]) -> None:
    staged = batch.rows
    written = batch.having(Outcome.NEW, Outcome.CHANGED)
    if db.scalar(select(staged.line).where(written, staged.is_current).limit(1)) is not None:
        # One term is current at any time: the file's takes the place of the other.
        db.execute(update(Term).where(Term.is_current).values(is_current=False))
    columns = [getattr(staged, name) for name in COLUMNS]
    fresh = select(*columns).where(batch.having(Outcome.NEW)).order_by(staged.line)
    db.execute(insert(Term).from_select(COLUMNS, fresh))
    values = batch.given(Term, *COLUMNS)
    batch.change(db, Term, Term.id == staged.term_id, **values, version=Term.version + 1)


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    columns = (Term.code, Term.name, Term.starts_on, Term.ends_on, Term.is_current)
    return select(*columns).where(Term.live == 1).order_by(Term.starts_on, Term.id)


TERMS = Importer(
    kind="terms",
    label=_l("Terms"),
    hint=_l("One term a line. At most one is the current one."),
    permission=ADD_TERM,
    form=TermRow,
    staged=StagedTerm,
    key=(StagedTerm.code_key,),
    key_field="code",
    aliases={
        "starts_on": ("starts", "start"),
        "ends_on": ("ends", "end"),
        "is_current": ("current",),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "code": "2026-ODD",
        "name": "Odd semester 2026",
        "starts_on": "2026-08-03",
        "ends_on": "2026-12-18",
        "is_current": "yes",
    },
    endpoint="institution.terms_list",
    order=13,
    current=_current,
)
