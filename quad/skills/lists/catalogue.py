"""The catalogue of skills as a list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.core.policy import Actor
from quad.skills import policy
from quad.skills.models import SEARCHED_AS, Skill, SkillCategory


def _joined(statement: Select[Any]) -> Select[Any]:
    return statement.join(SkillCategory, SkillCategory.id == Skill.category_id)


def _categories(db: Session, _actor: Actor) -> list[tuple[int, str]]:
    query = select(SkillCategory.id, SkillCategory.name).order_by(SkillCategory.name_key)
    return [(row.id, row.name) for row in db.execute(query)]


CATALOGUE = Listing(
    name="skills",
    title=_l("Skills"),
    singular=_l("skill"),
    plural=_l("skills"),
    read=policy.READ,
    columns=(
        Column("name", _l("Skill"), Skill.name, sort=Skill.name_key),
        Column("category", _l("Category"), SkillCategory.name.label("category"), hide_below="md"),
        Column("people", _l("People"), Skill.people, sort=Skill.people, numeric=True),
        Column(
            "retired",
            _l("State"),
            Skill.retired_at,
            lambda row: (
                Cell(_("Retired"), kind="status", state="stop")
                if row.retired
                else Cell(_("Offered"), kind="status", state="done")
            ),
            hide_below="sm",
        ),
    ),
    joins=_joined,
    default_sort="-people",
    search=SearchTerms(SEARCHED_AS),
    search_label=_l("Search by name or synonym"),
    filters=(
        Filter(
            "category",
            _l("Category"),
            "choice",
            lambda value: Skill.category_id == value,
            choices=_categories,
        ),
        Filter(
            "held",
            _l("Somebody has it"),
            "flag",
            lambda yes: Skill.people > 0 if yes else Skill.people == 0,
        ),
        Filter(
            "retired",
            _l("Retired"),
            "flag",
            lambda yes: Skill.retired_at.is_not(None) if yes else Skill.retired_at.is_(None),
        ),
    ),
    href=lambda row: ("skills.show", {"skill_id": row.id}),
    row_label=lambda row: row.name,
)
