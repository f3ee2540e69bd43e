"""The list of the materials one keeps or reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quad.academics.models.teaching import Course, Offering
from quad.core.files import StoredFile, in_words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Bulk, Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Term
from quad.materials import policy
from quad.materials.kinds import FOUND, WORDS, not_yet, offering_words
from quad.materials.models.materials import Material, MaterialVersion


def _joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Course, Course.id == Material.course_id)
        .outerjoin(Offering, Offering.id == Material.offering_id)
        .outerjoin(Term, Term.id == Offering.term_id)
        .outerjoin(User, User.id == Material.created_by)
        .outerjoin(
            MaterialVersion,
            (MaterialVersion.material_id == Material.id) & (MaterialVersion.current == 1),
        )
        .outerjoin(StoredFile, StoredFile.id == MaterialVersion.file_id)
    )


def _title(row: Any) -> Cell:
    return Cell(row.title, sub=row.course, href=("materials.show", {"material_id": row.id}))


def _state(row: Any) -> Cell:
    if row.hidden:
        return Cell(_("Hidden"), kind="status", state="open")
    if not_yet(row.visible_at):
        return Cell(_("Later"), kind="status", state="going")
    return Cell(_("Shown"), kind="status", state="done")


def terms(db: Session, _actor: Actor | None = None) -> Sequence[tuple[int, str]]:
    """Return every term, the latest first."""
    rows = db.execute(
        select(Term.id, Term.name)
        .where(Term.deleted_at.is_(None))
        .order_by(Term.starts_on.desc(), Term.id.desc())
    )
    return [(row.id, row.name) for row in rows]


MATERIALS = Listing(
    name="materials.materials",
    title=_l("Materials"),
    singular=_l("material"),
    plural=_l("materials"),
    read=policy.READ,
    columns=(
        Column(
            "title",
            _l("Material"),
            (Material.title, Course.title.label("course")),
            _title,
            sort=Material.sort_title,
        ),
        Column(
            "kind",
            _l("Kind"),
            Material.kind,
            lambda row: str(WORDS[row.kind]),
            hide_below="sm",
            export=lambda row: row.kind.value,
        ),
        Column("code", _l("Code"), Course.code.label("code"), default=False),
        Column(
            "offering",
            _l("For whom"),
            (Term.name.label("term"), Offering.section.label("section")),
            lambda row: offering_words(row.term, row.section) or _("The whole course"),
            hide_below="lg",
            export=lambda row: offering_words(row.term, row.section),
        ),
        Column("file", _l("File"), StoredFile.name.label("file"), default=False),
        Column(
            "size",
            _l("Size"),
            StoredFile.size.label("size"),
            lambda row: in_words(row.size) if row.size is not None else "–",
            numeric=True,
            hide_below="lg",
        ),
        Column("readers", _l("Opened by"), Material.readers, numeric=True, hide_below="md"),
        Column(
            "state",
            _l("State"),
            (Material.hidden, Material.visible_at),
            _state,
            hide_below="md",
            export=lambda row: "hidden" if row.hidden else "shown",
        ),
        Column(
            "added",
            _l("Added"),
            Material.created_at.label("added"),
            sort=Material.created_at,
            hide_below="lg",
        ),
        Column("by", _l("By"), User.full_name.label("by"), default=False),
    ),
    default_sort="title",
    joins=_joins,
    extra=(Material.course_id, Material.offering_id, Material.section_id, Material.url),
    search=SearchTerms(FOUND),
    search_label=_l("Search by title or course"),
    search_placeholder=_l("Title or course"),
    filters=(
        Filter(
            "kind",
            _l("Kind"),
            "choice",
            lambda value: Material.kind == value,
            choices=tuple((kind, label) for kind, label in WORDS.items()),
        ),
        Filter(
            "term", _l("Term"), "choice", lambda value: Offering.term_id == value, choices=terms
        ),
        Filter(
            "hidden",
            _l("Hidden"),
            "flag",
            lambda yes: Material.hidden.is_(True) if yes else Material.hidden.is_(False),
        ),
        Filter(
            "course",
            _l("Course"),
            "number",
            lambda value: Material.course_id == value,
            places=0,
            menu=False,
        ),
    ),
    bulk=(
        Bulk(
            "delete",
            _l("Delete"),
            "trash",
            "materials.remove_many",
            policy.MANAGE,
            confirm=_l("Delete the chosen materials? They can be brought back for a while."),
            danger=True,
        ),
    ),
    href=lambda row: ("materials.show", {"material_id": row.id}),
    row_label=lambda row: row.title,
)
