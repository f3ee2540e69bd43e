"""The register of issued documents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from quad.academics.models.documents import IssuedDocument
from quad.academics.models.people import Student
from quad.academics.policy import documents as policy
from quad.academics.policy.documents import DocumentKind, kind_label
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.core.policy import Actor
from quad.identity.models.accounts import User


def _joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Student, Student.id == IssuedDocument.student_id).outerjoin(
        User, User.id == IssuedDocument.created_by
    )


def _state(row: Any) -> Cell:
    if row.revoked_at is not None:
        return Cell(_("Revoked"), kind="status", state="stop")
    if row.sha256 is None:
        return Cell(_("Being made"), kind="status", state="open")
    return Cell(_("Valid"), kind="status", state="done")


def _written_state(row: Any) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "valid" if row.sha256 else "being_made"


def kinds(_db: Any = None, _actor: Actor | None = None) -> list[tuple[str, str]]:
    """Return every kind of document, of all domains, for menus."""
    found = DocumentKind.registry.values()
    return sorted(((kind.name, str(kind.label)) for kind in found), key=lambda pair: pair[1])


def _known(text: str) -> str:
    if text not in DocumentKind.registry:
        raise ValueError(text)
    return text


DOCUMENTS = Listing(
    name="academics.documents",
    title=_l("Issued documents"),
    singular=_l("document"),
    plural=_l("documents"),
    read=policy.DOCUMENT_READ,
    columns=(
        Column(
            "serial",
            _l("Number"),
            IssuedDocument.serial,
            lambda row: Cell(row.serial, sub=kind_label(row.kind)),
            sort=IssuedDocument.serial_key,
        ),
        Column(
            "kind",
            _l("Document"),
            IssuedDocument.kind,
            lambda row: kind_label(row.kind),
            default=False,
        ),
        Column(
            "holder",
            _l("Issued to"),
            (IssuedDocument.holder, Student.register_number),
            lambda row: Cell(row.holder, sub=row.register_number),
            sort=IssuedDocument.holder_key,
            hide_below="sm",
        ),
        Column(
            "issued_on",
            _l("Issued on"),
            IssuedDocument.issued_on,
            sort=IssuedDocument.issued_on,
            hide_below="md",
        ),
        Column("issuer", _l("Issued by"), User.full_name.label("issuer"), hide_below="lg"),
        Column(
            "state",
            _l("State"),
            (IssuedDocument.revoked_at, IssuedDocument.sha256),
            _state,
            export=_written_state,
        ),
    ),
    default_sort="-id",
    joins=_joins,
    extra=(IssuedDocument.student_id, IssuedDocument.batch_id),
    search=SearchTerms("academics.document"),
    search_label=_l("Search by number or name"),
    filters=(
        Filter(
            "kind",
            _l("Document"),
            "choice",
            lambda value: IssuedDocument.kind == value,
            choices=kinds,
            parse=_known,
        ),
        Filter(
            "revoked",
            _l("Revoked"),
            "flag",
            lambda value: (
                IssuedDocument.revoked_at.is_not(None)
                if value
                else IssuedDocument.revoked_at.is_(None)
            ),
        ),
        Filter(
            "since", _l("Issued since"), "date", lambda value: IssuedDocument.issued_on >= value
        ),
        Filter(
            "student",
            _l("Student"),
            "number",
            lambda value: IssuedDocument.student_id == value,
            places=0,
            menu=False,
        ),
        Filter(
            "batch",
            _l("Batch"),
            "number",
            lambda value: IssuedDocument.batch_id == value,
            places=0,
            menu=False,
        ),
    ),
    href=lambda row: ("academics.document", {"document_id": row.id}),
    row_label=lambda row: row.serial,
)
