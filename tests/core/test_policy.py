"""Permissions as WHERE clauses: scopes, the 404/403 rule, locks, deleted rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from quad.core import policy
from quad.core.errors import Forbidden, NotFound, SignedOut
from quad.core.policy import (
    EVERYTHING,
    NOBODY,
    NOTHING,
    Actor,
    Branches,
    Gate,
    Grant,
    Permission,
    as_role,
    reach,
)
from quad.institution.models import Department

ADMIN = Actor(id=1, grants=(Grant("admin"),))
HEAD_OF_TWO = Actor(id=2, grants=(Grant("hod", 1), Grant("hod", 2)))
STUDENT = Actor(id=3, grants=(Grant("student"),))


def _readable(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    return tuple(Department.id == number for number in actor.departments("hod"))


def _changeable(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    return (Department.id == 1,) if actor.has("hod") else NOTHING


@pytest.fixture
def permissions() -> Iterator[tuple[Permission[Department], Permission[Department]]]:
    read = Permission("test.read", "See", Department, _readable)
    change = Permission("test.change", "Change", Department, _changeable)
    yield read, change
    del policy.REGISTRY["test.read"], policy.REGISTRY["test.change"]


@pytest.fixture
def departments(db: Session) -> list[int]:
    rows = [Department(code=c, code_key=c, name=c, sort_name=c) for c in ("A", "B", "C")]
    db.add_all(rows)
    db.flush()
    return [row.id for row in rows]


Pair = tuple[Permission[Department], Permission[Department]]


@pytest.mark.db
def test_each_held_grant_is_a_branch_and_all_count(
    db: Session, permissions: Pair, departments: list[int]
) -> None:
    read, _change = permissions
    seen = lambda actor: set(db.scalars(read.visible(actor).with_only_columns(Department.id)))  # noqa: E731
    assert seen(ADMIN) == set(departments)
    assert seen(HEAD_OF_TWO) == set(departments[:2])
    assert seen(STUDENT) == set()
    assert seen(NOBODY) == set()


def test_several_branches_become_a_union_not_an_or(permissions: Pair) -> None:
    text = str(permissions[0].visible(HEAD_OF_TWO))
    assert "UNION ALL" in text
    assert " OR " not in text


@pytest.mark.db
def test_unseen_is_404_and_seen_but_not_allowed_is_403(
    db: Session, permissions: Pair, departments: list[int]
) -> None:
    read, change = permissions
    assert change.get(db, HEAD_OF_TWO, departments[0], read=read, lock=True).id == departments[0]
    with pytest.raises(Forbidden):
        change.get(db, HEAD_OF_TWO, departments[1], read=read)
    with pytest.raises(NotFound):
        change.get(db, HEAD_OF_TWO, departments[2], read=read)
    with pytest.raises(NotFound):
        change.get(db, STUDENT, departments[0], read=read)
    with pytest.raises(SignedOut):
        change.get(db, NOBODY, departments[0], read=read)


def test_loading_and_authorising_is_one_query(
    db: Session, permissions: Pair, departments: list[int], queries: list[str]
) -> None:
    read, change = permissions
    del queries[:]
    change.get(db, HEAD_OF_TWO, departments[0], read=read)
    with pytest.raises(Forbidden):
        change.get(db, HEAD_OF_TWO, departments[1], read=read)
    assert len(queries) == 2


def test_all_buttons_of_a_page_are_one_query(
    db: Session, permissions: Pair, departments: list[int], queries: list[str]
) -> None:
    del queries[:]
    assert permissions[1].allowed(db, HEAD_OF_TWO, departments) == {departments[0]}
    assert len(queries) == 1


def test_deleted_rows_fall_out_of_what_is_visible(
    db: Session, permissions: Pair, departments: list[int]
) -> None:
    db.get_one(Department, departments[0]).deleted_at = datetime.now(UTC)
    db.flush()
    seen = set(db.scalars(permissions[0].visible(ADMIN).with_only_columns(Department.id)))
    assert seen == set(departments[1:])
    with pytest.raises(NotFound):
        permissions[0].get(db, ADMIN, departments[0])


def test_a_gate_refuses_the_wrong_role_and_asks_the_signed_out_to_sign_in() -> None:
    gate = Gate("test.gate", "Open", lambda actor: actor.has("admin"))
    try:
        gate.require(ADMIN)
        with pytest.raises(Forbidden):
            gate.require(STUDENT)
        with pytest.raises(SignedOut):
            gate.require(NOBODY)
    finally:
        del policy.REGISTRY["test.gate"]


def test_the_matrix_says_all_some_or_none(permissions: Pair) -> None:
    assert [reach(permissions[0], role) for role in ("admin", "hod", "student")] == [
        "all",
        "some",
        "none",
    ]
    assert reach(permissions[1], "hod") == "some"
    assert as_role("hod", 4).departments("hod") == (4,)
    assert replace(STUDENT, id=None).own_id == 0


def test_a_name_cannot_be_declared_twice(permissions: Pair) -> None:
    again: Callable[[], object] = lambda: Permission("test.read", "x", Department, _readable)  # noqa: E731
    with pytest.raises(RuntimeError, match="declared twice"):
        again()
