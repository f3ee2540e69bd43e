"""Summaries over JSON."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.materials.forms import SummaryForm
from quad.materials.models.summary import Maker, SummaryState
from quad.materials.service.summary import changing, reading
from quad.web.api import Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("materials_summary_api", __name__, url_prefix="/api/v1", tag="Materials")
ONE = "/materials/<int:material_id>/summary"


class SummaryPoint(Out):
    """One sentence, and the page it stands on; null where there are no pages."""

    text: str
    page: int | None


class SummaryQuestion(Out):
    """A question to check oneself with."""

    question: str
    answer: str
    page: int | None


class MaterialSummaryOut(Out):
    """What a material says, in short. `maker` tells who wrote it: builtin and provider are machines.

    `state` none: there is nothing to summarise, `problem` says why. `done` of `total` tells how far a waiting one is.
    """

    material_id: WireId
    title: str
    state: SummaryState
    points: list[SummaryPoint]
    terms: list[str]
    questions: list[SummaryQuestion]
    maker: Maker
    model: str
    language: str
    pages: int | None
    words: int | None
    minutes: int
    problem: str
    hidden: bool
    made_at: Moment | None
    edited_at: Moment | None
    editor: str | None
    version: int
    done: int | None
    total: int | None


def _out(material_id: int) -> MaterialSummaryOut:
    found = reading.shown(current_db(), current_actor(), material_id)
    values = dict(found.row._mapping)
    values |= {
        "points": [vars(point) for point in found.points],
        "questions": [vars(one) for one in found.questions],
        "done": values["progress_done"] if found.waiting else None,
        "total": values["progress_total"] if found.waiting else None,
    }
    return MaterialSummaryOut.model_validate(values)


@operation(bp, "GET", ONE, answers=MaterialSummaryOut)
def summary_show(material_id: int) -> MaterialSummaryOut:
    """The summary of what a material shows now."""
    return _out(material_id)


@operation(bp, "PUT", ONE, body=SummaryForm, answers=MaterialSummaryOut, errors=(403, 409, 422))
def summary_change(material_id: int, body: SummaryForm) -> MaterialSummaryOut:
    """Write the summary in other words, one sentence a line."""
    changing.edit(current_db(), current_actor(), material_id, body)
    return _out(material_id)


@operation(bp, "POST", f"{ONE}/hide", answers=MaterialSummaryOut, errors=(403,))
def summary_hide(material_id: int) -> MaterialSummaryOut:
    """Let only those who teach see it."""
    changing.hide(current_db(), current_actor(), material_id, hidden=True)
    return _out(material_id)


@operation(bp, "POST", f"{ONE}/show", answers=MaterialSummaryOut, errors=(403,))
def summary_unhide(material_id: int) -> MaterialSummaryOut:
    """Let everybody see it again."""
    changing.hide(current_db(), current_actor(), material_id, hidden=False)
    return _out(material_id)


@operation(bp, "POST", f"{ONE}/again", answers=MaterialSummaryOut, status=202, errors=(403, 409))
def summary_again(material_id: int) -> MaterialSummaryOut:
    """Have it made anew by the worker."""
    changing.ask_again(current_db(), current_actor(), material_id)
    return _out(material_id)
