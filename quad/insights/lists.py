"""The saved reports one may open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import moment
from quad.core.listing.declaration import Cell, Column, Listing, SearchColumns
from quad.core.listing.filters import Filter
from quad.core.policy import Actor
from quad.core.sources import source_of, sources
from quad.identity.models.accounts import User
from quad.insights import policy
from quad.insights.models import Rhythm, SavedReport

RHYTHMS = {
    Rhythm.NONE: _l("Not sent"),
    Rhythm.DAILY: _l("Every day"),
    Rhythm.WEEKLY: _l("Every Monday"),
    Rhythm.MONTHLY: _l("On the first of the month"),
}


def _joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == SavedReport.owner_id)


def _name(row: Any) -> Cell:
    return Cell(row.name, sub=row.note)


def source_label(name: str) -> str:
    """Return what a source is called; its name when it is there no more."""
    found = source_of(name)
    return str(found.label) if found else name


def _sent(row: Any) -> Cell:
    if row.failure:
        return Cell(_("Could not be sent"), sub=row.failure, kind="status", state="stop")
    state = "open" if row.rhythm is Rhythm.NONE else "done"
    return Cell(str(RHYTHMS[row.rhythm]), kind="status", state=state)


def _sources(_db: Any, _actor: Actor) -> list[tuple[str, str]]:
    return [(one.name, str(one.label)) for one in sources()]


def _of_source(value: str) -> ColumnElement[bool]:
    return SavedReport.source == value


def _source_name(text: str) -> str:
    if source_of(text) is None:
        raise ValueError(text)
    return text


REPORTS = Listing(
    name="insights.reports",
    title=_l("Reports"),
    singular=_l("report"),
    plural=_l("reports"),
    read=policy.REPORT_READ,
    columns=(
        Column(
            "name",
            _l("Report"),
            (SavedReport.name, SavedReport.note),
            _name,
            sort=SavedReport.sort_name,
        ),
        Column(
            "source",
            _l("Built from"),
            SavedReport.source,
            lambda row: source_label(row.source),
            hide_below="md",
        ),
        Column("owner", _l("Owner"), User.full_name.label("owner"), hide_below="md"),
        Column(
            "sent",
            _l("Sent"),
            (SavedReport.rhythm, SavedReport.failure),
            _sent,
            export=lambda row: row.rhythm.value,
            hide_below="sm",
        ),
        Column(
            "changed",
            _l("Changed"),
            SavedReport.updated_at.label("changed"),
            lambda row: Cell(moment(row.changed), kind="date"),
            default=False,
            hide_below="lg",
        ),
    ),
    default_sort="name",
    joins=_joins,
    extra=(
        SavedReport.owner_id,
        SavedReport.version,
        SavedReport.recipients,
        SavedReport.file_format,
        SavedReport.next_on,
    ),
    search=SearchColumns((SavedReport.name, SavedReport.note)),
    search_label=_l("Search by name"),
    search_placeholder=_l("Name"),
    filters=(
        Filter(
            "source", _l("Built from"), "choice", _of_source, choices=_sources, parse=_source_name
        ),
        Filter(
            "sent",
            _l("Sent by mail"),
            "flag",
            lambda value: (
                SavedReport.rhythm != Rhythm.NONE if value else SavedReport.rhythm == Rhythm.NONE
            ),
        ),
    ),
    href=lambda row: ("insights.saved_report", {"report_id": row.id}),
    row_label=lambda row: str(row.name),
)
