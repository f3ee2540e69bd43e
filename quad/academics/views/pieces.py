"""What stands in every row of a roster, put together in Python: a template takes ten times as long."""

from __future__ import annotations

from functools import lru_cache

from flask import url_for
from markupsafe import Markup

from quad.academics.models.teaching import ResultState
from quad.academics.service.sheets import Roster
from quad.academics.views.blueprint import bp
from quad.core.i18n import current_reader, number
from quad.core.i18n import gettext as _
from quad.web.drawing import shown
from quad.web.pieces import menu, person, status


@bp.app_template_global("grade_")
def grade(standing: str, letter: str, passed: bool) -> Markup:
    """Return how a result is written: `letter` (a grade, W, I or AB) with its mark, or that it is still open."""
    return _grade(standing, letter, passed, current_reader().language)


@lru_cache(1_000)
def _grade(standing: str, letter: str, passed: bool, _language: str) -> Markup:
    if standing == "withdrawn":
        return status("stop", _("%(short)s, withdrawn", short=letter))
    if standing == "incomplete":
        return status("warn", _("%(short)s, incomplete", short=letter))
    if standing == "absent":
        return status("stop", _("%(short)s, absent", short=letter))
    if standing == "final" and letter:
        return status("done" if passed else "warn", letter)
    return status("going", _("Under way"))


# Stand for the name and the number of a student in what is drawn once for all rows; no text holds them.
NAME, NUMBER = "\0name", "\0number"


def roster_rows(roster: Roster) -> Markup:
    """Return the rows of a roster, with what can be done about each student while the results are not locked."""
    locked = roster.head.state is ResultState.LOCKED
    choices = ("", "") if locked else (_withdraw(), _reinstate())
    before, after = _address("academics.enrolment").split(NUMBER)
    lines = []
    for row in roster.rows:
        enrolment = str(row.enrolment_id)
        result = "–" if row.percentage is None else f"{number(row.percentage, 2)} %"
        menu_ = choices[row.withdrawn].replace(NUMBER, enrolment).replace(NAME, shown(row.name))
        lines.append(
            f'<tr><th scope="row">{person(row.name, row.register_number, before + enrolment + after)}</th>'
            f'<td class="num d-none d-md-table-cell">{row.attempt}</td><td class="num">{result}</td>'
            f'<td class="d-none d-sm-table-cell">{grade(row.standing.value, row.shown, row.passed)}</td>'
            f'<td class="text-end">{menu_}</td></tr>\n'
        )
    return Markup("".join(lines))  # noqa: S704 - every value in it was escaped


def _address(endpoint: str) -> str:
    """Return the address of every row: the application builds it once, the rows differ in the number only."""
    before, after = url_for(endpoint, enrolment_id=0).rsplit("/0", 1)
    return f"{before}/{NUMBER}{after}"


def _withdraw() -> str:
    return _menu(
        label=_("Withdraw"),
        href=_address("academics.withdraw"),
        icon="user-minus",
        confirm=_("Withdraw %(name)s? The marks are kept and no longer count.", name=NAME),
    )


def _reinstate() -> str:
    return _menu(
        label=_("Take the withdrawal back"),
        href=_address("academics.reinstate"),
        icon="restore",
    )


def _menu(**item: str) -> str:
    """Return the menu of a student with one action in it."""
    said = _("More about %(name)s", name=NAME)
    return str(menu("", [item | {"post": "1"}], "dots", "q-tool", end=True, aria_label=said))
