"""The own profile over JSON."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.alumni.api.shapes import (
    AchievementOut,
    EducationOut,
    LookerOut,
    LookersOut,
    OwnNetworkProfileOut,
    PrivacyOut,
    WorkOut,
    fields,
)
from quad.alumni.forms.profile import (
    AchievementForm,
    EditMember,
    EditPrivacy,
    EducationForm,
    WorkForm,
)
from quad.alumni.service import editing, looking, reading
from quad.alumni.service.completeness import hints
from quad.alumni.service.skilled import skills_of_many
from quad.web.api import operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("alumni_own_api", __name__, url_prefix="/api/v1/profiles/me", tag="Network")
ALL = 200
CHANGE = (403, 404, 409)


@operation(bp, "GET", "", answers=OwnNetworkProfileOut, errors=(403,))
def own_profile() -> OwnNetworkProfileOut:
    """The own profile with everything in it."""
    return _own()


@operation(
    bp, "PUT", "", body=EditMember, answers=OwnNetworkProfileOut, message="Saved", errors=CHANGE
)
def own_profile_edit(body: EditMember) -> OwnNetworkProfileOut:
    """Keep the head of the own profile, all fields at once."""
    editing.edit_member(current_db(), current_actor(), body)
    return _own()


def _own() -> OwnNetworkProfileOut:
    db, actor = current_db(), current_actor()
    member = editing.own_member(db, actor)
    shown = reading.profile(db, actor, member.id)
    skills = skills_of_many(db, actor, [member.id], ALL).get(member.id, [])
    own = {"version": member.version, "views": shown.views, "reason": shown.reason}
    found = hints(db, member)
    complete = {
        "complete_percent": found.percent,
        "missing": [step.name for step in found.steps],
    }
    return OwnNetworkProfileOut.model_validate({**fields(shown, skills), **own, **complete})


@operation(bp, "GET", "/privacy", answers=PrivacyOut, errors=(403,))
def own_privacy() -> PrivacyOut:
    """Who sees what of the own profile."""
    member = editing.own_member(current_db(), current_actor())
    return PrivacyOut.model_validate(editing.privacy_of(member))


@operation(
    bp, "PUT", "/privacy", body=EditPrivacy, answers=PrivacyOut, message="Saved", errors=CHANGE
)
def own_privacy_edit(body: EditPrivacy) -> PrivacyOut:
    """Say who sees what, all fields at once."""
    member = editing.edit_privacy(current_db(), current_actor(), body)
    return PrivacyOut.model_validate(editing.privacy_of(member))


@operation(bp, "GET", "/views", answers=LookersOut, errors=(403,))
def own_views() -> LookersOut:
    """How often the own profile was looked at, and by whom, as far as they allow it."""
    db, actor = current_db(), current_actor()
    member = editing.own_member(db, actor)
    found = looking.lookers(db, actor, member.id)
    names = [
        LookerOut(profile_id=row.id, full_name=row.full_name, day=row.day) for row in found.names
    ]
    return LookersOut(lately=found.lately, in_all=member.views, names=names)


@operation(
    bp, "POST", "/work", body=WorkForm, answers=WorkOut, status=201, message="Added", errors=CHANGE
)
def work_add(body: WorkForm) -> WorkOut:
    return WorkOut.model_validate(_added("work", body))


@operation(
    bp,
    "PUT",
    "/work/<int:entry_id>",
    body=WorkForm,
    answers=WorkOut,
    message="Saved",
    errors=CHANGE,
)
def work_edit(entry_id: int, body: WorkForm) -> WorkOut:
    return WorkOut.model_validate(_edited("work", entry_id, body))


@operation(bp, "DELETE", "/work/<int:entry_id>", message="Removed", errors=CHANGE)
def work_remove(entry_id: int) -> None:
    editing.remove_entry(current_db(), current_actor(), "work", entry_id)


@operation(
    bp,
    "POST",
    "/education",
    body=EducationForm,
    answers=EducationOut,
    status=201,
    message="Added",
    errors=CHANGE,
)
def education_add(body: EducationForm) -> EducationOut:
    return EducationOut.model_validate(_added("education", body))


@operation(
    bp,
    "PUT",
    "/education/<int:entry_id>",
    body=EducationForm,
    answers=EducationOut,
    message="Saved",
    errors=CHANGE,
)
def education_edit(entry_id: int, body: EducationForm) -> EducationOut:
    return EducationOut.model_validate(_edited("education", entry_id, body))


@operation(bp, "DELETE", "/education/<int:entry_id>", message="Removed", errors=CHANGE)
def education_remove(entry_id: int) -> None:
    editing.remove_entry(current_db(), current_actor(), "education", entry_id)


@operation(
    bp,
    "POST",
    "/achievements",
    body=AchievementForm,
    answers=AchievementOut,
    status=201,
    message="Added",
    errors=CHANGE,
)
def achievement_add(body: AchievementForm) -> AchievementOut:
    return AchievementOut.model_validate(_added("achievements", body))


@operation(
    bp,
    "PUT",
    "/achievements/<int:entry_id>",
    body=AchievementForm,
    answers=AchievementOut,
    message="Saved",
    errors=CHANGE,
)
def achievement_edit(entry_id: int, body: AchievementForm) -> AchievementOut:
    return AchievementOut.model_validate(_edited("achievements", entry_id, body))


@operation(bp, "DELETE", "/achievements/<int:entry_id>", message="Removed", errors=CHANGE)
def achievement_remove(entry_id: int) -> None:
    editing.remove_entry(current_db(), current_actor(), "achievements", entry_id)


def _added(kind: str, body: Any) -> Any:
    return editing.add_entry(current_db(), current_actor(), kind, body)


def _edited(kind: str, entry_id: int, body: Any) -> Any:
    return editing.edit_entry(current_db(), current_actor(), kind, entry_id, body)
