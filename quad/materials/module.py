"""What materials add to the product."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from quad.academics.models.teaching import Course
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.core.listing.declaration import Cell, Column
from quad.core.search.searchable import Searchable
from quad.materials import jobs, listeners, policy
from quad.materials.api import materials as materials_api
from quad.materials.api import sections as sections_api
from quad.materials.api import summary as summary_api
from quad.materials.api import texts as texts_api
from quad.materials.kinds import FOUND
from quad.materials.models.materials import Material
from quad.materials.service import findable, pages
from quad.materials.service.keeping import MERGES, OWN_DATA
from quad.materials.service.summary.reading import panel as summary_panel
from quad.materials.views import blueprint, content, course, home, one, sections, summary, words
from quad.web.module import AddedColumn, Card, FormPart, Module, Nav, Panel

STUDIES = _l("Studies")
TEACHING = _l("Teaching")
LEARNERS = frozenset({"student", "alumnus"})
STAFF = frozenset(policy.STAFF_ROLES)

_COUNT = (
    select(func.count())
    .select_from(Material)
    .where(
        Material.course_id == Course.id,
        Material.deleted_at.is_(None),
        Material.hidden.is_(False),
    )
    .correlate(Course)
    .scalar_subquery()
    .label("materials")
)


def _materials(row: Any) -> Cell:
    if not row.materials:
        return Cell("–")
    said = ngettext("%(num)s file", "%(num)s files", row.materials)
    return Cell(said, href=("materials.course", {"course_id": row.id}))


MODULE = Module(
    "materials",
    blueprints=(blueprint.bp, materials_api.bp, sections_api.bp, summary_api.bp, texts_api.bp),
    nav=(
        Nav(_l("Materials"), "materials.index", "files", STUDIES, LEARNERS, order=12),
        Nav(_l("Materials"), "materials.index", "files", TEACHING, STAFF, order=21),
    ),
    cards=(
        Card("front-door", "materials/front_door.html", home.front_door, STAFF, order=15),
        Card(
            "go-on",
            "materials/go_on_card.html",
            home.go_on,
            frozenset({"student"}),
            width=6,
            order=18,
            later=True,
        ),
    ),
    panels=(
        Panel("material", "materials/summary_panel.html", summary_panel),
        Panel("course", "materials/course_panel.html", home.of_course, wide=True),
        Panel("offering", "materials/course_panel.html", home.of_offering, wide=True),
        Panel("course_form", "materials/edit_panel.html", home.beside_form),
    ),
    form_parts=(
        FormPart("course", "materials/course_files.html", home.taken, home.read, home.keep),
    ),
    columns=(
        AddedColumn(
            "academics.courses",
            Column("materials", _l("Material"), _COUNT, _materials, hide_below="sm", export=False),
        ),
    ),
    searchables=(
        Searchable(
            FOUND,
            _l("Materials"),
            policy.READ,
            findable.documents,
            icon="files",
            list_url="/materials",
            order=35,
        ),
        Searchable(
            pages.PAGES,
            _l("In materials"),
            policy.PAGE_READ,
            pages.documents,
            icon="file-text",
            order=36,
            pieces=True,
            tokens=pages.tokens,
        ),
    ),
    merges=MERGES,
    own_data=(OWN_DATA,),
    label=_l("Materials of courses"),
    parts=(jobs, listeners, content, course, one, sections, summary, words),
)
