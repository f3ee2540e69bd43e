"""Search over everything: names by their beginnings, texts by their words, and only what one may see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.core.policy import NOBODY, Actor
from quad.core.search.find import Group, search
from quad.core.search.index import index, index_many, rebuild, unindex
from quad.core.search.models import SearchDocument, SearchTerm
from quad.core.search.prefix import ids_beginning
from quad.core.search.searchable import SEARCHABLES, Document, Searchable
from quad.core.search.words import asked_words, terms, upper_bound
from tests.core.listing_college import ADMIN, READ, SUBJECT, College, found_college, head


def _load(db: Session, ids: Sequence[int]) -> list[Document]:
    rows = db.execute(select(Student.id, Student.sort_name).where(Student.id.in_(ids)))
    return [Document(row.id, row.sort_name, f"/students/{row.id}") for row in rows]


@pytest.fixture(autouse=True)
def kind() -> Iterator[Searchable[Student]]:
    before = dict(SEARCHABLES)
    SEARCHABLES.clear()
    yield Searchable(SUBJECT, "Students", READ, _load, list_url="/students")
    SEARCHABLES.clear()
    SEARCHABLES.update(before)


@pytest.fixture
def college(db: Session) -> College:
    return found_college(db)


def titles(groups: list[Group]) -> list[str]:
    return [hit.title for group in groups for hit in group.hits]


@pytest.mark.db
def test_people_are_found_by_the_beginning_of_any_word(db: Session, college: College) -> None:
    assert titles(search(db, ADMIN, "li")) == ["Wu Li"]
    assert titles(search(db, ADMIN, "小明")) == ["王小明"]
    assert titles(search(db, ADMIN, "jose")) == ["Jose Brown", "José Álvarez"]
    assert titles(search(db, ADMIN, "josé")) == ["José Álvarez"]
    assert titles(search(db, ADMIN, "4NV24CS0002")) == ["王小明"]
    assert search(db, ADMIN, "%") == []
    assert search(db, ADMIN, "  ") == []


@pytest.mark.db
def test_hits_come_in_groups_with_the_way_to_all_of_them(db: Session, college: College) -> None:
    (group,) = search(db, ADMIN, "student", limit=3)
    assert (group.label, group.list_url, len(group.hits), group.more) == (
        "Students",
        "/students",
        3,
        True,
    )


@pytest.mark.db
def test_nobody_finds_what_they_may_not_see(db: Session, college: College) -> None:
    others = {"Wu Li"}
    assert set(titles(search(db, head(college.music), "wu"))) == others
    assert titles(search(db, head(college.maths), "wu")) == []
    assert search(db, NOBODY, "wu") == []
    assert search(db, Actor(id=9), "wu") == []


@pytest.mark.db
def test_long_texts_are_found_by_whole_and_begun_words(db: Session, college: College) -> None:
    body = "The thesis of Müller treats C++ and the Fourier transform. 傅里叶变换 was discussed."
    index(db, SUBJECT, 1, title="Wu Li", url="/students/1", body=body)
    db.commit()
    for asked in (
        "thesis",
        "the thesis",
        "four transf",
        "muller",
        "c++",
        "变换",
        "of",
    ):
        assert titles(search(db, ADMIN, asked)) == ["Wu Li"], asked
    for asked in ("thesis laplace", "hesis", "c#", "换变"):
        assert titles(search(db, ADMIN, asked)) == [], asked


@pytest.mark.db
def test_a_text_is_found_only_by_its_audience_and_those_who_may_see_it(
    db: Session, college: College
) -> None:
    index(
        db,
        SUBJECT,
        2,
        title="Plan",
        url="/x",
        body="timetable",
        audiences=[f"role hod {college.maths}", f"role hod {college.music}"],
    )
    db.commit()
    department = db.scalar(select(Student.department_id).where(Student.id == 2))
    assert department is not None
    other = college.music if department == college.maths else college.maths
    assert titles(search(db, head(department), "timetable")) == ["Plan"]
    assert titles(search(db, head(other), "timetable")) == []
    assert titles(search(db, ADMIN, "timetable")) == []
    assert titles(search(db, ADMIN, "plan")) == ["Plan"]


@pytest.mark.db
def test_indexing_again_replaces_and_unindexing_forgets(db: Session, college: College) -> None:
    index(db, SUBJECT, 1, title="Renamed Person", url="/y", body="opera")
    db.commit()
    assert titles(search(db, ADMIN, "wu")) == []
    assert titles(search(db, ADMIN, "renamed")) == ["Renamed Person"]
    index(db, SUBJECT, 1, title="Renamed Person", url="/y", body="ballet")
    db.commit()
    assert titles(search(db, ADMIN, "opera")) == []
    assert titles(search(db, ADMIN, "ballet")) == ["Renamed Person"]
    unindex(db, SUBJECT, [1])
    db.commit()
    assert titles(search(db, ADMIN, "renamed")) == []
    assert titles(search(db, ADMIN, "ballet")) == []


@pytest.mark.db
def test_a_rebuild_makes_the_index_from_the_rows_alone(
    db: Session, college: College, kind: Searchable[Student]
) -> None:
    index_many(db, SUBJECT, [Document(999_999, "Ghost", "/g")])
    assert rebuild(db, kind) == 60
    assert titles(search(db, ADMIN, "ghost")) == []
    assert titles(search(db, ADMIN, "wu")) == ["wu li"]
    assert db.scalar(select(func.count()).select_from(SearchDocument)) == 60


def test_a_search_takes_four_statements_at_most(
    db: Session, college: College, queries: list[str]
) -> None:
    index(db, SUBJECT, 3, title="x", url="/x", body="student of music")
    db.commit()
    queries.clear()
    search(db, ADMIN, "student")
    assert len(queries) <= 4


def test_a_prefix_reads_one_range_of_the_index(db: Session) -> None:
    statement = ids_beginning("s", "li").compile(
        db.get_bind(), compile_kwargs={"literal_binds": True}
    )
    plan = " ".join(str(row) for row in db.execute(text(f"EXPLAIN QUERY PLAN {statement}")))
    assert "(subject_type=? AND term>? AND term<?)" in plan


@given(prefix=st.text(min_size=1, max_size=5), rest=st.text(max_size=3))
def test_the_upper_bound_is_above_every_text_with_the_prefix(prefix: str, rest: str) -> None:
    bound = upper_bound(prefix)
    assert bound is None or (prefix + rest).encode() < bound.encode()


@given(name=st.text(max_size=60))
def test_every_text_is_found_by_itself(name: str) -> None:
    found = terms(name)
    for word in asked_words(name)[:50]:
        assert any(term.startswith(word) for term in found), word


@pytest.mark.db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(asked=st.text(max_size=30))
def test_no_text_breaks_the_search(db: Session, asked: str) -> None:
    search(db, ADMIN, asked)
    db.rollback()


def test_terms_hold_what_people_type() -> None:
    assert {"oneil", "o", "neil"} <= set(terms("O'Neil"))
    assert {"al", "harbi", "alharbi"} <= set(terms("Al-Harbi"))
    assert {"王小明", "小明", "明"} <= set(terms("王小明"))
    assert {"josé", "jose"} <= set(terms("José"))
    assert {"søren", "soren"} <= set(terms("Søren"))
    assert {"c++", "100%"} <= set(terms("C++ 100%"))
    assert terms("कुमार") == ["कुमार"]
    assert len(max(terms("x" * 500), key=len)) <= 40


def test_rows_of_the_index_are_not_audited() -> None:
    assert SearchTerm.__audited__ is False
    assert SearchDocument.__audited__ is False
