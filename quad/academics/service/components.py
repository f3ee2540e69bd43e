"""The assessments of an offering."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics import policy
from quad.academics.facts import ComponentAdded, ComponentChanged, ComponentRemoved
from quad.academics.forms import EditComponent, NewComponent
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Component, Enrolment, Offering, ResultState
from quad.academics.service import rollups
from quad.core.errors import EditedMeanwhile, Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.core.policy import Actor

MOST = 60


def add(db: Session, actor: Actor, offering_id: int, form: NewComponent) -> Component:
    """Add a component at the end. Raises NotFound, Forbidden, Rejected when the results are out, Invalid."""
    _open_offering(db, actor, offering_id)
    count, last = db.execute(
        select(func.count(), func.coalesce(func.max(Component.position), -1)).where(
            Component.offering_id == offering_id
        )
    ).one()
    if count >= MOST:
        raise Rejected(_("An offering has at most %(n)s components.", n=MOST))
    component = Component(
        offering_id=offering_id,
        name=form.name,
        name_key=form.name,
        kind=form.kind,
        maximum=form.maximum,
        weight=form.weight,
        position=last + 1,
    )
    db.add(component)
    db.flush()
    _refresh(db, offering_id)
    emit(
        db,
        ComponentAdded(actor_id=actor.id, offering_id=offering_id, component_id=component.id),
    )
    return component


def edit(
    db: Session, actor: Actor, offering_id: int, component_id: int, form: EditComponent
) -> Component:
    """Change a component. Raises NotFound, Forbidden, Rejected, EditedMeanwhile.

    Raises Invalid when a mark stands above the new maximum.
    """
    _open_offering(db, actor, offering_id)
    component = get(db, offering_id, component_id)
    if form.version is not None and form.version != component.version:
        raise EditedMeanwhile
    highest = db.scalar(
        select(func.max(Mark.value)).where(Mark.component_id == component_id, Mark.current == 1)
    )
    if highest is not None and highest > form.maximum:
        raise Invalid(
            {
                "maximum": _(
                    "There is a mark of %(mark)s already. Correct it first, or use a higher maximum.",
                    mark=number(highest),
                )
            }
        )
    component.name = form.name
    component.name_key = form.name
    component.kind = form.kind
    component.maximum = form.maximum
    component.weight = form.weight
    db.flush()
    _refresh(db, offering_id)
    emit(
        db,
        ComponentChanged(actor_id=actor.id, offering_id=offering_id, component_id=component_id),
    )
    return component


def remove(db: Session, actor: Actor, offering_id: int, component_id: int) -> None:
    """Remove a component that has no marks. Raises NotFound, Forbidden, Rejected."""
    _open_offering(db, actor, offering_id)
    component = get(db, offering_id, component_id)
    if db.scalar(select(Mark.id).where(Mark.component_id == component_id).limit(1)) is not None:
        raise Rejected(
            _(
                "“%(name)s” has marks. Give it the weight 0 instead, then it decides nothing.",
                name=component.name,
            )
        )
    db.delete(component)
    db.flush()
    _refresh(db, offering_id)
    emit(
        db,
        ComponentRemoved(actor_id=actor.id, offering_id=offering_id, component_id=component_id),
    )


def _open_offering(db: Session, actor: Actor, offering_id: int) -> Offering:
    offering = policy.OFFERING_MANAGE.get(
        db, actor, offering_id, read=policy.OFFERING_READ, lock=True
    )
    if offering.state is not ResultState.DRAFT:
        raise Rejected(_("The results are published. Reopen them before changing components."))
    return offering


def get(db: Session, offering_id: int, component_id: int) -> Component:
    """Return a component of this offering; the caller has asked the policy. Raises NotFound."""
    component = db.scalar(
        select(Component).where(Component.id == component_id, Component.offering_id == offering_id)
    )
    if component is None:
        raise NotFound
    return component


def _refresh(db: Session, offering_id: int) -> None:
    ids = db.scalars(select(Enrolment.id).where(Enrolment.offering_id == offering_id)).all()
    rollups.lock_enrolments(db, ids)
    rollups.refresh(db, ids)
