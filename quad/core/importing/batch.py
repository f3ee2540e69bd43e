"""The staged rows of one import, as a domain works on them: always all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from quad.core.db.model import Model
from quad.core.i18n import gettext as _
from quad.core.importing.models import SENTENCE, FoundAt, ImportProblem, Outcome, StagedRow
from quad.core.policy import Actor

S = TypeVar("S", bound=StagedRow)

VALUE = "%(value)s"
ECHO = 80


@dataclass(frozen=True)
class Batch(Generic[S]):
    """`rows` is the staging table; `headers` names each field as the file does. Every method is a statement or two."""

    import_id: int
    actor: Actor
    rows: type[S]
    headers: dict[str, str]

    @property
    def mine(self) -> ColumnElement[bool]:
        """The clause for the rows of this import, among the rows of other imports."""
        return self.rows.import_id == self.import_id

    def having(self, *outcomes: Outcome) -> ColumnElement[bool]:
        """Return the clause for the rows of this import with one of `outcomes`."""
        return and_(self.mine, self.rows.outcome.in_(outcomes))

    def set(self, db: Session, **values: Any) -> None:
        """Write the same expressions into every row of this import."""
        self._update(db, self.mine, values)

    def lookup(
        self,
        db: Session,
        column: InstrumentedAttribute[Any],
        found: Select[Any] | ScalarSelect[Any],
    ) -> None:
        """Fill `column` from `found`, a SELECT of one value that speaks of the row through `batch.rows`.

        `batch.lookup(db, S.department_id, select(Department.id).where(Department.code_key == S.department_key,
        Department.deleted_at.is_(None)))`
        """
        value = (
            found
            if isinstance(found, ScalarSelect)
            else found.correlate(self.rows).scalar_subquery()
        )
        self._update(db, self.mine, {column.key: value})

    def refuse(
        self,
        db: Session,
        when: ColumnElement[bool],
        sentence: str,
        *,
        field: str = "",
        value: ColumnElement[Any] | InstrumentedAttribute[Any] | None = None,
    ) -> None:
        """Refuse the rows for which `when` holds with `sentence` (`%(value)s` in it shows `value`), under `field`."""
        self._refuse(db, select(self.rows.line).where(self.mine, when), sentence, field, value)

    def refuse_doubles(self, db: Session, *key: InstrumentedAttribute[Any], field: str) -> None:
        """Refuse every row whose `key` an earlier row of the file has; the sentence names that line.

        Rows that have a NULL in the key are left alone.
        """
        first = aliased(self.rows)
        names = [column.key for column in key]
        groups = (
            select(func.min(first.line).label("line"), *(getattr(first, name) for name in names))
            .where(first.import_id == self.import_id)
            .group_by(*(getattr(first, name) for name in names))
            .having(func.count() > 1)
            .subquery()
        )
        same = [getattr(self.rows, name) == groups.c[name] for name in names]
        doubles = (
            select(self.rows.line)
            .join(groups, and_(*same, self.rows.line > groups.c.line))
            .where(self.mine)
        )
        self._refuse(db, doubles, _("Line %(value)s has the same."), field, groups.c.line)

    def judge(
        self,
        db: Session,
        *,
        exists: ColumnElement[bool],
        differs: ColumnElement[bool] | ScalarSelect[bool],
    ) -> None:
        """Say of every row what applying does: NEW unless `exists`, CHANGED when `differs`, else SAME."""
        outcome = case((~exists, Outcome.NEW), (differs, Outcome.CHANGED), else_=Outcome.SAME)
        self._update(db, self.mine, {"outcome": outcome})

    def change(
        self, db: Session, model: type[Model], link: ColumnElement[bool], **values: Any
    ) -> None:
        """Write `values` into the rows of `model` that `link` ties to the rows of the file that change something.

        `batch.change(db, Course, Course.id == S.course_id, **batch.given(Course, "title", "credits"))`

        A join, which every database walks from the rows of the file. `id IN (SELECT …)` makes MariaDB read and lock the
        whole table, and a SELECT for each value reads the whole file for each row. A value must not follow from a
        column that the same call writes: which of them comes first is up to the database.
        """
        # Most files change nothing: then no plan for the join is asked for, which may be a poor one of few rows.
        if db.execute(select(self.rows.line).where(self.having(Outcome.CHANGED)).limit(1)).first():
            self._change(db, model, link, values)

    def _change(
        self, db: Session, model: type[Model], link: ColumnElement[bool], values: Mapping[str, Any]
    ) -> None:
        db.execute(
            update(model)
            .where(self.having(Outcome.CHANGED), link)
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    def given(self, model: type[Model], *names: str) -> dict[str, Any]:
        """Return, for `change`, the staged value of each column, or what is there where the cell is empty."""
        return {
            name: func.coalesce(getattr(self.rows, name), getattr(model, name)) for name in names
        }

    @staticmethod
    def differs(*pairs: tuple[Any, Any]) -> ColumnElement[bool]:
        """Return the clause that holds when any (stored, staged) pair differs, NULL being a value like others."""
        return or_(*(stored.is_distinct_from(staged) for stored, staged in pairs))

    def outdated(self, link: ColumnElement[bool], *pairs: tuple[Any, Any]) -> ScalarSelect[bool]:
        """Return, for `judge`, whether any given cell differs from what is stored; an empty cell leaves that.

        `batch.outdated(Course.id == S.course_id, (Course.title, S.title), (Course.credits, S.credits))`
        """
        given = (staged.is_not(None) & kept.is_distinct_from(staged) for kept, staged in pairs)
        return select(or_(*given)).where(link).correlate(self.rows).scalar_subquery()

    def restart(self, db: Session) -> None:
        """Forget what was found against the database, before looking again."""
        db.execute(
            delete(ImportProblem)
            .where(
                ImportProblem.import_id == self.import_id, ImportProblem.found_at == FoundAt.CHECK
            )
            .execution_options(synchronize_session=False)
        )
        self._update(db, self.mine, {"outcome": null()})

    def mark_refused(self, db: Session) -> None:
        """Make ERROR the outcome of every row that has a problem."""
        wrong = select(ImportProblem.line).where(ImportProblem.import_id == self.import_id)
        self._update(db, and_(self.mine, self.rows.line.in_(wrong)), {"outcome": Outcome.ERROR})

    def _update(self, db: Session, where: ColumnElement[bool], values: dict[str, Any]) -> None:
        db.execute(
            update(self.rows)
            .where(where)
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    def _refuse(
        self, db: Session, lines: Select[Any], sentence: str, field: str, value: Any
    ) -> None:
        before, place, after = sentence.partition(VALUE)
        text: ColumnElement[str] = literal(before, String(SENTENCE))
        if place:
            shown = func.substr(func.coalesce(cast(value, String(SENTENCE)), ""), 1, ECHO)
            text = text + shown + literal(after, String(SENTENCE))
        wanted = lines.add_columns(
            literal(self.import_id),
            literal(self.headers.get(field, field)),
            text,
            literal(FoundAt.CHECK.value),
        )
        table: Any = ImportProblem.__table__
        names = ("line", "import_id", "column_name", "sentence", "found_at")
        db.execute(insert(table).from_select(names, wanted))
