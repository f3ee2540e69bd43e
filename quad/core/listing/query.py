"""From a question to rows: one statement for the rows, one for all counts, one for all buttons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, false, func, inspect, or_, select
from sqlalchemy.orm import Session

from quad.core.db.rows import plain_rows
from quad.core.errors import Forbidden, SignedOut
from quad.core.listing.arguments import DEEPEST_PAGE, Asked, Chosen
from quad.core.listing.declaration import Listing, SearchColumns, SearchTerms
from quad.core.listing.keyset import Cursor, beyond, order
from quad.core.policy import EVERYTHING, Actor
from quad.core.search.prefix import (
    WEIGHED,
    collected,
    first_found,
    found_ids,
    has_others,
    matching,
    weigh,
)
from quad.core.tallies import TallyRow

COUNTED = 10_000
# So many rows at the head of the list are tested for common words before all their matches are collected.
TESTED = 2_000
HIDDEN = 200
# More hits than these are not looked up for their order or number where the search index tells.
MANY = 1_000
EVERY = 2**63 - 1
# Sizes come from the address, so there could be very many.
MOST_FRONTS = 500


@dataclass(frozen=True)
class Found:
    """The rows of one page. `first` is the ordinal of the first row; `more` and `less` say whether rows follow
    and precede. `matched` is how many rows answer in all, where finding them has told.
    """

    rows: Sequence[Any]
    first: int
    more: bool
    less: bool
    matched: int | None = None


@dataclass(frozen=True)
class Total:
    """How many there are; with `exact` False, more than `count`."""

    count: int
    exact: bool


def require(listing: Listing[Any], actor: Actor) -> None:
    """Raise SignedOut or Forbidden when `actor` can see no row of this kind at all, whatever there is."""
    if not actor.signed_in:
        raise SignedOut
    if not listing.read.branches(actor):
        raise Forbidden


def weighed(db: Session, listing: Listing[Any], actor: Actor, asked: Asked) -> Asked:
    """Find out how common the words of a search are and how few rows are searched, so that `find` and `totals` choose
    the cheap way.
    """
    if not asked.q or not isinstance(listing.search, SearchTerms):
        return asked
    unsearched = replace(asked, q="")
    whole = _everything(listing, actor, unsearched)
    along = _hidden(listing) if whole else ids(listing, actor, unsearched)
    found = weigh(
        db,
        listing.search.subject_type,
        asked.q,
        None if along is None else along.limit(TESTED + 1),
        kept=f"{listing.name} {TESTED}" if whole else "",
    )
    few = None if along is None or found.along > TESTED else found.along
    return replace(
        asked,
        weights=found.weights,
        placed=found.placed and asked.sort == listing.default_sort.removeprefix("-"),
        scope=None if whole else few,
        hidden=few if whole else None,
    )


def _hidden(listing: Listing[Any]) -> Select[int] | None:
    """Select the rows that are in the search index but not in a list of everything; None where no index tells them."""
    table = inspect(listing.read.model).local_table
    assert isinstance(table, Table)
    indexed = any(index.columns.keys()[0] == "deleted_at" for index in table.indexes)
    if indexed and not listing.read.deleted_too:
        return select(listing.model_id).where(table.columns["deleted_at"].is_not(None))
    return None


def clauses(listing: Listing[Any], asked: Asked, few: int = EVERY) -> list[ColumnElement[bool]]:
    """Return what the question asks for; several values of one filter mean any of them."""
    found = [_search(listing, asked, few)] if asked.q else []
    by_filter: dict[str, list[Chosen]] = {}
    for chosen in (*asked.fixed, *asked.filters):
        by_filter.setdefault(chosen.filter.key, []).append(chosen)
    for group in by_filter.values():
        found.append(or_(*(chosen.filter.where(chosen.value) for chosen in group)))
    return found


def _search(listing: Listing[Any], asked: Asked, few: int) -> ColumnElement[bool]:
    search, text = listing.search, asked.q
    if isinstance(search, SearchTerms):
        return matching(listing.model_id, search.subject_type, text, asked.weights, few)
    if isinstance(search, SearchColumns):
        return and_(
            *(
                or_(*(column.icontains(word, autoescape=True) for column in search.columns))
                for word in text.split()
            )
        )
    return false()


def ids(listing: Listing[Any], actor: Actor, asked: Asked, few: int = EVERY) -> Select[int]:
    """Select the ids of all rows that answer the question and may be seen, in no order."""
    return select(listing.model_id).where(
        listing.read.where(actor, many=True), *clauses(listing, asked, few)
    )


def _counted_ids(listing: Listing[Any], actor: Actor, asked: Asked) -> Select[int]:
    """Select the same ids the way that counts them cheapest.

    Common words over everything are counted from their terms, which ends at the limit however many rows there are.
    """
    search = listing.search
    everything = _everything(listing, actor, replace(asked, q=""))
    if _common(asked) and everything and isinstance(search, SearchTerms):
        found = collected(listing.model_id, search.subject_type, asked.q, asked.weights or {})
        return found.where(listing.read.where(actor, many=True))
    return ids(listing, actor, asked, few=-1 if _in_scope(asked) else WEIGHED)


def _downwards(asked: Asked) -> bool:
    """Tell which way the database reads; a page before a cursor is read backwards."""
    return asked.descending is not (asked.before is not None)


def _from_cursor(listing: Listing[Any], chosen: Select[int], asked: Asked) -> Select[int]:
    cursor = asked.after or asked.before
    if cursor is None:
        return chosen
    attribute = listing.sort_attribute(asked.sort)
    return chosen.where(beyond(cursor, attribute, listing.model_id, _downwards(asked)))


def _ordered(listing: Listing[Any], chosen: Select[int], asked: Asked) -> Select[int]:
    """Put ids into the order of the question, from its cursor on."""
    keys = order(listing.sort_attribute(asked.sort), listing.model_id, _downwards(asked))
    return _from_cursor(listing, chosen, asked).order_by(*keys)


def _everything(listing: Listing[Any], actor: Actor, asked: Asked) -> bool:
    """Tell whether the list shows all rows there are (that are not deleted)."""
    if listing.personal is not None:
        return False
    unlimited = any(branch is EVERYTHING[0] for branch in listing.read.branches(actor))
    return unlimited and not (asked.narrowed or asked.fixed)


def _in_index_order(listing: Listing[Any], picked: Select[int], asked: Asked) -> Select[int]:
    """Tell MariaDB to read a list of everything along its sort index; from page 2 on it sorts the whole table else."""
    table = inspect(listing.read.model).local_table
    assert isinstance(table, Table)
    column = getattr(listing.sort_attribute(asked.sort), "key", "")
    for index in table.indexes:
        if index.columns.keys()[0] == column:
            return picked.with_hint(table, f"FORCE INDEX FOR ORDER BY ({index.name})", "mysql")
    return picked


def _collected(listing: Listing[Any], actor: Actor, asked: Asked) -> Select[Any]:
    """Collect all matches of a search, or all rows to be searched where those are fewer, then put them into order.

    Left to themselves the planners walk the list in its order and test row after row: right if matches were spread
    evenly, but the names that begin with “hana” stand together (33,000 rows tested for 26). The limit, which never
    bites, keeps them from it on all three databases.
    """
    attribute = listing.sort_attribute(asked.sort)
    within = replace(asked, q="") if _in_scope(asked) else asked
    every = _from_cursor(listing, ids(listing, actor, within), asked)
    sort_value: ColumnElement[Any] = attribute.label("sort_value_")
    matches = every.add_columns(sort_value).limit(EVERY).subquery("matches")
    keys = order(matches.c.sort_value_, matches.c.id, _downwards(asked))
    # All of them have been looked up by now, so counting them is free; asking again would look them up again.
    matched = [] if asked.after or asked.before else [func.count().over().label("matched_")]
    chosen = select(matches.c.id, *matched).order_by(*keys)
    if not _in_scope(asked) or not isinstance(listing.search, SearchTerms):
        return chosen
    subject_type = listing.search.subject_type
    return chosen.where(matching(matches.c.id, subject_type, asked.q, asked.weights, few=-1))


def _window(
    listing: Listing[Any],
    picked: Select[Any],
    asked: Asked,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> Select[Any]:
    """Join what the page shows to the ids picked, in their order: a deep page never pays for joins."""
    if limit is not None:
        picked = picked.limit(limit)
    if offset:
        picked = picked.offset(offset)
    window = picked.subquery("window")
    attribute = listing.sort_attribute(asked.sort)
    sort_value: ColumnElement[Any] = attribute.label("sort_value_")
    matched = [window.c.matched_] if "matched_" in window.c else []
    statement = select(*listing.selected(), sort_value, *matched).select_from(listing.read.model)
    statement = statement.join(window, window.c.id == listing.model_id)
    return listing.joins(statement).order_by(*order(attribute, listing.model_id, _downwards(asked)))


def find(db: Session, listing: Listing[Any], actor: Actor, asked: Asked) -> Found:
    """Load one page."""
    offset = 0 if asked.after or asked.before else (asked.page - 1) * asked.size
    rows = _load(db, listing, actor, asked, offset)
    further, rows = len(rows) > asked.size, rows[: asked.size]
    if asked.before is not None:
        if not further:  # the beginning: show the whole first page instead of what is left of it
            return find(db, listing, actor, replace(asked, before=None, page=1))
        rows = list(reversed(rows))
        return Found(rows, max(1, asked.before.ordinal - len(rows)), more=True, less=True)
    if asked.after is not None:
        return Found(rows, asked.after.ordinal + 1, more=further, less=True)
    matched = getattr(rows[0], "matched_", None) if rows else None
    return Found(rows, offset + 1, more=further, less=asked.page > 1, matched=matched)


def _load(
    db: Session, listing: Listing[Any], actor: Actor, asked: Asked, offset: int
) -> Sequence[Any]:
    """Load the rows of a page and one more, if there is one."""
    wanted = asked.size + 1
    picked: Select[Any]
    if _everything(listing, actor, asked) and not (asked.after or asked.before):
        return plain_rows(db, _front(listing, actor, asked, wanted, offset)).all()
    for picked in _heads(listing, actor, asked, offset + wanted):
        rows = plain_rows(db, _window(listing, picked, asked, limit=wanted, offset=offset)).all()
        if len(rows) == wanted:
            return rows
    if asked.weights:
        picked = _collected(listing, actor, asked)
    else:
        picked = _ordered(listing, ids(listing, actor, asked), asked)
    if _everything(listing, actor, asked):
        picked = _in_index_order(listing, picked, asked)
    return plain_rows(db, _window(listing, picked, asked, limit=wanted, offset=offset)).all()


def _heads(listing: Listing[Any], actor: Actor, asked: Asked, wanted: int) -> Iterator[Select[int]]:
    """Yield what may fill a page that ends with row `wanted` of a search with many hits without collecting them."""
    if _common(asked):
        yield _ordered(listing, _head(listing, actor, asked, wanted + TESTED), asked)
    turned = asked.after is not None or asked.before is not None
    if asked.placed and asked.rarest > MANY and not (turned or _in_scope(asked)):
        # Where one word is all that is asked, only hidden rows fall out.
        alone = len(asked.weights or ()) == 1 and asked.hidden is not None
        yield _first_hits(listing, actor, asked, wanted + (HIDDEN if alone else TESTED))


_fronts: dict[tuple[Any, ...], Select[Any]] = {}


def _front(
    listing: Listing[Any], actor: Actor, asked: Asked, wanted: int, offset: int
) -> Select[Any]:
    """Return the statement of a page of the whole list, made once: it depends on no person, filter or moment."""
    key = (listing.name, asked.sort, asked.descending, wanted, offset)
    kept = _fronts.get(key)
    if kept is None:
        picked = _ordered(listing, ids(listing, actor, asked), asked)
        picked = _in_index_order(listing, picked, asked)
        kept = _window(listing, picked, asked, limit=wanted, offset=offset)
        if len(_fronts) < MOST_FRONTS:
            _fronts[key] = kept
    return kept


def _common(asked: Asked) -> bool:
    """Tell whether even the rarest word of the search is in more rows than are counted."""
    return asked.rarest > WEIGHED and not _in_scope(asked)


def _in_scope(asked: Asked) -> bool:
    """Tell whether there are fewer rows to search than hits of the rarest word."""
    return asked.scope is not None and asked.scope < asked.rarest


def _first_hits(listing: Listing[Any], actor: Actor, asked: Asked, depth: int) -> Select[int]:
    """Select those of the first `depth` hits that answer the question: their order stands in the search index."""
    assert isinstance(listing.search, SearchTerms)
    subject_type, weights = listing.search.subject_type, asked.weights or {}
    down = _downwards(asked)
    first = first_found(subject_type, asked.q, weights, downwards=down, depth=depth).subquery(
        "first"
    )
    rows = ids(listing, actor, replace(asked, q="")).join(
        first, first.c.subject_id == listing.model_id
    )
    rows = rows.where(*has_others(listing.model_id, subject_type, asked.q, weights))
    return rows.order_by(*order(first.c.place, first.c.subject_id, down))


def _head(listing: Listing[Any], actor: Actor, asked: Asked, depth: int) -> Select[int]:
    """Select those of the first `depth` rows that answer the search, testing each."""
    unsearched = replace(asked, q="", weights=None)
    first = _ordered(listing, ids(listing, actor, unsearched), asked).limit(depth).subquery("head")
    tested = select(listing.model_id).join(first, first.c.id == listing.model_id)
    return tested.where(_search(listing, asked, few=0))


def cursor(asked: Asked, row: Any, ordinal: int) -> str:
    """Return the cursor that stands for `row`."""
    return Cursor(asked.sort_text, row.sort_value_, row.id, ordinal).encode()


def totals(
    db: Session, listing: Listing[Any], actor: Actor, questions: Sequence[Asked]
) -> list[Total]:
    """Count the answers to several questions in one statement, each exactly up to 10,000 or when asked to."""
    counts: list[ColumnElement[int]] = []
    for asked in questions:
        hits = _counted_hits(listing, asked)
        if hits is not None:
            counts.append(hits)
            continue
        if listing.tally and _everything(listing, actor, asked):
            kept = select(func.sum(TallyRow.value)).where(TallyRow.name == listing.tally)
            counts.append(func.coalesce(kept.scalar_subquery(), 0))
            continue
        rows = _counted_ids(listing, actor, asked)
        limited = rows if asked.exact else rows.limit(COUNTED + 1)
        counts.append(_number_of(limited))
    if not counts:
        return []
    found = plain_rows(db, select(*counts)).one()
    return [total_of(int(count), asked) for count, asked in zip(found, questions, strict=True)]


def _counted_hits(listing: Listing[Any], asked: Asked) -> ColumnElement[int] | None:
    """Count many hits over everything from the search index, less the hidden ones; None where that does not work.

    Looking up thousands of rows to see whether they are hidden takes much longer.
    """
    if asked.hidden is None or asked.rarest <= MANY or not isinstance(listing.search, SearchTerms):
        return None
    subject_type, weights = listing.search.subject_type, asked.weights or {}
    found = found_ids(subject_type, asked.q, weights)
    number = _number_of(found if asked.exact else found.limit(COUNTED + asked.hidden + 1))
    hidden = _hidden(listing)
    if not asked.hidden or hidden is None:
        return number
    gone = hidden.limit(TESTED + 1).subquery("gone")
    has_words = matching(gone.c.id, subject_type, asked.q, weights, few=-1)
    return number - select(func.count()).select_from(gone).where(has_words).scalar_subquery()


def _number_of(rows: Select[int]) -> ColumnElement[int]:
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


def total_of(count: int, asked: Asked) -> Total:
    """Return a number as far as it is told: exactly up to 10,000 or when asked to."""
    exact = asked.exact or count <= COUNTED
    return Total(count if exact else COUNTED, exact)


def every_row(
    db: Session, listing: Listing[Any], actor: Actor, asked: Asked, *, limit: int | None = None
) -> Iterator[Any]:
    """Read all rows of the question in its order, from a server-side cursor, for a file."""
    whole = replace(asked, after=None, before=None, page=1)
    picked = _ordered(listing, ids(listing, actor, whole), whole)
    statement = _window(listing, picked, whole, limit=limit)
    yield from db.execute(statement.execution_options(yield_per=500))


def last_page(total: Total, size: int) -> int:
    """Return the number of the last page that has a number."""
    return min(DEEPEST_PAGE, max(1, -(-total.count // size)))
