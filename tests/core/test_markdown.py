"""What people write with a little markup comes out as clean HTML, whatever they write."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from quad.core.markdown import as_html, as_plain

ALLOWED = re.compile(r"</?(p|br|hr|strong|em|s|code|pre|blockquote|a|ul|ol|li|h[3-6]|t[a-z]+)\b")


def test_markup_becomes_html_and_nothing_that_runs_or_loads_gets_through():
    made = as_html(
        "# One\n\n### Two\n\n**b** ![x](http://evil.example/a.png) <img src=x onerror=alert(1)>\n\n"
        "[a](javascript:alert) [b](https://example.org)"
    )
    assert "<h3>One</h3>" in made
    assert "<h4>Two</h4>" in made
    assert "<strong>b</strong>" in made
    assert "<img" not in made
    assert 'href="javascript' not in made
    assert '<a href="https://example.org" rel="noopener nofollow">b</a>' in made


def test_headings_go_down_one_at_a_time_wherever_they_begin():
    levels = re.findall(r"<h(\d)>", as_html("#### a\n\n## b\n\n###### c\n\n# d"))
    assert levels == ["3", "4", "5", "3"]


def test_words_are_found_without_their_markup():
    assert as_plain("# Tea\n\n**Green** [leaf](https://example.org)") == "Tea\nGreen leaf"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>[]()#*`_-!&\"' \n abjs:/=", max_size=120))
def test_whatever_is_written_only_known_tags_come_out(text):
    for tag in re.findall(r"</?[a-zA-Z][^>]*", as_html(text)):
        assert ALLOWED.match(tag)
