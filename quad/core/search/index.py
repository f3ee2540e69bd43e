"""Writing the search tables: one document, many, or all of a kind again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.search.fulltext import index_words
from quad.core.search.models import (
    LONGEST_TITLE,
    LONGEST_URL,
    SearchDocument,
    SearchTerm,
)
from quad.core.search.searchable import EVERYONE, Document, Searchable
from quad.core.search.words import terms

BATCH = 500


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


def index_many(
    db: Session, subject_type: str, documents: Iterable[Document], *, new: bool = False
) -> int:
    """Index many documents in a few statements per 500; return how many. `new`: none of them is indexed yet."""
    stream = iter(documents)
    count = 0
    while batch := {document.subject_id: document for document in islice(stream, BATCH)}:
        if not new:
            unindex(db, subject_type, batch)
        db.execute(insert(SearchDocument), [_row(subject_type, d) for d in batch.values()])
        found = [
            {"subject_type": subject_type, "subject_id": document.subject_id, "term": term}
            for document in batch.values()
            for term in terms(document.title, document.sub, *document.terms)
        ]
        if found:
            # In the order of the key: appending to a few pages instead of jumping through the whole index.
            db.execute(
                insert(SearchTerm), sorted(found, key=lambda row: (row["term"], row["subject_id"]))
            )
        count += len(batch)
    return count


def _row(subject_type: str, document: Document) -> dict[str, Any]:
    return {
        "subject_type": subject_type,
        "subject_id": document.subject_id,
        "title": document.title[:LONGEST_TITLE],
        "sub": document.sub[:LONGEST_TITLE],
        "url": document.url[:LONGEST_URL],
        "words": index_words(document.body, document.audiences or (EVERYONE,)),
        "indexed_at": clock.now(),
    }


def rebuild(db: Session, searchable: Searchable[Any]) -> int:
    """Index every row of a kind again, also those that are hidden now; return how many."""
    for table in (SearchTerm, SearchDocument):
        gone = delete(table).where(table.subject_type == searchable.subject_type)
        db.execute(gone, execution_options={"synchronize_session": False})
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
