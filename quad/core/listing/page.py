"""What a list page shows, ready for the template: rows, chips, pages and addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from quad.core import i18n
from quad.core.i18n import gettext as _
from quad.core.listing import query, rights
from quad.core.listing.arguments import DEEPEST_PAGE, Asked, Chosen
from quad.core.listing.declaration import Cell, Column, Listing, Place
from quad.core.listing.filters import Choice, Filter
from quad.core.listing.hints import hints
from quad.core.listing.query import Found, Total
from quad.core.listing.saved import saved_searches
from quad.core.policy import EVERYTHING, Actor, Gate, Permission

SHOWN_AROUND = 1

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Link:
    """Words and where they lead."""

    label: str
    href: str


@dataclass(frozen=True)
class Chip:
    """One filter in use and the address without it."""

    label: str
    remove_href: str


@dataclass(frozen=True)
class FilterBox:
    """One filter in the menu. `error` says why the given value was not used."""

    key: str
    label: str
    kind: str
    choices: Sequence[Choice]
    value: str | None
    error: str = ""


@dataclass(frozen=True)
class BulkButton:
    """One action on the picked rows."""

    name: str
    label: str
    icon: str
    danger: bool
    confirm: str
    href: str


@dataclass(frozen=True)
class ShownRow:
    """One row: its cells stand in the order of the page's columns."""

    id: int
    href: str | None
    label: str
    cells: Sequence[Cell]
    record: Any
    actions: Sequence[Any] = ()


@dataclass(frozen=True)
class Words:
    """What the list is called. `name` fits into addresses, ids and selectors."""

    name: str
    title: str
    singular: str
    plural: str


@dataclass(frozen=True)
class Page:
    """One page of a list, as `listing(page)` draws it."""

    listing: Words
    columns: Sequence[Column]
    all_columns: Sequence[Column]
    rows: Sequence[ShownRow]
    search_label: str
    search_placeholder: str
    q: str
    chips: Sequence[Chip]
    filters: Sequence[FilterBox]
    sort_key: str
    sort_desc: bool
    total: int
    total_exact: bool
    unfiltered_total_text: str
    first: int
    last: int
    pages: Sequence[tuple[int | None, str | None, bool]]
    previous_href: str | None
    next_href: str | None
    exports: Sequence[Link]
    bulk: Sequence[BulkButton]
    allowed: dict[str, set[int]]
    clear_href: str
    empty_hints: Sequence[Link]
    sort_href: Callable[[str], str]
    actions: Sequence[Any] = field(default=())
    saves: bool = False
    saved: Sequence[Any] = field(default=())


