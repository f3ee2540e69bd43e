"""What can be found: each kind of subject declares whose rows they are and how its documents are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, SQLColumnExpression
from sqlalchemy.orm import Session

from quad.core.db.model import Row
from quad.core.policy import Actor, Permission

M = TypeVar("M", bound=Row)


@dataclass(frozen=True)
class Document:
    """How one subject is found and shown.

    `title`, `sub` and `terms` are found by the beginnings of their words; `body` by its words. `audiences` are the
    tokens (see `audience_tokens`) of who may find it by its body; empty leaves that to the permission alone. `place` is
    the value by which the list of its kind is sorted usually; None where there is no such list. `named` False shows
    title and sub without searching them: another kind has them already.
    """

    subject_id: int
    title: str
    url: str
    sub: str = ""
    terms: Sequence[str] = ()
    body: str = ""
    audiences: Sequence[str] = ()
    place: str | None = None
    named: bool = True


# A word, and a select of the numbers that make a token with it: "offering 7".
Tokens = tuple[str, Select[Any]]


@dataclass(frozen=True)
class Through:
    """A kind that is found by the names of another one: a conversation by the name of who it is with.

    `subject_type` is the other kind, `subject` the column that holds its number; `place` is what `link` makes the
    address of. Such a kind keeps no words of its own.
    """

    subject_type: str
    subject: SQLColumnExpression[Any]
    place: SQLColumnExpression[Any]
    link: Callable[[int], str]


@dataclass(frozen=True)
class Searchable(Generic[M]):
    """One kind of subject. `label` names the group of hits ("Students"). Declaring registers it.

    `load` makes the documents of the given ids (those that still exist). `list_url` is the list page that shows all
    hits of this kind for `?q=`, for those who may see it. Pieces of a long text (`pieces`) are found by their bodies
    alone, and of those that belong to one address the first is shown. `tokens` adds what stands for an actor in the
    audiences of this kind ("offering 7"), so that the newest candidates are those meant for them; those of all kinds
    are read in one statement. With `through` there is nothing to load.
    """

    subject_type: str
    label: str
    permission: Permission[M]
    load: Callable[[Session, Sequence[int]], Iterable[Document]]
    icon: str = "search"
    list_url: str = ""
    order: int = 50
    pieces: bool = False
    tokens: Callable[[Actor], Sequence[Tokens]] = lambda actor: ()
    through: Through | None = None

    def __post_init__(self) -> None:
        if self.subject_type in SEARCHABLES:
            raise RuntimeError(f"search subject declared twice: {self.subject_type}")
        SEARCHABLES[self.subject_type] = self

    @property
    def named_as(self) -> str:
        """The kind whose names it is found by: its own, or another one."""
        return self.through.subject_type if self.through else self.subject_type


SEARCHABLES: dict[str, Searchable[Any]] = {}

EVERYONE = "everyone"


def audience_tokens(actor: Actor) -> list[str]:
    """Return the tokens that stand for `actor`: everyone, their number, each role, each role in its department."""
    tokens = [EVERYONE]
    if actor.id is not None:
        tokens.append(f"user {actor.id}")
    for grant in actor.grants:
        tokens.append(f"role {grant.role}")
        if grant.department_id is not None:
            tokens.append(f"role {grant.role} {grant.department_id}")
    return sorted(set(tokens))
