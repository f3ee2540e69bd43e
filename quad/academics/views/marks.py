"""The marks sheet: every cell is taken or refused on its own, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from quad.academics.forms.common import MOST_AT_ONCE
from quad.academics.forms.marks import (
    CorrectMark,
    MarkEntry,
    MarksBatch,
    read_cell,
    written,
)
from quad.academics.lists.teaching import STATES
from quad.academics.models.teaching import ResultState
from quad.academics.policy import base as policy
from quad.academics.service import components, marks, news, sheets
from quad.academics.service.judging import Saved
from quad.academics.service.sheets import Sheet
from quad.academics.views import sheet_words
from quad.academics.views.blueprint import bp
from quad.core.errors import Invalid, QuadError, Rejected
from quad.core.facts import attempt
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext, number
from quad.web.kit import bind, current_actor, current_db, done, page, refusals

LONGEST_REASON = 300
Cell = tuple[int, int]


@dataclass
class Typed:
    """What was posted: the text of every cell, the cells that differ from what was shown, and what is wrong."""

    texts: dict[Cell, str] = field(default_factory=dict)
    wrong: dict[Cell, str] = field(default_factory=dict)
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
            typed.wrong |= {outcome.cell: outcome.error for outcome in outcomes if outcome.error}
    told = ngettext("%(num)s mark saved.", "%(num)s marks saved.", saved)
    if not problem and not typed.wrong:
        return done(told, url_for("academics.marks_sheet", offering_id=offering_id))
    after = sheets.sheet(db, actor, offering_id) if saved else before
    return _draw(after, typed, problem=problem, told=told if saved else "", status=422)


def _read(sheet: Sheet) -> Typed:
    """Read the cells of the sheet that were changed; what cannot be read is named."""
    opened = _opened()
    names = {part.id: part.name for part in sheet.components}
    typed = Typed()
    people: dict[Cell, tuple[str, str, int]] = {}
    for row in sheet.rows:
        for component_id, component in names.items():
            text = request.form.get(f"mark-{row.enrolment_id}-{component_id}")
            if text is None or text.strip() == row.values.get(component_id, ""):
                continue
            if "\0" in text:
                raise QuadError
            cell = (row.enrolment_id, component_id)
            typed.texts[cell] = text.strip()[:40]
            people[cell] = (row.name, component, row.marks.get(component_id, 0))
    # Where a newer mark stands now, the person may have sent back only what was shown: that is no entry.
    newer = [cell for cell, (_name, _part, stands) in people.items() if stands > opened]
    shown = news.shown_at(current_db(), newer, opened)
    typed.texts = {
        cell: text
        for cell, text in typed.texts.items()
        if cell not in shown or text != shown[cell][1]
    }
    for cell, text in typed.texts.items():
        name, component, stands = people[cell]
        _take(typed, cell, text, shown[cell][0] if cell in shown else stands, name, component)
    if len(typed.entries) > MOST_AT_ONCE:
        raise Rejected(_("Save at most %(n)s marks at once.", n=number(MOST_AT_ONCE)))
    return typed


def _take(typed: Typed, cell: Cell, text: str, seen: int, name: str, component: str) -> None:
    try:
        value, absent = read_cell(text)
        entry = MarkEntry(
            enrolment_id=cell[0], component_id=cell[1], value=value, absent=absent, seen=seen
        )
    except ValueError as error:
        sentence = str(error) if not hasattr(error, "errors") else _("This is not a mark.")
        typed.wrong[cell] = _(
            "%(student)s, %(component)s: %(problem)s",
            student=name,
            component=component,
            problem=sentence,
        )
    else:
        typed.entries.append(entry)


def _opened() -> int:
    """Return the number of the last mark there was when the sheet was opened."""
    given = request.form.get("was", "")
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise QuadError(_("The sheet could not be read. Reload it and enter the marks again."))
    return int(given)


def _draw(
    sheet: Sheet, typed: Typed, *, problem: str = "", told: str = "", status: int = 200
) -> tuple[str, int]:
    sums = sheet.sums
    wrong = [
        {"href": f"#mark-{enrolment}-{component}", "sentence": sentence}
        for (enrolment, component), sentence in typed.wrong.items()
    ]
    return page(
        "academics/marks.html",
        status,
        head=sheet.head,
        sheet=sheet,
        sums=sums,
        columns=sheet_words.columns(sheet),
        rows=_rows(sheet, typed),
        averages={
            part.id: sheet_words.average(sheet.average(part.id)) for part in sheet.components
        },
        average_total=sheet_words.average(sheet.average_total),
        wrong=wrong,
        problem=problem,
        told=told,
        locked=sheet.head.state is ResultState.LOCKED,
        reason=request.form.get("reason", ""),
        published=any(part.published_at is not None for part in sheet.components),
        states=STATES,
        distribution=sheet.distribution,
        attributes=sheet_words.attributes(sheet, current_actor().own_id),
    )


def _rows(sheet: Sheet, typed: Typed) -> list[Mapping[str, Any]]:
    texts: dict[int, dict[int, str]] = {}
    wrong: dict[int, list[int]] = {}
    for (enrolment, component), text in typed.texts.items():
        texts.setdefault(enrolment, {})[component] = text
    for enrolment, component in typed.wrong:
        wrong.setdefault(enrolment, []).append(component)
    # One address is built by the application, the others differ in the number only.
    student = url_for("academics.student", student_id=0)[:-1]
    return [
        {
            "id": row.enrolment_id,
            "name": row.name,
            "sub": row.register_number,
            "href": f"{student}{row.student_id}",
            "values": row.values | texts[row.enrolment_id]
            if row.enrolment_id in texts
            else row.values,
            "marks": row.marks,
            "wrong": wrong.get(row.enrolment_id, ()),
            "fixed": row.corrected,
            "total": number(row.total, 1) if row.percentage is not None else None,
            "letter": row.letter if row.complete else "",
            "partial": not row.complete,
        }
        for row in sheet.enrolled
    ]


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
