"""What can be found: each kind of subject declares whose rows they are and how its documents are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from quad.core.db.model import Row
from quad.core.policy import Actor, Permission

M = TypeVar("M", bound=Row)


@dataclass(frozen=True)
class Document:
    """How one subject is found and shown.

    `title`, `sub` and `terms` are found by the beginnings of their words; `body` by its words. `audiences` are the
    tokens (see `audience_tokens`) of who may find it by its body; empty leaves that to the permission alone.
    """

    subject_id: int
    title: str
    url: str
    sub: str = ""
    terms: Sequence[str] = ()
    body: str = ""
    audiences: Sequence[str] = ()


@dataclass(frozen=True)
class Searchable(Generic[M]):
    """One kind of subject. `label` names the group of hits ("Students"). Declaring registers it.

    `load` makes the documents of the given ids (those that still exist). `list_url` is the list page that shows all
    hits of this kind for `?q=`, for those who may see it.
    """

    subject_type: str
    label: str
    permission: Permission[M]
    load: Callable[[Session, Sequence[int]], Iterable[Document]]
    icon: str = "search"
    list_url: str = ""
    order: int = 50

    def __post_init__(self) -> None:
        if self.subject_type in SEARCHABLES:
            raise RuntimeError(f"search subject declared twice: {self.subject_type}")
        SEARCHABLES[self.subject_type] = self


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
