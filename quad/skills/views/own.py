"""One's own skills, other people's skills with confirming them, and what courses give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from quad.academics.policy.base import STUDENT_READ
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.skills import policy
from quad.skills.forms import AddSkills, LevelForm, ShowForm
from quad.skills.models import LEVELS
from quad.skills.service import courses, finding, held, holders, own
from quad.skills.views.blueprint import bp
from quad.web.kit import (
    attempted,
    bind,
    by_htmx,
    current_actor,
    current_db,
    done,
    page,
    refusals,
    same_site,
)


@bp.route("/profile/skills", methods=["GET", "POST"], endpoint="own")
def own_skills() -> ResponseReturnValue:
    """What one has, with where it is known from; a POST adds claims."""
    db, actor = current_db(), current_actor()
    policy.OWN.require(actor)
    form = bind(AddSkills, initial={"level": 2})
    if form.data is not None:
        with refusals(form):
            ids = finding.resolve(db, form.data.skills)
            level = form.data.level
            own.add_own(db, actor, actor.own_id, [(skill_id, level) for skill_id in ids])
        if not form.errors:
            return done(_("Added."), url_for("skills.own"))
    return page(
        "skills/own.html",
        form.status,
        form=form,
        held=held.of_person(db, actor, actor.own_id),
        levels=LEVELS,
    )


@bp.post("/profile/skills/<int:skill_id>/level")
def set_level(skill_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    form = bind(LevelForm)
    return attempted(
        lambda: own.add_own(db, actor, actor.own_id, [(skill_id, form.require().level)]),
        _("Saved."),
        url_for("skills.own"),
    )


@bp.post("/profile/skills/<int:skill_id>/remove")
def remove(skill_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    return attempted(
        lambda: own.drop_own(db, actor, actor.own_id, skill_id),
        _("You do not claim it any more."),
        url_for("skills.own"),
    )


@bp.post("/profile/skills/<int:skill_id>/show")
def show_skill(skill_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    hidden = bind(ShowForm).require().hidden
    told = _("Only you see it now.") if hidden else _("Others see it now.")
    return attempted(
        lambda: own.show(db, actor, actor.own_id, skill_id, hidden=hidden),
        told,
        url_for("skills.own"),
    )


def way_of_student(_db: Session, _actor: Actor, student_id: int) -> Mapping[str, Any]:
    """Return the way from the page of a record to what its person can do."""
    return {"href": url_for("skills.student", student_id=student_id)}


@bp.get("/students/<int:student_id>/skills")
def student(student_id: int) -> BaseResponse:
    """Lead from a record to the skills of its person."""
    row = STUDENT_READ.get(current_db(), current_actor(), student_id)
    return redirect(url_for("skills.person", person_id=row.user_id), 303)


@bp.get("/people/<int:person_id>/skills")
def person(person_id: int) -> ResponseReturnValue:
    """What somebody has, as far as one may see it."""
    db, actor = current_db(), current_actor()
    who = holders.person(db, actor, person_id)
    found = held.of_person(db, actor, person_id)
    return page("skills/person.html", who=who, panel=shown(found, person_id))


def shown(found: list[held.HeldSkill], person_id: int) -> dict[str, Any]:
    """Return what the list of somebody’s skills is drawn from."""
    actor = current_actor()
    return {
        "held": found,
        "levels": LEVELS,
        "person_id": person_id,
        "may_endorse": actor.id != person_id and actor.has(*policy.ENDORSERS),
        "me": actor.id,
        "back": request.full_path.rstrip("?") if request.method == "GET" else "",
    }


@bp.post("/people/<int:person_id>/skills/<int:skill_id>/<any(endorse,withdraw):deed>")
def endorse(person_id: int, skill_id: int, deed: str) -> ResponseReturnValue:
    """Confirm a skill of somebody, or not any more; htmx gets the one skill back."""
    db, actor = current_db(), current_actor()
    act = {"endorse": own.endorse, "withdraw": own.take_back}[deed]
    place = same_site(request.form.get("back"), url_for("skills.person", person_id=person_id))
    if by_htmx():
        act(db, actor, person_id, skill_id)
        found = [s for s in held.of_person(db, actor, person_id) if s.skill_id == skill_id]
        return page("skills/held_row.html", panel=shown(found, person_id) | {"back": place})
    told = {"endorse": _("You confirm it now."), "withdraw": _("You do not confirm it any more.")}
    return attempted(lambda: act(db, actor, person_id, skill_id), told[deed], place)


@bp.route("/courses/<int:course_id>/skills", methods=["GET", "POST"])
def course(course_id: int) -> ResponseReturnValue:
    """What passing a course shows; a POST adds to it."""
    db, actor = current_db(), current_actor()
    row = policy.COURSE.get(db, actor, course_id, read=policy.COURSE_READ)
    given = held.of_course(db, course_id)
    form = bind(AddSkills, initial={"level": 2})
    if form.data is not None:
        with refusals(form):
            ids = finding.resolve(db, form.data.skills)
            level = form.data.level
            rest = {skill_id: at for skill_id, _name, at in given}
            all_of_them = rest | dict.fromkeys(ids, level)
            courses.set_course(db, actor, course_id, all_of_them.items())
        if not form.errors:
            return done(_("Saved."), url_for("skills.course", course_id=course_id))
    return page(
        "skills/course.html", form.status, form=form, course=row, given=given, levels=LEVELS
    )


@bp.post("/courses/<int:course_id>/skills/<int:skill_id>/remove")
def course_remove(course_id: int, skill_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    rest = [(one, at) for one, _name, at in held.of_course(db, course_id) if one != skill_id]
    return attempted(
        lambda: courses.set_course(db, actor, course_id, rest),
        _("Removed."),
        url_for("skills.course", course_id=course_id),
    )
