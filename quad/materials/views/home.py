"""What materials show on the home page, and on the pages of courses and offerings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from quad.academics.policy import base as academics
from quad.core.policy import Actor
from quad.materials.forms import Where
from quad.materials.kinds import ICONS, WORDS
from quad.materials.service import adding, kinds, openings, places, reading
from quad.materials.service.kinds import Prepared
from quad.materials.service.places import Scope
from quad.materials.views.blueprint import posted_files

FEW = 20


def front_door(_db: Session, actor: Actor) -> Mapping[str, Any]:
    """Where students and courses are kept from, with what is done most."""
    return {
        "may_add_student": academics.STUDENT_ADD.may(actor),
        "may_add_course": academics.COURSE_ADD.may(actor),
    }


def go_on(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    """What a student opened last, and what is new."""
    opened, fresh = openings.going_on(db, actor), openings.not_opened(db, actor)
    if not opened and not fresh:
        return None
    return {"opened": opened, "fresh": fresh, "icons": ICONS}


def of_course(db: Session, actor: Actor, course_id: int) -> Mapping[str, Any] | None:
    """The materials of a course; nothing for those who have no part in it."""
    groups = reading.outline(db, actor, course_id)
    keeps = places.keeps_any(db, actor, course_id)
    if not groups and not keeps and not places.takes_part(db, actor, course_id):
        return None
    return _panel(groups, keeps, url_for("materials.course", course_id=course_id))


def of_offering(db: Session, actor: Actor, offering_id: int) -> Mapping[str, Any] | None:
    """The materials of one offering."""
    course_id = places.course_of_offering(db, offering_id)
    if course_id is None:
        return None
    groups = reading.outline_of(db, actor, Scope(course_id, offering_id))
    keeps = bool(academics.OFFERING_MANAGE.allowed(db, actor, [offering_id]))
    href = url_for("materials.course", course_id=course_id, offering=offering_id)
    return _panel(groups, keeps, href)


def _panel(groups: list[reading.Group], keeps: bool, href: str) -> Mapping[str, Any]:
    return {"groups": groups, "keeps": keeps, "href": href, "icons": ICONS, "kinds": WORDS}


def beside_form(db: Session, actor: Actor, course_id: int) -> Mapping[str, Any] | None:
    """The files a course has now, beside the form that changes the course."""
    rows = [row for group in reading.outline(db, actor, course_id) for row in group.materials]
    href = url_for("materials.course", course_id=course_id)
    return {"rows": rows[:FEW], "href": href, "icons": ICONS}


def taken(db: Session, _actor: Actor) -> Mapping[str, Any]:
    """What files may come with a new course."""
    return {"what": kinds.taken(db)}


def read() -> list[Prepared]:
    """Look at the files that came with a new course, if any did. Raises Invalid (field `file`)."""
    return posted_files() if any(one.filename for one in request.files.getlist("file")) else []


def keep(db: Session, actor: Actor, course_id: int, given: list[Prepared]) -> None:
    """Keep them as materials of the whole course. Raises Rejected."""
    if given:
        adding.add_files(db, actor, course_id, Where(), given)
