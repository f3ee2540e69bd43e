"""Rows picked on a list page: checked again, found again, and refused in a sentence."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from quad.academics.models.people import Student
from quad.core.errors import Forbidden, QuadError, Rejected
from quad.core.listing.bulk import chosen_ids
from tests.core.listing_college import ADMIN, MANAGE, STUDENTS, College, found_college, head


@pytest.fixture
def college(db: Session) -> College:
    return found_college(db)


def students_of(db: Session, department: int) -> list[int]:
    return list(db.scalars(select(Student.id).where(Student.department_id == department)))


@pytest.mark.db
@pytest.mark.feature("M6")
def test_ticked_rows_are_checked_again_under_the_rights_of_the_actor(
    db: Session, college: College
) -> None:
    mine = students_of(db, college.music)
    others = students_of(db, college.maths)
    posted = MultiDict([("id", str(number)) for number in [*mine[:2], *others[:2]]])
    assert chosen_ids(STUDENTS, db, head(college.music), posted) == sorted(mine[:2])
    with pytest.raises(Forbidden):
        chosen_ids(STUDENTS, db, ADMIN, posted, permission=MANAGE)


@pytest.mark.db
def test_everything_that_matches_is_found_again_from_the_question(
    db: Session, college: College
) -> None:
    posted = MultiDict([("everything", "1"), ("query", "semester=3&sort=-cgpa&page=2")])
    chosen = chosen_ids(STUDENTS, db, ADMIN, posted)
    assert (len(chosen), chosen) == (8, sorted(chosen))
    mine = chosen_ids(STUDENTS, db, head(college.maths), posted)
    assert set(mine) < set(chosen) or set(mine) == set(chosen)


def test_an_empty_or_unreadable_choice_gets_a_sentence(
    db: Session, college: College, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Rejected, match="at least one"):
        chosen_ids(STUDENTS, db, ADMIN, MultiDict())
    with pytest.raises(QuadError, match="could not be read"):
        chosen_ids(STUDENTS, db, ADMIN, MultiDict([("id", "1 OR 1=1")]))
    monkeypatch.setattr("quad.core.listing.bulk.MOST", 10)
    with pytest.raises(Rejected, match="at most 10"):
        chosen_ids(STUDENTS, db, ADMIN, MultiDict([("everything", "1"), ("query", "")]))
