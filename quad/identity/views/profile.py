"""The own profile, and people's photos."""

from __future__ import annotations

from contextlib import closing
from zoneinfo import available_timezones

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Invalid, NotFound, SignedOut, TooLarge
from quad.core.files import Files
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import languages
from quad.core.policy import Actor
from quad.core.settings import value
from quad.identity.forms.profiles import EditProfile, UploadPhoto
from quad.identity.models.accounts import Theme, User
from quad.identity.models.profiles import Profile
from quad.identity.service import photos, profiles
from quad.identity.service.areas import role_label
from quad.web.added import panels
from quad.web.kit import bind, current_actor, current_db, done, page, refusals, runtime
from quad.web.limits import limit

bp = Blueprint("identity_profile", __name__, template_folder="../templates")

A_YEAR = 31_536_000


def me() -> Actor:
    """Return who is signed in. Raises SignedOut."""
    actor = current_actor()
    if not actor.signed_in:
        raise SignedOut
    return actor


@bp.get("/profile")
def show() -> ResponseReturnValue:
    actor = me()
    user, profile = profiles.get_own_profile(current_db(), actor)
    return page(
        "identity/profile.html",
        user=user,
        profile=profile,
        roles=[role_label(role) for role in dict.fromkeys(grant.role for grant in actor.grants)],
        panels=panels("own_profile", user.id),
    )


@bp.route("/profile/edit", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    actor = me()
    user, profile = profiles.get_own_profile(current_db(), actor)
    form = bind(EditProfile, initial=_initial(user, profile), choices=_choices())
    if form.data is not None:
        with refusals(form):
            profiles.edit_profile(current_db(), actor, form.data)
        if not form.errors:
            return done(_("Your profile is saved."), url_for("identity_profile.show"))
    return _edit_page(user, form, Bound(UploadPhoto))


def _edit_page(user: User, form: Bound[EditProfile], photo: Bound[UploadPhoto]) -> tuple[str, int]:
    status = max(form.status, photo.status)
    megabytes = value(current_db(), photos.LIMIT)
    return page(
        "identity/profile_edit.html",
        status,
        user=user,
        form=form,
        photo=photo,
        megabytes=megabytes,
        panels=panels("own_profile", user.id),
    )


def _initial(user: User, profile: Profile) -> dict[str, object]:
    settings = runtime().settings
    return {
        "full_name": user.full_name,
        "pronouns": profile.pronouns,
        "bio": profile.bio,
        "phone": profile.phone,
        "links": profile.links,
        "language": user.language or settings.language,
        "zone": user.zone or settings.time_zone,
        "theme": user.theme.value,
        "version": profile.version,
    }


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "language": list(languages()),
        "zone": [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        "theme": [
            (Theme.AUTO.value, _("As the device")),
            (Theme.LIGHT.value, _("Light")),
            (Theme.DARK.value, _("Dark")),
        ],
    }


@bp.post("/profile/photo")
@limit("20 per minute", scope="photo")
def upload_photo() -> ResponseReturnValue:
    """Take a new photo; the picture is worked on before the transaction begins."""
    actor = me()
    given = request.files.get("file")
    photo: Bound[UploadPhoto] = Bound(UploadPhoto)
    if given is None or not given.filename:
        photo.errors["file"] = _("Choose a picture first.")
    else:
        with runtime().database.reading() as looking:
            megabytes = value(looking, photos.LIMIT)
        try:
            with closing(given):
                prepared = photos.prepare_photo(given.stream, given.filename, megabytes=megabytes)
        except (Invalid, TooLarge) as error:
            photo.refuse(Invalid({"file": str(error)}) if isinstance(error, TooLarge) else error)
        else:
            files = Files.from_settings(runtime().settings)
            profiles.set_photo(current_db(), actor, prepared, files)
            return done(_("Your new photo is there."), url_for("identity_profile.edit"))
    user, profile = profiles.get_own_profile(current_db(), actor)
    form = Bound(EditProfile, initial=_initial(user, profile), choices=_choices())
    return _edit_page(user, form, photo)


@bp.post("/profile/photo/delete")
def delete_photo() -> BaseResponse:
    profiles.remove_photo(current_db(), me())
    return done(_("Your photo is removed."), url_for("identity_profile.edit"))


@bp.get("/people/<int:user_id>/photo/<mark>")
def photo(user_id: int, mark: str) -> ResponseReturnValue:
    """A person's photo. The mark changes with the picture, so a browser may keep it for ever."""
    small = request.args.get("size") != "large"
    if len(mark) > photos.MARK_LENGTH:
        raise NotFound
    stored = profiles.find_photo(current_db(), current_actor(), user_id, mark, small=small)
    response = Response(mimetype=stored.media_type)
    response.headers["X-Quad-File"] = stored.key
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return response
