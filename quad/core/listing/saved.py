"""Searches that a person keeps under a name: the address of a list with its filters and sort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core.db.model import Row
from quad.core.db.rows import plain_rows
from quad.core.db.types import BigId, NormalisedKey
from quad.core.errors import Invalid, NotFound, Rejected, SignedOut, constraint
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Listing
from quad.core.policy import Actor

NAME_LENGTH = 80
ADDRESS_LENGTH = 1_000
MOST = 30


class SavedSearch(Row):
    """One kept search. `address` is the path of the list with the question behind it."""

    __tablename__ = "core_saved_search"
    __audited__ = False
    __table_args__ = (UniqueConstraint("user_id", "list_name", "name_key"),)

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    list_name: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))


constraint(
    "uq_core_saved_search_user_id_list_name_name_key",
    _l("You have a search of this name already."),
    "name",
)


def own_searches(db: Session, actor: Actor, list_name: str = "") -> Sequence[Any]:
    """Return what `actor` kept (id, list_name, name, address), of one list or of all, by list and name.

    Raises SignedOut.
    """
    if actor.id is None:
        raise SignedOut
    query = select(
        SavedSearch.id, SavedSearch.list_name, SavedSearch.name, SavedSearch.address
    ).where(SavedSearch.user_id == actor.id)
    if list_name:
        query = query.where(SavedSearch.list_name == list_name)
    return db.execute(query.order_by(SavedSearch.list_name, SavedSearch.name_key)).all()


def saved_searches(db: Session, actor: Actor, listing: Listing[Any]) -> Sequence[Any]:
    """Return what `actor` kept of this list (id, name, address), by name."""
    if actor.id is None:
        return ()
    query = (
        select(SavedSearch.id, SavedSearch.name, SavedSearch.address)
        .where(SavedSearch.user_id == actor.id, SavedSearch.list_name == listing.name)
        .order_by(SavedSearch.name_key)
    )
    return plain_rows(db, query).all()


def save_search(
    db: Session, actor: Actor, listing: Listing[Any], name: str, address: str
) -> SavedSearch:
    """Keep a search; the same name once more takes the new question.

    Raises SignedOut, Invalid without a fitting name, Rejected when there are too many or the question is too long.
    """
    if actor.id is None:
        raise SignedOut
    words = _name(name)
    if len(address) > ADDRESS_LENGTH:
        raise Rejected(_("This search is too long to be kept. Use fewer filters."))
    mine = (SavedSearch.user_id == actor.id, SavedSearch.list_name == listing.name)
    found = db.scalar(select(SavedSearch).where(*mine, SavedSearch.name_key == words))
    if found is None:
        if (db.scalar(select(func.count(SavedSearch.id)).where(*mine)) or 0) >= MOST:
            raise Rejected(_("Keep at most %(n)s searches. Forget one first.", n=MOST))
        found = SavedSearch(user_id=actor.id, list_name=listing.name, name_key=words)
        db.add(found)
    found.name, found.address = words, address
    db.flush()
    return found


def _name(name: str) -> str:
    words = " ".join(name.split())
    if not words or len(words) > NAME_LENGTH or "\0" in words:
        raise Invalid({"name": _("Give it a name of at most %(n)s letters.", n=NAME_LENGTH)})
    return words


def rename_search(db: Session, actor: Actor, search_id: int, name: str) -> SavedSearch:
    """Give a kept search another name. Raises SignedOut, NotFound for somebody else's, Invalid, Rejected when the name
    is taken.
    """
    found = _own(db, actor, search_id)
    words = _name(name)
    taken = select(SavedSearch.id).where(
        SavedSearch.user_id == found.user_id,
        SavedSearch.list_name == found.list_name,
        SavedSearch.name_key == words,
        SavedSearch.id != found.id,
    )
    if db.scalar(taken) is not None:
        raise Rejected(_("You have a search of this name already."))
    found.name = found.name_key = words
    db.flush()
    return found


def _own(db: Session, actor: Actor, search_id: int) -> SavedSearch:
    if actor.id is None:
        raise SignedOut
    found = db.scalar(
        select(SavedSearch).where(SavedSearch.id == search_id, SavedSearch.user_id == actor.own_id)
    )
    if found is None:
        raise NotFound
    return found


def forget_search(db: Session, actor: Actor, search_id: int) -> SavedSearch:
    """Forget a kept search; return what it was. Raises SignedOut, NotFound for somebody else's."""
    found = _own(db, actor, search_id)
    db.delete(found)
    db.flush()
    return found
