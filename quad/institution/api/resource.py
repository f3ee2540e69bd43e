"""The six operations that several kinds of rows have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from quad.core.forms import Form
from quad.core.listing.declaration import Listing
from quad.core.policy import Permission
from quad.institution.api.blueprint import bp
from quad.web.added import reasons
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json


@dataclass(frozen=True)
class Resource:
    """What the six operations on one kind of row need."""

    path: str
    word: str
    subject: str
    listing: Listing[Any]
    read: Permission[Any]
    form: type[Form]
    out: Any
    lines: Any
    service: Any
    load: Callable[[int], Any]
    # Changing asks the floors above too: what has students in it cannot move to another place.
    guarded: bool = False


def plain(read: Permission[Any]) -> Callable[[int], Any]:
    """Return how a row that answers as it is gets loaded."""
    return lambda row_id: read.get(current_db(), current_actor(), row_id)


def offer(kind: Resource) -> None:
    """Register the operations of one kind of row."""
    one = f"{kind.path}/<int:row_id>"

    def index() -> Answer:
        return list_json(kind.listing)

    def show(row_id: int) -> Any:
        return kind.load(kind.read.get(current_db(), current_actor(), row_id).id)

    def add(body: Any) -> Any:
        return kind.load(kind.service.add(current_db(), current_actor(), body).id)

    def change(row_id: int, body: Any) -> Any:
        why = {"reasons": reasons(kind.subject)} if kind.guarded else {}
        kind.service.change(current_db(), current_actor(), row_id, body, **why)
        current_db().flush()
        return kind.load(row_id)

    def delete(row_id: int) -> None:
        kind.service.delete(current_db(), current_actor(), row_id, reasons(kind.subject))

    def restore(row_id: int) -> Any:
        kind.service.restore(current_db(), current_actor(), row_id)
        current_db().flush()
        return kind.load(row_id)

    for view in (index, show, add, change, delete, restore):
        view.__name__ = f"{kind.subject}_{view.__name__}"
    operation(bp, "GET", kind.path, answers=kind.lines, paged=True)(index)
    operation(bp, "GET", one, answers=kind.out)(show)
    operation(
        bp,
        "POST",
        kind.path,
        body=kind.form,
        answers=kind.out,
        status=201,
        message=f"{kind.word} added",
        errors=(403, 409),
    )(add)
    operation(
        bp,
        "PUT",
        one,
        body=kind.form,
        answers=kind.out,
        message=f"{kind.word} changed",
        errors=(403, 409),
    )(change)
    operation(bp, "DELETE", one, message=f"{kind.word} deleted", errors=(403, 409))(delete)
    operation(
        bp,
        "POST",
        f"{one}/restore",
        answers=kind.out,
        message=f"{kind.word} restored",
        errors=(403, 409),
    )(restore)
