"""The words of a letter: `quad/<domain>/mail/<name>/{subject.txt, body.txt, body.html}`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, select_autoescape
from jinja2.loaders import split_template_path

from quad.core import i18n

PACKAGE = Path(__file__).parents[2]
SHARED = Path(__file__).parent / "templates"
SUBJECT_LENGTH = 300


@dataclass(frozen=True)
class Letter:
    """A rendered mail."""

    subject: str
    text: str
    html: str


_roots: dict[str, Path] = {"mail": SHARED}


def template_root(prefix: str, folder: Path) -> None:
    """Take templates named `prefix/…` from `folder` instead of the domain's `mail` room."""
    _roots[prefix] = folder


class _Rooms(BaseLoader):
    """Finds `identity/code/body.txt` in `quad/identity/mail/code/body.txt`, and `mail/…` beside this module."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        domain, *rest = split_template_path(template)
        path = _roots.get(domain, PACKAGE / domain / "mail").joinpath(*rest)
        if not path.is_file():
            raise TemplateNotFound(template)
        read = path.stat().st_mtime
        return path.read_text("utf-8"), str(path), lambda: path.stat().st_mtime == read


def _environment() -> Environment:
    made = Environment(
        loader=_Rooms(),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True
    )
    made.filters.update(
        day=i18n.day, moment=i18n.moment, number=i18n.number, clock_time=i18n.clock_time
    )
    return made


_jinja = _environment()


def render(template: str, context: dict[str, Any], reader: i18n.Reader) -> Letter:
    """Write the letter `template` ("identity/code") for `reader`.

    Raises jinja2.UndefinedError when the template wants something `context` has not.
    """
    values = {"language": reader.language, **context}
    with i18n.reading_as(reader):
        subject = _jinja.get_template(f"{template}/subject.txt").render(values)
        values["subject"] = " ".join(subject.split())[:SUBJECT_LENGTH]
        text = _jinja.get_template(f"{template}/body.txt").render(values)
        html = _jinja.get_template(f"{template}/body.html").render(values)
    return Letter(values["subject"], text.strip() + "\n", html)
