"""The own profile, photo, address, security log, copy of one's data, and leaving, for programs."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from quad.core.files import Files
from quad.core.i18n import gettext as _
from quad.core.settings import value
from quad.identity.forms.joining import ConfirmBody
from quad.identity.forms.profiles import ChangeEmail, ChangeUsername, EditProfile
from quad.identity.kinds import device_name
from quad.identity.lists.joining import SECURITY_LOG
from quad.identity.models.accounts import User
from quad.identity.models.profiles import OwnDataCopy, Profile
from quad.identity.service import copies, emails, leaving, photos, profiles
from quad.identity.service.stepup import require_step_up
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.download import stored_file
from quad.web.kit import current_actor, current_db, runtime
from quad.web.limits import limit
from quad.web.lists import list_json

bp = APIBlueprint("identity_own_api", __name__, url_prefix="/api/v1/me", tag="Own account")


class ProfileOut(Out):
    full_name: str
    email: str
    username: str | None
    pronouns: str
    bio: str
    phone: str
    links: list[str]
    language: str
    zone: str
    theme: str
    photo: str | None
    version: int


class PhotoOut(Out):
    photo: str


class EventOut(Out):
    id: WireId
    kind: str
    at: Moment
    device: str
    ip: str


class CopyOut(Out):
    id: WireId
    ready: bool
    size: int
    created_at: Moment
    expires_at: Moment
    file: str | None


def _photo_path(user_id: int, mark: str) -> str:
    return f"/people/{user_id}/photo/{mark}?size=large"


def _profile(user: User, profile: Profile) -> ProfileOut:
    return ProfileOut(
        full_name=user.full_name,
        email=user.email_as_typed,
        username=user.username,
        pronouns=profile.pronouns,
        bio=profile.bio,
        phone=profile.phone,
        links=list(profile.links),
        language=user.language,
        zone=user.zone,
        theme=user.theme,
        photo=_photo_path(user.id, user.photo) if user.photo else None,
        version=profile.version,
    )


@operation(bp, "GET", "/profile", answers=ProfileOut)
def show_profile() -> ProfileOut:
    return _profile(*profiles.get_own_profile(current_db(), current_actor()))


@operation(
    bp, "PUT", "/profile", body=EditProfile, answers=ProfileOut, message="Saved", errors=(409,)
)
def edit_profile(body: EditProfile) -> ProfileOut:
    db, actor = current_db(), current_actor()
    profiles.edit_profile(db, actor, body)
    db.flush()
    return _profile(*profiles.get_own_profile(db, actor))


@operation(
    bp,
    "PUT",
    "/photo",
    answers=PhotoOut,
    message="Saved",
    errors=(413, 415, 422),
    raw_body="image/*",
)
@limit("20 per minute", scope="photo")
def put_photo() -> PhotoOut:
    """Take the body as the picture, whatever it says it is: the content decides."""
    with runtime().database.reading() as looking:
        megabytes = value(looking, photos.LIMIT)
    content = BytesIO(request.get_data(cache=False))
    prepared = photos.prepare_photo(content, None, megabytes=megabytes)
    files = Files.from_settings(runtime().settings)
    actor = current_actor()
    mark = profiles.set_photo(current_db(), actor, prepared, files)
    return PhotoOut(photo=_photo_path(actor.own_id, mark))


@operation(bp, "DELETE", "/photo", message="Removed")
def delete_photo() -> None:
    profiles.remove_photo(current_db(), current_actor())


@operation(bp, "PUT", "/username", body=ChangeUsername, message="Saved", errors=(409,))
def change_username(body: ChangeUsername) -> None:
    emails.change_username(current_db(), current_actor(), body)


@operation(
    bp,
    "PUT",
    "/email",
    body=ChangeEmail,
    status=202,
    message="A link was mailed to the new address",
    errors=(403,),
)
@limit("5 per minute; 20 per hour", scope="change-email")
def change_email(body: ChangeEmail) -> None:
    db, actor = current_db(), current_actor()
    require_step_up(db, actor)
    emails.ask_for_email(db, actor, body)


@operation(
    bp,
    "POST",
    "/email/confirm",
    body=ConfirmBody,
    message="Address confirmed",
    errors=(409,),
    public=True,
)
@limit("20 per minute", scope="joining-link")
def confirm_email(body: ConfirmBody) -> None:
    emails.confirm_email(current_db(), body.token)


@operation(
    bp,
    "POST",
    "/email/undo",
    body=ConfirmBody,
    message="The old address stays. Set a new password now",
    errors=(409,),
    public=True,
)
@limit("20 per minute", scope="joining-link")
def undo_email(body: ConfirmBody) -> None:
    """Keep, or bring back, the old address, by the link that was mailed to it; everybody is signed out."""
    emails.undo_email(current_db(), body.token)


@operation(bp, "GET", "/security-log", answers=list[EventOut], paged=True)
def security_log() -> Answer:
    return list_json(SECURITY_LOG, _event)


def _event(row: Any) -> EventOut:
    return EventOut(
        id=row.id,
        kind=row.kind,
        at=row.at,
        device=device_name(row.user_agent) if row.user_agent else "",
        ip=row.ip,
    )


@operation(bp, "GET", "/export", answers=CopyOut | None)
def show_export() -> CopyOut | None:
    row = copies.latest_copy(current_db(), current_actor())
    return _copy(row) if row else None


@operation(
    bp,
    "POST",
    "/export",
    answers=CopyOut,
    status=202,
    message="The copy is being made",
    errors=(403, 409),
)
@limit("10 per hour", scope="own-data")
def ask_for_export() -> CopyOut:
    db, actor = current_db(), current_actor()
    require_step_up(db, actor)
    return _copy(copies.ask_for_copy(db, actor))


def _copy(row: OwnDataCopy) -> CopyOut:
    ready = row.file_id is not None
    return CopyOut(
        id=row.id,
        ready=ready,
        size=row.size,
        created_at=row.created_at,
        expires_at=row.expires_at,
        file=f"/api/v1/me/export/{row.id}/file" if ready else None,
    )


@operation(bp, "GET", "/export/<int:copy_id>/file", file="application/zip")
def export_file(copy_id: int) -> Response:
    db = current_db()
    stored = copies.copy_file(db, copies.get_copy(db, current_actor(), copy_id))
    return stored_file(stored)


@operation(bp, "DELETE", "", message="The account is closed", errors=(403, 409))
def leave() -> Answer:
    db, actor = current_db(), current_actor()
    require_step_up(db, actor)
    leaving.ask_to_leave(db, actor, runtime().settings.base_url)
    message = _("Closed. Sign in within %(n)s days to keep the account.", n=leaving.DAYS)
    return Answer(None, message=message)
