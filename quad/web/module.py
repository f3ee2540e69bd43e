"""What a domain adds to pages that live on other floors. Each domain's module.py builds one `Module`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Blueprint
from sqlalchemy import ColumnElement, ScalarSelect
from sqlalchemy.orm import Session

from quad.core.approving import Approval
from quad.core.derived import Derived
from quad.core.listing.declaration import Column
from quad.core.merging import Merge
from quad.core.own_data import OwnData
from quad.core.policy import Actor
from quad.core.reporting import Report
from quad.core.sources import Source
from quad.core.timeline import TimelineKind


@dataclass(frozen=True)
class Nav:
    """A place in the sidebar. `roles` empty means everyone signed in; `badge` names a Badge."""

    label: str
    endpoint: str
    icon: str
    group: str = ""
    roles: frozenset[str] = frozenset()
    badge: str = ""
    order: int = 50


@dataclass(frozen=True)
class Card:
    """A card on the home page of `roles`; one of `Module.public_cards` has none and stands on that of everybody else.

    `load` returns the template's values (there called `v`), or None to leave the card out. `width` is in twelfths of
    the row. A card that is `later` is fetched after the page. One that is the `head` greets; without any the page does.
    """

    name: str
    template: str
    load: Callable[[Session, Actor], Mapping[str, Any] | None]
    roles: frozenset[str] = frozenset()
    width: int = 12
    order: int = 50
    later: bool = False
    head: bool = False


@dataclass(frozen=True)
class PublicFigure:
    """A number on the home page of people who are not signed in.

    `count` returns a scalar subquery that costs no scan; all of them are read in one statement. Of a number that was
    counted up to `most` the page says that there are more.
    """

    name: str
    label: str
    count: Callable[[], ScalarSelect[int]]
    order: int = 50
    most: int = 0


@dataclass(frozen=True)
class PublicPlace:
    """A place in the bar of the pages for people who are not signed in."""

    label: str
    endpoint: str
    order: int = 50


@dataclass(frozen=True)
class Panel:
    """A panel on the page of a thing of another floor (`subject` such as "user" or "department").

    A `wide` one stands in the main column of pages that have two; others ask for it like any other.
    """

    subject: str
    template: str
    load: Callable[[Session, Actor, int], Mapping[str, Any] | None]
    order: int = 50
    wide: bool = False


@dataclass(frozen=True)
class Badge:
    """A number in the bar. `count` turns the user-id expression into a scalar subquery of the one actor query."""

    name: str
    count: Callable[[ColumnElement[int]], ScalarSelect[int]]


@dataclass(frozen=True)
class Blocker:
    """A reason against deleting a thing of a lower floor: `reason` returns a sentence, or None."""

    subject: str
    reason: Callable[[Session, int], str | None]


@dataclass(frozen=True)
class Preview:
    """What a change of a thing of a lower floor would do: `work_out` reads the form and returns sentences."""

    subject: str
    work_out: Callable[[Session, int, Any], list[str]]


@dataclass(frozen=True)
class FormPart:
    """What a domain adds to the form for a new thing of a lower floor.

    `template` draws it, with the values of `load` as `part`. `read` takes what was posted before the request's first
    statement and raises Invalid with a sentence per field; `keep` gets that once the thing has a number.
    """

    subject: str
    template: str
    load: Callable[[Session, Actor], Mapping[str, Any]]
    read: Callable[[], Any]
    keep: Callable[[Session, Actor, int, Any], None]


@dataclass(frozen=True)
class OtherPage:
    """What stands at an address of a lower floor for readers its own page is not for.

    `subject` names the page, `show` gets what its address names and answers, or None when there is nothing for this
    reader either.
    """

    subject: str
    show: Callable[..., Any]


@dataclass(frozen=True)
class AddedColumn:
    """A column about a domain's own things in a list of a lower floor, named by the list's `name`."""

    listing: str
    column: Column


class PageLink(Protocol):
    """A page that editors put into the menus; one answer serves every reader, so it is for no audience."""

    @property
    def title(self) -> str: ...
    @property
    def href(self) -> str: ...
    @property
    def in_footer(self) -> bool: ...
    @property
    def in_sidebar(self) -> bool: ...


@dataclass(frozen=True)
class Module:
    """One domain, as the roof sees it. `parts` are imported modules that register by being imported.

    `label` is its word where people choose what a token for programs may reach; empty for a domain without an API.
    """

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    nav: tuple[Nav, ...] = ()
    cards: tuple[Card, ...] = ()
    public_cards: tuple[Card, ...] = ()
    public_figures: tuple[PublicFigure, ...] = ()
    public_places: tuple[PublicPlace, ...] = ()
    panels: tuple[Panel, ...] = ()
    badges: tuple[Badge, ...] = ()
    approvals: tuple[Approval, ...] = ()
    timeline: tuple[TimelineKind, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    previews: tuple[Preview, ...] = ()
    columns: tuple[AddedColumn, ...] = ()
    other_pages: tuple[OtherPage, ...] = ()
    form_parts: tuple[FormPart, ...] = ()
    searchables: tuple[Any, ...] = ()
    importers: tuple[Any, ...] = ()
    merges: tuple[Merge, ...] = ()
    own_data: tuple[OwnData, ...] = ()
    derived: tuple[Derived, ...] = ()
    reports: tuple[Report, ...] = ()
    sources: tuple[Source, ...] = ()
    parts: tuple[object, ...] = ()
    links: tuple[Callable[[Session], Sequence[PageLink]], ...] = ()
    label: str = ""
