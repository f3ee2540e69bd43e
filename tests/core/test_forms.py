"""One input class; the door decides how strictly it is read."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from werkzeug.datastructures import MultiDict

from quad.core.errors import Invalid, QuadError
from quad.core.forms import Bound, Form, Id, words


class Kind(StrEnum):
    ONE = "one"
    TWO = "two"


class Example(Form):
    name: Annotated[str, words("Name", longest=10)]
    amount: Annotated[
        Decimal | None, Field(title="Amount", ge=0, max_digits=6, decimal_places=2)
    ] = None
    on: date | None = None
    at: time | None = None
    kind: Kind = Kind.ONE
    agreed: bool = False
    person: Id | None = None
    tags: list[str] = []


def html(*pairs: tuple[str, str]) -> Bound[Example]:
    return Bound.from_html(Example, MultiDict(pairs))


def json(**values: object) -> Bound[Example]:
    return Bound.from_json(Example, orjson.dumps(values))


@pytest.mark.feature("M22")
def test_html_reads_words_as_values_and_empty_as_nothing() -> None:
    bound = html(
        ("name", " Ada "),
        ("amount", "5.5"),
        ("on", ""),
        ("agreed", "on"),
        ("tags", "a"),
        ("tags", "b"),
    )
    assert bound.errors == {}
    assert bound.require() == Example(
        name="Ada", amount=Decimal("5.5"), agreed=True, tags=["a", "b"]
    )


def test_an_absent_checkbox_is_no() -> None:
    assert html(("name", "Ada")).require().agreed is False


def test_json_does_not_take_words_for_numbers_or_numbers_for_words() -> None:
    assert set(json(name=5, agreed="yes").errors) == {"name", "agreed"}


def test_json_takes_iso_dates_decimals_and_enum_words() -> None:
    data = json(name="Ada", on="2026-11-20", amount="12.50", kind="two").require()
    assert (data.on, data.amount, data.kind) == (date(2026, 11, 20), Decimal("12.50"), Kind.TWO)


@pytest.mark.parametrize("given_id", [7, "7"])
def test_ids_come_in_as_string_or_integer(given_id: object) -> None:
    assert json(name="Ada", person=given_id).require().person == 7


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"{'a':1}"])
def test_what_is_not_a_json_object_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(QuadError) as caught:
        Bound.from_json(Example, body)
    assert caught.value.status == 400


@pytest.mark.feature("M22")
def test_every_complaint_is_a_sentence_beside_its_field() -> None:
    bound = html(
        ("name", "x" * 11),
        ("amount", "-1"),
        ("kind", "three"),
        ("on", "20.11.2026"),
        ("other", "1"),
    )
    assert bound.errors == {
        "name": "Use at most 10 characters.",
        "amount": "Use 0 or more.",
        "kind": "Choose one of: one or two.",
        "on": "Write a date as year-month-day, such as 2026-11-20.",
        "other": "There is no such field.",
    }
    with pytest.raises(Invalid):
        bound.require()


@pytest.mark.feature("M22")
def test_a_mere_number_is_no_day_and_no_time() -> None:
    given = {"name": "", "on": "86400", "at": "930"}
    complaints = {
        "name": "Please fill this in.",
        "on": "Write a date as year-month-day, such as 2026-11-20.",
        "at": "Write a time, such as 09:30.",
    }
    assert html(*given.items()).errors == complaints
    assert Bound.from_row(Example, given).errors == complaints
    assert set(json(name="Ada", on="86400", at="930").errors) == {"on", "at"}
    assert html(("name", "Ada"), ("on", "2026-11-20"), ("at", "9:30")).errors == {
        "at": "Write a time, such as 09:30."
    }
    assert html(("name", "Ada"), ("at", "09:30")).require().at == time(9, 30)


def test_what_was_typed_is_kept() -> None:
    bound = html(("name", ""), ("amount", "many"))
    assert bound.value("amount") == "many"
    assert bound.errors["name"] == "Please fill this in."


def test_a_nul_character_is_refused_at_every_depth() -> None:
    assert "name" in html(("name", "a\0b")).errors
    assert "tags" in json(name="a", tags=["a\0"]).errors


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=8))
def test_no_posted_form_ever_crashes(values: dict[str, str]) -> None:
    bound = html(*values.items())
    assert (bound.data is None) == bool(bound.errors)


@given(st.binary(max_size=60))
def test_no_body_ever_crashes(body: bytes) -> None:
    try:
        bound = Bound.from_json(Example, body)
    except QuadError:
        return
    assert (bound.data is None) == bool(bound.errors)
