"""A copy of everything kept about oneself: a ZIP with JSON for programs and a page for people, kept for a week."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from jinja2 import Environment, FileSystemLoader
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.core import clock, i18n
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import Files, StoredFile
from quad.core.i18n import gettext as _
from quad.core.jobs.models import Job
from quad.core.jobs.outbox import enqueue
from quad.core.mail.outbox import send
from quad.core.own_data import Table, own_data
from quad.core.policy import Actor
from quad.identity.facts.accounts import OwnDataAsked, OwnDataReady
from quad.identity.models.accounts import User
from quad.identity.models.profiles import OwnDataCopy
from quad.identity.policy import OWN_ACCOUNT, READ_OWN_DATA
from quad.identity.service.account import get_own

COPY_JOB = "identity.own_data"
KEPT = timedelta(days=7)
WAIT = timedelta(minutes=10)
IN_MEMORY = 2 * 1024 * 1024
TEMPLATES = Path(__file__).parents[1] / "templates" / "identity"


def ask_for_copy(db: Session, actor: Actor) -> OwnDataCopy:
    """Promise a copy. Raises Rejected when one was asked for a few minutes ago."""
    OWN_ACCOUNT.require(actor)
    user = get_own(db, actor)
    newest = latest_copy(db, actor)
    if newest is not None and clock.now() - newest.created_at < WAIT:
        raise Rejected(_("A copy was asked for a few minutes ago. It is below, or on its way."))
    row = OwnDataCopy(user_id=user.id, expires_at=clock.now() + KEPT)
    db.add(row)
    db.flush()
    row.job_id = enqueue(db, COPY_JOB, {"copy": row.id})
    emit(db, OwnDataAsked(actor_id=actor.id, user_id=user.id, copy_id=row.id))
    return row


def latest_copy(db: Session, actor: Actor) -> OwnDataCopy | None:
    """Return the newest copy that was asked for and is not over."""
    query = (
        READ_OWN_DATA.visible(actor)
        .where(OwnDataCopy.expires_at > clock.now())
        .order_by(OwnDataCopy.id.desc())
        .limit(1)
    )
    return db.scalar(query)


def get_copy(db: Session, actor: Actor, copy_id: int) -> OwnDataCopy:
    """Return one of the actor's copies. Raises NotFound, also when its week is over."""
    row = READ_OWN_DATA.get(db, actor, copy_id)
    if row.expires_at <= clock.now():
        raise NotFound(_("This copy is not there any more. Ask for a new one."))
    return row


def job_of(db: Session, row: OwnDataCopy) -> Job | None:
    """Return the job that writes a copy."""
    return db.get(Job, row.job_id) if row.job_id is not None else None


def find_copy(db: Session, copy_id: int) -> OwnDataCopy | None:
    """Return a copy that is not written yet (the worker's part)."""
    return db.scalar(
        select(OwnDataCopy).where(OwnDataCopy.id == copy_id, OwnDataCopy.file_id.is_(None))
    )


def copy_file(db: Session, row: OwnDataCopy) -> StoredFile:
    """Return the finished file. Raises NotFound before that."""
    found = db.get(StoredFile, row.file_id) if row.file_id is not None else None
    if found is None:
        raise NotFound(_("This copy is not there any more. Ask for a new one."))
    return found


def collect(db: Session, user_id: int) -> dict[str, tuple[str, Mapping[str, Table]]]:
    """Return (label, tables) of every domain that keeps something."""
    found = {part.name: (str(part.label), part.load(db, user_id)) for part in own_data()}
    return {name: pair for name, pair in found.items() if any(pair[1].values())}


def write_zip(person: str, collected: Mapping[str, tuple[str, Mapping[str, Table]]]) -> IO[bytes]:
    """Return a ZIP: `index.html` for people and one JSON file per domain."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", _page(person, collected))
        for name, (_label, tables) in collected.items():
            text = json.dumps(tables, default=_plain, ensure_ascii=False, indent=2)
            archive.writestr(f"{name}.json", text)
    file.seek(0)
    return file


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _page(person: str, collected: Mapping[str, tuple[str, Mapping[str, Table]]]) -> str:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True
    )
    made.filters["moment"] = i18n.moment
    return made.get_template("own_data_copy.html").render(
        person=person,
        collected=collected,
        at=clock.now(),
        language=i18n.current_reader().language.replace("_", "-"),
    )


def keep_copy(
    db: Session, copy_id: int, content: IO[bytes], size: int, files: Files, base_url: str
) -> None:
    """Keep the finished file and tell its owner by mail (the worker's part)."""
    row = db.scalar(select(OwnDataCopy).where(OwnDataCopy.id == copy_id).with_for_update())
    if row is None or row.file_id is not None:
        return
    user = db.scalar(select(User).where(User.id == row.user_id, User.deleted_at.is_(None)))
    if user is None:
        return
    stored = files.put(
        db,
        content,
        name=f"my-data-{clock.today().isoformat()}.zip",
        media_type="application/zip",
        owner_id=user.id,
    )
    row.file_id, row.size, row.finished_at = stored.id, size, clock.now()
    row.expires_at = clock.now() + KEPT
    send(
        db,
        "identity/own-data",
        [(user.full_name, user.email_as_typed)],
        {"link": f"{base_url.rstrip('/')}/account/data", "until": row.expires_at},
        language=user.language or None,
        zone=user.zone or None,
    )
    emit(db, OwnDataReady(actor_id=user.id, user_id=user.id, copy_id=row.id))


def purge_copies(db: Session) -> None:
    """Forget copies after their week; the sweep of the files frees their content."""
    old = db.execute(
        select(OwnDataCopy.id, OwnDataCopy.file_id).where(OwnDataCopy.expires_at < clock.now())
    ).all()
    db.execute(delete(OwnDataCopy).where(OwnDataCopy.id.in_([row.id for row in old])))
    files = [row.file_id for row in old if row.file_id]
    db.execute(delete(StoredFile).where(StoredFile.id.in_(files)))
