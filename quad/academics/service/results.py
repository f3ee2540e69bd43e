"""From draft to published to locked, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.base import MarksPublished, ResultsLocked, ResultsReopened
from quad.academics.forms.marks import Reopen
from quad.academics.models.people import Student
from quad.academics.models.results import Award, AwardKind, EnrolmentResult, Mark
from quad.academics.models.teaching import (
    Component,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.academics.policy import base as policy
from quad.academics.service import attendance_marks, rollups, weighing
from quad.academics.service.weighing import Sums
from quad.core import clock
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor


@dataclass(frozen=True)
class Readiness:
    """What stands between an offering and its results: what its components add up to, and how many are still open.

    `awarded` counts the results given by hand, for which components do not matter.
    """

    sums: Sums
    enrolled: int
    incomplete: int
    awarded: int = 0

    @property
    def components(self) -> int:
        """How many components there are."""
        return self.sums.components

    @property
    def weight(self) -> Decimal:
        """What the weights add up to."""
        return self.sums.weight

    @property
    def weights_fit(self) -> bool:
        """Tell whether results can be made of the components."""
        return not self.sums.problem


def readiness(db: Session, offering_id: int) -> Readiness:
    """Return how far an offering is from being published (three queries). The caller has asked the policy."""
    enrolled, complete, awarded = db.execute(
        select(func.count(Enrolment.id), func.count(EnrolmentResult.id), func.count(Award.id))
        .outerjoin(
            Award,
            (Award.enrolment_id == Enrolment.id)
            & (Award.current == 1)
            & (Award.kind != AwardKind.TAKEN_BACK),
        )
        .outerjoin(
            EnrolmentResult,
            (EnrolmentResult.enrolment_id == Enrolment.id) & EnrolmentResult.complete,
        )
        .join(Student, Student.id == Enrolment.student_id)
        .where(
            Enrolment.offering_id == offering_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Student.deleted_at.is_(None),
        )
    ).one()
    return Readiness(weighing.sums(db, offering_id), enrolled, enrolled - complete, awarded)


def publish_component(db: Session, actor: Actor, offering_id: int, component_id: int) -> Component:
    """Show the marks of one component to the students; the results stay a draft.

    Raises NotFound, Forbidden, Rejected when it has no marks or is published already.
    """
    policy.OFFERING_MANAGE.get(db, actor, offering_id, read=policy.OFFERING_READ, lock=True)
    component = db.scalar(
        select(Component).where(Component.id == component_id, Component.offering_id == offering_id)
    )
    if component is None:
        raise NotFound
    if component.published_at is not None:
        raise Rejected(_("“%(name)s” is published already.", name=component.name))
    marked = db.scalar(
        select(func.count()).where(Mark.component_id == component_id, Mark.current == 1)
    )
    if not marked:
        raise Rejected(_("“%(name)s” has no marks yet. Enter them first.", name=component.name))
    component.published_at = clock.now()
    _tell(db, actor, offering_id, [component.id], final=False)
    return component


def publish(db: Session, actor: Actor, offering_id: int) -> Offering:
    """Publish the results of an offering: students see all marks, and averages count them.

    Components with a rule for attendance are filled first. Students with marks missing stay open and do not count.
    Raises NotFound, Forbidden, Rejected when no results can be made of the components (unless everybody's result was
    awarded), nobody has one, or they are not a draft.
    """
    offering = policy.OFFERING_MANAGE.get(
        db, actor, offering_id, read=policy.OFFERING_READ, lock=True
    )
    if offering.state is not ResultState.DRAFT:
        raise Rejected(_("These results are published already."))
    attendance_marks.fill_all(db, actor, offering_id)
    ready = readiness(db, offering_id)
    if not ready.enrolled:
        raise Rejected(_("Nobody is enrolled yet. Enrol students first."))
    if ready.incomplete and not ready.components:
        raise Rejected(_("There is nothing to publish yet. Add components and enter marks first."))
    if ready.awarded < ready.enrolled and not ready.weights_fit:
        raise Rejected(
            _("%(problem)s Correct the components, then publish.", problem=ready.sums.problem)
        )
    if ready.incomplete == ready.enrolled:
        raise Rejected(_("Nobody has all marks yet. Enter them first."))
    offering.state = ResultState.PUBLISHED
    offering.published_at = clock.now()
    waiting = db.scalars(
        select(Component.id).where(
            Component.offering_id == offering_id, Component.published_at.is_(None)
        )
    ).all()
    db.execute(update(Component).where(Component.id.in_(waiting)).values(published_at=clock.now()))
    _refresh_all(db, offering_id)
    _tell(db, actor, offering_id, waiting, final=True)
    return offering


def lock(db: Session, actor: Actor, offering_id: int) -> Offering:
    """Lock published results: no mark changes until they are reopened. Raises Rejected unless they are published."""
    offering = policy.RESULTS_LOCK.get(db, actor, offering_id, read=policy.OFFERING_READ, lock=True)
    if offering.state is not ResultState.PUBLISHED:
        raise Rejected(_("Only published results can be locked."))
    offering.state = ResultState.LOCKED
    emit(db, ResultsLocked(actor_id=actor.id, offering_id=offering_id))
    return offering


def reopen(db: Session, actor: Actor, offering_id: int, form: Reopen) -> Offering:
    """Open results for changes again, with a reason. Locked ones become published, published ones a draft.

    A draft does not count in averages until it is published again. Raises Rejected for a draft.
    """
    offering = policy.RESULTS_LOCK.get(db, actor, offering_id, read=policy.OFFERING_READ, lock=True)
    if offering.state is ResultState.DRAFT:
        raise Rejected(_("These results are open already."))
    locked = offering.state is ResultState.LOCKED
    offering.state = ResultState.PUBLISHED if locked else ResultState.DRAFT
    if not locked:
        offering.published_at = None
    if not locked:
        _refresh_all(db, offering_id)
    emit(db, ResultsReopened(actor_id=actor.id, offering_id=offering_id, reason=form.reason))
    return offering


def _refresh_all(db: Session, offering_id: int) -> None:
    db.flush()
    enrolments = db.scalars(select(Enrolment.id).where(Enrolment.offering_id == offering_id)).all()
    rollups.lock_enrolments(db, enrolments)
    rollups.refresh(db, enrolments)


def _tell(
    db: Session, actor: Actor, offering_id: int, component_ids: Sequence[int], *, final: bool
) -> None:
    users = db.scalars(
        select(Student.user_id)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(
            Enrolment.offering_id == offering_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Student.deleted_at.is_(None),
        )
        .order_by(Student.user_id)
    ).all()
    emit(
        db,
        MarksPublished(
            actor_id=actor.id,
            offering_id=offering_id,
            component_ids=tuple(component_ids),
            user_ids=tuple(users),
            final=final,
        ),
    )
