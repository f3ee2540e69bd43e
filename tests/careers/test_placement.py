"""What the placement report publishes, whoever asks, never gives away a group that it leaves out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from types import SimpleNamespace

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quad.careers.models.applications import Application, Stage
from quad.careers.service.placement import put_together, rule
from quad.core.facts import unit
from tests.factories.people import person

YEARS, DEPARTMENTS = (2024, 2025, 2026), (1, 2, 3, 4)
GROUPS = [(year, department) for year in YEARS for department in DEPARTMENTS]
TABLES = st.fixed_dictionaries(dict.fromkeys(GROUPS, st.integers(0, 9)))
LEAST = st.integers(1, 6)


def rows_of(table, *, paid=None):
    """Return the counted offers of a table of sizes; `paid` says of how many the salary is known."""
    for (year, department), size in table.items():
        known = min(size, (paid or table)[year, department])
        for amount, number in ((Decimal(100), known), (Decimal(0), size - known)):
            if number:
                yield SimpleNamespace(
                    year=year,
                    department_id=department,
                    currency="INR" if amount else "",
                    yearly=amount,
                    stage=Stage.HIRED,
                    number=number,
                )


def asked(table, least, **question):
    return put_together(list(rows_of(table)), least=least, usual="INR", **question)


def published(table, least):
    """Return all that is published as pairs: the groups that a number adds up, and the number.

    Which groups a sum over years or departments has in it is what the report says of itself (`rule`): those that the
    single years show.
    """
    groups, totals, told = set(), set(), []
    for year in YEARS:
        found = asked(table, least, year=year)
        for line in found.departments:
            if line.offers is not None:
                groups.add((year, line.key))
                told.append(({(year, line.key)}, line.offers))
        if found.whole.offers is not None:
            totals.add(year)
            told.append(({one for one in GROUPS if one[0] == year}, found.whole.offers))
    everything = asked(table, least)
    for line in everything.departments:
        if line.offers is not None:
            told.append(({one for one in groups if one[1] == line.key}, line.offers))
    if everything.whole.offers is not None:
        told.append(({one for one in GROUPS if one[0] in totals}, everything.whole.offers))
    return groups, [*told, *_of_some(table, least, groups)]


def _of_some(table, least, groups):
    """What a head of some departments is told, or who narrows the analytics to some."""
    for number in (1, 2, 3):
        for some in combinations(DEPARTMENTS, number):
            for year in (*YEARS, None):
                whole = asked(table, least, year=year, departments=some).whole
                if whole.offers is not None:
                    kept = {g for g in groups if g[1] in some and year in (None, g[0])}
                    yield kept, whole.offers


def reduced(vectors):
    """Bring vectors into echelon form; return those that are left, by their leading place."""
    leading: dict[int, list[Fraction]] = {}
    for vector in vectors:
        row = without(leading, vector)
        place = next((n for n, entry in enumerate(row) if entry), None)
        if place is not None:
            leading[place] = [entry / row[place] for entry in row]
    return leading


def without(leading, vector):
    """Take out of a vector what the others make up; nothing is left of one that they determine."""
    row = list(vector)
    for place in sorted(leading):
        if factor := row[place]:
            row = [mine - factor * theirs for mine, theirs in zip(row, leading[place], strict=True)]
    return row


def vector(groups):
    return [Fraction(group in groups) for group in GROUPS]


@pytest.mark.feature("A33")
@given(TABLES, LEAST)
def test_nobody_works_out_a_group_that_is_left_out_from_all_that_is_published(table, least):
    groups, told = published(table, least)
    for added, number in told:
        assert sum(table[group] for group in added) == number, "a sum holds what it says"
        assert number >= least
    known = reduced(vector(added) for added, _number in told)
    for group, size in table.items():
        if size > 0 and group not in groups:
            assert any(without(known, vector({group}))), f"{group} is known"


@pytest.mark.feature("A33")
@given(TABLES, LEAST)
def test_no_difference_of_two_published_sums_is_a_small_group(table, least):
    _groups, told = published(table, least)
    for (some, few), (others, many) in combinations(told, 2):
        if some <= others or others <= some:
            difference = abs(many - few)
            assert difference == 0 or difference >= least


@pytest.mark.feature("A33")
@given(TABLES, LEAST)
def test_what_is_left_of_a_year_leaves_each_hidden_group_more_than_one_size(table, least):
    """Also for who knows that a group that is named has one offer at least."""
    for year in YEARS:
        found = asked(table, least, year=year)
        hidden = [line.key for line in found.departments if line.offers is None]
        if hidden and found.whole.offers is not None:
            left = found.whole.offers - sum(line.offers or 0 for line in found.departments)
            assert len(hidden) > 1
            assert left - (len(hidden) - 1) > 1
        assert all(table[year, key] < least for key in hidden) or len(hidden) > 1
        shown = {line.key for line in found.departments if line.offers is not None}
        assert all(table[year, key] >= least for key in shown)


@pytest.mark.feature("A33")
@given(TABLES, TABLES, LEAST)
def test_a_median_stands_for_as_many_known_salaries_as_a_line_for_offers(table, paid, least):
    rows = list(rows_of(table, paid=paid))
    for year in YEARS:
        found = put_together(rows, least=least, usual="INR", year=year)
        for line in found.departments:
            known = min(table[year, line.key], paid[year, line.key])
            assert line.median is None or known >= least


@pytest.mark.feature("A33")
def test_without_small_groups_every_number_is_the_true_one():
    table = {group: 5 + place for place, group in enumerate(GROUPS)}
    found = asked(table, 5)
    assert found.whole.offers == sum(table.values())
    assert {line.key: line.offers for line in found.departments} == {
        key: sum(table[year, key] for year in YEARS) for key in DEPARTMENTS
    }
    assert asked(table, 5, year=2025, departments=(1, 3)).whole.offers == (
        table[2025, 1] + table[2025, 3]
    )


@pytest.mark.feature("A33")
def test_offers_in_another_currency_count_and_only_the_median_follows_the_currency():
    rows = [
        SimpleNamespace(
            year=2026, department_id=1, currency=currency, yearly=Decimal(amount),
            stage=Stage.HIRED, number=number,
        )
        for currency, amount, number in (("INR", 900, 6), ("EUR", 50, 2), ("", 0, 3))
    ]  # fmt: skip
    in_rupees = put_together(rows, least=5, usual="INR")
    in_euros = put_together(rows, least=5, usual="INR", currency="EUR")
    assert (in_rupees.whole.offers, in_rupees.whole.median) == (11, Decimal(900))
    assert (in_euros.whole.offers, in_euros.whole.median) == (11, None), "two salaries are few"


@pytest.mark.db
@pytest.mark.feature("A33")
def test_page_api_and_analytics_leave_out_the_same_and_say_so(
    post_job, database, world, sign_in, as_role
):
    job = int(post_job())
    home, away = world.departments.home, world.departments.away
    sizes = {(2026, home): 7, (2026, away): 2, (2025, home): 6, (2025, away): 6}
    with database.writer() as db, unit(db):
        for (year, department), size in sizes.items():
            for _number in range(size):
                db.add(
                    Application(
                        job_id=job,
                        person_id=person(db).id,
                        department_id=department,
                        stage=Stage.HIRED,
                        offer_yearly=Decimal(700),
                        offer_currency="INR",
                        decided_year=year,
                    )
                )
    officer, hod, admin = sign_in("officer"), sign_in("hod"), as_role("admin")

    def told(client, question=""):
        data = client.get(f"/api/v1/placement/report{question}").json["data"]
        return data["offers"], {
            line["department_id"]: line["offers"] for line in data["departments"]
        }

    assert told(officer, "?year=2026") == (9, {str(home): None, str(away): None})
    assert told(officer) == (21, {str(home): 6, str(away): 6}), "the years that are shown"
    assert told(hod, "?year=2026") == (None, {str(home): None}), "the others are counted in"
    assert told(hod) == (6, {str(home): 6})
    said = rule(5)
    assert officer.get("/api/v1/placement/report").json["data"]["rule"] == said
    page = officer.get("/placement/report?year=2026").text
    assert said in page
    assert page.count("not shown</td>") == 2
    written = admin.get("/api/v1/analytics/reports/placement/file?format=csv")
    assert written.status_code == 200
    assert [line.split(",")[1:3] for line in written.text.splitlines()[1:]] == [["6", "6"]] * 2
    of_this_year = "&since=2026-01-01&until=2026-12-31"
    written = admin.get(f"/api/v1/analytics/reports/placement/file?format=csv{of_this_year}").text
    assert [line.split(",")[1:3] for line in written.splitlines()[1:]] == [["", ""]] * 2
    paper = admin.get("/api/v1/analytics/reports/placement/file?format=pdf").data
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(paper))
    assert "leave out what is not shown" in " ".join(text.split())
    assert said in admin.get("/analytics/placement").text
