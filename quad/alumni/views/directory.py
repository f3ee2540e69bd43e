"""The directories: cards or a table, narrowed while one types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from quad.alumni.lists.directory import ALUMNI, OPEN_TO, STUDENTS
from quad.alumni.policy import base as policy
from quad.alumni.service.facets import Facets, Value, facets
from quad.alumni.service.skilled import skills_of_many
from quad.alumni.views.blueprint import bp
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.arguments import ask
from quad.core.listing.declaration import Listing
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_page

LABELS = {
    "open": _l("Open to"),
    "skill": _l("Skills"),
    "department": _l("Department"),
    "programme": _l("Programme"),
    "year": _l("Class of"),
    "city": _l("Lives in"),
    "company": _l("Company"),
}


@bp.get("/alumni")
def alumni() -> Response:
    """The graduates, as cards."""
    return _directory(ALUMNI, "alumni.alumni", "alumni.alumni_table")


@bp.get("/alumni/table")
def alumni_table() -> Response:
    """The graduates, as a table."""
    return _directory(ALUMNI, "alumni.alumni", "alumni.alumni_table", table_=True)


@bp.get("/students/network")
def students_table() -> Response:
    """The students of the network, as a table."""
    return _directory(STUDENTS, "academics.students_index", "alumni.students_table", table_=True)


def students_of_network() -> Response | None:
    """What the address of the students shows to who keeps no records."""
    if not policy.DIRECTORY.may(current_actor()):
        return None
    return _directory(STUDENTS, "academics.students_index", "alumni.students_table")


def _directory(listing: Listing[Any], cards: str, table: str, *, table_: bool = False) -> Response:
    policy.DIRECTORY.require(current_actor())
    return list_page(
        listing,
        "alumni/directory.html",
        choosable=table_,
        table=table_,
        layouts=_layouts(cards, table, table_),
        groups=lambda: _groups(listing),
        open_to=OPEN_TO,
        skills_of=lambda rows: skills_of_many(
            current_db(), current_actor(), [row.id for row in rows]
        ),
    )


def _layouts(cards: str, table: str, is_table: bool) -> list[dict[str, Any]]:
    asked = request.query_string.decode()
    behind = f"?{asked}" if asked else ""
    return [
        {"label": _("Cards"), "href": url_for(cards) + behind, "current": not is_table},
        {"label": _("Table"), "href": url_for(table) + behind, "current": is_table},
    ]


def _groups(listing: Listing[Any]) -> list[tuple[str, str, Sequence[Value]]]:
    """Return (label, name, values) of each facet."""
    db, actor = current_db(), current_actor()
    seen = listing.seen_by(actor)
    found: Facets = facets(db, actor, seen, ask(seen, request.args.to_dict(flat=False)))
    words = {name: str(label) for name, label in OPEN_TO.items()}
    return [
        (
            str(label),
            key,
            [
                Value(one.value, words.get(one.value, one.label), one.count, one.chosen)
                for one in found.groups[key]
            ],
        )
        for key, label in LABELS.items()
        if key in found.groups
    ]
