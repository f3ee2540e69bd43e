"""CVs: kept for the next application, and every taking written down. `core.taking` looks at them before that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.careers import policy
from quad.careers.facts import CvKept, CvTaken
from quad.careers.models.applications import CvOpening, StoredCv
from quad.core.db.engine import Database
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit, run
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.taking import Taken

MOST = 5


def keep(db: Session, actor: Actor, given: Taken) -> StoredFile:
    """Keep a CV for later applications. Beyond `MOST` the oldest is not offered any more; what was sent stays sent."""
    stored = given.row(actor.id)
    db.add(stored)
    db.flush()
    db.add(StoredCv(person_id=actor.own_id, file_id=stored.id))
    db.flush()
    old = db.scalars(
        select(StoredCv.id)
        .where(StoredCv.person_id == actor.own_id)
        .order_by(StoredCv.id.desc())
        .offset(MOST)
    ).all()
    if old:
        db.execute(delete(StoredCv).where(StoredCv.id.in_(old)))
    emit(db, CvKept(actor_id=actor.id, person_id=actor.own_id, kept=True))
    return stored


def own(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the CVs one keeps, the newest first: id, name, size, since when."""
    return db.execute(
        select(StoredCv.id, StoredFile.name, StoredFile.size, StoredCv.created_at)
        .join(StoredFile, StoredFile.id == StoredCv.file_id)
        .where(StoredCv.person_id == actor.own_id)
        .order_by(StoredCv.id.desc())
    ).all()


def chosen(db: Session, actor: Actor, cv_id: int) -> StoredFile:
    """Return the file of a CV one keeps. Raises Invalid (`cv_id`)."""
    found = db.scalar(
        select(StoredFile)
        .join(StoredCv, StoredCv.file_id == StoredFile.id)
        .where(StoredCv.id == cv_id, StoredCv.person_id == actor.own_id)
    )
    if found is None:
        raise Invalid({"cv_id": _("This CV is not there any more. Choose another one.")})
    return found


def forget(db: Session, actor: Actor, cv_id: int) -> None:
    """Keep a CV no longer; applications it was sent with are not touched. Raises NotFound."""
    gone: Any = db.execute(
        delete(StoredCv).where(StoredCv.id == cv_id, StoredCv.person_id == actor.own_id)
    )
    if not gone.rowcount:
        raise NotFound
    emit(db, CvKept(actor_id=actor.id, person_id=actor.own_id, kept=False))


def take(db: Session, actor: Actor, application_id: int) -> StoredFile:
    """Return the CV of an application for whoever posted the job, or who applied, and write down who took it.

    Raises NotFound, Forbidden, Rejected when none was handed in.
    """
    row = policy.CV_TAKE.get(db, actor, application_id, read=policy.APPLICATION_READ)
    stored = db.get(StoredFile, row.cv_id) if row.cv_id is not None else None
    if stored is None:
        raise Rejected(_("No CV was handed in with this application."))
    if row.person_id != actor.id:
        db.add(CvOpening(application_id=row.id, user_id=actor.own_id))
        emit(db, CvTaken(actor_id=actor.id, application_id=row.id, person_id=row.person_id))
    return stored


def take_out(database: Database, actor: Actor, application_id: int) -> tuple[str, str, str]:
    """Take a CV in a unit of its own, since reading requests cannot write; return place, name and media type.

    Raises as `take`.
    """

    def work(db: Session) -> tuple[str, str, str]:
        stored = take(db, actor, application_id)
        return stored.key, stored.name, stored.media_type

    return run(database.writer, work)


def taken(db: Session, application_id: int) -> tuple[int, Any]:
    """Return how often the CV of an application was taken, and when last (None: never)."""
    row = db.execute(
        select(func.count(CvOpening.id), func.max(CvOpening.created_at)).where(
            CvOpening.application_id == application_id
        )
    ).one()
    return row[0], row[1]


def described(stored: StoredFile) -> dict[str, Any]:
    """Return a CV as an application lists it."""
    return {
        "kind": "cv",
        "name": stored.name,
        "size": stored.size,
        "media_type": stored.media_type,
        "sha256": stored.sha256,
    }
