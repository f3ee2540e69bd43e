"""One profile, as its reader sees it."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from quad.alumni.lists.directory import OPEN_TO
from quad.alumni.service import looking, reading
from quad.alumni.service.reading import Shown
from quad.alumni.views.blueprint import bp
from quad.core.errors import NotFound
from quad.core.markdown import as_html
from quad.relations.service.following import standings
from quad.skills.models import LEVELS
from quad.skills.policy import ENDORSERS
from quad.skills.service.held import HeldSkill, of_person
from quad.web.added import panels
from quad.web.kit import current_actor, current_db, page, runtime


def where(shown: Shown) -> str:
    """Return the address of a profile."""
    if shown.is_alumnus or shown.student_id is None:
        return url_for("alumni.alumnus", member_id=shown.id)
    return url_for("academics.student", student_id=shown.student_id)


@bp.get("/alumni/<int:member_id>")
def alumnus(member_id: int) -> ResponseReturnValue:
    """A graduate; somebody who only studies has a page among the students."""
    shown = reading.profile(current_db(), current_actor(), member_id)
    if not shown.is_alumnus and shown.student_id is not None and not shown.own:
        return redirect(where(shown), code=303)
    return profile_page(shown)


@bp.get("/people/<int:user_id>")
def person(user_id: int) -> ResponseReturnValue:
    """The profile of an account, wherever it is."""
    shown = reading.profile_of_user(current_db(), current_actor(), user_id)
    return redirect(where(shown), code=303)


def student_of_network(student_id: int) -> ResponseReturnValue | None:
    """What the address of a student shows to who may not see the record."""
    try:
        shown = reading.profile_of_student(current_db(), current_actor(), student_id)
    except NotFound:
        return None
    if shown.is_alumnus and not shown.is_student:
        return redirect(where(shown), code=303)
    return profile_page(shown)


def profile_page(shown: Shown) -> tuple[str, int]:
    """Draw a profile, and remember that it was looked at."""
    db, actor = current_db(), current_actor()
    if not shown.own:
        looking.remember(runtime().database, actor.id, shown.id)
    held = of_person(db, actor, shown.user_id)
    lookers: Any = looking.lookers(db, actor, shown.id) if shown.own else None
    return page(
        "alumni/profile.html",
        shown=shown,
        open_to=[str(OPEN_TO[name]) for name in shown.open_to],
        lookers=lookers,
        as_html=as_html,
        standing=None if shown.own else standings(db, actor, [shown.user_id])[shown.user_id],
        skills=_skills(shown, held) if held else None,
        wide=panels("member", shown.id, wide=True),
        beside=panels("member", shown.id, wide=False),
    )


def _skills(shown: Shown, held: list[HeldSkill]) -> dict[str, Any]:
    """Return what the list of skills with their sources is drawn from."""
    actor = current_actor()
    return {
        "held": held,
        "levels": LEVELS,
        "person_id": shown.user_id,
        "may_endorse": not shown.own and actor.has(*ENDORSERS),
        "me": actor.id,
        "back": request.full_path.rstrip("?"),
    }
