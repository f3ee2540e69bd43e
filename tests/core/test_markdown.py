"""What people write with a little markup comes out as clean HTML, whatever they write."""

from __future__ import annotations

import re
from html.parser import HTMLParser

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


class Attributes(HTMLParser):
    """The attributes of a piece of HTML, by element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {(tag, name) for name, _value in attrs}
        self.addresses += [value or "" for name, value in attrs if name == "href"]


LIVELY = (
    *(
        'x-data="{}"',
        'x-init="alert(1)"',
        "@click=alert(1)",
        ":href=evil",
        "x-on:load=alert(1)",
        "x-html=1",
    ),
    *(
        "hx-get=/logout",
        "hx-on:load=alert(1)",
        "data-hx-post=/logout",
        "hx-ext=x",
        "onclick=alert(1)",
        "style=x",
    ),
    *(
        "id=toasts",
        "class=q-top",
        "name=csrf_token",
        "data-badge=messages",
        "target=_blank",
        "srcdoc=x",
        "is=x",
    ),
)
AROUND = (
    "<b {}>b</b>",
    '<a href="/" {}>a</a>',
    '[a](/x "t" {})',
    '[a](/x "\\" {}")',
    "[a]{{{}}}",
    "# h {{{}}}",
    "`c`{{{}}}",
)
LINKS = (
    "javascript:1",
    "JaVaScript:1",
    "java&#115;cript:1",
    "java\tscript:1",
    "data:text/html,x",
    "vbscript:1",
    "//evil",
    "https://a.example",
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(LIVELY), min_size=1, max_size=4),
    st.lists(st.sampled_from(AROUND), min_size=1, max_size=3),
    st.sampled_from(LINKS),
)
def test_no_attribute_that_alpine_htmx_or_the_browser_act_on_gets_through(lively, around, link):
    text = "\n\n".join(each.format(" ".join(lively)) for each in around)
    written = Attributes(as_html(f"{text}\n\n[l]({link} 'x') <{link}> {link}\n\n![p]({link})", ()))
    assert written.found <= {("a", "href"), ("a", "rel"), ("a", "title"), ("ol", "start")}
    for address in written.addresses:
        assert re.match(r"(https?:|mailto:|/|#|$)", address), address
