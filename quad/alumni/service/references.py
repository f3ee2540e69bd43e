"""Asking for references, writing them, and giving them as a document or confidentially."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from quad.academics.models.documents import IssuedDocument
from quad.academics.models.people import Student
from quad.academics.policy.documents import DocumentKind
from quad.academics.service import documents
from quad.alumni.facts import (
    ReferenceAccepted,
    ReferenceAsked,
    ReferenceChanged,
    ReferenceDeclined,
    ReferenceDelivered,
    ReferenceReminded,
    ReferenceWithdrawn,
    ReferenceWritten,
)
from quad.alumni.forms.giving import AskReference, WriteReference
from quad.alumni.models.references import WAITING, Delivery, Reference, ReferenceState
from quad.alumni.policy import giving as policy
from quad.alumni.service.passing_on import towards
from quad.core import clock
from quad.core.errors import EditedMeanwhile, Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.identity.models.accounts import User

KIND = DocumentKind("reference", "REF", _l("Reference"), policy.REFERENCE_ISSUE)
UNANSWERED = timedelta(days=3)
DUE = timedelta(days=2)
AGAIN = timedelta(days=7)


@dataclass(frozen=True)
class ShownReference:
    """A reference as one of those concerned may see it. `text` is empty for who may not read it."""

    id: int
    asker_id: int
    asker: str
    writer_id: int
    writer: str
    purpose: str
    message: str
    delivery: Delivery
    state: ReferenceState
    due_on: date | None
    capacity: str
    text: str
    reason: str
    serial: str
    created_at: datetime
    delivered_at: datetime | None
    version: int
    towards_one: bool
    own: bool
    mine_to_write: bool


def _selected() -> Select[*tuple[Any, ...]]:
    asker, writer = aliased(User), aliased(User)
    return (
        select(
            Reference,
            asker.full_name.label("asker"),
            writer.full_name.label("writer"),
            IssuedDocument.serial,
        )
        .join(asker, asker.id == Reference.asker_id)
        .join(writer, writer.id == Reference.writer_id)
        .outerjoin(IssuedDocument, IssuedDocument.id == Reference.document_id)
    )


def _shown(actor: Actor, row: Any) -> ShownReference:
    """Show the text to who wrote it, and to who asked once it is given and not confidential."""
    reference: Reference = row.Reference
    own, writes = reference.asker_id == actor.id, reference.writer_id == actor.id
    given = reference.state is ReferenceState.DELIVERED
    reads = writes or (own and given and reference.delivery is Delivery.DOCUMENT)
    return ShownReference(
        reference.id,
        reference.asker_id,
        row.asker,
        reference.writer_id,
        row.writer,
        reference.purpose,
        reference.message if own or writes else "",
        reference.delivery,
        reference.state,
        reference.due_on,
        reference.capacity if reads else "",
        reference.text if reads else "",
        reference.reason,
        row.serial or "",
        reference.created_at,
        reference.delivered_at,
        reference.version,
        bool(reference.subject_type),
        own,
        writes,
    )


def show(db: Session, actor: Actor, reference_id: int) -> ShownReference:
    """Return a reference as the actor may see it. Raises NotFound, SignedOut."""
    policy.REFERENCE_READ.get(db, actor, reference_id)
    row = db.execute(_selected().where(Reference.id == reference_id)).one()
    return _shown(actor, row)


def own(db: Session, actor: Actor) -> tuple[list[ShownReference], list[ShownReference]]:
    """Return what one asked for, and what one is asked to write: the newest first, 100 of each."""
    if actor.id is None:
        return [], []
    query = (
        _selected()
        .where(policy.REFERENCE_READ.where(actor, many=True))
        .order_by(Reference.created_at.desc(), Reference.id.desc())
        .limit(100)
    )
    asked = db.execute(query.where(Reference.asker_id == actor.id)).all()
    to_write = db.execute(query.where(Reference.writer_id == actor.id)).all()
    return [_shown(actor, row) for row in asked], [_shown(actor, row) for row in to_write]


def writers(db: Session, actor: Actor, text: str = "", limit: int = 200) -> list[tuple[int, str]]:
    """Return people one may ask, by name."""
    query = (
        select(User.id, User.full_name)
        .where(policy.WRITER.where(actor, many=True))
        .order_by(User.sort_name, User.id)
        .limit(limit)
    )
    if text:
        query = query.where(User.sort_name.startswith(text.lower(), autoescape=True))
    return [(row.id, row.full_name) for row in db.execute(query)]


def ask(
    db: Session,
    actor: Actor,
    form: AskReference,
    *,
    subject_type: str = "",
    subject_id: int = 0,
) -> Reference:
    """Ask somebody for a reference. `subject_type` and `subject_id` say to what a confidential one goes.

    The floor that owns the subject has asked whether it is the actor’s. Raises Forbidden, Invalid, Rejected when it was
    asked already.
    """
    policy.ASK.require(actor)
    if policy.WRITER.allowed(db, actor, [form.writer_id]) == set():
        raise Invalid({"writer_id": _("Choose a graduate or a teacher.")})
    if form.due_on is not None and form.due_on < local_today(db):
        raise Invalid({"due_on": _("This day is over. Choose a later one.")})
    if form.delivery is Delivery.DOCUMENT and _record(db, actor.own_id) is None:
        raise Invalid(
            {"delivery": _("A document needs an academic record here. Choose confidential.")}
        )
    purpose_key = towards(subject_type, subject_id) if subject_type else form.purpose
    if _asked(db, actor.own_id, form.writer_id, purpose_key) is not None:
        raise Rejected(
            _(
                "You asked this person for this already. They will hear of it again before it is due."
            )
        )
    row = Reference(
        asker_id=actor.own_id,
        writer_id=form.writer_id,
        purpose=form.purpose,
        purpose_key=purpose_key,
        message=form.message,
        delivery=form.delivery,
        due_on=form.due_on,
        subject_type=subject_type,
        subject_id=subject_id,
    )
    db.add(row)
    db.flush()
    emit(db, _fact(ReferenceAsked, actor, row, row.writer_id))
    return row


def _record(db: Session, user_id: int) -> int | None:
    return db.scalar(
        select(Student.id).where(Student.user_id == user_id, Student.deleted_at.is_(None))
    )


def _asked(db: Session, asker_id: int, writer_id: int, purpose_key: str) -> int | None:
    return db.scalar(
        select(Reference.id).where(
            Reference.asker_id == asker_id,
            Reference.writer_id == writer_id,
            Reference.purpose_key == purpose_key,
            Reference.open_mark == 1,
        )
    )


def _fact(
    kind: type[ReferenceChanged], actor: Actor | None, row: Reference, *to_ids: int
) -> ReferenceChanged:
    return kind(actor_id=actor.id if actor else None, reference_id=row.id, to_ids=to_ids)


def _mine(db: Session, actor: Actor, reference_id: int, *states: ReferenceState) -> Reference:
    row = policy.REFERENCE_WRITE.get(db, actor, reference_id, read=policy.REFERENCE_READ, lock=True)
    if row.state not in states:
        raise Rejected(_("This reference is closed already, or not accepted yet."))
    return row


def accept(db: Session, actor: Actor, reference_id: int) -> Reference:
    """Agree to write. Raises NotFound, Forbidden, Rejected when it was answered already."""
    row = _mine(db, actor, reference_id, ReferenceState.REQUESTED)
    row.state = ReferenceState.ACCEPTED
    row.answered_at = clock.now()
    emit(db, _fact(ReferenceAccepted, actor, row, row.asker_id))
    return row


def decline(db: Session, actor: Actor, reference_id: int, reason: str) -> Reference:
    """Say that one will not write. Raises NotFound, Forbidden, Rejected when it is closed already."""
    row = _mine(db, actor, reference_id, *WAITING)
    row.state, row.open_mark, row.reason = ReferenceState.DECLINED, None, reason
    row.answered_at = clock.now()
    row.text = ""
    emit(db, _fact(ReferenceDeclined, actor, row, row.asker_id))
    return row


def write(db: Session, actor: Actor, reference_id: int, form: WriteReference) -> Reference:
    """Keep the text; nobody else sees it yet. Raises NotFound, Forbidden, Rejected, EditedMeanwhile."""
    row = _mine(db, actor, reference_id, ReferenceState.ACCEPTED)
    if form.version is not None and form.version != row.version:
        raise EditedMeanwhile
    row.capacity, row.text = form.capacity, form.text
    emit(db, _fact(ReferenceWritten, actor, row))
    return row


def deliver(db: Session, actor: Actor, reference_id: int) -> Reference:
    """Give the reference: as a document with a number that others can verify, or to where somebody applies only.

    Raises NotFound, Forbidden, Rejected when nothing is written or it is closed.
    """
    row = _mine(db, actor, reference_id, ReferenceState.ACCEPTED)
    if not row.text:
        raise Rejected(_("Nothing is written yet. Write the reference first."))
    if row.delivery is Delivery.DOCUMENT:
        row.document_id = _issue(db, actor, row)
    row.state, row.open_mark = ReferenceState.DELIVERED, None
    row.delivered_at = clock.now()
    emit(db, _fact(ReferenceDelivered, actor, row, row.asker_id))
    return row


def _issue(db: Session, actor: Actor, row: Reference) -> int:
    student_id = _record(db, row.asker_id)
    if student_id is None:
        raise Rejected(_("There is no academic record that a document could be issued for."))
    asker, writer = (
        db.scalar(select(User.full_name).where(User.id == user_id)) or ""
        for user_id in (row.asker_id, row.writer_id)
    )
    data = {
        "title": _("Reference"),
        "subtitle": row.purpose,
        "person": [
            {"label": _("About"), "value": asker},
            {"label": _("Written by"), "value": writer},
            {"label": _("In the capacity of"), "value": row.capacity},
        ],
        "paragraphs": [part for part in row.text.splitlines() if part.strip()],
        "signature": writer,
    }
    public = [(_("Written by"), writer), (_("Purpose"), row.purpose)]
    issued = documents.issue(db, actor, KIND, student_id, "alumni/reference", data, public=public)
    return issued.id


def withdraw(db: Session, actor: Actor, reference_id: int) -> Reference:
    """Take a request back. Raises NotFound, Forbidden, Rejected when it is closed already."""
    row = policy.REFERENCE_ASKED.get(db, actor, reference_id, read=policy.REFERENCE_READ, lock=True)
    if row.state not in WAITING:
        raise Rejected(_("This reference is closed already."))
    _take_back(db, actor, row)
    return row


def _take_back(db: Session, actor: Actor, row: Reference) -> None:
    row.state, row.open_mark, row.text = ReferenceState.WITHDRAWN, None, ""
    emit(db, _fact(ReferenceWithdrawn, actor, row, row.writer_id))


def document(db: Session, actor: Actor, reference_id: int) -> tuple[IssuedDocument, StoredFile]:
    """Return the document of a reference, for who asked and who wrote. Raises NotFound."""
    shown = show(db, actor, reference_id)
    if not (shown.own or shown.mine_to_write):
        raise NotFound
    query = (
        select(IssuedDocument, StoredFile)
        .join(Reference, Reference.document_id == IssuedDocument.id)
        .join(StoredFile, StoredFile.id == IssuedDocument.file_id)
        .where(Reference.id == reference_id)
    )
    found = db.execute(query).first()
    if found is None:
        raise NotFound(_("There is no document of this reference."))
    return found[0], found[1]


def withdraw_for(db: Session, actor: Actor, subject_type: str, subject_id: int) -> None:
    """Take back what one asked for towards a thing that is given up; what is written already stays with it."""
    rows = db.scalars(
        select(Reference)
        .where(
            policy.REFERENCE_ASKED.where(actor),
            Reference.subject_type == subject_type,
            Reference.subject_id == subject_id,
            Reference.state.in_(WAITING),
        )
        .order_by(Reference.id)
        .with_for_update()
    ).all()
    for row in rows:
        _take_back(db, actor, row)


def remind_some(db: Session, limit: int = 50) -> int:
    """Remind writers of requests that wait or come due, once a week at most; return how many."""
    now, today = clock.now(), local_today(db)
    due = and_(
        Reference.due_on <= today + DUE,
        or_(Reference.reminded_at.is_(None), Reference.reminded_at < now - DUE),
    )
    waited = and_(
        Reference.created_at < now - UNANSWERED,
        or_(Reference.reminded_at.is_(None), Reference.reminded_at < now - AGAIN),
    )
    query = (
        select(Reference)
        .where(Reference.state.in_(WAITING), or_(due, waited))
        .order_by(Reference.id)
        .limit(limit)
        .with_for_update()
    )
    rows = db.scalars(query).all()
    for row in rows:
        row.reminded_at = now
        emit(db, _fact(ReferenceReminded, None, row, row.writer_id))
    return len(rows)
