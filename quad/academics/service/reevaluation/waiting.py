"""Re-evaluations that wait for an answer or a confirmation, on the page of everything that waits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select

from quad.academics.models.people import Student
from quad.academics.models.reevaluation import Reevaluation, ReevaluationState
from quad.academics.models.teaching import Course, Offering
from quad.academics.policy import reevaluation as policy
from quad.core.approving import Approval, waiting_columns
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import User


def _waiting(actor: Actor) -> Select[Any] | None:
    """What a teacher is to answer, and what a head of the department is to confirm."""
    if not actor.has("faculty", "hod"):
        return None
    asked = and_(Reevaluation.state == ReevaluationState.ASKED, Offering.faculty_id == actor.own_id)
    answered = and_(
        Reevaluation.state == ReevaluationState.ANSWERED,
        Reevaluation.department_id.in_(actor.departments("hod")),
    )
    columns = waiting_columns(
        Reevaluation.id,
        title=Course.title,
        detail=Reevaluation.reason,
        person=User.full_name,
        since=Reevaluation.created_at,
        due=Reevaluation.due_on,
    )
    return (
        select(*columns)
        .join(Offering, Offering.id == Reevaluation.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Student, Student.id == Reevaluation.student_id)
        .join(User, User.id == Student.user_id)
        .where(
            Reevaluation.open == 1,
            or_(asked, answered),
            policy.REEVALUATION_READ.where(actor, many=True),
        )
    )


APPROVAL = Approval(
    "reevaluations",
    _l("Re-evaluations"),
    "scale",
    _waiting,
    lambda reevaluation_id: f"/reevaluations/{reevaluation_id}",
    "reevaluations",
    order=25,
)
