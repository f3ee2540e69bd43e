"""Reports as a list, the open ones first to be looked at."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, SearchColumns
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.relations import policy
from quad.relations.forms import REASONS
from quad.relations.models import Report, ReportState

Person, Reporter = aliased(User), aliased(User)
WORDS = dict(REASONS)
STATES = (
    (ReportState.OPEN, _l("Open")),
    (ReportState.ACTED, _l("Something was done")),
    (ReportState.DISMISSED, _l("Dismissed")),
)
MARKS = {ReportState.OPEN: "going", ReportState.ACTED: "done", ReportState.DISMISSED: "open"}


def _joined(statement: Select[Any]) -> Select[Any]:
    return statement.join(Person, Person.id == Report.person_id).join(
        Reporter, Reporter.id == Report.reporter_id
    )


def _state(row: Any) -> Cell:
    return Cell(str(dict(STATES)[row.state]), kind="status", state=MARKS[row.state])


REPORTS = Listing(
    name="relations.reports",
    title=_l("Reports"),
    singular=_l("report"),
    plural=_l("reports"),
    read=policy.REPORT_READ,
    columns=(
        Column(
            "person",
            _l("About"),
            (Person.full_name.label("person"), Report.title.label("what")),
            lambda row: Cell(row.person, sub=row.what if row.what != row.person else ""),
        ),
        Column(
            "reason",
            _l("Reason"),
            Report.reason,
            lambda row: Cell(str(WORDS[row.reason])),
            export=lambda row: row.reason.value,
        ),
        Column(
            "reporter", _l("Reported by"), Reporter.full_name.label("reporter"), hide_below="md"
        ),
        Column("reported_at", _l("Reported"), Report.created_at, sort=Report.created_at),
        Column("state", _l("State"), Report.state, _state, export=lambda row: row.state.value),
    ),
    joins=_joined,
    default_sort="-reported_at",
    search=SearchColumns((Report.title,)),
    search_label=_l("Search by name"),
    filters=(
        Filter("state", _l("State"), "choice", lambda value: Report.state == value, choices=STATES),
        Filter(
            "reason", _l("Reason"), "choice", lambda value: Report.reason == value, choices=REASONS
        ),
    ),
    href=lambda row: ("relations.report", {"report_id": row.id}),
    row_label=lambda row: _("Report about %(name)s", name=row.person),
)
