"""Results in figures and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from quad.academics.service.reports.base import PER_CENT, Told
from quad.academics.service.result_figures import Outcome
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.core.reporting import Figure, Head, Number, Table, share

LATEST_COHORTS = 6


def figures(told: Told) -> tuple[Figure, ...]:
    """How the term in focus came out."""
    now = told.results.now
    before = told.results.by_term.get(told.results.before.id) if told.results.before else None
    change = (
        now.pass_rate - before.pass_rate
        if before and now.pass_rate is not None and before.pass_rate is not None
        else None
    )
    return (
        Figure(
            _("Results passed"),
            _percent(now.pass_rate),
            _(
                "%(change)s since the term before",
                change=("+" if change > 0 else "") + number(change, 1),
            )
            if change is not None
            else told.term,
            tone="good" if change and change > 0 else "",
            href=told.of_focus(passed="1"),
        ),
        Figure(_("Results"), number(now.number), told.term, href=told.of_focus()),
        Figure(
            _("Failed"),
            number(now.number - now.passes),
            told.term,
            href=told.of_focus(passed="0"),
        ),
        Figure(_("Average grade point"), number(now.average, 2), _("weighted by credits")),
    )


def grades(told: Told) -> Table:
    """The grades given in the term in focus, the best first."""
    found = told.results.by_letter
    order = sorted(found, key=lambda key: (-(found[key].average or 0), not key[1], key[0]))
    whole = sum(one.number for one in found.values())
    rows = []
    for letter, passed in order:
        name = letter or _("Absent")
        one = found[letter, passed]
        place = told.of_focus(letter=letter or "-", passed="1" if passed else "0")
        rows.append((Number(name), Number(one.number, place), Number(share(one.number, whole))))
    return Table(
        "grades",
        _("Grades, %(term)s", term=told.term) if told.term else _("Grades"),
        (Head(_("Grade"), None), Head(_("Results")), Head(_("Share"), 1, PER_CENT)),
        tuple(rows),
        look="bar",
        series=1,
        marks=tuple(letter or _("Absent") for letter, passed in order if not passed),
    )


def trend(told: Told) -> Table:
    """Each term's pass rate and average."""
    rows = tuple(
        (
            Number(period.name, told.outcomes(term=period.id)),
            Number(one.pass_rate),
            Number(one.number, told.outcomes(term=period.id)),
            Number(one.number - one.passes, told.outcomes(term=period.id, passed="0")),
            Number(one.average),
        )
        for period in told.scope.terms
        if (one := told.results.by_term.get(period.id)) is not None
    )
    return Table(
        "terms",
        _("Passed, term by term"),
        (
            Head(_("Term"), None),
            Head(_("Passed"), 1, PER_CENT),
            Head(_("Results")),
            Head(_("Failed")),
            Head(_("Average grade point"), 2),
        ),
        rows,
        look="line",
        low=_below((one.pass_rate for one in told.results.by_term.values()), 10),
        high=100,
        series=1,
    )


def cohort_results(told: Told) -> Table:
    """The results of the term in focus by year of admission."""
    rows = tuple(
        (
            Number(str(year), told.of_focus(year=year)),
            Number(one.pass_rate, told.of_focus(year=year, passed="1")),
            Number(one.number, told.of_focus(year=year)),
            Number(one.number - one.passes, told.of_focus(year=year, passed="0")),
            Number(one.average),
        )
        for year, one in told.results.by_cohort.items()
    )
    return Table(
        "cohort-results",
        _("Results by cohort, %(term)s", term=told.term) if told.term else _("By cohort"),
        (
            Head(_("Admitted in"), None),
            Head(_("Passed"), 1, PER_CENT),
            Head(_("Results")),
            Head(_("Failed")),
            Head(_("Average grade point"), 2),
        ),
        rows,
        wide=True,
    )


def improvement(told: Told, found: Mapping[tuple[int, int], Outcome]) -> tuple[Table, ...]:
    """How the average grade point of the latest cohorts moved from term to term."""
    years = sorted({year for year, _term in found})[-LATEST_COHORTS:]
    known = [p for p in told.scope.terms if any((year, p.id) in found for year in years)]
    if not years:
        return ()
    rows = tuple(
        (
            Number(period.name, told.outcomes(term=period.id)),
            *(
                Number(
                    found[year, period.id].average,
                    told.outcomes(term=period.id, year=year),
                )
                if (year, period.id) in found
                else Number(None)
                for year in years
            ),
        )
        for period in known
    )
    heads = (Head(_("Term"), None), *(Head(str(year), 2) for year in years))
    return (
        Table(
            "improvement",
            _("Average grade point of each cohort, term by term"),
            heads,
            rows,
            look="line",
            wide=True,
        ),
    )


def _below(values: Iterable[Decimal | None], step: int) -> int:
    """Return where the scale of a line begins: a step below the lowest value, so that its way can be seen."""
    lowest = min((value for value in values if value is not None), default=Decimal(0))
    return max(0, int(lowest) // step * step - step)


def _percent(value: Decimal | None) -> str:
    return "–" if value is None else f"{number(value, 1)} %"
