"""Awarded results, and how far the results of offerings are, from files: the last two of a whole record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, case, func, insert, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.files import AwardRow, ResultStateRow
from quad.academics.importers.places import (
    ALIASES,
    Place,
    find_offerings,
    find_places,
    place_values,
    refuse_locked,
)
from quad.academics.models.people import Student
from quad.academics.models.results import Award, AwardKind
from quad.academics.models.teaching import (
    Component,
    Course,
    Enrolment,
    Offering,
    ResultState,
)
from quad.academics.policy.base import MARKS_IMPORT
from quad.academics.service import rollups
from quad.core import clock
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.institution.models import GradeBand, GradingScheme, Programme, Term


class StagedAward(Place):
    """One awarded result on its way in; `band_id` is the grade in the student's own scheme."""

    __tablename__ = "academics_staged_award"

    kind: Mapped[AwardKind] = mapped_column(enum_type(AwardKind))
    letter: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(300))
    scheme_id: Mapped[int | None] = mapped_column(BigId)
    band_id: Mapped[int | None] = mapped_column(BigId)
    award_id: Mapped[int | None] = mapped_column(BigId)


class StagedResultState(StagedRow):
    """One offering's state on its way in."""

    __tablename__ = "academics_staged_result_state"

    course_key: Mapped[str] = mapped_column(NormalisedKey(40))
    term_key: Mapped[str] = mapped_column(NormalisedKey(60))
    section: Mapped[str] = mapped_column(String(8))
    state: Mapped[ResultState] = mapped_column(enum_type(ResultState))
    published_at: Mapped[datetime | None] = mapped_column(Utc())
    offering_id: Mapped[int | None] = mapped_column(BigId, index=True)


def _award_values(row: AwardRow) -> Mapping[str, Any]:
    return {
        **place_values(row),
        "kind": row.kind,
        "letter": row.letter or "",
        "reason": row.reason or "",
    }


def _resolve_awards(db: Session, batch: Batch[StagedAward]) -> None:
    staged = batch.rows
    find_places(db, batch)
    own = (
        select(Programme.grading_scheme_id)
        .join(Student, Student.programme_id == Programme.id)
        .where(Student.id == staged.student_id)
    )
    usual = select(func.min(GradingScheme.id)).where(
        GradingScheme.is_default, GradingScheme.live == 1
    )
    scheme = func.coalesce(own.correlate(staged).scalar_subquery(), usual.scalar_subquery())
    batch.set(db, scheme_id=scheme)
    batch.lookup(
        db,
        staged.band_id,
        select(func.min(GradeBand.id)).where(
            GradeBand.scheme_id == staged.scheme_id, GradeBand.letter == staged.letter
        ),
    )
    stands = (Award.enrolment_id == staged.enrolment_id, Award.current == 1)
    batch.lookup(db, staged.award_id, select(Award.id).where(*stands))
    _refuse_awards(db, batch)
    differs = batch.outdated(
        Award.id == staged.award_id, (Award.kind, staged.kind), (Award.letter, staged.letter)
    )
    batch.judge(db, exists=staged.award_id.is_not(None), differs=differs)
    refuse_locked(db, batch)


def _refuse_awards(db: Session, batch: Batch[StagedAward]) -> None:
    staged = batch.rows
    batch.refuse(
        db,
        staged.student_id.is_not(None)
        & staged.offering_id.is_not(None)
        & staged.enrolment_id.is_(None),
        _("%(value)s is not on the roster of this offering."),
        field="register_number",
        value=staged.register_key,
    )
    graded = staged.kind == AwardKind.GRADE
    batch.refuse(
        db,
        graded & staged.band_id.is_(None),
        _("“%(value)s” is no grade of the student's grading scheme."),
        field="letter",
        value=staged.letter,
    )
    batch.refuse(
        db, ~graded & (staged.letter != ""), _("Only a grade has a letter."), field="letter"
    )


def _apply_awards(db: Session, batch: Batch[StagedAward]) -> None:
    staged = batch.rows
    wanted = batch.having(Outcome.NEW, Outcome.CHANGED)
    touched = [
        found for found in db.scalars(select(staged.enrolment_id).where(wanted).distinct()) if found
    ]
    rollups.lock_enrolments(db, touched)
    batch.change(db, Award, Award.id == staged.award_id, current=None)
    brought = literal(_("Import %(number)s", number=batch.import_id), String(300))
    fresh = (
        select(
            staged.enrolment_id,
            staged.kind,
            staged.letter,
            staged.award_id,
            case((staged.reason != "", staged.reason), else_=brought),
        )
        .where(wanted)
        .order_by(staged.line)
    )
    names = ("enrolment_id", "kind", "letter", "supersedes_id", "reason")
    db.execute(insert(Award).from_select(names, fresh))
    rollups.refresh(db, touched)


