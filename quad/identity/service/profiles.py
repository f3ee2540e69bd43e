"""What people say about themselves, and how they look."""

from __future__ import annotations

from io import BytesIO

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.core.errors import EditedMeanwhile, NotFound, SignedOut
from quad.core.facts import emit
from quad.core.files import Files, StoredFile
from quad.core.policy import Actor
from quad.identity.facts.accounts import (
    PhotoChanged,
    PreferencesChanged,
    ProfileChanged,
    UserChanged,
)
from quad.identity.forms.profiles import EditProfile
from quad.identity.models.accounts import User
from quad.identity.models.profiles import Profile
from quad.identity.policy import OWN_ACCOUNT, SEE_PHOTOS
from quad.identity.service.account import get_own
from quad.identity.service.photos import MEDIA_TYPE, Photo
from quad.identity.service.users import sort_name


def get_own_profile(db: Session, actor: Actor) -> tuple[User, Profile]:
    """Return the actor's account and profile; an unsaved, empty one when nothing was written yet."""
    user = get_own(db, actor)
    return user, _profile(db, user.id) or _empty(user.id)


def _profile(db: Session, user_id: int, *, lock: bool = False) -> Profile | None:
    query = select(Profile).where(Profile.user_id == user_id)
    return db.scalar(query.with_for_update() if lock else query)


def _empty(user_id: int) -> Profile:
    return Profile(user_id=user_id, pronouns="", bio="", phone="", links=[], version=0)


def _kept(db: Session, user_id: int) -> Profile:
    found = _profile(db, user_id, lock=True)
    if found is None:
        found = Profile(user_id=user_id, links=[])
        db.add(found)
        db.flush()
    return found


def edit_profile(db: Session, actor: Actor, form: EditProfile) -> Profile:
    """Keep what the actor says about themselves, and the preferences.

    Raises EditedMeanwhile when the form shows an older version than the one that is kept.
    """
    OWN_ACCOUNT.require(actor)
    user = get_own(db, actor)
    known = _profile(db, user.id, lock=True)
    if form.version is not None and form.version != (known.version if known else 0):
        raise EditedMeanwhile
    profile = known or _kept(db, user.id)
    profile.pronouns, profile.bio, profile.phone = form.pronouns, form.bio, form.phone
    profile.links = list(form.links)
    name = " ".join(form.full_name.split())
    renamed = name != user.full_name
    preferred = (form.language, form.zone, form.theme) != (user.language, user.zone, user.theme)
    user.full_name, user.sort_name = name, sort_name(name)
    user.language, user.zone, user.theme = form.language, form.zone, form.theme
    emit(db, ProfileChanged(actor_id=actor.id, user_id=user.id))
    if preferred:
        emit(db, PreferencesChanged(actor_id=actor.id, user_id=user.id))
    if renamed:
        emit(db, UserChanged(actor_id=actor.id, user_id=user.id))
    return profile


def set_photo(db: Session, actor: Actor, photo: Photo, files: Files) -> str:
    """Keep a prepared photo instead of the earlier one; return its mark."""
    OWN_ACCOUNT.require(actor)
    user = get_own(db, actor)
    profile = _kept(db, user.id)
    old = _stored(profile)
    large, small = (
        files.put(
            db,
            BytesIO(content),
            name=f"{user.full_name}.webp",
            media_type=MEDIA_TYPE,
            owner_id=user.id,
        )
        for content in (photo.large, photo.small)
    )
    profile.photo_id, profile.small_photo_id, user.photo = large.id, small.id, photo.mark
    db.flush()
    _drop(db, old)
    emit(db, PhotoChanged(actor_id=actor.id, user_id=user.id))
    return photo.mark


def remove_photo(db: Session, actor: Actor) -> None:
    """Show the initials again."""
    OWN_ACCOUNT.require(actor)
    user = get_own(db, actor)
    profile = _profile(db, user.id, lock=True)
    if profile is None or not user.photo:
        return
    old = _stored(profile)
    profile.photo_id = profile.small_photo_id = None
    user.photo = ""
    db.flush()
    _drop(db, old)
    emit(db, PhotoChanged(actor_id=actor.id, user_id=user.id))


def _stored(profile: Profile) -> list[int]:
    return [found for found in (profile.photo_id, profile.small_photo_id) if found is not None]


def _drop(db: Session, file_ids: list[int]) -> None:
    """Forget files; the sweep frees their content."""
    if file_ids:
        db.execute(delete(StoredFile).where(StoredFile.id.in_(file_ids)))


def find_photo(db: Session, actor: Actor, user_id: int, mark: str, *, small: bool) -> StoredFile:
    """Return a photo as far as `actor` sees it.

    Raises SignedOut, and NotFound for another mark, a person who left, or one who does not show it to `actor`.
    """
    if not actor.signed_in:
        raise SignedOut
    column = Profile.small_photo_id if small else Profile.photo_id
    found = db.scalar(
        select(StoredFile)
        .join(Profile, column == StoredFile.id)
        .join(User, User.id == Profile.user_id)
        .where(
            User.id == user_id,
            User.photo == mark,
            User.photo != "",
            User.leaves_at.is_(None),
            SEE_PHOTOS.where(actor),
        )
    )
    if found is None:
        raise NotFound
    return found
