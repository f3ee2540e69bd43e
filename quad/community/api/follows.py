"""What one follows, over JSON: people, departments and skills."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.community.forms.follows import FollowThing
from quad.community.models.follows import FollowKind
from quad.community.service import following
from quad.core.errors import NotFound
from quad.relations.service.following import followed_people
from quad.web.api import Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("follows_api", __name__, url_prefix="/api/v1", tag="Community")


class FollowedPersonOut(Out):
    id: WireId
    full_name: str


class FollowedDepartmentOut(Out):
    id: WireId
    code: str
    name: str


class FollowedSkillOut(Out):
    id: WireId
    name: str
    category: str


class FollowsOut(Out):
    """What one follows; each list ends at 200."""

    people: list[FollowedPersonOut]
    departments: list[FollowedDepartmentOut]
    skills: list[FollowedSkillOut]


class FollowedThingOut(Out):
    """What one follows now."""

    kind: FollowKind
    id: WireId


@operation(bp, "GET", "/follows", answers=FollowsOut, errors=(403,))
def follows_index() -> dict[str, object]:
    """Whom and what one follows. Posts of these people and departments, and about these skills, make the feed."""
    db, actor = current_db(), current_actor()
    return {
        "people": followed_people(db, actor),
        "departments": following.departments(db, actor),
        "skills": following.skills(db, actor),
    }


@operation(
    bp,
    "POST",
    "/follows",
    body=FollowThing,
    answers=FollowedThingOut,
    status=201,
    message="You follow it now",
    errors=(404,),
)
def follow_add(body: FollowThing) -> FollowThing:
    """Follow a person, a department or a skill; twice is once."""
    following.follow(current_db(), current_actor(), body.kind, body.id)
    return body


@operation(
    bp,
    "DELETE",
    "/follows/<followed>/<int:thing_id>",
    message="You do not follow it any more",
    errors=(403,),
)
def follow_end(followed: str, thing_id: int) -> None:
    """Follow something no longer; `followed` is person, department or skill."""
    if followed not in set(FollowKind):
        raise NotFound
    following.unfollow(current_db(), current_actor(), FollowKind(followed), thing_id)
