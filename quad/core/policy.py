"""A permission is a name, a label and a WHERE clause. Nothing else grants access.

A scope is a list of indexed branches, one per held grant. One branch is a plain WHERE; several are composed as
`id IN (… UNION ALL …)`, which uses each branch's index where an OR would scan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select, true, union_all
from sqlalchemy.orm import Session

from quad.core.db.model import Row, SoftDeleted
from quad.core.errors import Forbidden, NotFound, SignedOut

M = TypeVar("M", bound=Row)


@dataclass(frozen=True)
class Grant:
    """A held role, for one department or for the whole institution."""

    role: str
    department_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts. All grants count; the working role only chooses pages.

    `via` is how they came: session, token, system or nobody. `token_scopes` None means no limit.
    """

    id: int | None
    name: str = ""
    email: str = ""
    grants: tuple[Grant, ...] = ()
    working_role: str = ""
    via: str = "session"
    session_id: int | None = None
    token_scopes: frozenset[str] | None = None
    language: str = "en"
    zone: str = "UTC"
    theme: str = "auto"
    photo: str = ""
    badges: dict[str, int] = field(default_factory=dict, hash=False, compare=False)

    @property
    def roles(self) -> frozenset[str]:
        """The roles held, without their departments."""
        return frozenset(grant.role for grant in self.grants)

    def has(self, *roles: str) -> bool:
        """Tell whether any of `roles` is held."""
        return not self.roles.isdisjoint(roles)

    def departments(self, role: str) -> tuple[int, ...]:
        """Return the departments in which `role` is held, in ascending order."""
        held = (g.department_id for g in self.grants if g.role == role)
        return tuple(sorted(found for found in held if found is not None))

    @property
    def signed_in(self) -> bool:
        """Tell whether there is a person or the system behind this."""
        return self.via != "nobody"

    @property
    def own_id(self) -> int:
        """The user number, for branches like `user_id == actor.own_id`; 0 (nobody's) when there is none."""
        return self.id or 0


NOBODY = Actor(id=None, via="nobody")
SYSTEM = Actor(id=None, name="System", grants=(Grant("admin"),), working_role="admin", via="system")

Branches = Sequence[ColumnElement[bool]]
EVERYTHING: Branches = (true(),)
NOTHING: Branches = ()

REGISTRY: dict[str, Permission[Any] | Gate] = {}


def _register(item: Permission[Any] | Gate) -> None:
    if item.name in REGISTRY:
        raise RuntimeError(f"permission declared twice: {item.name}")
    REGISTRY[item.name] = item


def _refuse(actor: Actor) -> Forbidden | SignedOut:
    return Forbidden() if actor.signed_in else SignedOut()


@dataclass(frozen=True)
class Gate:
    """A permission with no row yet: create, import, open a report."""

    name: str
    label: str
    opens: Callable[[Actor], bool]

    def __post_init__(self) -> None:
        _register(self)

    def may(self, actor: Actor) -> bool:
        """Tell whether `actor` may."""
        return actor.signed_in and self.opens(actor)

    def require(self, actor: Actor) -> None:
        """Raise SignedOut or Forbidden unless `actor` may."""
        if not self.may(actor):
            raise _refuse(actor)


