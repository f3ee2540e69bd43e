"""Placement drives and the placement report over JSON."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.careers.api.shapes import (
    DriveBrief,
    DriveJob,
    DriveOut,
    PlacementLine,
    PlacementOut,
)
from quad.careers.forms.jobs import DriveEdit, DriveIn
from quad.careers.forms.report import ReportAsked
from quad.careers.lists.jobs import DRIVES
from quad.careers.service import drives, placement
from quad.core.i18n import gettext as _
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("careers_drives_api", __name__, url_prefix="/api/v1", tag="Placement")
ONE = "/drives/<int:drive_id>"


@operation(bp, "GET", "/drives", answers=list[DriveBrief], paged=True)
def drives_index() -> Answer:
    return list_json(DRIVES)


@operation(
    bp,
    "POST",
    "/drives",
    body=DriveIn,
    answers=DriveOut,
    status=201,
    message="Added",
    errors=(403,),
)
def drive_add(body: DriveIn) -> DriveOut:
    return _one(drives.add(current_db(), current_actor(), body).id)


@operation(bp, "GET", ONE, answers=DriveOut)
def drive_show(drive_id: int) -> DriveOut:
    """A drive with those of its jobs that one may see."""
    return _one(drive_id)


@operation(bp, "PUT", ONE, body=DriveEdit, answers=DriveOut, message="Saved", errors=(403, 409))
def drive_edit(drive_id: int, body: DriveEdit) -> DriveOut:
    drives.edit(current_db(), current_actor(), drive_id, body)
    return _one(drive_id)


@operation(bp, "DELETE", ONE, message="Deleted", errors=(403,))
def drive_delete(drive_id: int) -> None:
    """Delete a drive; its jobs stay."""
    drives.remove(current_db(), current_actor(), drive_id)


def _one(drive_id: int) -> DriveOut:
    db, actor = current_db(), current_actor()
    db.flush()
    row = drives.get(db, actor, drive_id)
    return DriveOut(
        id=row.id,
        name=row.name,
        about=row.about,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        version=row.version,
        jobs=[DriveJob.model_validate(each) for each in drives.jobs_of(db, actor, drive_id)],
    )


@operation(bp, "GET", "/placement/report", query=ReportAsked, answers=PlacementOut, errors=(403,))
def placement_figures(query: ReportAsked) -> PlacementOut:
    """Offers and who was hired, by department; `rule` says what has no numbers.

    Sums over all years, and those of heads of departments, add up only what each year shows.
    """
    found, names = placement.seen_by(current_db(), current_actor(), query.year, query.currency)
    return PlacementOut(
        year=found.year,
        rule=placement.rule(found.least),
        currency=found.currency,
        offers=found.whole.offers,
        hired=found.whole.hired,
        median=found.whole.median,
        departments=[
            PlacementLine(
                department_id=line.key or None,
                department=names.get(line.key, _("No department")),
                offers=line.offers,
                hired=line.hired,
                median=line.median,
            )
            for line in found.departments
        ],
    )
