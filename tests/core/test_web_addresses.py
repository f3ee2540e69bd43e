"""Fields that become links take addresses of pages only, in every input class of the product."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

import quad.app  # noqa: F401 - all input classes
from quad.core.forms import Form

NAMES = ("link", "links", "url", "address", "website", "href")
SCRIPTS = (
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", "java\nscript:alert(1)", " javascript://example.org/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:x", "blob:x", "file:///etc/passwd", "//[",
)  # fmt: skip


def every(kind: type[Form]) -> Iterator[type[Form]]:
    for each in kind.__subclasses__():
        yield each
        yield from every(each)


def fields() -> list[tuple[type[Form], str]]:
    """Return the fields that hold an address, by their name or the way they are drawn."""
    found = []
    for kind in every(Form):
        for name, info in kind.model_fields.items() if kind.__module__.startswith("quad.") else ():
            more = info.json_schema_extra
            drawn = more.get("widget") if isinstance(more, dict) else None
            named = name.rpartition("_")[2] in NAMES and info.annotation in (str, list[str])
            if named or drawn == "url":
                found.append((kind, name))
    return found


@pytest.mark.parametrize(
    ("kind", "name"), fields(), ids=lambda each: each if isinstance(each, str) else each.__name__
)
def test_an_address_that_is_a_script_is_refused_with_a_sentence(
    kind: type[Form], name: str
) -> None:
    many = kind.model_fields[name].annotation == list[str]
    for script in SCRIPTS:
        with pytest.raises(ValidationError) as refused:
            kind.model_validate({name: [script] if many else script})
        mine = [error["type"] for error in refused.value.errors() if error["loc"][:1] == (name,)]
        assert mine == ["value_error"], script


def test_the_fields_are_found() -> None:
    assert len(fields()) >= 8
