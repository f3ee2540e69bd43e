"""Who heads a department. A head is a role held in it, and roles live a floor above, which answers here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from quad.core.errors import NotFound
from quad.core.i18n import gettext as _
from quad.core.policy import Actor


@dataclass(frozen=True)
class Head:
    """The person who heads a department."""

    user_id: int
    name: str


Find = Callable[[Session, Sequence[int]], Mapping[int, Head]]
Appoint = Callable[[Session, Actor, int, int], None]

_find: list[Find] = []
_appoint: list[Appoint] = []


def provide_heads(*, find: Find, appoint: Appoint) -> None:
    """Say how heads are found and made.

    `find(db, department_ids)` returns the heads by department. `appoint(db, actor, department_id, user_id)` makes the
    user the one head of the department; it raises NotFound when there is no such member of staff.
    """
    _find[:] = [find]
    _appoint[:] = [appoint]


def heads(db: Session, department_ids: Sequence[int]) -> Mapping[int, Head]:
    """Return the heads of these departments, by department; one query for all."""
    return _find[0](db, department_ids) if _find and department_ids else {}


def appoint(db: Session, actor: Actor, department_id: int, user_id: int) -> None:
    """Make a person the head of a department.

    Raises NotFound with the sentence of the coding contract when the person is no member of staff.
    """
    try:
        if not _appoint:
            raise NotFound
        _appoint[0](db, actor, department_id, user_id)
    except NotFound as error:
        raise NotFound(_("Invalid HOD user id")) from error
