"""Finding rows by the beginnings of their words: one range of an index per word.

Few matches are best collected first and looked up. Of many (all register numbers of a year begin alike) the first
rows of the list are tested one by one. The words are weighed for that first, at the cost of one small statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, false, func, select
from sqlalchemy.orm import Session, aliased

from quad.core.search.models import SearchTerm
from quad.core.search.words import asked_words, upper_bound

MOST_WORDS = 8
WEIGHED = 10_000
Weights = Mapping[str, int]


def words_of(text: str) -> list[str]:
    """Return the words of a question, the longest ones when there are many."""
    words = asked_words(text)
    return words if len(words) <= MOST_WORDS else sorted(words, key=len, reverse=True)[:MOST_WORDS]


def _begins(
    subject_type: str, word: str, table: type[SearchTerm] = SearchTerm
) -> ColumnElement[bool]:
    clause = and_(table.subject_type == subject_type, table.term >= word)
    end = upper_bound(word)
    return clause if end is None else and_(clause, table.term < end)


def _tested(row_id: SQLColumnExpression[Any], subject_type: str, word: str) -> ColumnElement[bool]:
    own = aliased(SearchTerm)
    return exists().where(own.subject_id == row_id, _begins(subject_type, word, own))


def ids_beginning(subject_type: str, word: str) -> Select[int]:
    """Select the ids of the subjects with a term that begins with `word` (folded)."""
    return select(SearchTerm.subject_id).where(_begins(subject_type, word))


def weigh_kinds(db: Session, subject_types: Sequence[str], text: str) -> dict[str, dict[str, int]]:
    """Count the terms each word of `text` begins in each kind, up to 10,001 each, in one statement."""
    pairs = [(kind, word) for kind in subject_types for word in words_of(text)]
    weights: dict[str, dict[str, int]] = {kind: {} for kind in subject_types}
    if pairs:
        counts = [
            select(func.count())
            .select_from(ids_beginning(kind, word).limit(WEIGHED + 1).subquery())
            .scalar_subquery()
            for kind, word in pairs
        ]
        for (kind, word), count in zip(pairs, db.execute(select(*counts)).one(), strict=True):
            weights[kind][word] = count
    return weights


def weigh(db: Session, subject_type: str, text: str) -> dict[str, int]:
    """Count the terms each word of `text` begins in one kind, up to 10,001 each."""
    return weigh_kinds(db, [subject_type], text)[subject_type]


def matching(
    row_id: SQLColumnExpression[Any],
    subject_type: str,
    text: str,
    weights: Weights | None = None,
    few: int = WEIGHED,
) -> ColumnElement[bool]:
    """Return the clause for the rows in which every word of `text` begins a word.

    With `weights`, the rarest word is collected when it has at most `few` terms, and the others are tested row by row.
    Text without a single word in it (“%”) matches nothing.
    """
    words = words_of(text)
    if not words:
        return false()
    if weights is None:
        return and_(*(row_id.in_(ids_beginning(subject_type, word)) for word in words))
    rarest = min(words, key=lambda word: weights.get(word, 0))
    collected = {rarest} if weights.get(rarest, 0) <= few else set()
    return and_(
        *(
            row_id.in_(ids_beginning(subject_type, word))
            if word in collected
            else _tested(row_id, subject_type, word)
            for word in words
        )
    )


def collected(
    row_id: SQLColumnExpression[Any], subject_type: str, text: str, weights: Weights
) -> Select[int]:
    """Select each matching id once, from the rarest word's terms: for counting up to a limit without testing rows.

    The statement joins the listed table, so that clauses about it can be added.
    """
    words = sorted(words_of(text), key=lambda word: weights.get(word, 0))
    statement = (
        select(SearchTerm.subject_id)
        .distinct()
        .join(_owner(row_id), row_id == SearchTerm.subject_id)
    )
    statement = statement.where(_begins(subject_type, words[0]))
    return statement.where(*(_tested(row_id, subject_type, word) for word in words[1:]))


def _owner(row_id: SQLColumnExpression[Any]) -> Any:
    owner: Any = row_id
    return owner.class_