class Builder:
    """Builds the page of one question.

    `path` is the page's own address; `place` turns a Place into a path (the web floor knows how).
    """

    def __init__(
        self,
        db: Session,
        actor: Actor,
        listing: Listing[Any],
        asked: Asked,
        *,
        path: str,
        place: Callable[[Place], str],
        columns: Sequence[Column],
    ) -> None:
        self.db = db
        self.actor = actor
        self.listing = listing
        self.asked = query.weighed(db, listing, actor, asked)
        self.path = path
        self.place = place
        self.columns = columns
        self.options = {f.key: f.options(db, actor) for f in listing.filters if f.menu}

    def build(self, actions: Sequence[Any] = ()) -> Page:
        """Ask the database and put the page together: at most rows, counts, buttons (and choices)."""
        found = query.find(self.db, self.listing, self.actor, self.asked)
        total, unfiltered = self._totals(found)
        if not found.rows and total.count and self.asked.page > 1:
            self.asked = replace(self.asked, page=query.last_page(total, self.asked.size))
            found = query.find(self.db, self.listing, self.actor, self.asked)
        listing, asked = self.listing, self.asked
        rows = [self._row(row) for row in found.rows]
        return Page(
            listing=words(listing),
            columns=self.columns,
            all_columns=listing.columns,
            rows=rows,
            search_label=str(listing.search_label) if listing.search else "",
            search_placeholder=str(listing.search_placeholder),
            q=asked.q,
            chips=[Chip(self._worded(c), self._href(asked.without(c))) for c in asked.filters],
            filters=[self._box(item) for item in listing.filters if item.menu],
            sort_key=asked.sort,
            sort_desc=asked.descending,
            total=total.count,
            total_exact=total.exact,
            unfiltered_total_text=_number(unfiltered),
            first=found.first if rows else 0,
            last=found.first + len(rows) - 1 if rows else 0,
            pages=self._pages(total),
            previous_href=self._previous(found),
            next_href=self._next(found),
            exports=self._exports(total),
            bulk=[self._bulk(item) for item in listing.bulk],
            allowed=self._allowed([row.id for row in rows]),
            clear_href=self._href(asked.everything()),
            empty_hints=self._hints(total),
            sort_href=self.sort_href,
            actions=actions,
            saves=listing.saves,
            saved=saved_searches(self.db, self.actor, listing) if listing.saves else (),
        )

    def _totals(self, found: Found) -> tuple[Total, Total]:
        """Count only what the rows do not tell already."""
        whole = not found.more and not found.less
        known = Total(len(found.rows), True) if whole else None
        if known is None and found.matched is not None:
            known = query.total_of(found.matched, self.asked)
        questions = [] if known else [self.asked]
        if self.asked.narrowed:
            questions.append(replace(self.asked.everything(), exact=False))
        counted = query.totals(self.db, self.listing, self.actor, questions)
        total = known or counted[0]
        return total, counted[-1] if self.asked.narrowed else total

    def _row(self, row: Any) -> ShownRow:
        href = self.place(self.listing.href(row)) if self.listing.href else None
        cells = [self._cell(column, row) for column in self.columns]
        if href and cells and cells[0].href is None:
            cells[0] = replace(cells[0], href=href)
        label = self.listing.row_label(row) if self.listing.row_label else cells[0].text
        return ShownRow(row.id, href, label, cells, row)

    def _cell(self, column: Column, row: Any) -> Cell:
        cell = column.shown(row)
        return cell if cell.href is None else replace(cell, href=self.place(cell.href))

    def _address(self, pairs: Pairs) -> str:
        text = urlencode(list(pairs))
        return f"{self.path}?{text}" if text else self.path

    def _href(self, asked: Asked) -> str:
        """Return the first page of a question; the usual sort is not written."""
        return self._address(self._pairs(asked))

    def _pairs(self, asked: Asked, sort: str = "") -> list[tuple[str, str]]:
        usual = ("sort", self.listing.default_sort)
        return [pair for pair in asked.query(sort) if pair != usual]

    def sort_href(self, key: str) -> str:
        """Return the address sorted by a column: the other way round when it is sorted so already."""
        column = self.listing.column(key)
        numeric = column is not None and column.numeric
        downwards = not self.asked.descending if key == self.asked.sort else numeric
        return self._address(self._pairs(self.asked, ("-" if downwards else "") + key))

    def _worded(self, chosen: Chosen) -> str:
        item = chosen.filter
        return item.worded(chosen.value, self.options.get(item.key, ()))

    def _box(self, item: Filter) -> FilterBox:
        given = next((c.text for c in reversed(self.asked.filters) if c.filter is item), None)
        choices, kind = self.options[item.key], item.kind
        if kind == "flag":
            choices, kind = [("1", _("Yes")), ("0", _("No"))], "choice"
            given = given and ("1" if item.read(given) else "0")
        error = self.asked.problems.get(item.key, "")
        return FilterBox(item.key, str(item.label), kind, choices, given, error)

    def _pages(self, total: Total) -> list[tuple[int | None, str | None, bool]]:
        deep = self.asked.after is not None or self.asked.before is not None
        last = query.last_page(total, self.asked.size)
        now = 0 if deep else self.asked.page
        wanted = {1, last, *range(now - SHOWN_AROUND, now + SHOWN_AROUND + 1)}
        if not deep and now <= 2:
            wanted |= {2, 3}
        pages: list[tuple[int | None, str | None, bool]] = []
        before = 0
        for number in sorted(n for n in wanted if 1 <= n <= last):
            if number > before + 1:
                pages.append((None, None, False))
            pages.append((number, self._numbered(number), number == now))
            before = number
        more = deep or not total.exact or total.count > last * self.asked.size
        return [*pages, (None, None, False)] if more else pages

    def _numbered(self, number: int) -> str:
        page = [("page", str(number))] if number > 1 else []
        return self._address([*self._pairs(self.asked), *page])

    def _next(self, found: Found) -> str | None:
        if not found.more:
            return None
        shallow = self.asked.after is None and self.asked.before is None
        if shallow and self.asked.page < DEEPEST_PAGE:
            return self._numbered(self.asked.page + 1)
        last = found.first + len(found.rows) - 1
        return self._cursor("after", query.cursor(self.asked, found.rows[-1], last))

    def _previous(self, found: Found) -> str | None:
        if not found.less or not found.rows:
            return None
        if self.asked.after is None and self.asked.before is None:
            return self._numbered(self.asked.page - 1)
        return self._cursor("before", query.cursor(self.asked, found.rows[0], found.first))

    def _cursor(self, name: str, text: str) -> str:
        return self._address([*self._pairs(self.asked), (name, text)])

    def _exports(self, total: Total) -> list[Link]:
        if self.listing.export is not None and not self.listing.export.may(self.actor):
            return []
        what = _number(total) if total.count != 1 or not total.exact else "1"
        names = {
            "csv": _("CSV, %(count)s rows", count=what),
            "xlsx": _("Excel (XLSX), %(count)s rows", count=what),
        }
        pairs = self._pairs(replace(self.asked, columns=()))
        whole = [Link(label, self._address([*pairs, ("format", f)])) for f, label in names.items()]
        return [*whole, *self._narrow_exports(pairs)]

    def _narrow_exports(self, pairs: list[tuple[str, str]]) -> list[Link]:
        """Return the files of the columns that are shown, where others can be shown as well."""
        shown = [column.key for column in self.columns if column.export is not False]
        every = [column.key for column in self.listing.columns if column.export is not False]
        if not shown or shown == every:
            return []
        named = {
            "csv": _("CSV, the columns shown"),
            "xlsx": _("Excel (XLSX), the columns shown"),
        }
        only = ("columns", ",".join(shown))
        return [
            Link(label, self._address([*pairs, only, ("format", f)])) for f, label in named.items()
        ]

    def _bulk(self, item: Any) -> BulkButton:
        href = self.place((item.endpoint, {}))
        return BulkButton(
            item.name, str(item.label), item.icon, item.danger, str(item.confirm), href
        )

    def _allowed(self, rows: Sequence[int]) -> dict[str, set[int]]:
        """Ask for the buttons that depend on the row; rows that were read are not asked about again."""
        read, known = self.listing.read, {}
        wanted: dict[str, Permission[Any] | Gate] = {}
        buttons = {item.name: item.permission for item in self.listing.bulk}
        for name, permission in (buttons | dict(self.listing.buttons)).items():
            if isinstance(permission, Permission) and permission.model is read.model:
                branches = permission.branches(self.actor)
                if not branches:
                    known[name] = set[int]()
                    continue
                if branches is EVERYTHING and (permission.deleted_too or not read.deleted_too):
                    known[name] = set(rows)
                    continue
            wanted[name] = permission
        return known | rights.allowed(self.db, self.actor, rows, wanted)

    def _hints(self, total: Total) -> list[Link]:
        if total.count or not self.asked.narrowed:
            return []
        links = []
        for gone, bring in hints(self.db, self.listing, self.actor, self.asked):
            what = self.asked.q if gone is None else self._worded(gone)
            count = self.listing.counted(bring.count, bring.exact)
            label = _("Without “%(what)s”: %(count)s", what=what, count=count)
            links.append(Link(label, self._href(self.asked.without(gone))))
        return links


def _number(total: Total) -> str:
    count = i18n.number(total.count)
    return count if total.exact else _("more than %(number)s", number=count)


def words(listing: Listing[Any]) -> Words:
    """Return what the list is called, in the reader's language."""
    return Words(
        listing.name.replace(".", "-"),
        str(listing.title),
        str(listing.singular),
        str(listing.plural),
    )
