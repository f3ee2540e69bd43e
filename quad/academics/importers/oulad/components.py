"""The assessments of a presentation become the components of its offering."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.importers.oulad.contents import Assessment, Contents, first_day
from quad.academics.importers.oulad.counting import Counts
from quad.academics.importers.oulad.folder import ASSESSMENTS, Place, Problems
from quad.academics.importers.oulad.house import Room
from quad.academics.models.teaching import Component, ComponentKind
from quad.core import clock
from quad.core.db.types import normalised
from quad.core.i18n import gettext as _

WHOLE = Decimal(100)  # every score of the dataset is out of 100
# Marked by a tutor, marked by a computer, and the exam at the end.
KINDS = {
    "TMA": (ComponentKind.ASSIGNMENT, ""),
    "CMA": (ComponentKind.OTHER, "Computer-marked assignment"),
    "Exam": (ComponentKind.EXTERNAL, ""),
}


def locked_sentence(place: Place) -> str:
    """Return why a line of a closed offering is refused."""
    module, presentation = place
    return _(
        "The results of %(module)s %(presentation)s are locked. Reopen them first.",
        module=module,
        presentation=presentation,
    )


def build_components(
    db: Session,
    contents: Contents,
    rooms: dict[Place, Room],
    counts: Counts,
    problems: Problems,
) -> dict[int, int]:
    """Return the component of every assessment; new and changed ones of a locked offering are left out."""
    there = {
        (row.offering_id, row.name_key): row
        for row in db.scalars(
            select(Component).where(
                Component.offering_id.in_([room.offering.id for room in rooms.values()])
            )
        )
    }
    made: dict[int, Component] = {}
    for place, room in rooms.items():
        begins = first_day(place[1])
        for position, item in enumerate(_ordered(contents.presentations[place].assessments)):
            row = there.get((room.offering.id, normalised(item.name)))
            due = None if item.due is None else begins + timedelta(days=item.due)
            kind, kind_name = KINDS[item.kind]
            differs = row is not None and (row.weight, row.due_on, row.kind) != (
                item.weight,
                due,
                kind,
            )
            if room.locked and (row is None or differs):
                file = contents.folder.name(ASSESSMENTS)
                problems.add(file, item.line, locked_sentence(place))
                continue
            counts.components.note(exists=row is not None, differs=differs)
            if row is None:
                row = _new(room.offering.id, item, position)
                db.add(row)
            # Equal values are no change: nothing is written for a component that is the same.
            row.kind, row.kind_name = kind, kind_name
            row.weight, row.due_on = item.weight, due
            made[item.number] = row
    db.flush()
    return {number: row.id for number, row in made.items()}


def _ordered(assessments: dict[int, Assessment]) -> Iterable[Assessment]:
    """In the order of the days; what has no day is an exam at the end."""

    def place(item: Assessment) -> tuple[bool, bool, int, int]:
        return item.due is None, item.kind == "Exam", item.due or 0, item.number

    return sorted(assessments.values(), key=place)


def _new(offering_id: int, item: Assessment, position: int) -> Component:
    return Component(
        offering_id=offering_id,
        name=item.name,
        name_key=item.name,
        maximum=WHOLE,
        position=position,
        published_at=clock.now(),
    )
