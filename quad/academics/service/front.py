"""What academics show to people who are not signed in."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, func, select

from quad.academics.models.figures import StudentFigures
from quad.academics.models.people import StudentStatus

STUDYING = (StudentStatus.ACTIVE.value, StudentStatus.ON_LEAVE.value)


def students() -> ScalarSelect[int]:
    """Return the subquery for the number of people who study here now."""
    one = StudentFigures
    return (
        select(func.coalesce(func.sum(one.number), 0))
        .where(one.status.in_(STUDYING))
        .scalar_subquery()
    )