@dataclass(frozen=True)
class Permission(Generic[M]):
    """A permission on rows of `model`: `branches(actor)` are WHERE clauses, one per way of being allowed."""

    name: str
    label: str
    model: type[M]
    branches: Callable[[Actor], Branches]
    deleted_too: bool = False

    def __post_init__(self) -> None:
        _register(self)

    def where(self, actor: Actor, *, many: bool = False) -> ColumnElement[bool]:
        """Return the one clause that holds for the rows `actor` may use.

        `many` is for lists and counts: MariaDB tests a bare UNION row by row, which is right for one row (460 ms for a
        count over 60,000), but collects it first when it is a table of its own (9 ms).
        """
        branches = self.branches(actor) if actor.signed_in else NOTHING
        clause: ColumnElement[bool]
        if not branches:
            return false()
        if len(branches) == 1:
            clause = branches[0]
        else:
            chosen = union_all(*(select(self.model.id).where(branch) for branch in branches))
            clause = self.model.id.in_(select(chosen.subquery("scope")) if many else chosen)
        model: Any = self.model
        if issubclass(model, SoftDeleted) and not self.deleted_too:
            clause = clause & model.deleted_at.is_(None)
        return clause

    def visible(self, actor: Actor) -> Select[M]:
        """Select the rows `actor` may use."""
        return select(self.model).where(self.where(actor))

    def allowed(self, db: Session, actor: Actor, ids: Iterable[int]) -> set[int]:
        """Return those of `ids` that `actor` may use: one query for all buttons of a page."""
        wanted = list(ids)
        if not wanted:
            return set()
        query = select(self.model.id).where(self.model.id.in_(wanted), self.where(actor))
        return set(db.scalars(query))

    def standing(
        self, actor: Actor, row_id: int, *, read: Permission[M] | None = None
    ) -> ColumnElement[int]:
        """Return the column that says how `actor` stands to a row, for a statement that loads something else as well.

        `admit` makes the answers of `get` of its value. Raises SignedOut when nobody is signed in.
        """
        if not actor.signed_in:
            raise SignedOut
        ways = [(_is_there(self, actor, row_id), USABLE)]
        if read is not None:
            ways.append((_is_there(read, actor, row_id), KNOWN))
        return case(*ways, else_=UNKNOWN)

    def get(
        self,
        db: Session,
        actor: Actor,
        row_id: int,
        *,
        read: Permission[M] | None = None,
        lock: bool = False,
    ) -> M:
        """Load and authorise in one query; `lock` holds the row until the unit ends.

        Raises NotFound for what may not be known of, Forbidden for what may be seen (by `read`) but not used,
        SignedOut when nobody is signed in.
        """
        if not actor.signed_in:
            raise SignedOut
        may = self.where(actor)
        known = may if read is None else or_(may, read.where(actor))
        query = select(self.model, case((may, 1), else_=0)).where(self.model.id == row_id, known)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = db.execute(query).first()
        if found is None:
            raise NotFound
        if not found[1]:
            raise Forbidden
        row: M = found[0]
        return row


UNKNOWN, KNOWN, USABLE = range(3)


def _is_there(permission: Permission[Any], actor: Actor, row_id: int) -> ColumnElement[bool]:
    model = permission.model
    return select(model.id).where(model.id == row_id, permission.where(actor)).exists()


def admit(standing: int) -> None:
    """Raise NotFound or Forbidden unless the row may be used (a value of `Permission.standing`)."""
    if standing == UNKNOWN:
        raise NotFound
    if standing == KNOWN:
        raise Forbidden


def as_role(role: str, department_id: int | None = 0) -> Actor:
    """Return an example person holding only `role`, for the matrix of roles and permissions."""
    return Actor(id=0, name=role, grants=(Grant(role, department_id),), working_role=role)


def reach(item: Permission[Any] | Gate, role: str) -> str:
    """Say how far `item` reaches for `role`: `all`, `some` or `none`."""
    person = as_role(role)
    if isinstance(item, Gate):
        return "all" if item.may(person) else "none"
    branches = item.branches(person)
    if not branches:
        return "none"
    return "all" if any(branch is EVERYTHING[0] for branch in branches) else "some"


def count_visible(db: Session, permission: Permission[Any], actor: Actor, cap: int = 10_000) -> int:
    """Count what `actor` may see, at most `cap` + 1 (counting costs O(limit))."""
    capped = (
        permission.visible(actor).with_only_columns(permission.model.id).limit(cap + 1).subquery()
    )
    return db.scalar(select(func.count()).select_from(capped)) or 0


def narrowed(actor: Actor, role: str) -> Actor:
    """Return `actor` with only the grants of `role`, for a page that shows one role's view."""
    return replace(
        actor, grants=tuple(g for g in actor.grants if g.role == role), working_role=role
    )
