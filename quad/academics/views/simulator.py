"""The what-if simulator: suppose marks, grades and courses, and see what becomes of the averages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from quad.academics.forms.marks import read_cell, written
from quad.academics.forms.simulator import (
    Average,
    Guesses,
    NewScenario,
    ShareScenario,
    Simulate,
)
from quad.academics.service import scenarios, simulator
from quad.academics.service.scenarios import Basis
from quad.academics.service.simulator import Needed, Simulation
from quad.academics.views.blueprint import bp
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.i18n import gettext as _
from quad.identity.service.areas import area
from quad.web.kit import bind, by_htmx, current_actor, current_db, done, page

area("/simulator", "student", "student", "alumnus")

FUTURE_ROWS = 6


@dataclass
class Typed:
    """What stands in the simulator's form, and what of it could not be read."""

    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@bp.route("/simulator", methods=["GET", "POST"])
def simulate() -> ResponseReturnValue:
    """The form and its answer; with JavaScript the answer follows every keystroke."""
    db, actor = current_db(), current_actor()
    basis = scenarios.own_basis(db, actor)
    typed = Typed(_opened() if request.method == "GET" else request.form.to_dict())
    asked = _asked(basis, typed)
    found, answer = _answer(basis, asked, typed)
    if by_htmx():
        return page(
            "academics/simulator_result.html", found=found, answer=answer, typed=typed, basis=basis
        )
    return page(
        "academics/simulator.html",
        basis=basis,
        record=basis.record,
        typed=typed,
        found=found,
        answer=answer,
        kept=scenarios.kept(db, actor),
        letters=[band.letter for band in basis.scheme.bands],
        future_rows=range(1, FUTURE_ROWS + 1),
        averages=[(Average.CGPA.value, _("CGPA")), (Average.SGPA.value, _("SGPA of its term"))],
    )


def _answer(basis: Basis, asked: Simulate, typed: Typed) -> tuple[Simulation, Needed | None]:
    guesses = simulator.without_goal(asked)
    try:
        found = simulator.simulate(basis.record, basis.scheme, guesses)
    except Invalid as error:
        typed.problems += error.fields.values()
        return simulator.simulate(basis.record, basis.scheme, Guesses()), None
    if asked.goal is None:
        return found, None
    try:
        return found, simulator.needed(basis.record, basis.scheme, guesses, asked.goal)
    except Invalid as error:
        typed.problems += error.fields.values()
        return found, None


def _opened() -> dict[str, str]:
    """Return the fields of the kept scenario that the address names; none without one."""
    wanted = request.args.get("scenario", "")
    if not wanted:
        return {}
    if not wanted.isascii() or not wanted.isdigit():
        raise NotFound
    db, actor = current_db(), current_actor()
    row = next((one for one in scenarios.kept(db, actor) if one.id == int(wanted)), None)
    if row is None:
        raise NotFound
    return _fields(scenarios.read(row)) | {"name": row.name}


def _fields(guesses: Guesses) -> dict[str, str]:
    values = {
        f"m-{one.enrolment_id}-{one.component_id}": written(one.value, one.absent)
        for one in guesses.marks
    }
    values |= {f"l-{one.enrolment_id}": one.letter for one in guesses.letters}
    for number, course in enumerate(guesses.courses, 1):
        values |= {
            f"c-title-{number}": course.title,
            f"c-credits-{number}": f"{course.credits.normalize():f}",
            f"c-letter-{number}": course.letter,
            f"c-term-{number}": str(course.term),
        }
    return values


def _asked(basis: Basis, typed: Typed) -> Simulate:
    """Read the form, part by part, so that one slip leaves the rest standing."""
    raw: dict[str, Any] = {
        "marks": list(_marks(basis, typed)),
        "letters": [
            {"enrolment_id": course.enrolment_id, "letter": letter}
            for term in basis.record.terms
            for course in term.courses
            if (letter := typed[f"l-{course.enrolment_id}"].strip())
        ],
        "courses": list(_courses(typed)),
    }
    enrolment, _dash, component = typed["goal-cell"].partition("-")
    if typed["goal-target"].strip() and component:
        raw["goal"] = {
            "enrolment_id": enrolment,
            "component_id": component,
            "target": typed["goal-target"].strip().replace(",", "."),
            "average": typed["goal-average"] or Average.CGPA.value,
        }
    try:
        return Simulate.model_validate(raw, strict=False)
    except ValidationError as error:
        wrong = {str(item["loc"][0]) for item in error.errors()}
        typed.problems += [text for name, text in _sentences().items() if name in wrong]
        kept = {name: part for name, part in raw.items() if name not in wrong}
        return Simulate.model_validate(kept, strict=False)


