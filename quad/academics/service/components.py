"""The assessments of an offering: what there is, in which order, and how it counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from quad.academics.facts.base import (
    ComponentAdded,
    ComponentChanged,
    ComponentRemoved,
    ComponentsCopied,
    ComponentsOrdered,
    WeightingChanged,
)
from quad.academics.forms.teaching import (
    CopyComponents,
    EditComponent,
    NewComponent,
    OrderComponents,
    Weigh,
)
from quad.academics.models.results import Mark
from quad.academics.models.teaching import (
    Component,
    ComponentKind,
    Course,
    Enrolment,
    Offering,
    ResultState,
    Weighting,
)
from quad.academics.policy import base as policy
from quad.academics.service import rollups
from quad.core.errors import EditedMeanwhile, Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.core.policy import Actor
from quad.institution.models import Term

MOST = 60
SOURCES = 12


def add(db: Session, actor: Actor, offering_id: int, form: NewComponent) -> Component:
    """Add a component at the end. Raises NotFound, Forbidden, Rejected when the results are out, Invalid."""
    _open_offering(db, actor, offering_id)
    count, last = _places(db, offering_id)
    _refuse_too_many(count + 1)
    component = Component(offering_id=offering_id, position=last + 1)
    _fill(component, form)
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
    _fill(component, form)
    db.flush()
    _refresh(db, offering_id)
    emit(
        db,
        ComponentChanged(actor_id=actor.id, offering_id=offering_id, component_id=component_id),
    )
    return component


def _fill(component: Component, form: NewComponent) -> None:
    component.name = form.name
    component.name_key = form.name
    component.kind = form.kind
    # A word of one's own names a kind that is none of the usual ones.
    component.kind_name = form.kind_name if form.kind is ComponentKind.OTHER else ""
    component.maximum = form.maximum
    component.weight = form.weight
    component.due_on = form.due_on


def remove(db: Session, actor: Actor, offering_id: int, component_id: int) -> None:
    """Remove a component that has no marks. Raises NotFound, Forbidden, Rejected."""
    offering = _open_offering(db, actor, offering_id)
    component = get(db, offering_id, component_id)
    if db.scalar(select(Mark.id).where(Mark.component_id == component_id).limit(1)) is not None:
        raise Rejected(
            _("“%(name)s” has marks, so it stays.", name=component.name)
            if offering.weighting is Weighting.POINTS
            else _(
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


def weigh(db: Session, actor: Actor, offering_id: int, form: Weigh) -> Offering:
    """Say how the components of an offering make its result. Raises NotFound, Forbidden, Rejected, EditedMeanwhile."""
    offering = _open_offering(db, actor, offering_id)
    if form.version is not None and form.version != offering.version:
        raise EditedMeanwhile
    if (offering.weighting, offering.exam_share) == (form.weighting, form.exam_share):
        return offering
    offering.weighting = form.weighting
    offering.exam_share = form.exam_share
    db.flush()
    _refresh(db, offering_id)
    emit(db, WeightingChanged(actor_id=actor.id, offering_id=offering_id))
    return offering


def order(db: Session, actor: Actor, offering_id: int, form: OrderComponents) -> None:
    """Put the components into the order given. The order decides nothing but how they are shown, at any time.

    Raises NotFound, Forbidden, Rejected when the results are locked, Invalid unless each component is named once.
    """
    _unlocked_offering(db, actor, offering_id)
    parts = _in_order(db, offering_id)
    if sorted(form.component_ids) != sorted(part.id for part in parts):
        raise Invalid({"component_ids": _("Name every component of the offering once.")})
    _place(db, actor, offering_id, parts, list(form.component_ids))


def move(db: Session, actor: Actor, offering_id: int, component_id: int, by: int) -> Component:
    """Move a component by so many places (-1 is one up); at the end of the list it stays. Raises as `order`."""
    _unlocked_offering(db, actor, offering_id)
    parts = _in_order(db, offering_id)
    ids = [part.id for part in parts]
    if component_id not in ids:
        raise NotFound
    at = ids.index(component_id)
    ids.insert(min(max(at + by, 0), len(ids) - 1), ids.pop(at))
    _place(db, actor, offering_id, parts, ids)
    return parts[at]


def _place(
    db: Session, actor: Actor, offering_id: int, parts: Sequence[Component], ids: list[int]
) -> None:
    if [part.id for part in parts] == ids:
        return
    for part in parts:
        part.position = ids.index(part.id)
    db.flush()
    emit(
        db,
        ComponentsOrdered(actor_id=actor.id, offering_id=offering_id, component_ids=tuple(ids)),
    )


def sources(db: Session, offering_id: int) -> Sequence[Any]:
    """Return offerings whose components may be taken over: number, course, section, term, how many components.

    These are the offerings of the same course, whoever taught them, the latest term first. The caller has asked the
    policy for the offering itself.
    """
    own = select(Offering.course_id).where(Offering.id == offering_id).scalar_subquery()
    counted = (
        select(Component.offering_id, func.count().label("components"))
        .group_by(Component.offering_id)
        .subquery()
    )
    return db.execute(
        select(
            Offering.id,
            Course.code,
            Course.title,
            Offering.section,
            Term.name.label("term"),
            counted.c.components,
        )
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .join(counted, counted.c.offering_id == Offering.id)
        .where(Offering.course_id == own, Offering.id != offering_id)
        .order_by(Term.starts_on.desc(), Offering.section, Offering.id)
        .limit(SOURCES)
    ).all()


def copy(db: Session, actor: Actor, offering_id: int, form: CopyComponents) -> int:
    """Take over the components of another offering, and how they count; return how many came.

    Names that are here already are left out, and what counts changes only while there is nothing here. Due days stay
    behind: they are another term's. The other offering is of the same course, or one that the actor may see. Raises
    NotFound, Forbidden, Rejected when the results are out or nothing is left to take over.
    """
    offering = _open_offering(db, actor, offering_id)
    source = _source(db, actor, offering, form.offering_id)
    here = {part.name_key for part in _in_order(db, offering_id)}
    wanted = [part for part in _in_order(db, source.id) if part.name_key not in here]
    if not wanted:
        raise Rejected(_("There is nothing to take over: every component is here already."))
    count, last = _places(db, offering_id)
    _refuse_too_many(count + len(wanted))
    rows = [
        {
            "offering_id": offering_id,
            "position": last + place,
            "name": part.name,
            "name_key": part.name,
            "kind": part.kind,
            "kind_name": part.kind_name,
            "maximum": part.maximum,
            "weight": part.weight,
        }
        for place, part in enumerate(wanted, start=1)
    ]
    db.execute(insert(Component), rows)
    if not here:
        offering.weighting = source.weighting
        offering.exam_share = source.exam_share
    db.flush()
    _refresh(db, offering_id)
    names = [row["name"] for row in rows]
    added = tuple(part.id for part in _in_order(db, offering_id) if part.name in names)
    emit(
        db,
        ComponentsCopied(
            actor_id=actor.id,
            offering_id=offering_id,
            source_id=source.id,
            component_ids=added,
        ),
    )
    return len(rows)


def _source(db: Session, actor: Actor, offering: Offering, source_id: int) -> Offering:
    readable = policy.OFFERING_READ.where(actor) | (Offering.course_id == offering.course_id)
    found = db.scalar(select(Offering).where(Offering.id == source_id, readable))
    if found is None:
        raise NotFound(_("There is no such offering, or you may not see it."))
    return found


def _places(db: Session, offering_id: int) -> tuple[int, int]:
    count, last = db.execute(
        select(func.count(), func.coalesce(func.max(Component.position), -1)).where(
            Component.offering_id == offering_id
        )
    ).one()
    return count, last


def _refuse_too_many(count: int) -> None:
    if count > MOST:
        raise Rejected(_("An offering has at most %(n)s components.", n=MOST))


def _in_order(db: Session, offering_id: int) -> Sequence[Component]:
    return db.scalars(
        select(Component)
        .where(Component.offering_id == offering_id)
        .order_by(Component.position, Component.id)
    ).all()


def _unlocked_offering(db: Session, actor: Actor, offering_id: int) -> Offering:
    offering = policy.OFFERING_MANAGE.get(
        db, actor, offering_id, read=policy.OFFERING_READ, lock=True
    )
    if offering.state is ResultState.LOCKED:
        raise Rejected(_("The results are locked. Reopen them before changing components."))
    return offering


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
