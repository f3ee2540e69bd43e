"""Files that belong to requests: looked at before they are kept, seen by who sees the request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.settings import Setting, between
from quad.core.taking import Purpose, Taken
from quad.core.uploads import JPEG, PDF, PNG, WEBP
from quad.welfare import policy
from quad.welfare.models.requests import CLOSED, Attachment, EventKind, Request
from quad.welfare.service.handling import GROUP
from quad.welfare.service.story import Step, take

MOST = 10
AT_ONCE = 5


LIMIT = Setting(
    key="welfare.attachment_megabytes",
    label=_l("Largest attachment of a request in megabytes"),
    default=10,
    kind="int",
    group=GROUP,
    check=between(1, 25, _l("Write a number of megabytes from 1 to 25.")),
    order=40,
)


FILE = Purpose((PDF, PNG, JPEG, WEBP), LIMIT)


def attach(
    db: Session,
    actor: Actor,
    request_id: int,
    given: Sequence[Taken],
    *,
    internal: bool = False,
) -> list[Attachment]:
    """Add files to a request. `internal` ones are for the staff only.

    Raises NotFound, Rejected when it is closed or has too many.
    """
    request = policy.READ.get(db, actor, request_id, lock=True)
    if request.state in CLOSED:
        raise Rejected(_("This request is closed. Reopen it to add a file."))
    internal = internal and request.user_id != actor.id
    rows = keep(db, actor, request, given, internal=internal)
    told = [request.assignee_id] if request.assignee_id is not None else []
    names = ", ".join(one.name for one in given)
    fact = take(db, actor, request, Step(EventKind.ATTACHED, text=names, internal=internal), told)
    for row in rows:
        row.event_id = fact.event_id
    emit(db, fact)
    return rows


def keep(
    db: Session, by: Actor, request: Request, given: Sequence[Taken], *, internal: bool = False
) -> list[Attachment]:
    """Write the rows of files that belong to a request. Raises Rejected when they are too many."""
    count = db.scalar(select(func.count()).where(Attachment.request_id == request.id)) or 0
    if count + len(given) > MOST:
        raise Rejected(_("A request has at most %(n)s files.", n=MOST))
    rows = []
    for one in given:
        stored = one.row(by.id)
        db.add(stored)
        db.flush()
        rows.append(Attachment(request_id=request.id, file_id=stored.id, internal=internal))
    db.add_all(rows)
    db.flush()
    return rows


def find(db: Session, actor: Actor, request_id: int, attachment_id: int) -> StoredFile:
    """Return a file of a request one may see. Raises NotFound."""
    request = policy.READ.get(db, actor, request_id)
    query = (
        select(StoredFile)
        .join(Attachment, Attachment.file_id == StoredFile.id)
        .where(Attachment.id == attachment_id, Attachment.request_id == request.id)
    )
    if request.user_id == actor.id:
        query = query.where(Attachment.internal.is_(False))
    stored = db.scalar(query)
    if stored is None:
        raise NotFound
    return stored


def of_request(db: Session, request_id: int, *, for_staff: bool) -> Sequence[Any]:
    """Return the files of a request: id, name, size, media type, when, by whom, whether internal."""
    query = (
        select(
            Attachment.id,
            Attachment.internal,
            Attachment.created_at,
            StoredFile.name,
            StoredFile.size,
            StoredFile.media_type,
            StoredFile.owner_id,
        )
        .join(StoredFile, StoredFile.id == Attachment.file_id)
        .where(Attachment.request_id == request_id)
        .order_by(Attachment.id)
    )
    if not for_staff:
        query = query.where(Attachment.internal.is_(False))
    return db.execute(query).all()
