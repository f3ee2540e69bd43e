"""Lists: search, filters, sort, pages by number and by cursor, counts, buttons and what bad input gets."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.core import clock
from quad.core.errors import Forbidden, QuadError, SignedOut
from quad.core.listing import query
from quad.core.listing.arguments import ask
from quad.core.listing.declaration import Column, Listing
from quad.core.listing.keyset import Cursor
from quad.core.listing.page import Builder, Page
from quad.core.policy import NOBODY, Actor
from tests.core.listing_college import (
    ADMIN,
    NAMES,
    READ,
    STUDENTS,
    College,
    found_college,
    head,
)

Arguments = dict[str, list[str]]


def page(db: Session, actor: Actor = ADMIN, /, **arguments: str) -> Page:
    return page_of(db, {key: [value] for key, value in arguments.items()}, actor)


def page_of(db: Session, arguments: Arguments, actor: Actor = ADMIN) -> Page:
    builder = Builder(
        db,
        actor,
        STUDENTS,
        ask(STUDENTS, arguments),
        path="/students",
        place=lambda target: target if isinstance(target, str) else f"/{target[0]}",
        columns=[column for column in STUDENTS.columns if column.default],
    )
    return builder.build()


def follow(db: Session, href: str | None) -> Page:
    assert href is not None
    return page_of(db, parse_qs(urlsplit(href).query))


def names(shown: Page) -> list[str]:
    return [row.label for row in shown.rows]


def ids(shown: Page) -> list[int]:
    return [row.id for row in shown.rows]


@pytest.fixture
def college(db: Session) -> College:
    return found_college(db)


@pytest.mark.db
@pytest.mark.feature("M6")
def test_a_page_shows_the_first_rows_in_the_usual_order(db: Session, college: College) -> None:
    shown = page(db)
    assert (shown.first, shown.last, shown.total, shown.total_exact) == (1, 25, 60, True)
    assert shown.previous_href is None
    assert shown.next_href == "/students?page=2"
    assert shown.rows[0].cells[0].sub == "4NV24CS0007"
    assert shown.rows[0].href == "/students/7"
    assert shown.unfiltered_total_text == "60"


@pytest.mark.db
@pytest.mark.parametrize(
    "sort", ["name", "-name", "cgpa", "-cgpa", "semester", "-semester", "number"]
)
def test_going_forth_and_back_shows_every_row_once_in_one_order(
    db: Session, college: College, sort: str
) -> None:
    shown = page(db, sort=sort)
    forth = [ids(shown)]
    while shown.next_href:
        shown = follow(db, shown.next_href)
        forth.append(ids(shown))
    back = [ids(shown)]
    while shown.previous_href:
        shown = follow(db, shown.previous_href)
        back.append(ids(shown))
    assert sorted(number for part in forth for number in part) == list(range(1, 61))
    assert back == forth[::-1]


@pytest.mark.db
@pytest.mark.parametrize(
    "sort", ["name", "-name", "cgpa", "-cgpa", "-semester", "number", "id", "-id"]
)
def test_cursors_give_the_same_pages_as_numbers(
    db: Session, college: College, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_number = [ids(page(db, sort=sort, page=str(number))) for number in (1, 2, 3)]
    monkeypatch.setattr("quad.core.listing.page.DEEPEST_PAGE", 1)
    shown = page(db, sort=sort)
    by_cursor = [shown]
    while shown.next_href:
        assert "after=" in shown.next_href
        shown = follow(db, shown.next_href)
        by_cursor.append(shown)
    assert [ids(found) for found in by_cursor] == by_number
    assert [(found.first, found.last) for found in by_cursor] == [(1, 25), (26, 50), (51, 60)]
    middle = follow(db, by_cursor[-1].previous_href)
    assert (ids(middle), middle.first) == (by_number[1], 26)
    assert ids(follow(db, middle.next_href)) == by_number[2]
    first = follow(db, middle.previous_href)
    assert (ids(first), first.first, first.previous_href) == (by_number[0], 1, None)


def test_a_deep_page_leads_on_by_cursor_and_numbers_end_at_fifty(db: Session) -> None:
    found_college(db, 1300)
    last_numbered = page(db, page="50")
    assert last_numbered.next_href is not None
    assert "after=" in last_numbered.next_href
    deep = follow(db, last_numbered.next_href)
    assert (deep.first, deep.last) == (1251, 1275)
    assert ids(follow(db, deep.previous_href)) == ids(last_numbered)
    with pytest.raises(QuadError, match="numbers up to 50"):
        page(db, page="51")


def test_a_page_past_the_end_shows_the_last_page(db: Session, college: College) -> None:
    shown = page(db, page="40")
    assert (shown.first, shown.last, shown.next_href) == (51, 60, None)


@pytest.mark.db
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("li", {"Wu Li"}),
        ("wu", {"Wu Li"}),
        ("WU LI", {"Wu Li"}),
        ("li wu", {"Wu Li"}),
        ("小明", {"王小明"}),
        ("王", {"王小明"}),
        ("jose", {"José Álvarez", "Jose Brown"}),
        ("josé", {"José Álvarez"}),
        ("JOSE\u0301", {"José Álvarez"}),
        ("alvarez", {"José Álvarez"}),
        ("o'neil", {"Siobhán O'Neil"}),
        ("o’neil", {"Siobhán O'Neil"}),
        ("oneil", {"Siobhán O'Neil"}),
        ("neil", {"Siobhán O'Neil"}),
        ("al-harbi", {"Fatima Al-Harbi"}),
        ("harbi", {"Fatima Al-Harbi"}),
        ("alharbi", {"Fatima Al-Harbi"}),
        ("100%", {"Ann 100% Sure"}),
        ("%", set()),
        ("_", set()),
        ("4nv24cs0001", {"Wu Li"}),
        ("4NV24CS000", {*NAMES, "Student 000009"}),
        ("s2@x.org", {"王小明"}),
        ("wu nobody", set()),
        ("\U0010ffff", set()),
    ],
)
def test_search_finds_by_the_beginnings_of_words(
    db: Session, college: College, asked: str, expected: set[str]
) -> None:
    found = set(names(page(db, q=asked)))
    if asked == "s2@x.org":
        assert "王小明" in found
    else:
        assert found == expected


@pytest.mark.db
@pytest.mark.parametrize("tested", [0, 10, 1000])
def test_common_words_are_found_the_other_way_with_the_same_rows(
    db: Session, college: College, monkeypatch: pytest.MonkeyPatch, tested: int
) -> None:
    questions = [
        {"q": "4nv", "sort": "-cgpa"},
        {"q": "student 4nv", "page": "2"},
        {"q": "student", "semester": "3"},
        {"q": "4nv 小明"},
        {"q": "4nv s2"},
    ]
    usual = [page(db, **asked) for asked in questions]
    monkeypatch.setattr(query, "WEIGHED", 3)
    monkeypatch.setattr(query, "TESTED", tested)
    other = [page(db, **asked) for asked in questions]
    assert [ids(shown) for shown in other] == [ids(shown) for shown in usual]
    assert [shown.total for shown in other] == [shown.total for shown in usual]
    assert page(db, head(college.maths), q="4nv").total == 30


@pytest.mark.db
@pytest.mark.parametrize("tested", [4, 500])
def test_many_hits_are_ordered_and_counted_from_the_search_index_alike(
    db: Session, college: College, monkeypatch: pytest.MonkeyPatch, tested: int
) -> None:
    gone = update(Student).where(Student.id.in_((20, 21, 22)))
    db.execute(gone.values(deleted_at=clock.now()))
    db.commit()
    questions: list[tuple[Arguments, Actor]] = [
        ({"q": [q], "sort": [sort], **more}, who)
        for q in ("student", "s student 0000")
        for sort in ("name", "-name", "-cgpa")
        for more in ({"count": ["exact"]}, {"page": ["2"]}, {"department": [str(college.music)]})
        for who in (ADMIN, head(college.maths, college.music))
    ]

    def answers() -> list[tuple[list[int], int, str | None]]:
        shown = [page_of(db, arguments, who) for arguments, who in questions]
        return [(ids(each), each.total, each.next_href) for each in shown]

    looked_up = answers()
    monkeypatch.setattr(query, "MANY", 2)
    monkeypatch.setattr(query, "TESTED", tested)
    monkeypatch.setattr(query, "HIDDEN", tested)
    assert answers() == looked_up
    assert {len(rows) for rows, _total, _href in looked_up} > {25}


@pytest.mark.db
def test_filters_narrow_and_their_chips_take_them_away(db: Session, college: College) -> None:
    shown = page_of(
        db,
        {"department": [str(college.maths)], "cgpa": ["5.50"], "sort": ["-cgpa"], "q": ["student"]},
    )
    assert {row.cells[1].text for row in shown.rows} == {"Mathematics"}
    assert [chip.label for chip in shown.chips] == ["Department: Mathematics", "CGPA: 5.50 or more"]
    without = follow(db, shown.chips[0].remove_href)
    assert [chip.label for chip in without.chips] == ["CGPA: 5.50 or more"]
    assert (without.q, without.sort_key, without.sort_desc) == ("student", "cgpa", True)
    assert without.total > shown.total
    assert shown.unfiltered_total_text == "60"


@pytest.mark.db
def test_every_kind_of_filter_asks_the_database(db: Session, college: College) -> None:
    assert page(db, status="on_leave").total == 6
    assert page(db, semester="3").total == 8
    assert page(db, marked="1").total + page(db, marked="0").total == 60
    assert page(db, since="2023-01-01").total == 24
    assert page_of(db, {"semester": ["3", "4"]}).total == 16


def test_a_filter_that_does_not_fit_is_dropped_on_a_page_and_refused_by_the_api(
    db: Session, college: College
) -> None:
    for key, value in (
        ("status", "gone"),
        ("semester", "1.5"),
        ("semester", "x"),
        ("cgpa", "9.555"),
        ("cgpa", "NaN"),
        ("cgpa", "1e99"),
        ("since", "yesterday"),
        ("department", "9" * 30),
        ("marked", "perhaps"),
        ("nonsense", "1"),
    ):
        shown = page_of(db, {key: [value]})
        assert (shown.total, shown.chips) == (60, [])
        with pytest.raises(QuadError) as refused:
            ask(STUDENTS, {key: [value]}, strict=True)
        assert refused.value.status == 400
    box = next(box for box in page(db, semester="x").filters if box.key == "semester")
    assert "does not take" in box.error


@pytest.mark.parametrize(
    "arguments",
    [
        {"sort": "status"},
        {"sort": "--name"},
        {"sort": "password_hash"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "9" * 5000},
        {"after": "x"},
        {"after": "é"},
        {"after": "W10"},
        {"after": "bnVsbA"},
        {"before": "!!!!"},
        {"q": "x" * 201},
    ],
)
def test_bad_arguments_get_one_sentence_with_status_400(arguments: dict[str, str]) -> None:
    with pytest.raises(QuadError) as refused:
        ask(STUDENTS, {key: [value] for key, value in arguments.items()})
    assert refused.value.status == 400
    assert str(refused.value).endswith(".")


@pytest.mark.db
def test_a_forged_cursor_never_reaches_the_database(db: Session, college: College) -> None:
    values: Sequence[Any] = ("x", "\0", 1.5, 2**70, True, None, [1], {"a": 1}, "9.999")
    for sort in ("cgpa", "semester", "name"):
        for value in values:
            packed = Cursor(sort, value if value != 2**70 else str(value), 5, 5).encode()
            with suppress(QuadError):
                page(db, sort=sort, after=packed)
    other = Cursor("cgpa", 1, 1, 1).encode()
    with pytest.raises(QuadError, match="first page"):
        page(db, sort="name", after=other)


@pytest.mark.db
def test_only_what_the_reader_may_see_is_listed_and_counted(db: Session, college: College) -> None:
    shown = page(db, head(college.music))
    assert shown.total == 30
    assert {row.cells[1].text for row in shown.rows} == {"Music"}
    both = page(db, head(college.maths, college.music))
    assert (both.total, len(both.rows)) == (60, 25)
    assert page(db, head(999_999)).total == 0


def test_nobody_and_the_wrong_role_are_told_so() -> None:
    with pytest.raises(SignedOut):
        query.require(STUDENTS, NOBODY)
    with pytest.raises(Forbidden):
        query.require(STUDENTS, Actor(id=9))


@pytest.mark.db
def test_buttons_know_their_rows(db: Session, college: College) -> None:
    actor = head(college.maths)
    shown = page(db, actor)
    assert shown.allowed == {"withdraw": set(ids(shown)), "message": set(ids(shown))}
    assert page(db).allowed["withdraw"] == set()


def test_a_page_costs_the_same_few_statements_whatever_it_shows(
    db: Session, college: College, queries: list[str]
) -> None:
    def spent(**arguments: str) -> int:
        queries.clear()
        page(db, **arguments)
        return len(queries)

    assert spent() <= 4  # rows, count, buttons, departments of the filter menu
    assert spent(q="student", sort="-cgpa", semester="3") <= 5
    assert spent(q="nobody", semester="3", status="active", cgpa="9") <= 6
    assert spent(page="2") <= 4


@pytest.mark.db
def test_nothing_found_names_what_taking_one_filter_away_brings(
    db: Session, college: College
) -> None:
    shown = page(db, q="wu", semester="7", marked="1")
    assert (shown.total, shown.rows) == (0, [])
    assert [hint.label for hint in shown.empty_hints] == [
        "Without “Semester: 7”: 1 student",
        "Without “wu”: 6 students",
    ]
    assert follow(db, shown.empty_hints[0].href).total == 1


def test_counting_stops_at_ten_thousand_unless_told_otherwise(
    db: Session, college: College, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "COUNTED", 40)
    shown = page(db)
    assert (shown.total, shown.total_exact) == (40, False)
    assert page(db, count="exact").total == 60
    assert shown.pages[-1][0] is None


def test_sorting_again_turns_the_order_round(db: Session, college: College) -> None:
    shown = page(db, q="student")
    assert shown.sort_href("name") == "/students?q=student&sort=-name"
    assert shown.sort_href("cgpa") == "/students?q=student&sort=-cgpa"
    assert page(db, sort="-cgpa").sort_href("cgpa") == "/students?sort=cgpa"


def test_hidden_rows_fall_out_of_rows_and_counts(db: Session, college: College) -> None:
    db.execute(update(Student).where(Student.id <= 10).values(deleted_at=clock.now()))
    assert page(db).total == 50
    assert page(db, q="wu").total == 0


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (Column("x", "X", Student.graduation_year, sort=Student.graduation_year), "may be NULL"),
        (Column("x", "X", Student.credits_earned, sort=Student.credits_earned), "in no index"),
    ],
)
def test_a_list_refuses_to_be_declared_with_a_sort_that_does_not_scale(
    column: Column, why: str
) -> None:
    with pytest.raises(RuntimeError, match=why):
        Listing("test.bad", "Bad", "bad", "bad", READ, (column,), default_sort="id")
