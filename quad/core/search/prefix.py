"""Finding rows by the beginnings of their words: one range of an index per word.

Few matches are best collected first and looked up. Of many (all register numbers of a year begin alike) the first
rows of the list are tested one by one. The words are weighed for that first, at the cost of one small statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from quad.core.db.rows import plain_rows
from quad.core.search.models import SearchTerm
from quad.core.search.words import asked_words, upper_bound

MOST_WORDS = 8
WEIGHED = 10_000
MOST_WEIGHERS = 500
ALONG = -1
LAST = "\U0010ffff" * 10  # no term comes after it
Weights = Mapping[str, int]


@dataclass(frozen=True)
class Kinds:
    """Several kinds of terms searched as one, for subjects whose words are not all for everybody.

    `only` turns the table of terms into the clause for those terms that count for this reader.
    """

    names: tuple[str, ...]
    only: Callable[[Any], ColumnElement[bool]]


Subject = str | Kinds


def _of(subject: Subject, table: Any) -> ColumnElement[bool]:
    if isinstance(subject, str):
        kind: ColumnElement[bool] = table.subject_type == subject
        return kind
    return and_(table.subject_type.in_(subject.names), subject.only(table))


def words_of(text: str) -> list[str]:
    """Return the words of a question, the longest ones when there are many."""
    words = asked_words(text)
    return words if len(words) <= MOST_WORDS else sorted(words, key=len, reverse=True)[:MOST_WORDS]


def _begins(
    subject: Subject, word: str, table: type[SearchTerm] = SearchTerm
) -> ColumnElement[bool]:
    clause = and_(_of(subject, table), table.term >= word)
    end = upper_bound(word)
    return clause if end is None else and_(clause, table.term < end)


def _tested(row_id: SQLColumnExpression[Any], subject: Subject, word: str) -> ColumnElement[bool]:
    own = aliased(SearchTerm)
    return exists().where(own.subject_id == row_id, _begins(subject, word, own))


def ids_beginning(subject: Subject, word: str) -> Select[int]:
    """Select the ids of the subjects with a term that begins with `word` (folded)."""
    return select(SearchTerm.subject_id).where(_begins(subject, word))


def weigh_kinds(db: Session, subject_types: Sequence[str], text: str) -> dict[str, dict[str, int]]:
    """Count the terms each word of `text` begins in each kind, up to 10,001 each, in one statement."""
    kinds, words = tuple(subject_types), words_of(text)
    if not kinds or not words:
        return {kind: {} for kind in kinds}
    values = {name: value for n, word in enumerate(words) for name, value in _range(n, word)}
    counts = iter(plain_rows(db, _kinds_weigher(kinds, len(words)), values).one())
    return {kind: {word: next(counts) for word in words} for kind in kinds}


def _range(number: int, word: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the ends of the range of terms that begin with a word, by the names of their places."""
    return (f"from_{number}", word), (f"before_{number}", upper_bound(word) or LAST)


@lru_cache(MOST_WEIGHERS)
def _kinds_weigher(kinds: tuple[str, ...], words: int) -> Select[Any]:
    """Return the statement that counts so many words in each kind; putting it together costs more than asking it."""
    counts = [
        select(func.count())
        .select_from(
            select(SearchTerm.subject_id)
            .where(SearchTerm.subject_type == kind, _between(number))
            .limit(WEIGHED + 1)
            .subquery()
        )
        .scalar_subquery()
        for kind in kinds
        for number in range(words)
    ]
    return select(*counts)


def _between(number: int) -> ColumnElement[bool]:
    """Hold for the terms in the range of one word (see `_range`)."""
    return and_(
        SearchTerm.term >= bindparam(f"from_{number}"),
        SearchTerm.term < bindparam(f"before_{number}"),
    )


@dataclass(frozen=True)
class Weighing:
    """How common the words of a search are, up to 10,001 each. `placed` tells whether the index knows the place of
    every hit of the rarest word; `along` is the number of other rows that were counted in the same statement.
    """

    weights: Weights
    placed: bool
    along: int


