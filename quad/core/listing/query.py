"""From a question to rows: one statement for the rows, one for all counts, one for all buttons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, case, false, func, inspect, or_, select
from sqlalchemy.orm import Session

from quad.core.errors import Forbidden, SignedOut
from quad.core.listing.arguments import DEEPEST_PAGE, Asked, Chosen
from quad.core.listing.declaration import Listing, SearchColumns, SearchTerms
from quad.core.listing.keyset import Cursor, beyond, order
from quad.core.policy import EVERYTHING, Actor, Gate, Permission
from quad.core.search.prefix import WEIGHED, collected, matching, weigh

COUNTED = 10_000
# So many rows at the head of the list are tested for common words before all their matches are collected.
TESTED = 2_000
EVERY = 2**63 - 1


@dataclass(frozen=True)
class Found:
    """The rows of one page. `first` is the ordinal of the first row; `more` and `less` say whether rows follow
    and precede.
    """

    rows: Sequence[Any]
    first: int
    more: bool
    less: bool


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


def weighed(db: Session, listing: Listing[Any], asked: Asked) -> Asked:
    """Find out how common the words of a search are, so that `find` and `totals` choose the cheap way."""
    if not asked.q or not isinstance(listing.search, SearchTerms):
        return asked
    return replace(asked, weights=weigh(db, listing.search.subject_type, asked.q))


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
    return ids(listing, actor, asked, few=WEIGHED)


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


def _collected(listing: Listing[Any], actor: Actor, asked: Asked) -> Select[int]:
    """Collect all matches of a search, then put them into order.

    Left to themselves the planners walk the list in its order and test row after row: right if matches were spread
    evenly, but the names that begin with “hana” stand together (33,000 rows tested for 26). The limit, which never
    bites, keeps them from it on all three databases.
    """
    attribute = listing.sort_attribute(asked.sort)
    every = _from_cursor(listing, ids(listing, actor, asked), asked)
    sort_value: ColumnElement[Any] = attribute.label("sort_value_")
    matches = every.add_columns(sort_value).limit(EVERY).subquery("matches")
    keys = order(matches.c.sort_value_, matches.c.id, _downwards(asked))
    return select(matches.c.id).order_by(*keys)


def _window(
    listing: Listing[Any],
    picked: Select[int],
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
    statement = select(*listing.selected(), sort_value).select_from(listing.read.model)
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
    return Found(rows, offset + 1, more=further, less=asked.page > 1)


def _load(
    db: Session, listing: Listing[Any], actor: Actor, asked: Asked, offset: int
) -> Sequence[Any]:
    """Load the rows of a page and one more, if there is one."""
    wanted = asked.size + 1
    if _common(asked):
        head = _head(listing, actor, asked, offset + TESTED)
        picked = _ordered(listing, head, asked)
        rows = db.execute(_window(listing, picked, asked, limit=wanted, offset=offset)).all()
        if len(rows) == wanted:
            return rows
    if asked.weights:
        picked = _collected(listing, actor, asked)
    else:
        picked = _ordered(listing, ids(listing, actor, asked), asked)
    if _everything(listing, actor, asked):
        picked = _in_index_order(listing, picked, asked)
    return db.execute(_window(listing, picked, asked, limit=wanted, offset=offset)).all()


def _common(asked: Asked) -> bool:
    """Tell whether even the rarest word of the search is in more rows than are counted."""
    return bool(asked.weights) and min((asked.weights or {}).values()) > WEIGHED


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
    counts = []
    for asked in questions:
        rows = _counted_ids(listing, actor, asked)
        limited = rows if asked.exact else rows.limit(COUNTED + 1)
        counts.append(select(func.count()).select_from(limited.subquery()).scalar_subquery())
    if not counts:
        return []
    found = db.execute(select(*counts)).one()
    return [
        Total(count, True) if asked.exact or count <= COUNTED else Total(COUNTED, False)
        for count, asked in zip(found, questions, strict=True)
    ]


def allowed(
    db: Session,
    actor: Actor,
    rows: Sequence[int],
    permissions: dict[str, Permission[Any] | Gate],
) -> dict[str, set[int]]:
    """Answer all buttons of a page: for each name the ids of the rows on which `actor` may use it. One statement."""
    answer: dict[str, set[int]] = {}
    asked: dict[str, Permission[Any]] = {}
    for name, permission in permissions.items():
        if isinstance(permission, Gate):
            answer[name] = set(rows) if permission.may(actor) else set()
        else:
            asked[name] = permission
    if not asked or not rows:
        return answer | {name: set() for name in asked}
    model = next(iter(asked.values())).model
    flags = [case((p.where(actor), 1), else_=0) for p in asked.values()]
    found = db.execute(select(model.id, *flags).where(model.id.in_(rows))).all()
    for position, name in enumerate(asked, start=1):
        answer[name] = {row[0] for row in found if row[position]}
    return answer


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


def hints(
    db: Session, listing: Listing[Any], actor: Actor, asked: Asked, most: int = 4
) -> list[tuple[Chosen | None, Total]]:
    """When nothing matches: what taking one filter (or, as None, the search) away would bring. One statement."""
    dropped: list[Chosen | None] = [*asked.filters]
    if asked.q:
        dropped.append(None)
    dropped = dropped[-most:]
    questions = [replace(asked.without(gone), exact=False) for gone in dropped]
    counted = totals(db, listing, actor, questions)
    return [(gone, total) for gone, total in zip(dropped, counted, strict=True) if total.count]
