"""Letters that an approved request ends in, kept in the register of documents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.documents import IssuedDocument
from quad.academics.models.people import Student
from quad.academics.policy.documents import DocumentKind
from quad.academics.service import documents
from quad.core.errors import NotFound
from quad.core.files import StoredFile
from quad.core.i18n import day, ngettext
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Batch, Department, Programme
from quad.welfare import policy
from quad.welfare.models.requests import Request
from quad.welfare.models.setup import Category, FieldKind, Letter

KINDS: dict[Letter, DocumentKind] = {
    Letter.BONAFIDE: DocumentKind("bonafide", "BON", _l("Bonafide letter"), policy.APPROVE),
    Letter.LEAVE: DocumentKind("leave", "LEA", _l("Leave letter"), policy.APPROVE),
}


def write(db: Session, by: Actor, request: Request, category: Category) -> int:
    """Write the letter of a request into the register; return the document's number. Raises Forbidden."""
    who = _student(db, request.student_id)
    build = _bonafide if category.letter is Letter.BONAFIDE else _leave
    data, public = build(request, who)
    issued = documents.issue(
        db,
        by,
        KINDS[category.letter],
        request.student_id,
        f"welfare/{category.letter.value}",
        data,
        public=public,
    )
    return issued.id


def _student(db: Session, student_id: int) -> Any:
    return db.execute(
        select(
            User.full_name,
            Student.register_number,
            Student.semester,
            Student.admission_year,
            Programme.name.label("programme"),
            Department.name.label("department"),
            Batch.name.label("batch"),
        )
        .join(User, User.id == Student.user_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .outerjoin(Department, Department.id == Student.department_id)
        .outerjoin(Batch, Batch.id == Student.batch_id)
        .where(Student.id == student_id)
    ).one()


def _about(who: Any) -> list[dict[str, str]]:
    pairs = (
        (_("Name"), who.full_name),
        (_("Register number"), who.register_number),
        (_("Programme"), who.programme),
        (_("Department"), who.department),
        (_("Semester"), str(who.semester)),
        (_("Admitted"), str(who.admission_year)),
    )
    return [{"label": label, "value": text} for label, text in pairs if text]


def _bonafide(request: Request, who: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    studies = who.programme or who.department or _("this institution")
    purpose = _purpose(request)
    paragraphs = [
        _(
            "This is to certify that %(name)s, register number %(number)s, is a bona fide student of this institution "
            "and studies %(studies)s in semester %(semester)s.",
            name=who.full_name,
            number=who.register_number,
            studies=studies,
            semester=who.semester,
        ),
        _("This letter is given at the student’s request, for: %(purpose)s.", purpose=purpose)
        if purpose
        else _("This letter is given at the student’s request."),
    ]
    data = {
        "title": _("Bonafide letter"),
        "subtitle": _("To whom it may concern"),
        "person": _about(who),
        "paragraphs": paragraphs,
        "signature": _("For the institution"),
    }
    return data, [(_("Studies"), studies)]


def _leave(request: Request, who: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    assert request.first_day is not None
    assert request.last_day is not None
    count = (request.last_day - request.first_day).days + 1
    span = _("%(first)s to %(last)s", first=day(request.first_day), last=day(request.last_day))
    paragraphs = [
        ngettext(
            "Leave is granted to %(name)s, register number %(number)s, for %(num)s day: %(span)s.",
            "Leave is granted to %(name)s, register number %(number)s, for %(num)s days: %(span)s.",
            count,
            name=who.full_name,
            number=who.register_number,
            span=day(request.first_day) if count == 1 else span,
        ),
        _("Classes missed on these days count as excused."),
    ]
    data = {
        "title": _("Leave letter"),
        "subtitle": "",
        "person": _about(who),
        "paragraphs": paragraphs,
        "signature": _("For the institution"),
    }
    return data, [(_("Leave"), day(request.first_day) if count == 1 else span)]


def _purpose(request: Request) -> str:
    """Return the first brief answer: what the letter is for."""
    brief = (FieldKind.CHOICE.value, FieldKind.TEXT.value)
    found = (str(value) for _key, _label, kind, value in request.answers if kind in brief and value)
    return next(found, "")


def letter(db: Session, actor: Actor, request_id: int) -> tuple[IssuedDocument, StoredFile]:
    """Return the letter of a request one may see, and its file. Raises NotFound."""
    request = policy.READ.get(db, actor, request_id)
    row = db.get(IssuedDocument, request.document_id) if request.document_id else None
    stored = db.get(StoredFile, row.file_id) if row is not None and row.file_id else None
    if row is None or stored is None:
        raise NotFound(_("There is no letter yet."))
    return row, stored
