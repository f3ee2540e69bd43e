"""Results given by a person: incomplete, absent, or a grade. They stand instead of the computed result.

An award is never changed: a later one supersedes it, and `taken_back` lets the computed result count again. Teachers
say that a result is incomplete or that somebody was absent; a grade is awarded by who supervises the offering.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from quad.academics import grading
from quad.academics.facts.base import ResultsAwarded
from quad.academics.forms.awards import AwardEntry, AwardsBatch, GiveAward
from quad.academics.models.people import Student
from quad.academics.models.results import Award, AwardKind
from quad.academics.models.teaching import Enrolment, EnrolmentStatus, Offering, ResultState
from quad.academics.policy import base as policy
from quad.academics.service import rollups
from quad.academics.service.graded import load_schemes
from quad.core.errors import Forbidden, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User


class Given(enum.StrEnum):
    """What became of one entry."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class AwardOutcome:
    """One entry: what became of it, the field and sentence when it was not taken, and the award that stands now."""

    enrolment_id: int
    status: Given
    error: str | None = None
    award_id: int | None = None
    field: str = ""


@dataclass(frozen=True)
class Held:
    """What a batch is judged by: who is on the roster, what stands now, and the scheme each is read by."""

    state: ResultState
    students: dict[int, Any]
    awards: dict[int, Any]
    schemes: dict[int, grading.Scheme]


def give(db: Session, actor: Actor, offering_id: int, batch: AwardsBatch) -> list[AwardOutcome]:
    """Give many results; each entry is taken, found unchanged, refused or in conflict on its own.

    Raises NotFound, Rejected when the results are locked, Forbidden for a grade (or the end of one) by who may only
    say incomplete and absent.
    """
    offering = policy.OFFERING_MANAGE.get(
        db, actor, offering_id, read=policy.OFFERING_READ, lock=True
    )
    if offering.state is ResultState.LOCKED:
        raise Rejected(_("The results are locked. Reopen them before changing them."))
    last = {entry.enrolment_id: entry for entry in batch.entries}
    held = _load(db, offering, last)
    _require_right(db, actor, offering_id, held, last.values())
    outcomes = [_judge(held, entry) for entry in last.values()]
    accepted = [last[one.enrolment_id] for one in outcomes if one.status is Given.SAVED]
    if not accepted:
        return outcomes
    ids = _write(db, held, accepted)
    rollups.refresh(db, ids)
    seen = offering.state is not ResultState.DRAFT
    emit(
        db,
        ResultsAwarded(
            actor_id=actor.id,
            offering_id=offering_id,
            award_ids=tuple(sorted(ids.values())),
            user_ids=tuple(sorted(held.students[one].user_id for one in ids)) if seen else (),
        ),
    )
    return [
        AwardOutcome(one.enrolment_id, one.status, None, ids[one.enrolment_id])
        if one.status is Given.SAVED
        else one
        for one in outcomes
    ]


def give_one(db: Session, actor: Actor, enrolment_id: int, form: GiveAward) -> AwardOutcome:
    """Give one result. Raises as `give`; Invalid with the sentence when it does not fit, Rejected on a conflict."""
    enrolment = policy.ENROLMENT_MANAGE.get(db, actor, enrolment_id, read=policy.ENROLMENT_READ)
    entry = AwardEntry(enrolment_id=enrolment_id, **form.model_dump())
    outcome = give(db, actor, enrolment.offering_id, AwardsBatch(entries=[entry]))[0]
    if outcome.status is Given.CONFLICT:
        raise Rejected(outcome.error or "")
    if outcome.error:
        raise Invalid({outcome.field: outcome.error})
    return outcome


def _load(db: Session, offering: Offering, enrolment_ids: Iterable[int]) -> Held:
    wanted = list(enrolment_ids)
    rollups.lock_enrolments(db, wanted)
    students: dict[int, Any] = {}
    awards: dict[int, Any] = {}
    for chunk in rollups.chunks(wanted):
        for row in db.execute(
            select(
                Enrolment.id,
                Enrolment.status,
                Student.user_id,
                Student.programme_id,
                User.full_name,
                Award.id.label("award_id"),
                Award.kind,
                Award.letter,
            )
            .join(Student, Student.id == Enrolment.student_id)
            .join(User, User.id == Student.user_id)
            .outerjoin(Award, (Award.enrolment_id == Enrolment.id) & (Award.current == 1))
            .where(
                Enrolment.id.in_(chunk),
                Enrolment.offering_id == offering.id,
                Student.deleted_at.is_(None),
            )
        ):
            students[row.id] = row
            if row.award_id is not None:
                awards[row.id] = row
    known = load_schemes(db)
    schemes = {row.id: known.of(row.programme_id) for row in students.values()}
    return Held(offering.state, students, awards, schemes)