def _sentences() -> Mapping[str, str]:
    return {
        "marks": _("A mark could not be read."),
        "letters": _("A grade could not be read."),
        "courses": _("A course to come needs a title, its credits and a grade."),
        "goal": _("The target is a number from 0 to 100 with at most 2 decimals."),
    }


def _marks(basis: Basis, typed: Typed) -> Any:
    for term in basis.record.terms:
        for course in term.courses:
            for part in course.components:
                text = typed[f"m-{course.enrolment_id}-{part.component_id}"].strip()
                if not text:
                    continue
                try:
                    value, absent = read_cell(text)
                except ValueError as error:
                    typed.problems.append(f"{course.title}, {part.name}: {error}")
                    continue
                yield {
                    "enrolment_id": course.enrolment_id,
                    "component_id": part.component_id,
                    "value": value,
                    "absent": absent,
                }


def _courses(typed: Typed) -> Any:
    for number in range(1, FUTURE_ROWS + 1):
        title, credits, letter, term = (
            typed[f"c-{name}-{number}"].strip() for name in ("title", "credits", "letter", "term")
        )
        if title or credits:
            yield {
                "title": title or _("Course %(number)s", number=number),
                "credits": credits.replace(",", "."),
                "letter": letter,
                "term": term or 1,
            }


@bp.post("/simulator/scenarios")
def keep_scenario() -> ResponseReturnValue:
    """Keep what stands in the form under a name."""
    db, actor = current_db(), current_actor()
    basis = scenarios.own_basis(db, actor)
    typed = Typed(request.form.to_dict())
    asked = _asked(basis, typed)
    name = typed["name"].strip()
    if typed.problems or not name or len(name) > 80:
        raise Rejected(
            " ".join(typed.problems) or _("Give the scenario a name of at most 80 characters.")
        )
    row = scenarios.keep(db, actor, NewScenario(name=name, guesses=simulator.without_goal(asked)))
    return done(
        _("Kept as “%(name)s”.", name=row.name), url_for("academics.simulate", scenario=row.id)
    )


@bp.get("/simulator/compare")
def compare_scenarios() -> ResponseReturnValue:
    """All kept scenarios beside the record."""
    db, actor = current_db(), current_actor()
    basis = scenarios.own_basis(db, actor)
    return page(
        "academics/simulator_compare.html",
        record=basis.record,
        compared=scenarios.compared(basis, scenarios.kept(db, actor)),
    )


@bp.post("/simulator/scenarios/<int:scenario_id>/share")
def share_scenario(scenario_id: int) -> ResponseReturnValue:
    """Let mentors see a scenario, or no longer."""
    form = bind(ShareScenario)
    if form.data is None:
        raise Rejected(_("Say whether it is shared."))
    row = scenarios.share(current_db(), current_actor(), scenario_id, form.data)
    told = _("Your mentors can see it.") if row.shared else _("Only you can see it.")
    return done(told, url_for("academics.compare_scenarios"))


@bp.post("/simulator/scenarios/<int:scenario_id>/delete")
def delete_scenario(scenario_id: int) -> ResponseReturnValue:
    """Forget a scenario."""
    scenarios.remove(current_db(), current_actor(), scenario_id)
    return done(_("Deleted."), url_for("academics.compare_scenarios"))


@bp.get("/scenarios/<int:scenario_id>")
def shared_scenario(scenario_id: int) -> ResponseReturnValue:
    """A scenario that a student shared, as it comes out on the record of today."""
    row, basis = scenarios.basis_of(current_db(), current_actor(), scenario_id)
    (found,) = scenarios.compared(basis, [row])
    return page("academics/scenario.html", scenario=row, record=basis.record, compared=found)
