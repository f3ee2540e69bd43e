"""What skills add to the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.core.derived import Derived
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.search.searchable import Searchable
from quad.identity.models.accounts import User
from quad.skills import jobs, listeners, policy
from quad.skills.api import skills as skills_api
from quad.skills.lists.timeline import TIMELINE
from quad.skills.models import LEVELS, SEARCHED_AS
from quad.skills.service import courses, findable, panels
from quad.skills.service.keeping import MERGES, OWN_DATA
from quad.skills.views import blueprint, catalogue, own
from quad.web.module import Card, Module, Nav, Panel

PEOPLE = _l("People")


def _own(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    return {"skills": panels.own(db, actor), "levels": LEVELS}


MODULE = Module(
    "skills",
    blueprints=(blueprint.bp, skills_api.bp),
    nav=(
        Nav(_l("My skills"), "skills.own", "certificate", PEOPLE, order=60),
        Nav(_l("Skills"), "skills.index", "tags", PEOPLE, order=61),
    ),
    cards=(
        Card(
            "own-skills",
            "skills/own_card.html",
            _own,
            frozenset({"student", "alumnus"}),
            width=6,
            order=53,
            later=True,
        ),
    ),
    panels=(
        Panel("course", "skills/course_panel.html", panels.course, order=40),
        Panel("student", "skills/student_panel.html", own.way_of_student, order=50),
    ),
    searchables=(
        Searchable(
            SEARCHED_AS,
            _l("Skills"),
            policy.READ,
            findable.documents,
            icon="certificate",
            list_url="/skills",
            order=45,
        ),
    ),
    merges=MERGES,
    own_data=(OWN_DATA,),
    timeline=TIMELINE,
    derived=(Derived("skills", User.id, courses.rebuild),),
    label=_l("Skills"),
    parts=(jobs, listeners, catalogue, own),
)
