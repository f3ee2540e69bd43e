"""Two people talk in two browsers, each page moving by itself, also after the connection was away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

PATIENCE = 60_000


def bubble(page: Page, words: str) -> Locator:
    return page.locator(".q-say", has_text=words)


def write(page: Page, words: str) -> None:
    page.locator("#write textarea").fill(words)
    page.locator("#write textarea").press("Enter")


@pytest.mark.feature("A26", "A35")
def test_two_browsers_talk_and_a_lost_connection_leaves_no_gap(open_page: OpenPage) -> None:
    expect.set_options(timeout=PATIENCE)
    student, teacher = open_page("student"), open_page("faculty")
    student.goto("/messages")
    student.get_by_role("link", name=re.compile("Sunita Kulkarni")).click()
    student.wait_for_selector("#write")
    address = student.url
    teacher.goto(address)
    teacher.wait_for_selector("#write")

    write(student, "Is the board free on Monday?")
    expect(bubble(student, "Is the board free on Monday?")).to_have_count(1)
    expect(bubble(teacher, "Is the board free on Monday?")).to_have_count(1)
    expect(student.locator(".q-say.mine .meta").last).to_contain_text("Read")

    teacher.locator("#write textarea").press_sequentially("It")
    expect(student.locator(".q-typing")).to_contain_text("is typing")

    student.context.set_offline(True)
    for words in ("It is.", "From ten on.", "Bring chalk."):
        write(teacher, words)
        expect(bubble(teacher, words)).to_have_count(1)
    student.context.set_offline(False)
    for words in ("It is.", "From ten on.", "Bring chalk."):
        expect(bubble(student, words)).to_have_count(1)
    numbers = student.locator("[data-say]").evaluate_all(
        "all => all.map(n => Number(n.dataset.say))"
    )
    assert numbers == sorted(set(numbers)), "each message stands once, in its order"


def test_the_number_in_the_bar_moves_on_another_page(open_page: OpenPage) -> None:
    expect.set_options(timeout=PATIENCE)
    student, teacher = open_page("student"), open_page("faculty")
    teacher.goto("/messages")
    teacher.get_by_role("link", name=re.compile("Meenakshi Rao")).click()
    teacher.wait_for_selector("#write")
    address = teacher.url
    teacher.goto("/courses")
    student.goto(address)
    student.wait_for_selector("#write")
    before = teacher.locator('.q-top [data-badge="messages"]').get_attribute("data-value")
    write(student, "One more thing.")
    number = teacher.locator(f'.q-top [data-badge="messages"]:not([data-value="{before}"])')
    expect(number).to_have_count(1)
    expect(teacher.locator("#toasts")).to_contain_text("wrote to you")


@pytest.mark.feature("A26")
def test_without_scripts_two_people_post_and_reload(open_page: OpenPage) -> None:
    student, teacher = open_page("student", scripts=False), open_page("faculty", scripts=False)
    student.goto("/messages")
    student.get_by_role("link", name=re.compile("Sunita Kulkarni")).click()
    address = student.url
    for writer, reader, words in (
        (student, teacher, "No script ran for this."),
        (teacher, student, "Nor for the answer."),
    ):
        writer.goto(address)
        writer.locator("#write textarea").fill(words)
        writer.get_by_role("main").get_by_role("button", name="Send").click()
        expect(bubble(writer, words)).to_have_count(1)
        reader.goto(address)
        expect(bubble(reader, words)).to_have_count(1)
