"""People for tests."""

from __future__ import annotations

from functools import cache
from itertools import count

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from quad.core import clock
from quad.identity.models.accounts import AccountState, Role, RoleGrant, User
from quad.identity.service.sessions import open_session
from quad.identity.service.users import new_person

PASSWORD = "plum harbour violet 9"

_numbers = count(1)


@cache
def hashed(password: str = PASSWORD) -> str:
    """Return a cheap argon2id hash (the cost of the test settings)."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


def person(
    db: Session,
    *,
    role: str | None = "student",
    department_id: int | None = None,
    name: str | None = None,
    email: str | None = None,
    password: str | None = PASSWORD,
    state: AccountState = AccountState.ACTIVE,
    must_change_password: bool = False,
    username: str | None = None,
) -> User:
    """Add somebody with one role (None for none); flushed, so that the number is there."""
    number = next(_numbers)
    user = new_person(
        db,
        name or f"Person Number{number}",
        email or f"person{number}@college.example",
        username=username,
    )
    user.password_hash = hashed(password) if password else None
    user.state = state
    user.must_change_password = must_change_password
    user.email_confirmed_at = clock.now()
    db.flush()
    if role is not None:
        grant(db, user, role, department_id)
    return user


def grant(db: Session, user: User, role: str, department_id: int | None = None) -> RoleGrant:
    """Give `user` one more role."""
    given = RoleGrant(user_id=user.id, role=Role(role), department_id=department_id)
    db.add(given)
    db.flush()
    return given


def sign_in_token(db: Session, user_id: int) -> str:
    """Open a session that is kept for a month and return what its cookie holds."""
    return open_session(db, user_id, remember=True).key
