"""Which kinds of documents there are, and who may issue, see and revoke them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import ColumnElement, select

from quad.academics.models.documents import DocumentBatch, IssuedDocument
from quad.academics.models.people import Student
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission

Branch = ColumnElement[bool]


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document. Declaring registers it; `code` (capital letters) begins its numbers.

    `may_issue` says for which students somebody may issue it.
    """

    name: str
    code: str
    label: str
    may_issue: Permission[Student]

    registry: ClassVar[dict[str, DocumentKind]] = {}

    def __post_init__(self) -> None:
        if self.name in self.registry or any(k.code == self.code for k in self.registry.values()):
            raise RuntimeError(f"document kind declared twice: {self.name}, {self.code}")
        if not re.fullmatch(r"[A-Z]{2,6}", self.code):
            raise RuntimeError(f"the code of a document kind is two to six capitals: {self.code}")
        self.registry[self.name] = self


def kind_label(name: str) -> str:
    """Return what a kind of document is called; a kind that is no more keeps its name."""
    known = DocumentKind.registry.get(name)
    return str(known.label) if known else name


def _seen_documents(actor: Actor) -> Branches:
    """The registrar all, a head the department's, whoever issued it, and whom it is about."""
    if actor.has("admin"):
        return EVERYTHING
    branches: list[Branch] = [IssuedDocument.created_by == actor.own_id] if actor.id else []
    departments = actor.departments("hod")
    if departments:
        there = select(Student.id).where(Student.department_id.in_(departments))
        branches.append(IssuedDocument.student_id.in_(there))
    return [*branches, *_own_documents(actor)]


def _own_documents(actor: Actor) -> Branches:
    if not actor.has("student", "alumnus"):
        return NOTHING
    own = select(Student.id).where(Student.user_id == actor.own_id)
    return (IssuedDocument.student_id.in_(own),)


DOCUMENT_READ = Permission(
    "academics.document.read", _l("See an issued document"), IssuedDocument, _seen_documents
)
OWN_DOCUMENTS = Permission(
    "academics.document.own", _l("See the own documents"), IssuedDocument, _own_documents
)
DOCUMENT_REVOKE = Permission(
    "academics.document.revoke",
    _l("Revoke an issued document"),
    IssuedDocument,
    lambda actor: EVERYTHING if actor.has("admin") else NOTHING,
)
DOCUMENT_ISSUE = Permission(
    "academics.document.issue",
    _l("Issue transcripts, mark sheets and ID cards"),
    Student,
    lambda actor: EVERYTHING if actor.has("admin") else NOTHING,
)
DOCUMENT_ISSUE_MANY = Gate(
    "academics.document.issue_many",
    _l("Issue documents for many students"),
    lambda actor: actor.has("admin"),
)
DOCUMENT_LIST = Gate(
    "academics.document.list",
    _l("Open the list of issued documents"),
    lambda actor: actor.has("admin", "hod"),
)
BATCH_OWN = Permission(
    "academics.document.batch",
    _l("See the own batches of documents"),
    DocumentBatch,
    lambda actor: (DocumentBatch.owner_id == actor.own_id,),
)
