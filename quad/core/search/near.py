"""Words that were mistyped: the terms of the index that are nearest to them, on every database alike.

Only asked when nothing was found. A term that is near says nothing yet: the search is made anew with it, and what the
asker may not see stays unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any

from sqlalchemy import Select, or_, select, union_all
from sqlalchemy.orm import Session

from quad.core.search.models import SearchTerm
from quad.core.search.words import asked_words, upper_bound

SHORTEST = 4
LONG = 8
LOOKED_AT = 5_000
NEAREST = 3
TRIED = 4


def corrections(db: Session, subject_types: Sequence[str], asked: str) -> Iterator[str]:
    """Yield what `asked` may have meant, the nearest first, at most four; nothing when every word is right or short."""
    words = asked_words(asked)
    choices = [_choices(db, subject_types, word) for word in words]
    if not words or not all(choices):
        return
    meant = (" ".join(chosen) for chosen in product(*choices))
    yield from islice((one for one in meant if one != " ".join(words)), TRIED)


def _choices(db: Session, subject_types: Sequence[str], word: str) -> list[str]:
    """Return the word itself where a term begins with it, else the nearest terms; one statement."""
    wordlike = len(word) >= SHORTEST and word.isalpha()
    parts = [_known(subject_types, word), *([_beside(subject_types, word)] if wordlike else [])]
    terms = db.scalars(union_all(*(select(part.subquery().c[0]) for part in parts))).all()
    if any(term.startswith(word) for term in terms):
        return [word]
    allowed = 1 if len(word) < LONG else 2
    # A term that is shorter by more than may be wrong is not near; judging thousands of them takes long.
    beside = (term for term in terms if len(term) >= len(word) - allowed)
    judged = sorted((distance(word, term), term) for term in beside)
    return list(dict.fromkeys(term for far, term in judged if far <= allowed))[:NEAREST]


def _known(subject_types: Sequence[str], word: str) -> Select[Any]:
    """Select a term that begins with the word."""
    begins = [SearchTerm.term >= word]
    if (end := upper_bound(word)) is not None:
        begins.append(SearchTerm.term < end)
    there = select(SearchTerm.term).where(SearchTerm.subject_type.in_(subject_types), *begins)
    return there.limit(1)


def _beside(subject_types: Sequence[str], word: str) -> Select[Any]:
    """Select terms that begin with the first two letters, exchanged, or with one of them too many."""
    ranges = [
        (SearchTerm.term >= start) & (SearchTerm.term < (upper_bound(start) or start))
        for start in {word[:2], word[1::-1], word[0] + word[2], word[1:3]}
    ]
    statement = select(SearchTerm.term).distinct()
    beside = statement.where(SearchTerm.subject_type.in_(subject_types), or_(*ranges))
    return beside.limit(LOOKED_AT)


def distance(word: str, term: str) -> int:
    """Count the letters that are wrong, missing, too many or exchanged, between `word` and the beginning of `term`."""
    width = min(len(term), len(word) + 1)
    before, rows = list(range(width + 1)), list(range(width + 1))
    for i, letter in enumerate(word, start=1):
        older, before, rows = before, rows, [i] + [0] * width
        for j in range(1, width + 1):
            same = letter == term[j - 1]
            rows[j] = min(before[j] + 1, rows[j - 1] + 1, before[j - 1] + (not same))
            swapped = i > 1 and j > 1 and letter == term[j - 2] and word[i - 2] == term[j - 1]
            if swapped:
                rows[j] = min(rows[j], older[j - 2] + 1)
    return min(rows)
