"""Components of offerings from a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Select, String, case, func, insert, literal, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.files import ComponentRow
from quad.academics.importers.places import find_offerings
from quad.academics.models.results import Mark
from quad.academics.models.teaching import (
    Component,
    ComponentKind,
    Course,
    Enrolment,
    Offering,
    ResultState,
)
from quad.academics.policy.base import MARKS_IMPORT
from quad.academics.service import rollups
from quad.core import clock
from quad.core.db.types import BigId, Fixed, NormalisedKey, Utc, enum_type
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.institution.models import Term

GIVEN = ("name", "name_key", "kind", "kind_name", "maximum", "weight", "due_on")


class StagedComponent(StagedRow):
    """One component on the way in; `published_at` is empty while its marks are not shown."""

    __tablename__ = "academics_staged_component"

    course_key: Mapped[str] = mapped_column(NormalisedKey(40))
    term_key: Mapped[str] = mapped_column(NormalisedKey(60))
    section: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(NormalisedKey(80))
    kind: Mapped[ComponentKind] = mapped_column(enum_type(ComponentKind))
    kind_name: Mapped[str] = mapped_column(String(40))
    maximum: Mapped[Decimal] = mapped_column(Fixed(2))
    weight: Mapped[Decimal] = mapped_column(Fixed(2))
    due_on: Mapped[date | None] = mapped_column(Date)
    published_at: Mapped[datetime | None] = mapped_column(Utc())
    offering_id: Mapped[int | None] = mapped_column(BigId, index=True)
    component_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: ComponentRow) -> Mapping[str, Any]:
    return {
        "course_key": row.course,
        "term_key": row.term,
        "section": row.section.upper(),
        "name": row.name,
        "name_key": row.name,
        "kind": row.kind,
        "kind_name": row.kind_name or "",
        "maximum": row.maximum,
        "weight": row.weight,
        "due_on": row.due_on,
        "published_at": clock.now() if row.published else None,
    }


def _resolve(db: Session, batch: Batch[StagedComponent]) -> None:
    staged = batch.rows
    _find(db, batch)
    batch.refuse(
        db,
        staged.offering_id.is_(None),
        _("The course “%(value)s” is not offered in this term and section."),
        field="course",
        value=staged.course_key,
    )
    locked = select(Offering.id).where(
        Offering.id == staged.offering_id, Offering.state == ResultState.LOCKED
    )
    differs = batch.outdated(
        Component.id == staged.component_id,
        *((getattr(Component, name), getattr(staged, name)) for name in GIVEN),
    )
    shown = (
        select(Component.published_at.is_(None) & staged.published_at.is_not(None))
        .where(Component.id == staged.component_id)
        .correlate(staged)
        .scalar_subquery()
    )
    changed = staged.component_id.is_(None) | or_(differs, shown)
    batch.refuse(
        db,
        changed & locked.correlate(staged).exists(),
        _("The results of “%(value)s” are locked. Reopen them first."),
        field="course",
        value=staged.course_key,
    )
    marked = select(Mark.id).where(
        Mark.component_id == staged.component_id, Mark.current == 1, Mark.value > staged.maximum
    )
    batch.refuse(
        db,
        marked.correlate(staged).exists(),
        _("“%(value)s” has marks above this maximum."),
        field="maximum",
        value=staged.name,
    )
    batch.judge(db, exists=staged.component_id.is_not(None), differs=or_(differs, shown))


def _find(db: Session, batch: Batch[StagedComponent]) -> None:
    staged = batch.rows
    find_offerings(db, batch)
    batch.lookup(
        db,
        staged.component_id,
        select(Component.id).where(
            Component.offering_id == staged.offering_id, Component.name_key == staged.name_key
        ),
    )


def _apply(db: Session, batch: Batch[StagedComponent]) -> None:
    staged = batch.rows
    wanted = batch.having(Outcome.NEW, Outcome.CHANGED)
    offerings = [
        found for found in db.scalars(select(staged.offering_id).where(wanted).distinct()) if found
    ]
    before = (
        select(func.coalesce(func.max(Component.position) + 1, 0))
        .where(Component.offering_id == staged.offering_id)
        .correlate(staged)
        .scalar_subquery()
    )
    place = func.row_number().over(partition_by=staged.offering_id, order_by=staged.line)
    columns = [getattr(staged, name) for name in GIVEN]
    fresh = (
        select(staged.offering_id, *columns, staged.published_at, before + place - literal(1))
        .where(batch.having(Outcome.NEW))
        .order_by(staged.line)
    )
    names = ("offering_id", *GIVEN, "published_at", "position")
    db.execute(insert(Component).from_select(names, fresh))
    batch.change(
        db,
        Component,
        Component.id == staged.component_id,
        **batch.given(Component, *GIVEN),
        published_at=func.coalesce(Component.published_at, staged.published_at),
        version=Component.version + 1,
    )
    for chunk in rollups.chunks(offerings):
        touched = db.scalars(select(Enrolment.id).where(Enrolment.offering_id.in_(chunk))).all()
        rollups.lock_enrolments(db, touched)
        rollups.refresh(db, touched)


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Course.code.label("course"),
            Term.code.label("term"),
            Offering.section.label("section"),
            Component.name.label("name"),
            Component.kind.label("kind"),
            Component.kind_name.label("kind_name"),
            Component.maximum.label("maximum"),
            Component.weight.label("weight"),
            Component.due_on.label("due_on"),
            case((Component.published_at.is_not(None), "yes"), else_="no").label("published"),
        )
        .join(Offering, Offering.id == Component.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(Course.live == 1, Term.live == 1)
        .order_by(Component.offering_id, Component.position, Component.id)
    )


COMPONENTS = Importer(
    kind="components",
    label=_l("Components"),
    hint=_l("One assessment of an offering a line: its kind, its maximum and its weight."),
    permission=MARKS_IMPORT,
    form=ComponentRow,
    staged=StagedComponent,
    key=(
        StagedComponent.course_key,
        StagedComponent.term_key,
        StagedComponent.section,
        StagedComponent.name_key,
    ),
    key_field="name",
    aliases={
        "course": ("course code", "code"),
        "term": ("term code",),
        "name": ("component",),
        "due_on": ("due", "date"),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "course": "24CS52",
        "term": "2026-ODD",
        "section": "A",
        "name": "Internal 1",
        "kind": "internal",
        "maximum": "30",
        "weight": "15",
    },
    endpoint="academics.offerings_index",
    order=24,
    current=_current,
)
