"""The built-in summary says nothing that the document does not, and finds sentences in several languages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quad.core.extracting.layout import paragraphs
from quad.core.extracting.reading import Page
from quad.materials.service.summary.builtin import WORDS, digest
from quad.materials.service.summary.languages import LANGUAGES, language_of
from quad.materials.service.summary.sentences import sentences, split, words_of
from tests.materials import papers

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+")

WORDS_OF_ALL_SORTS = (
    "harmony scale Bach Chopin Möbius 1722 3.5 1,000 note chord key the of and with teaches learns O’Neill "
    "Jean-Paul e.g. Dr. i.e. 24 ∑ 音楽 U.S. p. Fig. 2 (see [3] “quoted” https://example.org a b"
)
word = st.sampled_from(WORDS_OF_ALL_SORTS.split())
sentence = st.builds(
    lambda parts, end: " ".join(parts).strip() + end,
    st.lists(word, min_size=1, max_size=25),
    st.sampled_from((".", "!", "?", "…", ".”", "", ":", "。")),
)
page = st.builds(
    lambda blocks: "\n\n".join(" ".join(block) for block in blocks),
    st.lists(st.lists(sentence, max_size=6), max_size=5),
)


@pytest.mark.feature("M20")
@settings(max_examples=70, deadline=None)
@given(st.lists(page, max_size=5))
def test_every_number_and_name_of_a_summary_is_in_the_document(texts: list[str]) -> None:
    pages = [Page(number, text) for number, text in enumerate(texts, 1)]
    found = digest(pages)
    # A paragraph may go on over the end of a page, so the pages are read as one.
    source = " ".join(" ".join(texts).split())
    at = 0
    for point in found.points:
        text = " ".join(point.text.split())
        assert text in source
        assert set(NUMBER.findall(text)) <= set(NUMBER.findall(source))
        assert set(NAME.findall(text)) <= set(NAME.findall(source))
        assert point.page is not None
        assert point.page >= at, "the order of the document stays"
        at = point.page
    assert digest(pages) == found, "the same each time"
    lower = {known for text in texts for known in words_of(text)}
    for term in found.terms:
        assert set(term.split()) <= lower


@pytest.mark.feature("M20")
@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=6))
def test_any_text_at_all_has_a_summary_or_none(texts: list[str]) -> None:
    found = digest([Page(None, text) for text in paragraphs(texts)])
    assert sum(len(words_of(point.text)) for point in found.points) <= max(WORDS, 300)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Rao met Mr. J. S. Bach. They spoke of music, e.g. of scales. It was 3.5 p.m. then.", 3),
        ("Herr Dr. Weiß kam z. B. um 8 Uhr. Er blieb bzw. wartete lange.", 2),
        ("M. Dupont arrive. « Il est tard ! » dit-il. Voir p. 12 du livre.", 3),
        ("¿Dónde está? Está aquí. El Sr. Gómez lo sabe.", 3),
        ("音楽は美しい。私は音楽を学ぶ。", 2),
        ("यह पहला वाक्य है। यह दूसरा वाक्य है।", 2),
        ("See Fig. 3 and Sec. 2.1 for more. Done!", 2),
        ("He said: “Wait.” Then he left.", 2),
        ("One … and two. version 2.0 is out", 1),
        ("", 0),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(text: str, count: int) -> None:
    found = split(text, language_of(words_of(text)))
    assert len(found) == count, found
    assert "".join("".join(found).split()) == "".join(text.split())


def test_each_language_is_known_by_its_common_words() -> None:
    for language in LANGUAGES:
        assert language_of(sorted(language.common)).code == language.code
    assert (
        language_of(words_of("Die Tonleiter ist eine Reihe von Tönen in der Musik.")).code == "de"
    )
    assert language_of(["zxcv", "qwer"] * 50).code == ""


def test_headings_tables_and_sources_are_no_sentences() -> None:
    text = (
        "3 Harmony and form\n\nA cadence closes a phrase as a full stop closes a sentence.\n\n"
        "1 2 3 4 5 6 7 8 9 10 11 12.\n\n[12] 1998, 12(3), 45-67, 2001, 99, 101.\n\n| a | b | c |"
    )
    found, language = sentences([Page(4, text)])
    assert [one.text for one in found] == [
        "A cadence closes a phrase as a full stop closes a sentence."
    ]
    assert (found[0].page, language.code) == (4, "en")


def test_a_sentence_that_goes_on_over_the_page_is_whole() -> None:
    pages = [
        Page(1, "The dominant chord of a key always leads back"),
        Page(2, "to the tonic chord of that key. Another sentence follows here now."),
    ]
    found, _language = sentences(pages)
    assert found[0].text == (
        "The dominant chord of a key always leads back to the tonic chord of that key."
    )
    assert found[0].page == 1


def test_the_same_is_not_said_twice() -> None:
    again = "A scale is a row of notes in a fixed order of steps in every key."
    text = " ".join([again, again.replace("every", "each"), *papers.PAGES])
    points = [point.text for point in digest([Page(1, text)]).points]
    assert sum(point.startswith("A scale is a row of notes in a fixed") for point in points) <= 1


def test_running_heads_and_page_numbers_go_and_cut_words_are_whole() -> None:
    pages = [
        f"Music theory {n}\r\nchapter {n}\r\nThe {w} is played slow\ufffely and with a\r\nloose wrist until it is "
        f"well-\r\nknown by heart.\r\nAnother line of text\r\nstands here.\r\n{n}"
        for n, w in enumerate(("scale", "chord", "arpeggio", "cadence"), 1)
    ]
    for text, w in zip(paragraphs(pages), ("scale", "chord", "arpeggio", "cadence"), strict=True):
        assert text.startswith(
            f"The {w} is played slowly and with a loose wrist until it is well-known"
        )
        assert "Music theory" not in text
        assert not text.endswith(tuple("1234"))
