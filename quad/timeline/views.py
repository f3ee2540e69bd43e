"""The pages of a person's timeline: one's own, and that of somebody one looks at."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from quad.core.i18n import gettext as _
from quad.core.markdown import opening
from quad.core.policy import Actor
from quad.timeline import service
from quad.web.kit import ask_who_it_is, current_actor, current_db, page

bp = Blueprint("timeline", __name__, template_folder="templates")
bp.before_request(ask_who_it_is)
LONGEST = 120


@bp.get("/timeline")
def own() -> tuple[str, int]:
    """What happened in one's own years here, the latest first; `?kind=` narrows."""
    return _page(current_actor().own_id, "timeline.own", {})


@bp.get("/people/<int:user_id>/timeline")
def person(user_id: int) -> tuple[str, int]:
    """What one may see of somebody's years here."""
    return _page(user_id, "timeline.person", {"user_id": user_id})


@bp.get("/students/<int:student_id>/timeline")
def of_student(student_id: int) -> BaseResponse:
    """The way from a student's record."""
    user_id = service.owner_of_record(current_db(), current_actor(), student_id)
    return redirect(url_for("timeline.person", user_id=user_id), code=303)


@bp.get("/alumni/<int:member_id>/timeline")
def of_member(member_id: int) -> BaseResponse:
    """The way from a profile in the network."""
    user_id = service.owner_of_profile(current_db(), current_actor(), member_id)
    return redirect(url_for("timeline.person", user_id=user_id), code=303)


def _page(user_id: int, endpoint: str, named: dict[str, Any]) -> tuple[str, int]:
    kind, after = request.args.get("kind", ""), request.args.get("after", "")
    shown = service.of_person(current_db(), current_actor(), user_id, kind, after)
    here = {**named, "kind": kind or None}
    labels = {one.name: str(one.label) for one in shown.kinds}
    return page(
        "timeline/index.html",
        shown=shown,
        own=user_id == current_actor().id,
        entries=[_drawn(entry) for entry in shown.entries],
        chosen=labels.get(kind, ""),
        kinds=[
            (_("Everything"), url_for(endpoint, **named)),
            *((label, url_for(endpoint, **named, kind=name)) for name, label in labels.items()),
        ],
        newest=url_for(endpoint, **here) if after else "",
        older=url_for(endpoint, **here, after=shown.older) if shown.older else "",
    )


def _drawn(entry: service.Entry) -> dict[str, Any]:
    title = opening(entry.title, LONGEST)
    return {
        "when": entry.when,
        "iso": entry.at.isoformat(),
        "tag": entry.kind.label,
        "text": "" if entry.href else title,
        "href": entry.href,
        "link": title,
        "more": entry.detail,
        "state": entry.state,
    }


def way_to_own(_db: Session, actor: Actor, user_id: int) -> dict[str, str] | None:
    """Return what leads from one's own profile to one's timeline."""
    return {"href": url_for("timeline.own")} if user_id == actor.id else None


def way_of_student(_db: Session, _actor: Actor, student_id: int) -> dict[str, str]:
    """Return what leads from a student's record to the timeline."""
    return {"href": url_for("timeline.of_student", student_id=student_id)}


def way_of_member(_db: Session, _actor: Actor, member_id: int) -> dict[str, str]:
    """Return what leads from a profile to the timeline."""
    return {"href": url_for("timeline.of_member", member_id=member_id)}
