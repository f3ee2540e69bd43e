"""The what-if simulator over JSON."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.academics.forms.simulator import Guesses, NewScenario, ShareScenario, Simulate
from quad.academics.models.scenarios import Scenario
from quad.academics.service import scenarios
from quad.web.api import Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("academics_simulator_api", __name__, url_prefix="/api/v1", tag="Simulator")
SCENARIOS = "/students/me/scenarios"


class SimulatedCourseOut(Out):
    """`before` is what the record says now, `letter` what it would say."""

    enrolment_id: WireId | None
    title: str
    credits: Number
    before: str
    letter: str
    points: Number | None
    percentage: Number | None
    changed: bool


class SimulatedTermOut(Out):
    term_id: WireId | None
    name: str
    sgpa_before: Number | None
    sgpa: Number | None
    cgpa_before: Number | None
    cgpa: Number | None
    courses: list[SimulatedCourseOut]


class NeededOut(Out):
    """`mark` is the least that reaches the target; null when even the maximum only brings `best`."""

    component: str
    course: str
    maximum: Number
    mark: Number | None
    best: Number | None


class SimulationOut(Out):
    cgpa_before: Number | None
    cgpa: Number | None
    credits_before: Number
    credits: Number
    terms: list[SimulatedTermOut]
    needed: NeededOut | None


class ScenarioOut(Out):
    id: WireId
    name: str
    shared: bool
    guesses: Guesses


@operation(bp, "POST", "/students/me/simulate", body=Simulate, answers=SimulationOut, errors=(403,))
def simulate_me(body: Simulate) -> SimulationOut:
    """Suppose marks, grades and courses; `goal` asks for the mark that reaches an average. Changes nothing."""
    _basis, found, answer = scenarios.simulate_own(current_db(), current_actor(), body)
    return SimulationOut(
        cgpa_before=found.cgpa_before,
        cgpa=found.cgpa,
        credits_before=found.credits_before,
        credits=found.credits,
        terms=[SimulatedTermOut.model_validate(term) for term in found.terms],
        needed=NeededOut.model_validate(answer) if answer else None,
    )


def _out(row: Scenario) -> ScenarioOut:
    return ScenarioOut(id=row.id, name=row.name, shared=row.shared, guesses=scenarios.read(row))


@operation(bp, "GET", SCENARIOS, answers=list[ScenarioOut], errors=(403,))
def scenarios_list() -> list[ScenarioOut]:
    db, actor = current_db(), current_actor()
    scenarios.own_basis(db, actor)
    return [_out(row) for row in scenarios.kept(db, actor)]


@operation(
    bp,
    "POST",
    SCENARIOS,
    body=NewScenario,
    answers=ScenarioOut,
    status=201,
    message="Scenario kept",
    errors=(403, 409),
)
def scenarios_keep(body: NewScenario) -> ScenarioOut:
    """The same name again replaces the scenario."""
    return _out(scenarios.keep(current_db(), current_actor(), body))


@operation(
    bp,
    "PUT",
    f"{SCENARIOS}/<int:scenario_id>/share",
    body=ShareScenario,
    answers=ScenarioOut,
    message="Sharing changed",
    errors=(403,),
)
def scenarios_share(scenario_id: int, body: ShareScenario) -> ScenarioOut:
    return _out(scenarios.share(current_db(), current_actor(), scenario_id, body))


@operation(
    bp, "DELETE", f"{SCENARIOS}/<int:scenario_id>", message="Scenario deleted", errors=(403,)
)
def scenarios_delete(scenario_id: int) -> None:
    scenarios.remove(current_db(), current_actor(), scenario_id)
