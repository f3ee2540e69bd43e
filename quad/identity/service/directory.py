"""Finding people by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.i18n import lazy_gettext as _l
from quad.core.search.index import index_many
from quad.core.search.searchable import Document, Searchable
from quad.identity.models.accounts import SEARCHED_AS, User
from quad.identity.policy import MANAGE


def load_documents(db: Session, ids: Sequence[int]) -> Iterable[Document]:
    """Return how each of these people is found: by name, e-mail and user name."""
    query = select(User.id, User.full_name, User.sort_name, User.email, User.username).where(
        User.id.in_(ids)
    )
    for row in db.execute(query):
        terms = [row.email, row.email.partition("@")[0], *([row.username] if row.username else [])]
        yield Document(
            row.id,
            title=row.full_name,
            url=f"/users/{row.id}",
            sub=row.email,
            terms=terms,
            place=row.sort_name,
        )


ACCOUNTS = Searchable(
    SEARCHED_AS,
    _l("Accounts"),
    MANAGE,
    load_documents,
    icon="user-cog",
    list_url="/users",
    order=80,
)


def index_people(db: Session, ids: Sequence[int], *, new: bool = False) -> None:
    """Make people findable, or findable under their new names."""
    index_many(db, SEARCHED_AS, load_documents(db, ids), new=new)
