"""Dues from a file: who owes what, and whose dues are paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, func, insert, literal, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.promotion import DuesRow
from quad.academics.importers.places import ALIASES
from quad.academics.models.people import Student
from quad.academics.models.promotion import Dues
from quad.academics.policy.promotion import DUES_IMPORT
from quad.core import clock
from quad.core.db.types import BigId, NormalisedKey
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow


class StagedDues(StagedRow):
    """One flag on its way in; an empty reason clears."""

    __tablename__ = "academics_staged_dues"

    register_key: Mapped[str] = mapped_column(NormalisedKey(40))
    reason: Mapped[str] = mapped_column(String(300))
    student_id: Mapped[int | None] = mapped_column(BigId)
    dues_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: DuesRow) -> Mapping[str, Any]:
    return {"register_key": row.register_number, "reason": row.reason or ""}


def _resolve(db: Session, batch: Batch[StagedDues]) -> None:
    staged = batch.rows
    batch.lookup(
        db,
        staged.student_id,
        select(Student.id).where(Student.register_key == staged.register_key, Student.live == 1),
    )
    batch.refuse(
        db,
        staged.student_id.is_(None),
        _("There is no student with the number %(value)s."),
        field="register_number",
        value=staged.register_key,
    )
    batch.lookup(
        db,
        staged.dues_id,
        select(Dues.id).where(Dues.student_id == staged.student_id, Dues.open == 1),
    )
    reason = select(Dues.reason).where(Dues.id == staged.dues_id).correlate(staged)
    batch.judge(
        db,
        # Who owes nothing and has no flag is as the file says already.
        exists=staged.dues_id.is_not(None) | (staged.reason == ""),
        differs=func.coalesce(reason.scalar_subquery(), "") != staged.reason,
    )


def _apply(db: Session, batch: Batch[StagedDues]) -> None:
    staged = batch.rows
    fresh = (
        select(staged.student_id, staged.reason, literal(1))
        .where(batch.having(Outcome.NEW))
        .order_by(staged.line)
    )
    db.execute(insert(Dues).from_select(("student_id", "reason", "open"), fresh))
    of_row = (Dues.id == staged.dues_id, batch.having(Outcome.CHANGED))
    for statement in (
        update(Dues).where(*of_row, staged.reason != "").values(reason=staged.reason),
        update(Dues)
        .where(*of_row, staged.reason == "")
        .values(open=None, cleared_at=clock.now(), cleared_by=batch.actor.id),
    ):
        db.execute(statement.execution_options(synchronize_session=False))


DUES = Importer(
    kind="dues",
    label=_l("Dues"),
    hint=_l("One student a line, with what is owed. An empty reason clears the flag."),
    permission=DUES_IMPORT,
    form=DuesRow,
    staged=StagedDues,
    key=(StagedDues.register_key,),
    key_field="register_number",
    aliases={
        "register_number": ALIASES["register_number"],
        "reason": ("dues", "owed", "remark", "remarks"),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={"register_number": "4NV24CS028", "reason": "Library book not returned"},
    endpoint="academics.dues_index",
)