def _require_right(
    db: Session, actor: Actor, offering_id: int, held: Held, entries: Iterable[AwardEntry]
) -> None:
    """Refuse a grade, and the end of a grade, to who does not supervise the offering."""
    grades = any(
        entry.kind is AwardKind.GRADE
        or (
            entry.enrolment_id in held.awards
            and held.awards[entry.enrolment_id].kind is AwardKind.GRADE
        )
        for entry in entries
    )
    if grades and not policy.RESULTS_AWARD.allowed(db, actor, [offering_id]):
        raise Forbidden(_("Only the head of the department or the administration awards a grade."))


def _judge(held: Held, entry: AwardEntry) -> AwardOutcome:
    now = held.awards.get(entry.enrolment_id)
    award_id = now.award_id if now is not None else None
    field, error = _unfit(held, entry)
    if error:
        return AwardOutcome(entry.enrolment_id, Given.REFUSED, error, award_id, field)
    before = (now.kind, now.letter) if now is not None else (AwardKind.TAKEN_BACK, "")
    if before == (entry.kind, entry.letter):
        return AwardOutcome(entry.enrolment_id, Given.UNCHANGED, None, award_id)
    if entry.seen is not None and entry.seen != (award_id or 0):
        error = _(
            "%(student)s: somebody else gave a result meanwhile. Look, then save again.",
            student=held.students[entry.enrolment_id].full_name,
        )
        return AwardOutcome(entry.enrolment_id, Given.CONFLICT, error, award_id)
    return AwardOutcome(entry.enrolment_id, Given.SAVED)


def _unfit(held: Held, entry: AwardEntry) -> tuple[str, str | None]:
    """Return the field and the sentence that say why an entry cannot be taken; no sentence when it can."""
    row = held.students.get(entry.enrolment_id)
    if row is None:
        return "enrolment_id", _("This student is not on the roster.")
    who = {"student": row.full_name}
    if row.status is EnrolmentStatus.WITHDRAWN:
        return "kind", _("%(student)s has withdrawn; the record shows W.", **who)
    if entry.kind is AwardKind.GRADE:
        scheme = held.schemes[entry.enrolment_id]
        if scheme.named(entry.letter) is None:
            letters = ", ".join(band.letter for band in scheme.bands)
            return "letter", _("%(student)s: choose one of %(letters)s.", **who, letters=letters)
    elif entry.letter:
        return "letter", _("%(student)s: only a grade has a letter.", **who)
    if entry.reason:
        return "", None
    if entry.kind is AwardKind.GRADE:
        return "reason", _("%(student)s: say why the grade is awarded.", **who)
    if held.state is not ResultState.DRAFT:
        return "reason", _("%(student)s can see the result already. Say why it changes.", **who)
    return "", None


def _write(db: Session, held: Held, accepted: Sequence[AwardEntry]) -> dict[int, int]:
    """Write the accepted entries; return the new awards' numbers by enrolment."""
    superseded = [
        held.awards[one.enrolment_id].award_id
        for one in accepted
        if one.enrolment_id in held.awards
    ]
    for chunk in rollups.chunks(superseded):
        # The old award stops being current before the new one claims the place: the unique allows only one.
        db.execute(
            update(Award)
            .where(Award.id.in_(chunk))
            .values(current=None)
            .execution_options(synchronize_session=False)
        )
    db.execute(
        insert(Award),
        [
            {
                "enrolment_id": one.enrolment_id,
                "kind": one.kind,
                "letter": one.letter,
                "reason": one.reason,
                "supersedes_id": held.awards[one.enrolment_id].award_id
                if one.enrolment_id in held.awards
                else None,
            }
            for one in accepted
        ],
    )
    found: dict[int, int] = {}
    for chunk in rollups.chunks(one.enrolment_id for one in accepted):
        for row in db.execute(
            select(Award.enrolment_id, Award.id).where(
                Award.enrolment_id.in_(chunk), Award.current == 1
            )
        ):
            found[row.enrolment_id] = row.id
    return found


def history(db: Session, enrolment_id: int) -> Sequence[Any]:
    """Return every award of one enrolment, the newest first, with who gave it. The caller has asked the policy."""
    return db.execute(
        select(
            Award.id,
            Award.kind,
            Award.letter,
            Award.reason,
            Award.current,
            Award.created_at,
            User.full_name.label("given_by"),
        )
        .outerjoin(User, User.id == Award.created_by)
        .where(Award.enrolment_id == enrolment_id)
        .order_by(Award.id.desc())
    ).all()
