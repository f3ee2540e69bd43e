"""What academics shows on the home page of each role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.academics.lists.teaching import STATES
from quad.academics.policy import base as policy
from quad.academics.service import dashboards, records
from quad.core.errors import NotFound
from quad.core.policy import Actor, narrowed
from quad.web.greeting import greeting


def student_home(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    """The student's figures, courses, averages and latest marks; nothing without a profile."""
    try:
        record = records.own_record(db, actor)
    except NotFound:
        return None
    return {
        "greeting": greeting(actor.name),
        "record": record,
        "recent": records.recent_marks(record),
    }


def faculty_home(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    """The teacher's offerings with what is still missing, and how the results spread."""
    taught = dashboards.taught(db, actor)
    return {
        "greeting": greeting(actor.name),
        "taught": taught,
        "distribution": dashboards.distribution(db, actor, [each.id for each in taught]),
        "states": STATES,
    }


def staff_home(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    """How much there is, for the working role: the institution, or the departments one heads."""
    working = narrowed(actor, actor.working_role)
    return {
        "greeting": greeting(actor.name),
        "counts": dashboards.counts(db, working),
        "departments": dashboards.by_department(db, working),
        "may_import": policy.STUDENT_IMPORT.may(actor),
    }
