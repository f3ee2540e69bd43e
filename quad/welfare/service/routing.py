"""To whom a new request goes: the most particular rule that fits, and leads to somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from quad.welfare.models.requests import Request
from quad.welfare.models.setup import Office, Route, Target
from quad.welfare.service import people


@dataclass(frozen=True)
class Place:
    """Where a request is: with a person, with an office, or (neither) with the administrators."""

    person_id: int | None = None
    office_id: int | None = None

    @property
    def nowhere(self) -> bool:
        """Tell whether nobody in particular has it."""
        return self.person_id is None and self.office_id is None


def place_for(db: Session, request: Request) -> Place:
    """Return where a request of this category and department belongs.

    A rule for both goes before one for the category, that before one for the department, that before one for all. A
    rule that leads to nobody (a student without advisor, a role nobody holds) is passed over, and so is one that leads
    to who asks.
    """
    for rule in _rules(db, request):
        place = _resolve(db, request, rule)
        if not place.nowhere:
            return place
    return Place()


def _rules(db: Session, request: Request) -> Iterator[Route]:
    query = select(Route).where(
        or_(Route.category_id == request.category_id, Route.category_id.is_(None)),
        or_(Route.department_id == request.department_id, Route.department_id.is_(None)),
    )
    found = list(db.scalars(query))
    found.sort(key=lambda rule: (rule.category_id is None, rule.department_id is None, rule.id))
    yield from found


def _resolve(db: Session, request: Request, rule: Route) -> Place:
    if rule.target is Target.OFFICE:
        there = select(Office.id).where(Office.id == rule.office_id, Office.deleted_at.is_(None))
        return Place(office_id=db.scalar(there))
    if rule.target is Target.ADVISOR:
        return Place(person_id=people.advisor_of(db, request.user_id))
    if rule.target is Target.PERSON and rule.person_id is not None:
        one = rule.person_id
        fits = one != request.user_id and people.is_staff(db, one)
        return Place(person_id=one if fits else None)
    if rule.target is Target.ROLE and rule.role is not None:
        holders = people.in_role(db, rule.role, request.department_id)
        others = [one for one in holders if one != request.user_id]
        return Place(person_id=people.least_busy(db, others))
    return Place()
