"""Files of what a domain puts together itself (a saved report): asked for, and written by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from quad.core.errors import NotFound, QuadError
from quad.core.export.models import Export, ExportAsked
from quad.core.export.writing import FORMATS
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.outbox import enqueue
from quad.core.policy import Actor

KIND = "export.made"


@dataclass(frozen=True)
class Made:
    """What goes into the file: plain values in `rows`, at most `total` of them."""

    file_name: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]
    total: int


@dataclass(frozen=True, kw_only=True)
class Maker:
    """`make(db, actor, question, kind)` reads with the rights of `actor`; it raises QuadError for what cannot be had.

    `label` says what the file is of.
    """

    name: str
    label: str
    make: Callable[[Session, Actor, str, str], Made]


MAKERS: dict[str, Maker] = {}


def declare(maker: Maker) -> None:
    """Make a maker known under its name."""
    MAKERS[maker.name] = maker


def maker_of(name: str) -> Maker:
    """Return the maker called `name`. Raises NotFound."""
    try:
        return MAKERS[name]
    except KeyError as error:
        raise NotFound(_("There is no export of this kind.")) from error


def ask_for_made(db: Session, actor: Actor, name: str, kind: str, question: str) -> Export:
    """Promise a file; the worker writes it. The caller has asked the policy.

    Raises NotFound, and QuadError for a format there is not.
    """
    maker_of(name)
    if kind not in FORMATS or actor.id is None:
        raise QuadError(_("A table can be had as csv or xlsx."))
    row = Export(owner_id=actor.id, list_name=name, kind=kind, question=question, fixed={})
    db.add(row)
    db.flush()
    row.job_id = enqueue(db, KIND, {"export": row.id})
    emit(db, ExportAsked(actor_id=actor.id, export_id=row.id))
    return row
