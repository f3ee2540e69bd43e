"""The marks sheet: every cell is taken or refused on its own, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import request, url_for
from flask.typing import ResponseReturnValue

from quad.academics import policy
from quad.academics.forms import (
    BATCH_LARGEST,
    CorrectMark,
    MarkEntry,
    MarksBatch,
    read_cell,
    written,
)
from quad.academics.lists.teaching import STATES
from quad.academics.models.teaching import Component, ResultState
from quad.academics.service import components, marks, results, sheets
from quad.academics.service.marks import Saved
from quad.academics.service.sheets import Sheet, SheetRow
from quad.academics.views.blueprint import bp
from quad.core.errors import Invalid, QuadError, Rejected
from quad.core.facts import attempt
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext, number
from quad.web.kit import bind, current_actor, current_db, done, page, refusals

LONGEST_REASON = 300


@dataclass
class Typed:
    """What was posted: the text of every cell, the cells that differ from what was shown, and what is wrong."""

    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    wrong: dict[tuple[int, int], str] = field(default_factory=dict)
    entries: list[MarkEntry] = field(default_factory=list)


@bp.route("/offerings/<int:offering_id>/marks", methods=["GET", "POST"])
def marks_sheet(offering_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    if request.method == "GET":
        return _draw(sheets.sheet(db, actor, offering_id), Typed())
    before = sheets.sheet(db, actor, offering_id)
    typed = _read(before)
    saved, problem = 0, ""
    if typed.entries:
        try:
            with attempt(db):
                reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
                batch = MarksBatch(entries=typed.entries, reason=reason)
                outcomes = marks.enter(db, actor, offering_id, batch)
        except (Rejected, Invalid) as error:
            problem = str(error)
        else:
            saved = sum(outcome.status is Saved.SAVED for outcome in outcomes)
            typed.wrong |= {
                (outcome.enrolment_id, outcome.component_id): outcome.error
                for outcome in outcomes
                if outcome.error
            }
    told = ngettext("%(num)s mark saved.", "%(num)s marks saved.", saved)
    if not problem and not typed.wrong:
        return done(told, url_for("academics.marks_sheet", offering_id=offering_id))
    after = sheets.sheet(db, actor, offering_id) if saved else before
    return _draw(after, typed, problem=problem, told=told if saved else "", status=422)


def _read(sheet: Sheet) -> Typed:
    """Read the cells of the sheet that were changed; what cannot be read is named."""
    was = _was()
    names = {part.id: part.name for part in sheet.components}
    typed = Typed()
    for row in sheet.rows:
        for component_id, component in names.items():
            text = request.form.get(f"mark-{row.enrolment_id}-{component_id}")
            if text is None:
                continue
            cell = (row.enrolment_id, component_id)
            seen, shown = was.get(f"{row.enrolment_id}-{component_id}", (0, ""))
            if text.strip() == shown:
                continue
            typed.texts[cell] = text.strip()[:40]
            if "\0" in text:
                raise QuadError
            try:
                value, absent = read_cell(text)
                entry = MarkEntry(
                    enrolment_id=cell[0],
                    component_id=cell[1],
                    value=value,
                    absent=absent,
                    seen=seen,
                )
            except ValueError as error:
                sentence = str(error) if not hasattr(error, "errors") else _("This is not a mark.")
                typed.wrong[cell] = _(
                    "%(student)s, %(component)s: %(problem)s",
                    student=row.name,
                    component=component,
                    problem=sentence,
                )
            else:
                typed.entries.append(entry)
    if len(typed.entries) > BATCH_LARGEST:
        raise Rejected(_("Save at most %(n)s marks at once.", n=number(BATCH_LARGEST)))
    return typed


def _was() -> dict[str, tuple[int, str]]:
    """Return what the sheet showed when it was opened: mark number and text per cell."""
    try:
        given = orjson.loads(request.form.get("was", "{}"))
        return {str(cell): (max(int(seen), 0), str(text)) for cell, (seen, text) in given.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise QuadError(
            _("The sheet could not be read. Reload it and enter the marks again.")
        ) from error


def _draw(
    sheet: Sheet, typed: Typed, *, problem: str = "", told: str = "", status: int = 200
) -> tuple[str, int]:
    locked = sheet.head.state is ResultState.LOCKED
    was = {
        f"{row.enrolment_id}-{component_id}": (row.marks[component_id], text)
        for row in sheet.rows
        for component_id, text in row.values.items()
    }
    wrong = [
        {"href": f"#mark-{enrolment}-{component}", "sentence": sentence}
        for (enrolment, component), sentence in typed.wrong.items()
    ]
    return page(
        "academics/marks.html",
        status,
        head=sheet.head,
        sheet=sheet,
        columns=[_column(sheet, part) for part in sheet.components],
        rows=[_row(row, typed) for row in sheet.enrolled],
        averages={str(part.id): _average(sheet.average(part.id)) for part in sheet.components},
        average_total=_average(sheet.average_total),
        was=orjson.dumps(was).decode(),
        wrong=wrong,
        problem=problem,
        told=told,
        locked=locked,
        reason=request.form.get("reason", ""),
        published=any(part.published_at is not None for part in sheet.components),
        ready=results.Readiness(
            len(sheet.components),
            sheet.weight,
            len(sheet.enrolled),
            sum(not row.complete for row in sheet.enrolled),
        ),
        states=STATES,
        distribution=sheet.distribution,
    )


def _average(value: Any) -> str:
    return number(value, 1) if value is not None else ""


def _column(sheet: Sheet, part: Component) -> Mapping[str, Any]:
    state = "open" if sheet.missing(part.id) else "going"
    return {
        "key": str(part.id),
        "name": part.name,
        "short": part.name,
        "max": f"{part.maximum.normalize():f}",
        "weight": _("%(weight)s %%", weight=number(part.weight)),
        "state": "done" if part.published_at is not None else state,
    }


def _row(row: SheetRow, typed: Typed) -> Mapping[str, Any]:
    values: dict[str, str] = {str(key): text for key, text in row.values.items()}
    mine = {part: text for (of, part), text in typed.texts.items() if of == row.enrolment_id}
    wrong = [str(part) for (of, part) in typed.wrong if of == row.enrolment_id]
    values |= {str(part): text for part, text in mine.items()}
    return {
        "id": row.enrolment_id,
        "name": row.name,
        "sub": row.register_number,
        "href": url_for("academics.student", student_id=row.student_id),
        "values": values,
        "wrong": wrong,
        "fixed": [str(part) for part in row.corrected],
        "total": number(row.total, 1) if row.total is not None else None,
        "partial": not row.complete,
    }


@bp.route(
    "/enrolments/<int:enrolment_id>/components/<int:component_id>/mark", methods=["GET", "POST"]
)
def mark(enrolment_id: int, component_id: int) -> ResponseReturnValue:
    """One mark with everything that stood there before, and the form that corrects it."""
    db, actor = current_db(), current_actor()
    enrolment = policy.ENROLMENT_MANAGE.get(db, actor, enrolment_id, read=policy.ENROLMENT_READ)
    part = components.get(db, enrolment.offering_id, component_id)
    head = sheets.head(db, actor, enrolment.offering_id)
    form = bind(CorrectMark)
    if form.data is not None:
        with refusals(form):
            marks.correct(db, actor, enrolment_id, component_id, form.data)
        if not form.errors:
            return done(_("Corrected."), url_for("academics.marks_sheet", offering_id=head.id))
    entries = marks.history(db, actor, enrolment_id, component_id)
    return page(
        "academics/mark.html",
        form.status,
        head=head,
        part=part,
        student=sheets.person(db, enrolment.student_id),
        form=form,
        entries=entries,
        written=written,
    )
