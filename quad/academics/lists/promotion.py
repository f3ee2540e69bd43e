"""The lists of promotion runs, of the students of a run, and of dues."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Select

from quad.academics.lists import choices
from quad.academics.models.cells import student_cell
from quad.academics.models.people import Student
from quad.academics.models.promotion import (
    Outcome,
    Promotion,
    PromotionLine,
    PromotionState,
    Skip,
)
from quad.academics.policy import promotion as policy
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext, number
from quad.core.listing.declaration import (
    Bulk,
    Cell,
    Column,
    Listing,
    SearchColumns,
)
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.institution.models import Batch, Term

STATES: dict[PromotionState, tuple[str, str]] = {
    PromotionState.PREVIEWED: ("warn", _l("Preview")),
    PromotionState.APPLYING: ("going", _l("Being applied")),
    PromotionState.APPLIED: ("done", _l("Applied")),
    PromotionState.UNDONE: ("stop", _l("Undone")),
    PromotionState.DISCARDED: ("stop", _l("Given up")),
}
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.PROMOTED: ("going", _l("Moves up")),
    Outcome.GRADUATED: ("done", _l("Graduates")),
    Outcome.HELD: ("warn", _l("Held back")),
    Outcome.SKIPPED: ("open", _l("Left out")),
}
SKIPS: dict[Skip, str] = {
    Skip.DONE: _l("moved for this term already"),
    Skip.ON_LEAVE: _l("on leave"),
    Skip.WITHDRAWN: _l("has withdrawn"),
    Skip.GRADUATED: _l("has graduated"),
}


def why(row: Any) -> list[str]:
    """Say what holds a student of a run back, or why they are left out; a few words each."""
    if row.skip is not None:
        return [str(SKIPS[row.skip])]
    found = []
    if row.has_backlogs:
        found.append(ngettext("%(num)s backlog", "%(num)s backlogs", row.backlogs))
    if row.short_of_credits:
        found.append(
            _(
                "%(earned)s of %(needed)s credits",
                earned=number(row.credits_earned),
                needed=number(row.credits_needed),
            )
        )
    if row.short_of_cgpa:
        cgpa = number(row.cgpa, 2) if row.cgpa is not None else "–"
        found.append(_("CGPA %(cgpa)s is too low", cgpa=cgpa))
    if row.has_dues:
        found.append(_("dues"))
    if row.has_open_results:
        found.append(ngettext("%(num)s result open", "%(num)s results open", row.open_results))
    return found


def _outcome(row: Any) -> Cell:
    state, label = OUTCOMES[row.outcome]
    return Cell(str(label), kind="status", state=state)


def _why(row: Any) -> Cell:
    reasons = ", ".join(why(row))
    if row.overridden_at is not None:
        by_rule = str(OUTCOMES[row.by_rule][1])
        return Cell(
            row.override_reason,
            sub=_("by hand; the rule says: %(outcome)s", outcome=by_rule)
            + (f" ({reasons})" if reasons else ""),
        )
    return Cell(reasons)


def _line_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Student, Student.id == PromotionLine.student_id).join(
        User, User.id == Student.user_id
    )


LINES = Listing(
    name="academics.promotion_lines",
    title=_l("Students of this promotion"),
    singular=_l("student"),
    plural=_l("students"),
    read=policy.LINE_READ,
    columns=(
        Column(
            "student",
            _l("Student"),
            (User.full_name, Student.register_number),
            student_cell,
            sort=PromotionLine.sort_name,
        ),
        Column(
            "register_number",
            _l("Register number"),
            Student.register_number,
            default=False,
        ),
        Column(
            "outcome",
            _l("What happens"),
            PromotionLine.outcome,
            _outcome,
            export=lambda row: row.outcome.value,
        ),
        Column(
            "why",
            _l("Why"),
            (
                PromotionLine.skip,
                PromotionLine.has_backlogs,
                PromotionLine.short_of_credits,
                PromotionLine.short_of_cgpa,
                PromotionLine.has_dues,
                PromotionLine.has_open_results,
                PromotionLine.override_reason,
                PromotionLine.overridden_at,
                PromotionLine.by_rule,
            ),
            _why,
            export=lambda row: row.override_reason or ", ".join(why(row)),
        ),
        Column(
            "semester",
            _l("Semester"),
            PromotionLine.semester,
            sort=PromotionLine.semester,
            numeric=True,
            hide_below="md",
        ),
        Column(
            "backlogs",
            _l("Backlogs"),
            PromotionLine.backlogs,
            sort=PromotionLine.backlogs,
            numeric=True,
            hide_below="md",
        ),
        Column(
            "credits",
            _l("Credits"),
            (PromotionLine.credits_earned, PromotionLine.credits_needed),
            lambda row: Cell(number(row.credits_earned), kind="number"),
            sort=PromotionLine.credits_earned,
            numeric=True,
            hide_below="md",
            export=lambda row: row.credits_earned,
        ),
        Column(
            "cgpa",
            _l("CGPA"),
            PromotionLine.cgpa,
            lambda row: Cell("–" if row.cgpa is None else number(row.cgpa, 2), kind="number"),
            sort=PromotionLine.cgpa_order,
            numeric=True,
            hide_below="lg",
        ),
        Column("dues", _l("Dues"), PromotionLine.dues, default=False, hide_below="lg"),
        Column(
            "open_results",
            _l("Open results"),
            PromotionLine.open_results,
            numeric=True,
            default=False,
            hide_below="lg",
        ),
        Column(
            "by_rule",
            _l("By the rule"),
            PromotionLine.by_rule,
            lambda row: str(OUTCOMES[row.by_rule][1]),
            default=False,
            hide_below="lg",
            export=lambda row: row.by_rule.value,
        ),
    ),
    default_sort="student",
    joins=_line_joins,
    extra=(PromotionLine.student_id, PromotionLine.promotion_id, PromotionLine.moved),
    search=SearchColumns((PromotionLine.sort_name, PromotionLine.register_key)),
    search_label=_l("Search by name or number"),
    filters=(
        Filter(
            "run",
            _l("Promotion"),
            "number",
            lambda value: PromotionLine.promotion_id == value,
            places=0,
            menu=False,
        ),
        Filter(
            "outcome",
            _l("What happens"),
            "choice",
            lambda value: PromotionLine.outcome == value,
            choices=tuple((outcome, label) for outcome, (_state, label) in OUTCOMES.items()),
        ),
        Filter(
            "held_by",
            _l("Held back by"),
            "choice",
            lambda value: getattr(PromotionLine, value),
            choices=(
                ("has_backlogs", _l("Backlogs")),
                ("short_of_credits", _l("Credits")),
                ("short_of_cgpa", _l("CGPA")),
                ("has_dues", _l("Dues")),
                ("has_open_results", _l("Open results")),
            ),
        ),
        Filter(
            "by_hand",
            _l("Decided by hand"),
            "flag",
            lambda value: (
                PromotionLine.overridden_at.is_not(None)
                if value
                else PromotionLine.overridden_at.is_(None)
            ),
        ),
        Filter(
            "semester",
            _l("Semester"),
            "number",
            lambda value: PromotionLine.semester == value,
            places=0,
        ),
    ),
    bulk=(
        Bulk(
            "override",
            _l("Decide otherwise"),
            "edit",
            "academics.override_lines",
            policy.LINE_OVERRIDE,
        ),
    ),
    href=lambda row: ("academics.promotion_line", {"line_id": row.id}),
    row_label=lambda row: row.full_name,
)

# Of a run that is no preview any more: nothing is left to decide.
SETTLED = replace(LINES, name="academics.promotion_report", bulk=())


def _run_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Batch, Batch.id == Promotion.batch_id)
        .join(Term, Term.id == Promotion.term_id)
        .outerjoin(User, User.id == Promotion.created_by)
    )


def _run_state(row: Any) -> Cell:
    state, label = STATES[row.state]
    return Cell(str(label), kind="status", state=state)


PROMOTIONS = Listing(
    name="academics.promotions",
    title=_l("Promotions"),
    singular=_l("promotion"),
    plural=_l("promotions"),
    read=policy.PROMOTION_READ,
    columns=(
        Column(
            "batch",
            _l("Batch"),
            (Batch.name.label("batch"), Term.name.label("term")),
            lambda row: Cell(row.batch, sub=row.term),
        ),
        Column("term", _l("Term"), Term.name.label("term_name"), default=False),
        Column(
            "state",
            _l("State"),
            Promotion.state,
            _run_state,
            export=lambda row: row.state.value,
        ),
        Column("promoted", _l("Moved up"), Promotion.promoted, numeric=True),
        Column("graduated", _l("Graduated"), Promotion.graduated, numeric=True, hide_below="sm"),
        Column("held", _l("Held back"), Promotion.held, numeric=True, hide_below="sm"),
        Column("skipped", _l("Left out"), Promotion.skipped, numeric=True, default=False),
        Column("overridden", _l("By hand"), Promotion.overridden, numeric=True, hide_below="lg"),
        Column("students", _l("Students"), Promotion.students, numeric=True, hide_below="md"),
        Column("applied_at", _l("Applied"), Promotion.applied_at, hide_below="md"),
        Column(
            "made",
            _l("Made"),
            (Promotion.created_at.label("made_at"), User.full_name.label("made_by")),
            sort=Promotion.created_at,
            hide_below="lg",
        ),
    ),
    default_sort="-made",
    joins=_run_joins,
    extra=(Promotion.batch_id, Promotion.term_id, Promotion.graduates_on, Promotion.version),
    filters=(
        Filter(
            "state",
            _l("State"),
            "choice",
            lambda value: Promotion.state == value,
            choices=tuple((state, label) for state, (_mark, label) in STATES.items()),
        ),
        Filter(
            "batch",
            _l("Batch"),
            "choice",
            lambda value: Promotion.batch_id == value,
            choices=choices.batches,
        ),
        Filter(
            "term",
            _l("Term"),
            "choice",
            lambda value: Promotion.term_id == value,
            choices=choices.terms,
        ),
    ),
    href=lambda row: ("academics.promotion", {"promotion_id": row.id}),
    row_label=lambda row: f"{row.batch}, {row.term}",
)
