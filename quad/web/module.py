"""What a domain adds to pages that live on other floors. Each domain's module.py builds one `Module`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from sqlalchemy import ColumnElement, ScalarSelect
from sqlalchemy.orm import Session

from quad.core.policy import Actor


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
    """A card on the home page of `roles`.

    `load` returns the template's values (there called `v`), or None to leave the card out. `width` is in twelfths of
    the row. A card that is `later` is fetched after the page.
    """

    name: str
    template: str
    load: Callable[[Session, Actor], Mapping[str, Any] | None]
    roles: frozenset[str]
    width: int = 12
    order: int = 50
    later: bool = False


@dataclass(frozen=True)
class Panel:
    """A panel on the page of a thing of another floor (`subject` such as "user" or "department")."""

    subject: str
    template: str
    load: Callable[[Session, Actor, int], Mapping[str, Any] | None]
    order: int = 50


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
class Module:
    """One domain, as the roof sees it. `parts` are imported modules that register by being imported."""

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    nav: tuple[Nav, ...] = ()
    cards: tuple[Card, ...] = ()
    panels: tuple[Panel, ...] = ()
    badges: tuple[Badge, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    searchables: tuple[Any, ...] = ()
    importers: tuple[Any, ...] = ()
    parts: tuple[object, ...] = ()
