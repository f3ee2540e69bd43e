"""Trying things out, and keeping what was tried. Records are only read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics.facts.base import ScenarioKept, ScenarioRemoved, ScenarioShared
from quad.academics.forms.simulator import Guesses, NewScenario, ShareScenario, Simulate
from quad.academics.grading import Scheme
from quad.academics.models.scenarios import Scenario
from quad.academics.policy import base as policy
from quad.academics.service import graded, records, simulator
from quad.academics.service.record_parts import StudentRecord
from quad.academics.service.simulator import Needed, Simulation
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor

MOST_KEPT = 30


@dataclass(frozen=True)
class Basis:
    """What a simulation starts from: the record as its student sees it, and the scheme it is read by."""

    record: StudentRecord
    scheme: Scheme


@dataclass(frozen=True)
class Compared:
    """One scenario beside others."""

    scenario: Scenario
    simulation: Simulation | None
    problem: str


def own_basis(db: Session, actor: Actor) -> Basis:
    """Return what the actor's own simulations start from. Raises SignedOut, Forbidden, NotFound."""
    record = records.own_record(db, actor)
    return Basis(record, graded.scheme_of(db, record.id))


def simulate_own(
    db: Session, actor: Actor, asked: Simulate
) -> tuple[Basis, Simulation, Needed | None]:
    """Answer one question about the actor's own record. Raises Invalid with a sentence, and as `own_basis`."""
    basis = own_basis(db, actor)
    guesses = simulator.without_goal(asked)
    found = simulator.simulate(basis.record, basis.scheme, guesses)
    answer = (
        simulator.needed(basis.record, basis.scheme, guesses, asked.goal) if asked.goal else None
    )
    return basis, found, answer


def kept(db: Session, actor: Actor) -> Sequence[Scenario]:
    """Return the actor's own scenarios by name."""
    return db.scalars(
        select(Scenario).where(policy.SCENARIO_KEEP.where(actor)).order_by(Scenario.name_key)
    ).all()


def shared_of(db: Session, actor: Actor, student_id: int) -> Sequence[Scenario]:
    """Return the scenarios of one student the actor may see."""
    mine = policy.SCENARIO_READ.where(actor)
    return db.scalars(
        select(Scenario)
        .where(mine, Scenario.student_id == student_id, Scenario.shared)
        .order_by(Scenario.name_key)
    ).all()


def keep(db: Session, actor: Actor, form: NewScenario) -> Scenario:
    """Keep a scenario under a name; the same name again replaces it.

    Raises Invalid when the guesses do not fit the record, Rejected when there are too many, and as `own_basis`.
    """
    basis = own_basis(db, actor)
    simulator.check(basis.record, basis.scheme, form.guesses)
    guesses = form.guesses.model_dump(mode="json")
    mine = Scenario.student_id == basis.record.id
    row = db.scalars(select(Scenario).where(mine, Scenario.name_key == form.name)).first()
    if row is None:
        count = db.scalar(select(func.count()).select_from(Scenario).where(mine)) or 0
        if count >= MOST_KEPT:
            raise Rejected(_("You keep %(n)s scenarios already. Delete one first.", n=MOST_KEPT))
        row = Scenario(
            student_id=basis.record.id, name=form.name, name_key=form.name, guesses=guesses
        )
        db.add(row)
    else:
        row.guesses = guesses
    db.flush()
    emit(db, ScenarioKept(actor_id=actor.id, scenario_id=row.id, student_id=row.student_id))
    return row


def share(db: Session, actor: Actor, scenario_id: int, form: ShareScenario) -> Scenario:
    """Show a scenario to those who may see the student's record, or no longer. Raises NotFound."""
    row = policy.SCENARIO_KEEP.get(db, actor, scenario_id)
    row.shared = form.shared
    emit(
        db,
        ScenarioShared(
            actor_id=actor.id,
            scenario_id=row.id,
            student_id=row.student_id,
            shared=form.shared,
        ),
    )
    return row


def remove(db: Session, actor: Actor, scenario_id: int) -> None:
    """Forget a scenario. Raises NotFound."""
    row = policy.SCENARIO_KEEP.get(db, actor, scenario_id)
    db.delete(row)
    emit(db, ScenarioRemoved(actor_id=actor.id, scenario_id=row.id, student_id=row.student_id))


def read(scenario: Scenario) -> Guesses:
    """Return what a scenario supposes."""
    return Guesses.model_validate(scenario.guesses, strict=False)


def compared(basis: Basis, scenarios: Sequence[Scenario]) -> list[Compared]:
    """Simulate several scenarios on the record as it is today; one that no longer fits says why."""
    return [_compared(basis, one) for one in scenarios]


def _compared(basis: Basis, scenario: Scenario) -> Compared:
    try:
        found = simulator.simulate(basis.record, basis.scheme, read(scenario))
    except Invalid as error:
        return Compared(scenario, None, next(iter(error.fields.values()), str(error)))
    return Compared(scenario, found, "")


def basis_of(db: Session, actor: Actor, scenario_id: int) -> tuple[Scenario, Basis]:
    """Return a scenario the actor may see, with the record it stands on as its student sees it. Raises NotFound."""
    row = policy.SCENARIO_READ.get(db, actor, scenario_id)
    record = records.record_as_student(db, actor, row.student_id)
    return row, Basis(record, graded.scheme_of(db, row.student_id))
