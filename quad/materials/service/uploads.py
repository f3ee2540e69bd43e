"""Large files come in pieces: announced, sent from an offset, gone on with after a break, put together at the end.

Where the files lie in an object store, a program may send an announced file straight there instead, in one piece.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import IO

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.core import arriving, clock
from quad.core.errors import Invalid, NotFound, Rejected, TooLarge
from quad.core.facts import after_commit, emit
from quad.core.files import Files, in_words, shown_name
from quad.core.i18n import gettext as _
from quad.core.pieces import forget_pieces, joined
from quad.core.policy import Actor
from quad.materials import policy
from quad.materials.facts import UploadBegun, UploadCancelled, UploadFact, UploadFinished
from quad.materials.forms import NewUpload, Where
from quad.materials.models.materials import Material, Upload, UploadPiece
from quad.materials.service import adding, changing, kinds, places
from quad.materials.service.kinds import Prepared

# Shorter than the grace of content that no row names: a sweep must not take the first pieces.
LIFETIME = timedelta(hours=20)
PIECE = 4 * 1024 * 1024
LARGEST_PIECE = 16 * 1024 * 1024
MOST_OPEN = 30


def begin(db: Session, actor: Actor, course_id: int, form: NewUpload) -> Upload:
    """Announce a file, before anything of it is sent.

    Raises NotFound, Forbidden, TooLarge, Invalid, and Rejected when the course is full or too many wait to be finished.
    """
    places.hold(db, course_id)
    offering_id, section_id = form.offering_id, form.section_id
    if form.material_id is not None:
        replaced = changing.kept(db, actor, form.material_id)
        if replaced.course_id != course_id:
            raise NotFound
        offering_id, section_id = replaced.offering_id, replaced.section_id
    scope = places.kept_scope(db, actor, course_id, offering_id)
    places.require_section(db, scope, section_id)
    name = shown_name(form.name)
    _require_fitting(kinds.taken(db), name, form.size)
    kinds.require_room(db, course_id, form.size)
    _require_few(db, actor)
    upload = Upload(
        key=secrets.token_urlsafe(24),
        user_id=actor.own_id,
        course_id=course_id,
        offering_id=offering_id,
        section_id=section_id,
        material_id=form.material_id,
        name=name,
        size=form.size,
        expires_at=clock.now() + LIFETIME,
    )
    db.add(upload)
    db.flush()
    emit(db, _fact(UploadBegun, actor, upload))
    return upload


def _fact(kind: type[UploadFact], actor: Actor, upload: Upload) -> UploadFact:
    return kind(actor_id=actor.id, upload_id=upload.id, course_id=upload.course_id)


def _require_fitting(what: kinds.Taken, name: str, size: int) -> None:
    """Refuse early what the end would refuse: by the ending of the name, and by the size."""
    limit = what.limit_of(name)
    if not limit:
        said = _("This kind of file is not taken here. Taken are: %(what)s.", what=what.sentence())
        raise Invalid({"file": said})
    if size > limit:
        raise TooLarge(
            _("The file is too large. It may have at most %(size)s.", size=in_words(limit))
        )


def _require_few(db: Session, actor: Actor) -> None:
    waiting = select(func.count()).where(
        Upload.user_id == actor.own_id, Upload.made_id.is_(None), Upload.expires_at > clock.now()
    )
    if (db.scalar(waiting) or 0) >= MOST_OPEN:
        raise Rejected(
            _("Finish or cancel some of your %(n)s unfinished uploads first.", n=MOST_OPEN)
        )


def find(db: Session, actor: Actor, key: str, *, lock: bool = False) -> Upload:
    """Return one's own upload that has not expired. Raises NotFound."""
    number = db.scalar(select(Upload.id).where(Upload.key == key))
    if number is None:
        raise NotFound
    upload = policy.OWN_UPLOAD.get(db, actor, number, lock=lock)
    if upload.expires_at <= clock.now():
        raise NotFound(_("This upload was given up. Send the file anew."))
    return upload


def unfinished(db: Session, actor: Actor, course_id: int) -> Sequence[Upload]:
    """Return one's own uploads to a course that can be gone on with, the newest first."""
    return db.scalars(
        policy.OWN_UPLOAD.visible(actor)
        .where(
            Upload.course_id == course_id,
            Upload.made_id.is_(None),
            Upload.expires_at > clock.now(),
        )
        .order_by(Upload.id.desc())
        .limit(MOST_OPEN)
    ).all()


def require_next(upload: Upload, offset: int, length: int) -> None:
    """Raise Rejected unless a piece of this length goes on exactly where the upload stands."""
    if upload.made_id is not None:
        raise Rejected(_("This upload is finished."))
    if offset != upload.received:
        raise Rejected(
            _("Go on at byte %(offset)s: so much of the file is here.", offset=upload.received)
        )
    if length == 0 or length > LARGEST_PIECE or offset + length > upload.size:
        raise Invalid({"file": _("This piece does not fit into the file that was announced.")})


