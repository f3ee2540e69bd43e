"""What a reader asks of a list: search, filters, sort and page, read from the address and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from quad.core.errors import QuadError
from quad.core.i18n import gettext as _
from quad.core.listing.declaration import RESERVED, Listing
from quad.core.listing.filters import Filter
from quad.core.listing.keyset import Cursor, decode

# The address of a list, as a framework gives it: every name with all its values.
Arguments = Mapping[str, Sequence[str]]

DEEPEST_PAGE = 50
LARGEST_SIZE = 100
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Chosen:
    """A filter with a value; `text` is what stands in the address."""

    filter: Filter
    text: str
    value: Any


@dataclass(frozen=True)
class Asked:
    """The checked question. `fixed` are filters the page's own address gives; `problems` are filters not understood.

    `weights` say how common the words of `q` are, once that was asked (`query.weighed`), `placed` that the search
    index knows the order of what has the rarest of them, `scope` how few rows there are without `q`, if they are few,
    and `hidden` how few rows the index finds although they are deleted, where everything is searched. `columns` are
    those that a file is to hold, all when it is empty.
    """

    q: str
    filters: tuple[Chosen, ...]
    fixed: tuple[Chosen, ...]
    sort: str
    descending: bool
    page: int
    size: int
    after: Cursor | None = None
    before: Cursor | None = None
    exact: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, int] | None = None
    placed: bool = False
    scope: int | None = None
    hidden: int | None = None
    columns: tuple[str, ...] = ()

    @property
    def rarest(self) -> int:
        """How many hits the rarest word of the search has, as far as that was counted."""
        return min((self.weights or {}).values(), default=0)

    @property
    def narrowed(self) -> bool:
        """Tell whether search or a filter takes rows away."""
        return bool(self.q or self.filters)

    @property
    def sort_text(self) -> str:
        """The sort as the address writes it."""
        return ("-" if self.descending else "") + self.sort

    def without(self, gone: Chosen | None) -> Asked:
        """Ask the same without one filter, or (None) without the search."""
        if gone is None:
            return replace(self, q="", weights=None, scope=None, hidden=None)
        filters = tuple(c for c in self.filters if c is not gone)
        return replace(self, filters=filters, scope=None, hidden=None)

    def everything(self) -> Asked:
        """Ask for all the reader may see on this page."""
        return replace(self, q="", weights=None, scope=None, hidden=None, filters=())

    def query(self, sort: str | None = None) -> Iterator[tuple[str, str]]:
        """Write the question as pairs for an address, without a page."""
        if self.q:
            yield "q", self.q
        for chosen in self.filters:
            yield chosen.filter.key, chosen.text
        if sort or self.sort_text:
            yield "sort", sort or self.sort_text
        if self.columns:
            yield "columns", ",".join(self.columns)


def ask(
    listing: Listing[Any],
    arguments: Arguments,
    *,
    fixed: Mapping[str, str] | None = None,
    strict: bool = False,
) -> Asked:
    """Read a question.

    `strict` (the API) refuses filters that do not exist or do not fit; a page drops them and names the unfit ones in
    `problems`. Raises QuadError (400) for a sort, page or cursor that does not fit, at every door.
    """
    sort = _last(arguments, "sort") or listing.default_sort
    key = sort.removeprefix("-")
    try:
        attribute = listing.sort_attribute(key)
    except KeyError as error:
        known = ", ".join(column.key for column in listing.columns if column.sortable)
        raise QuadError(
            _(
                "This list cannot be sorted by “%(key)s”. Use one of: %(known)s.",
                key=key[:40],
                known=known,
            )
        ) from error
    filters, problems = _filters(listing, arguments, fixed or {}, strict)
    cursors = {
        name: decode(text, sort, attribute)
        for name in ("after", "before")
        if (text := _last(arguments, name))
    }
    if len(cursors) > 1:
        raise QuadError(_("Ask for the rows after one place or before one, not both."))
    return Asked(
        q=_search(listing, arguments),
        filters=filters,
        fixed=_fixed(listing, fixed or {}),
        sort=key,
        descending=sort.startswith("-"),
        page=_page(arguments),
        size=_size(listing, arguments, strict),
        after=cursors.get("after"),
        before=cursors.get("before"),
        exact=_last(arguments, "count") == "exact",
        problems=problems,
        columns=_columns(listing, arguments),
    )


def _columns(listing: Listing[Any], arguments: Arguments) -> tuple[str, ...]:
    """Read which columns a file is to hold: keys with commas between them."""
    wanted = tuple(key for key in _last(arguments, "columns").split(",") if key)
    unknown = next((key for key in wanted if listing.column(key) is None), None)
    if unknown is not None:
        raise QuadError(_("This list has no column “%(key)s”.", key=unknown[:40]))
    return wanted


def _last(arguments: Arguments, name: str) -> str:
    values = arguments.get(name, ())
    return values[-1].strip() if values else ""


def _search(listing: Listing[Any], arguments: Arguments) -> str:
    text = _last(arguments, "q").replace("\0", "")
    if len(text) > LONGEST_SEARCH:
        raise QuadError(_("Search for at most %(n)s characters.", n=LONGEST_SEARCH))
    return text if listing.search is not None else ""


def _page(arguments: Arguments) -> int:
    text = _last(arguments, "page") or "1"
    if not (text.isascii() and text.isdigit() and int(text[:9]) >= 1):
        raise QuadError(_("“page” takes a whole number from 1."))
    if len(text) > 9 or int(text) > DEEPEST_PAGE:
        raise QuadError(
            _(
                "Pages have numbers up to %(n)s. Go on with “next” from there, or narrow the list.",
                n=DEEPEST_PAGE,
            )
        )
    return int(text)


def _size(listing: Listing[Any], arguments: Arguments, strict: bool) -> int:
    text = _last(arguments, "size")
    if not text or not strict:
        return listing.size
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= LARGEST_SIZE):
        raise QuadError(_("“size” takes a whole number from 1 to %(n)s.", n=LARGEST_SIZE))
    return int(text)


def _fixed(listing: Listing[Any], fixed: Mapping[str, str]) -> tuple[Chosen, ...]:
    known = {item.key: item for item in listing.filters}
    try:
        return tuple(Chosen(known[key], text, known[key].read(text)) for key, text in fixed.items())
    except ValueError as error:
        raise QuadError(str(error)) from error


def _filters(
    listing: Listing[Any], arguments: Arguments, fixed: Mapping[str, str], strict: bool
) -> tuple[tuple[Chosen, ...], dict[str, str]]:
    known = {item.key: item for item in listing.filters if item.key not in fixed}
    chosen: dict[tuple[str, str], Chosen] = {}
    problems: dict[str, str] = {}
    for key, values in arguments.items():
        if key in RESERVED:
            continue
        if key not in known:
            problems[key] = _("This list has no filter “%(key)s”.", key=key[:40])
            continue
        for text in filter(None, values):
            try:
                chosen[key, text] = Chosen(known[key], text, known[key].read(text))
            except ValueError as error:
                problems[key] = str(error)
    if strict and problems:
        raise QuadError(next(iter(problems.values())))
    return tuple(chosen.values()), problems
