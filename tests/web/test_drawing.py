"""Templates draw what Jinja itself would draw, in fewer steps."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import DictLoader, UndefinedError, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from quad.web.drawing import PageEnvironment, shown


@pass_context
def reads_context(context: Context, name: str) -> Any:
    return context[name]


MACROS = """
{%- macro plain(a, b="x") %}<b>{{ a }}{{ b }}</b>{% endmacro %}
{%- macro around(title) %}<i>{{ title }}{{ caller() }}</i>{% endmacro %}
{%- macro rest(a) %}{{ a }}{{ varargs|join }}{{ kwargs.c }}{% endmacro %}"""


def draw(text: str, **values: Any) -> str:
    environment = PageEnvironment(
        Flask(__name__), loader=DictLoader({"m.html": MACROS, "p.html": text})
    )
    environment.autoescape = True
    environment.globals["reads_context"] = reads_context
    return environment.get_template("p.html").render(values)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a & b", "a &amp; b"),
        (Markup("<b>"), "<b>"),
        (7, "7"),
        (None, "None"),
        (True, "True"),
        (["<"], "[&#39;&lt;&#39;]"),
    ],
)
def test_what_is_not_markup_is_escaped(value: object, text: str) -> None:
    assert shown(value) == text
    assert draw("{{ value }}", value=value) == text


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("m.plain('<')", "<b>&lt;x</b>"),
        ("m.plain('1', '2')", "<b>12</b>"),
        ("m.plain(b='2', a='1')", "<b>12</b>"),
        ("m.plain(m.plain('<'))", "<b><b>&lt;x</b>x</b>"),
        ("m.rest('1', '2', '3', c='4')", "1234"),
    ],
)
def test_macros_take_what_they_declare(call: str, text: str) -> None:
    assert draw("{% import 'm.html' as m %}{{ " + call + " }}") == text


def test_a_macro_draws_the_block_it_is_called_with() -> None:
    text = "{% import 'm.html' as m %}{% call m.around('<') %}{{ x }}{% endcall %}"
    assert draw(text, x="&") == "<i>&lt;&amp;</i>"


def test_a_macro_refuses_what_it_does_not_take() -> None:
    with pytest.raises(TypeError, match="takes no keyword argument"):
        draw("{% import 'm.html' as m %}{{ m.plain('1', d='2') }}")
    with pytest.raises(TypeError, match="takes not more than"):
        draw("{% import 'm.html' as m %}{{ m.plain('1', '2', '3') }}")


def test_a_function_that_wants_the_context_gets_it() -> None:
    assert draw("{% set y = x %}{{ reads_context('x') }}", x="5") == "5"


def test_calling_what_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        draw("{{ nothing() }}")


def test_each_page_has_a_token_of_its_own_in_what_is_kept(as_role: Any) -> None:
    client: FlaskClient = as_role("admin")
    pages = [client.get("/").text for _ in range(2)]
    for page in pages:
        token = page.split('name="csrf-token" content="')[1].split('"')[0]
        assert page.count(token) >= 2
        assert "token-" not in page
        answer = client.post("/logout", data={"csrf_token": "wrong"})
        assert answer.status_code == 400


def test_the_menu_follows_the_page(as_role: Any) -> None:
    client: FlaskClient = as_role("admin")
    for path in ("/students", "/courses", "/students"):
        page = client.get(path).text
        assert f'href="{path}" aria-current="page"' in page