def take_piece(db: Session, upload: Upload, *, offset: int, length: int, stored: str) -> None:
    """Note a piece of a held upload that is in the store under `stored`. Raises Rejected, Invalid."""
    require_next(upload, offset, length)
    db.add(UploadPiece(upload_id=upload.id, start=offset, length=length, key=stored))
    upload.received = offset + length
    db.flush()


@dataclass(frozen=True)
class Address:
    """Where a program may PUT an announced file, and until when it may begin."""

    url: str
    until: datetime


def address_of(files: Files, upload: Upload) -> Address | None:
    """Return where the whole of an upload may be sent at once; None where it comes in pieces only."""
    if upload.made_id is not None or upload.received:
        return None
    now = clock.now()
    lifetime = min(arriving.SIGNED_FOR, upload.expires_at - now)
    url = arriving.signed_address(files, upload.key, lifetime)
    return None if url is None else Address(url, now + lifetime)


def put_together(db: Session, files: Files, actor: Actor, key: str) -> Prepared | None:
    """Look at the file that arrived, in pieces or at once, and keep its content; None when that was done before.

    Reads only. Raises NotFound, Rejected when something is missing, TooLarge, and Invalid (field `file`).
    """
    upload = find(db, actor, key)
    if upload.made_id is not None:
        return None
    name, what = upload.name, kinds.taken(db)
    with _arrived(db, files, upload) as content:
        return kinds.prepare(files, content, name, what)


@contextmanager
def _arrived(db: Session, files: Files, upload: Upload) -> Iterator[IO[bytes]]:
    """Give the content of an upload as a file. What was sent at once and is refused does not stay."""
    if upload.received == upload.size:
        with joined(files, _keys(db, upload.id)) as content:
            yield content
        return
    sent = arriving.size_of(files, upload.key)
    if sent is None:
        raise Rejected(
            _(
                "%(received)s of %(size)s bytes are here. Send the rest first.",
                received=upload.received,
                size=upload.size,
            )
        )
    try:
        if sent != upload.size:
            raise Invalid(
                {
                    "file": _(
                        "%(sent)s bytes arrived, but %(size)s were announced. Send the file again.",
                        sent=sent,
                        size=upload.size,
                    )
                }
            )
        with arriving.fetched(files, upload.key, limit=upload.size) as content:
            yield content
    except (Invalid, TooLarge):
        arriving.forget(files, [upload.key])
        raise


def finish(
    db: Session, files: Files, actor: Actor, key: str, prepared: Prepared | None
) -> Material:
    """Make an upload a material, or the next version of one; once more gives what it became.

    Raises NotFound, Forbidden, Rejected, Invalid.
    """
    upload = find(db, actor, key, lock=True)
    if upload.made_id is not None or prepared is None:
        return policy.READ.get(db, actor, upload.made_id or 0)
    if upload.material_id is not None:
        version = changing.replace(db, actor, upload.material_id, prepared)
        upload.made_id = version.material_id
    else:
        where = Where(offering_id=upload.offering_id, section_id=upload.section_id)
        upload.made_id = adding.add_files(db, actor, upload.course_id, where, [prepared])[0].id
    _drop_content(db, files, [upload])
    emit(db, _fact(UploadFinished, actor, upload))
    return db.get_one(Material, upload.made_id)


def cancel(db: Session, files: Files, actor: Actor, key: str) -> None:
    """Give an upload up. Raises NotFound."""
    upload = find(db, actor, key, lock=True)
    _drop_content(db, files, [upload])
    emit(db, _fact(UploadCancelled, actor, upload))
    db.delete(upload)


def _keys(db: Session, *upload_ids: int) -> list[str]:
    return list(
        db.scalars(
            select(UploadPiece.key)
            .where(UploadPiece.upload_id.in_(upload_ids))
            .order_by(UploadPiece.upload_id, UploadPiece.start)
        )
    )


def _drop_content(db: Session, files: Files, uploads: Sequence[Upload]) -> None:
    """Forget the rows now and the content after the commit; what a crash leaves there, the sweep of the files takes."""
    ids = [upload.id for upload in uploads]
    keys = _keys(db, *ids)
    db.execute(delete(UploadPiece).where(UploadPiece.upload_id.in_(ids)))
    after_commit(db, partial(forget_pieces, files, keys))
    after_commit(db, partial(arriving.forget, files, [upload.key for upload in uploads]))


def sweep(db: Session, files: Files, most: int = 100) -> int:
    """Forget uploads that have expired, with what of them has arrived; return how many."""
    old = db.scalars(
        select(Upload)
        .where(Upload.expires_at <= clock.now())
        .order_by(Upload.expires_at, Upload.id)
        .limit(most)
    ).all()
    if old:
        _drop_content(db, files, old)
        db.execute(delete(Upload).where(Upload.id.in_([upload.id for upload in old])))
    return len(old)
