"""Kept searches over JSON: what one keeps of the lists that let one."""

from __future__ import annotations

from typing import Annotated, Any

from apiflask import APIBlueprint
from pydantic import Field, field_validator

from quad.core.errors import Invalid
from quad.core.forms import Form
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import LISTINGS
from quad.core.listing.query import require
from quad.core.listing.saved import (
    ADDRESS_LENGTH,
    NAME_LENGTH,
    SavedSearch,
    forget_search,
    own_searches,
    rename_search,
    save_search,
)
from quad.core.web_addresses import is_own_path
from quad.web.api import Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("searches_api", __name__, url_prefix="/api/v1/me/searches", tag="Kept searches")


class KeptSearchOut(Out):
    """A kept search: `list` is the name of the list, `address` its path with the question behind it."""

    id: WireId
    list: str
    name: str
    address: str


class SearchesQuery(Form):
    """Of which list: all without one."""

    list: Annotated[str, Field(max_length=80)] = ""


class SearchName(Form):
    """What a kept search is called."""

    name: Annotated[str, Field(title=_l("Name"), min_length=1, max_length=NAME_LENGTH)]


class KeepSearch(SearchName):
    """A search to keep. `address` is a path on this site, such as `/alumni?skill=Python`."""

    list: Annotated[str, Field(title=_l("List"), max_length=80)]
    address: Annotated[str, Field(title=_l("Address"), min_length=1, max_length=ADDRESS_LENGTH)]

    @field_validator("address")
    @classmethod
    def _stays_here(cls, address: str) -> str:
        if not is_own_path(address):
            raise ValueError(_("Write a path on this site, such as /alumni?city=Pune."))
        return address


@operation(bp, "GET", "", query=SearchesQuery, answers=list[KeptSearchOut])
def searches_index(query: SearchesQuery) -> Any:
    """What one keeps, by list and name."""
    rows = own_searches(current_db(), current_actor(), query.list)
    return [KeptSearchOut.model_validate({**row._mapping, "list": row.list_name}) for row in rows]


@operation(
    bp,
    "POST",
    "",
    body=KeepSearch,
    answers=KeptSearchOut,
    status=201,
    message="Kept",
    errors=(403, 409),
)
def search_keep(body: KeepSearch) -> KeptSearchOut:
    """Keep a search of a list; the same name once more takes the new address."""
    db, actor = current_db(), current_actor()
    listing = LISTINGS.get(body.list)
    if listing is None or not listing.saves:
        raise Invalid({"list": _("There is no such list to keep a search of.")})
    require(listing, actor)
    return _out(save_search(db, actor, listing, body.name, body.address))


@operation(
    bp,
    "PATCH",
    "/<int:search_id>",
    body=SearchName,
    answers=KeptSearchOut,
    message="Renamed",
    errors=(409,),
)
def search_rename(search_id: int, body: SearchName) -> KeptSearchOut:
    """Give a kept search another name."""
    return _out(rename_search(current_db(), current_actor(), search_id, body.name))


@operation(bp, "DELETE", "/<int:search_id>", message="Forgotten")
def search_forget(search_id: int) -> None:
    """Forget a kept search."""
    forget_search(current_db(), current_actor(), search_id)


def _out(row: SavedSearch) -> KeptSearchOut:
    return KeptSearchOut(id=row.id, list=row.list_name, name=row.name, address=row.address)
