"""The pages of the analytics: what the domains report, drawn, and as files."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.listing.declaration import Place
from quad.core.reporting import OVERVIEW
from quad.identity.service.areas import area
from quad.insights import policy
from quad.insights.forms.analytics import FileQuestion, Question
from quad.insights.service import asking, files
from quad.web.download import download
from quad.web.kit import current_actor, current_db, page, runtime

bp = Blueprint("insights", __name__, template_folder="../templates")

area("/analytics", "admin", "admin", "hod")


@bp.get("/analytics")
def overview() -> ResponseReturnValue:
    """The most important numbers of all domains."""
    return _page(OVERVIEW)


@bp.get("/analytics/<name>")
def report(name: str) -> ResponseReturnValue:
    """One page of the analytics."""
    return _page(name)


@bp.get("/analytics/<name>/file")
def report_file(name: str) -> Response:
    """A page of the analytics as CSV (one table), XLSX or PDF."""
    policy.OPEN.require(current_actor())
    question = _asked(FileQuestion).require()
    made = files.answer_as_file(current_db(), current_actor(), name, question, runtime().settings)
    return download(made.body, made.media_type, made.name)


def _asked(kind: type[Any]) -> Bound[Any]:
    known = MultiDict(
        (name, given) for name, given in request.args.items() if name in kind.model_fields
    )
    return Bound.from_html(kind, known)


def _page(name: str) -> ResponseReturnValue:
    actor = current_actor()
    policy.OPEN.require(actor)
    form = _asked(Question)
    question = form.data or Question()
    found = asking.answer(current_db(), actor, name, question)
    form.choices = {
        "term": [(one.id, one.name) for one in reversed(found.terms)],
        "department": list(found.scope.names.items()),
    }
    kept = {key: text for key, text in question.model_dump(mode="json").items() if text is not None}
    return page(
        "insights/page.html",
        form.status,
        answer=found,
        form=form,
        place=linked,
        tabs=[
            {"label": label, "href": _address(key, kept), "current": key == name}
            for key, label in asking.pages()
        ],
        exports=_exports(found, kept),
        here=_address(name, {}),
    )


def linked(place: Place) -> str:
    """Return the path of a place. A page has a hundred, the same every time, and each is made once."""
    if isinstance(place, str):
        return place
    endpoint, values = place
    named = tuple(
        (name, tuple(value) if isinstance(value, list) else value) for name, value in values.items()
    )
    return _linked(endpoint, named, request.script_root)


@lru_cache(5_000)
def _linked(endpoint: str, values: tuple[tuple[str, Any], ...], _script_root: str) -> str:
    return url_for(endpoint, **dict(values))


def _address(name: str, kept: dict[str, Any]) -> str:
    if name == OVERVIEW:
        return url_for("insights.overview", **kept)
    return url_for("insights.report", name=name, **kept)


def _exports(found: asking.Answer, kept: dict[str, Any]) -> list[tuple[str, str]]:
    def address(kind: str, **more: Any) -> str:
        return url_for("insights.report_file", name=found.page, format=kind, **kept, **more)

    tables = [
        (_("CSV: %(table)s", table=table.title), address("csv", table=table.name))
        for table in found.findings.tables
    ]
    return [
        (_("Excel, all tables"), address("xlsx")),
        (_("PDF report"), address("pdf")),
        *tables,
    ]
