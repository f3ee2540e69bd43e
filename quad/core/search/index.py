"""Writing the search tables: one document, many, or all of a kind again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quad.core.db.bulk import insert_rows
from quad.core.search.fulltext import index_words
from quad.core.search.models import (
    LONGEST_PLACE,
    LONGEST_TITLE,
    LONGEST_URL,
    SearchDocument,
    SearchTerm,
)
from quad.core.search.searchable import EVERYONE, SEARCHABLES, Document, Searchable
from quad.core.search.words import terms

BATCH = 500
DOCUMENT = ("subject_type", "subject_id", "title", "sub", "url", "words")
TERM = ("subject_type", "term", "subject_id", "place")


def index(
    db: Session,
    subject_type: str,
    subject_id: int,
    *,
    title: str,
    url: str,
    sub: str = "",
    terms: Sequence[str] = (),
    body: str = "",
    audiences: Sequence[str] = (),
) -> None:
    """Make one subject findable, or findable as it is now. Listeners call this in the unit of the change."""
    document = Document(subject_id, title, url, sub, terms, body, audiences)
    index_many(db, subject_type, [document])


def unindex(db: Session, subject_type: str, ids: Iterable[int]) -> None:
    """Forget subjects (a purge; what is only hidden falls out by permission)."""
    wanted = iter(ids)
    while batch := list(islice(wanted, BATCH)):
        for table in (SearchTerm, SearchDocument):
            gone = delete(table).where(
                table.subject_type == subject_type, table.subject_id.in_(batch)
            )
            db.execute(gone, execution_options={"synchronize_session": False})


def retitle(db: Session, subject_type: str, ids: Iterable[int], title: str) -> None:
    """Show other words for pieces whose own text stays as it is."""
    wanted = iter(ids)
    while batch := list(islice(wanted, BATCH)):
        changed = update(SearchDocument).where(
            SearchDocument.subject_type == subject_type, SearchDocument.subject_id.in_(batch)
        )
        db.execute(
            changed.values(title=title[:LONGEST_TITLE]),
            execution_options={"synchronize_session": False},
        )


def index_many(
    db: Session, subject_type: str, documents: Iterable[Document], *, new: bool = False
) -> int:
    """Index many documents in a few statements per 500; return how many. `new`: none of them is indexed yet."""
    stream = iter(documents)
    count = 0
    while batch := {document.subject_id: document for document in islice(stream, BATCH)}:
        if not new:
            unindex(db, subject_type, batch)
        rows = [_row(subject_type, document) for document in batch.values()]
        insert_rows(db, SearchDocument, DOCUMENT, rows)
        kind = SEARCHABLES.get(subject_type)
        named = () if kind is not None and kind.pieces else batch.values()
        found = [
            (subject_type, term, document.subject_id, _place(document))
            for document in named
            for term in terms(*_named(document), *document.terms)
        ]
        # In the order of the key: appending to a few pages instead of jumping through the whole index.
        insert_rows(db, SearchTerm, TERM, sorted(found))
        count += len(batch)
    return count


def _row(subject_type: str, document: Document) -> tuple[Any, ...]:
    return (
        subject_type,
        document.subject_id,
        document.title[:LONGEST_TITLE],
        document.sub[:LONGEST_TITLE],
        document.url[:LONGEST_URL],
        index_words(document.body, document.audiences or (EVERYONE,)),
    )


def _named(document: Document) -> tuple[str, ...]:
    return (document.title, document.sub) if document.named else ()


def _place(document: Document) -> str | None:
    return None if document.place is None else document.place[:LONGEST_PLACE]


def rebuild(db: Session, searchable: Searchable[Any]) -> int:
    """Index every row of a kind again, also those that are hidden now; return how many."""
    for table in (SearchTerm, SearchDocument):
        gone = delete(table).where(table.subject_type == searchable.subject_type)
        db.execute(gone, execution_options={"synchronize_session": False})
    if searchable.through:
        return 0
    model = searchable.permission.model
    count, last = 0, 0
    while True:
        ids = list(
            db.scalars(select(model.id).where(model.id > last).order_by(model.id).limit(BATCH))
        )
        if not ids:
            return count
        count += index_many(db, searchable.subject_type, searchable.load(db, ids), new=True)
        last = ids[-1]