def _state_values(row: ResultStateRow) -> Mapping[str, Any]:
    return {
        "course_key": row.course,
        "term_key": row.term,
        "section": row.section.upper(),
        "state": row.state,
        "published_at": None if row.state is ResultState.DRAFT else clock.now(),
    }


def _resolve_states(db: Session, batch: Batch[StagedResultState]) -> None:
    staged = batch.rows
    find_offerings(db, batch)
    batch.refuse(
        db,
        staged.offering_id.is_(None),
        _("The course “%(value)s” is not offered in this term and section."),
        field="course",
        value=staged.course_key,
    )
    further = select(Offering.id).where(
        Offering.id == staged.offering_id,
        (Offering.state == ResultState.LOCKED) & (staged.state != ResultState.LOCKED)
        | (Offering.state == ResultState.PUBLISHED) & (staged.state == ResultState.DRAFT),
    )
    batch.refuse(
        db,
        further.correlate(staged).exists(),
        _(
            "The results of “%(value)s” are further than this. Reopen them on their page, with a reason."
        ),
        field="state",
        value=staged.course_key,
    )
    differs = batch.outdated(Offering.id == staged.offering_id, (Offering.state, staged.state))
    batch.judge(db, exists=staged.offering_id.is_not(None), differs=differs)


def _apply_states(db: Session, batch: Batch[StagedResultState]) -> None:
    staged = batch.rows
    wanted = batch.having(Outcome.CHANGED)
    offerings = [found for found in db.scalars(select(staged.offering_id).where(wanted)) if found]
    batch.change(
        db,
        Offering,
        Offering.id == staged.offering_id,
        state=staged.state,
        published_at=func.coalesce(Offering.published_at, staged.published_at),
        version=Offering.version + 1,
    )
    hidden = (Component.offering_id == staged.offering_id) & Component.published_at.is_(None)
    batch.change(db, Component, hidden, published_at=staged.published_at)
    for chunk in rollups.chunks(offerings):
        touched = db.scalars(select(Enrolment.id).where(Enrolment.offering_id.in_(chunk))).all()
        rollups.lock_enrolments(db, touched)
        rollups.refresh(db, touched)


def _awards(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Student.register_number.label("register_number"),
            Course.code.label("course"),
            Term.code.label("term"),
            Offering.section.label("section"),
            Award.kind.label("kind"),
            Award.letter.label("letter"),
            Award.reason.label("reason"),
        )
        .join(Enrolment, Enrolment.id == Award.enrolment_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(
            Award.current == 1,
            Award.kind != AwardKind.TAKEN_BACK,
            Course.live == 1,
            Student.live == 1,
        )
        .order_by(Award.id)
    )


def _states(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Course.code.label("course"),
            Term.code.label("term"),
            Offering.section.label("section"),
            Offering.state.label("state"),
        )
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(Course.live == 1, Term.live == 1)
        .order_by(Term.starts_on, Offering.id)
    )


AWARDS = Importer(
    kind="awards",
    label=_l("Awarded results"),
    hint=_l(
        "One result a line that stands instead of the computed one: a grade, incomplete or absent."
    ),
    permission=MARKS_IMPORT,
    form=AwardRow,
    staged=StagedAward,
    key=(
        StagedAward.register_key,
        StagedAward.course_key,
        StagedAward.term_key,
        StagedAward.section,
    ),
    key_field="register_number",
    aliases={**ALIASES, "kind": ("award",), "letter": ("letter",)},
    prepare=_award_values,
    resolve=_resolve_awards,
    apply=_apply_awards,
    example={
        "register_number": "4NV24CS028",
        "course": "24CS52",
        "term": "2026-ODD",
        "section": "A",
        "kind": "grade",
        "letter": "A",
        "reason": "Credit transfer",
    },
    endpoint="academics.offerings_index",
    order=28,
    current=_awards,
)
RESULT_STATES = Importer(
    kind="results",
    label=_l("States of results"),
    hint=_l("Publishes or locks the results of many offerings: one a line, after their marks."),
    permission=MARKS_IMPORT,
    form=ResultStateRow,
    staged=StagedResultState,
    key=(StagedResultState.course_key, StagedResultState.term_key, StagedResultState.section),
    key_field="course",
    aliases={"course": ("course code", "code"), "term": ("term code",)},
    prepare=_state_values,
    resolve=_resolve_states,
    apply=_apply_states,
    example={"course": "24CS52", "term": "2026-ODD", "section": "A", "state": "published"},
    endpoint="academics.offerings_index",
    order=29,
    current=_states,
)
