"""The rows picked on a list page, checked again under the rights of whoever acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import parse_qs

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.errors import Forbidden, QuadError, Rejected, SignedOut
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.core.listing import query
from quad.core.listing.arguments import ask
from quad.core.listing.declaration import Listing
from quad.core.policy import Actor, Permission

MOST = 10_000


class Posted(Protocol):
    """What a web framework hands over for a posted form."""

    def getlist(self, key: str) -> list[str]: ...


def chosen_ids(
    listing: Listing[Any],
    db: Session,
    actor: Actor,
    posted: Posted,
    *,
    permission: Permission[Any] | None = None,
    fixed: dict[str, str] | None = None,
) -> list[int]:
    """Return the ids picked in the bulk bar, ascending: the ticked rows (`id`), or with `everything` all of `query`.

    What the actor may not see falls out. With `permission`, so does what the actor may see but not use, unless that is
    all: then Forbidden is raised. Raises SignedOut, and Rejected when nothing is picked or more than 10,000 rows are.
    """
    if not actor.signed_in:
        raise SignedOut
    listing = listing.seen_by(actor)
    scope = permission or listing.read
    visible = select(listing.model_id).where(listing.read.where(actor), scope.where(actor))
    if _flag(posted, "everything", "all_matching"):
        asked = ask(listing, parse_qs((posted.getlist("query") or [""])[-1]), fixed=fixed)
        statement = visible.where(*query.clauses(listing, asked))
    else:
        statement = visible.where(listing.model_id.in_(_ids(posted)))
    found = list(db.scalars(statement.order_by(listing.model_id).limit(MOST + 1)))
    if len(found) > MOST:
        raise Rejected(_("Choose at most %(n)s rows at once.", n=number(MOST)))
    if not found:
        raise Forbidden
    return found


def _flag(posted: Posted, *names: str) -> bool:
    return any(value == "1" for name in names for value in posted.getlist(name))


def _ids(posted: Posted) -> Sequence[int]:
    texts = [text for name in ("id", "ids", "ids[]") for text in posted.getlist(name)]
    if not texts:
        raise Rejected(_("Choose at least one row first."))
    if len(texts) > MOST:
        raise Rejected(_("Choose at most %(n)s rows at once.", n=number(MOST)))
    if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in texts):
        raise QuadError(_("The chosen rows could not be read. Reload the list and choose again."))
    return sorted({int(text) for text in texts})