def weigh(
    db: Session, subject: Subject, text: str, along: Select[int] | None = None, kept: str = ""
) -> Weighing:
    """Weigh the words of `text` in one kind, and count the rows of `along`, in one statement.

    `kept` is a name that stands for `along` (it depends on nothing else): the statement is made only once then.
    """
    words = words_of(text)
    if not words and along is None:
        return Weighing({}, False, 0)
    key = (kept, along is None, len(words))
    statement = _weighers.get(key)
    if statement is None:
        statement = _weigher(subject, len(words), along)
        if kept and len(_weighers) < MOST_WEIGHERS:
            _weighers[key] = statement
    values = {"kind": subject} if isinstance(subject, str) and words else {}
    for number, word in enumerate(words):
        values |= dict(_range(number, word))
    rows: Sequence[Any] = plain_rows(db, statement, values).all()
    found = {number: (count, placed) for number, count, placed in rows}
    counts = [found[number] for number in range(len(words))]
    rarest = min(counts, default=(0, 0))
    return Weighing(
        {word: count for word, (count, _placed) in zip(words, counts, strict=True)},
        rarest[0] == rarest[1],
        found[ALONG][0] if along is not None else 0,
    )


_weighers: dict[tuple[str, bool, int], Any] = {}


def _weigher(subject: Subject, words: int, along: Select[int] | None) -> Any:
    """Return the statement that counts `words` words, and how many of their terms know the place, and `along`."""
    counted: dict[int, Select[Any]] = {
        number: select(SearchTerm.place)
        .where(
            _of(subject, SearchTerm)
            if isinstance(subject, Kinds)
            else SearchTerm.subject_type == bindparam("kind"),
            _between(number),
        )
        .limit(WEIGHED + 1)
        for number in range(words)
    }
    if along is not None:
        counted[ALONG] = along
    parts = []
    for number, each in counted.items():
        rows = each.subquery()
        # Counting a column leaves out its NULLs.
        parts.append(select(literal(number), func.count(), func.count(rows.c[0])).select_from(rows))
    return union_all(*parts)


def matching(
    row_id: SQLColumnExpression[Any],
    subject: Subject,
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
        return and_(*(row_id.in_(ids_beginning(subject, word)) for word in words))
    rarest = min(words, key=lambda word: weights.get(word, 0))
    collected = {rarest} if weights.get(rarest, 0) <= few else set()
    return and_(
        *(
            row_id.in_(ids_beginning(subject, word))
            if word in collected
            else _tested(row_id, subject, word)
            for word in words
        )
    )


def _by_rarity(text: str, weights: Weights) -> list[str]:
    return sorted(words_of(text), key=lambda word: weights.get(word, 0))


def found_ids(subject: Subject, text: str, weights: Weights) -> Select[int]:
    """Select the id of each subject that has all the words once, from the index alone: hidden ones are among them."""
    rarest, *others = _by_rarity(text, weights)
    statement = select(SearchTerm.subject_id).distinct().where(_begins(subject, rarest))
    return statement.where(*(_tested(SearchTerm.subject_id, subject, w) for w in others))


def first_found(
    subject: Subject, text: str, weights: Weights, *, downwards: bool, depth: int
) -> Select[*tuple[Any, ...]]:
    """Select (place, subject_id) of the first `depth` subjects with the rarest word, in the usual order of their list.

    It is read from the index alone. The other words are still to be tested (`has_others`).
    """
    keys = (SearchTerm.place, SearchTerm.subject_id)
    statement: Select[*tuple[Any, ...]] = (
        select(*keys).distinct().where(_begins(subject, _by_rarity(text, weights)[0]))
    )
    return statement.order_by(*(k.desc() if downwards else k.asc() for k in keys)).limit(depth)


def has_others(
    row_id: SQLColumnExpression[Any], subject: Subject, text: str, weights: Weights
) -> list[ColumnElement[bool]]:
    """Return the clauses for the rows that have all words but the rarest."""
    return [_tested(row_id, subject, word) for word in _by_rarity(text, weights)[1:]]


def collected(
    row_id: SQLColumnExpression[Any], subject: Subject, text: str, weights: Weights
) -> Select[int]:
    """Select each matching id once, from the rarest word's terms: for counting up to a limit without testing rows.

    The statement joins the listed table, so that clauses about it can be added.
    """
    statement = found_ids(subject, text, weights)
    return statement.join(_owner(row_id), row_id == SearchTerm.subject_id)


def _owner(row_id: SQLColumnExpression[Any]) -> Any:
    owner: Any = row_id
    return owner.class_
