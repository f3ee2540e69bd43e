"""The full-text index over `core_search_document.words`: FTS5, a GIN index or a FULLTEXT index.

All three get words of our own making (see `words.body_words`), marked so that no engine drops them for being short,
common or foreign, and so that words of the text are never taken for audience tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, cast, column, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from quad.core.db.attachments import Attachment, attach
from quad.core.db.rows import plain_rows
from quad.core.db.types import BigId
from quad.core.search.models import SearchDocument
from quad.core.search.words import body_words

WORD_MARK = "w9"
AUDIENCE_MARK = "a9"
CANDIDATES = 200
COMMON = 5_000
MOST_WORDS = 20_000
SHOWN = (
    SearchDocument.subject_type,
    SearchDocument.subject_id,
    SearchDocument.title,
    SearchDocument.sub,
    SearchDocument.url,
)
# Shorter words are meant whole: their beginnings would match half the index.
SHORTEST_BEGINNING = 3

_SPELLED = str.maketrans({"+": "plus", "#": "sharp", "%": "percent"})

_VECTOR = "array_to_tsvector(string_to_array(nullif(words, ''), ' '))"
_INDEX = "ix_core_search_document_words"
_SQLITE_DROP = (
    "DROP TRIGGER IF EXISTS core_search_document_removed",
    "DROP TRIGGER IF EXISTS core_search_document_added",
    "DROP TABLE IF EXISTS core_search_text",
)
_SQLITE_CREATE = (
    *_SQLITE_DROP,
    "CREATE VIRTUAL TABLE core_search_text USING fts5("
    "words, content='core_search_document', content_rowid='id', detail=none,"
    " tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")",
    "INSERT INTO core_search_text(core_search_text) VALUES ('rebuild')",
    "CREATE TRIGGER core_search_document_added AFTER INSERT ON core_search_document WHEN new.words <> '' BEGIN "
    "INSERT INTO core_search_text(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER core_search_document_removed AFTER DELETE ON core_search_document WHEN old.words <> '' BEGIN "
    "INSERT INTO core_search_text(core_search_text, rowid, words) VALUES ('delete', old.id, old.words); END",
)
# MySQL has no CREATE INDEX IF NOT EXISTS; this says the same on MariaDB and MySQL.
_MYSQL_CREATE = (
    "SET @quad_words = IF((SELECT count(*) FROM information_schema.statistics WHERE table_schema = DATABASE() "
    "AND table_name = 'core_search_document' AND index_name = 'ix_core_search_document_words') = 0, "
    "'CREATE FULLTEXT INDEX ix_core_search_document_words ON core_search_document (words)', 'DO 0')",
    "PREPARE quad_words FROM @quad_words",
    "EXECUTE quad_words",
    "DEALLOCATE PREPARE quad_words",
)

attach(
    Attachment(
        name="core_search_text",
        needs=("core_search_document",),
        create={
            "sqlite": _SQLITE_CREATE,
            "postgresql": (
                f"CREATE INDEX IF NOT EXISTS {_INDEX} ON core_search_document USING gin ({_VECTOR})",
            ),
            "mysql": _MYSQL_CREATE,
        },
        drop={"sqlite": _SQLITE_DROP},  # the others' indexes go with the table
        tables=("core_search_text", _INDEX),
    )
)


def index_words(body: str, audiences: Sequence[str]) -> str:
    """Return what the index gets for a long text; empty for none, so that names alone cost nothing here."""
    words: dict[str, None] = {}
    for word in body_words(body):
        words.setdefault(_marked(word))
        if len(words) >= MOST_WORDS:
            break
    if not words:
        return ""
    for token in audiences:
        words.setdefault(_audience(token))
    return " ".join(words)


def _marked(word: str) -> str:
    return WORD_MARK + word.translate(_SPELLED)


def _audience(token: str) -> str:
    return AUDIENCE_MARK + re.sub(r"[^a-z0-9]", "9", token.lower())


def candidates(
    db: Session, asked: str, audiences: Sequence[str], subject_types: Iterable[str]
) -> Sequence[Any]:
    """Return the newest documents that hold every word of `asked` and are meant for one of `audiences`, at most 200.

    Each is a row: subject_type, subject_id, title, sub, url.
    """
    words = list(dict.fromkeys(_marked(word) for word in body_words(asked)))
    if not words:
        return []
    tokens = sorted({_audience(token) for token in audiences})
    dialect = db.get_bind().dialect.name
    wanted: Any = select(*SHOWN).where(
        MATCHERS[dialect](words, tokens),
        SearchDocument.subject_type.in_(list(subject_types)),
    )
    found = _of_a_rare_word(db, wanted) if dialect == "postgresql" else None
    if found is None:
        newest = wanted.order_by(SearchDocument.id.desc()).limit(CANDIDATES)
        found = plain_rows(db, newest).all()
    return found


def _of_a_rare_word(db: Session, wanted: Any) -> Sequence[Any] | None:
    """Return the newest of what fits, None when more than `COMMON` fit.

    PostgreSQL takes a rare word for more common than it is. Asked for the newest, it walks through all documents from
    the last one on, which is quick for common words and takes seconds for rare ones; so those are collected first.
    """
    there = wanted.add_columns(SearchDocument.id).limit(COMMON).subquery()
    shown = [there.c[column.key] for column in SHOWN]
    newest = select(*shown, func.count().over().label("many")).order_by(there.c.id.desc())
    rows = plain_rows(db, newest.limit(CANDIDATES)).all()
    return None if rows and rows[0].many == COMMON else rows


def _long(word: str) -> bool:
    return len(word) - len(WORD_MARK) >= SHORTEST_BEGINNING


def _fts5(words: Sequence[str], tokens: Sequence[str]) -> ColumnElement[bool]:
    asked = [f'"{word}"*' if _long(word) else f'"{word}"' for word in words]
    meant = " OR ".join(f'"{token}"' for token in tokens)
    match = " AND ".join(asked) + f" AND ({meant})"
    hits = text(
        "SELECT rowid FROM core_search_text WHERE core_search_text MATCH :match"
    ).bindparams(match=match)
    return SearchDocument.id.in_(hits.columns(column("rowid", BigId)))


def _tsquery(words: Sequence[str], tokens: Sequence[str]) -> ColumnElement[bool]:
    asked = [f"'{word}':*" if _long(word) else f"'{word}'" for word in words]
    meant = " | ".join(f"'{token}'" for token in tokens)
    match = " & ".join(asked) + f" & ({meant})"
    return literal_column(_VECTOR).bool_op("@@")(cast(match, TSQUERY))


def _boolean(words: Sequence[str], tokens: Sequence[str]) -> ColumnElement[bool]:
    asked = [f"+{word}*" if _long(word) else f"+{word}" for word in words]
    match = " ".join(asked) + " +(" + " ".join(tokens) + ")"
    return text("MATCH (words) AGAINST (:match IN BOOLEAN MODE)").bindparams(match=match)  # type: ignore[return-value]


MATCHERS = {"sqlite": _fts5, "postgresql": _tsquery, "mysql": _boolean}
