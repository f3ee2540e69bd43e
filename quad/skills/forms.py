"""Input about skills. Names of skills come as a list, or as text with commas or a line for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l
from quad.skills.models import HIGHEST, LEVELS, LOWEST, NAME_LENGTH

MOST_NAMES = 200


def lines(value: Any) -> Any:
    """Turn what a page sends, one text or several, into a list with an entry for each line."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        return value
    return [line.strip() for each in given for line in each.splitlines() if line.strip()]


# What `skill_picker` draws and `service.finding.resolve` reads: names as the catalogue or its synonyms have them.
SkillNames = Annotated[
    list[Annotated[str, Field(max_length=2_000)]],
    BeforeValidator(lines),
    Field(max_length=MOST_NAMES),
]


def level_choices() -> list[tuple[int, str]]:
    """Return the levels as a page needs them."""
    return [(level, str(label)) for level, label in LEVELS.items()]


Level = Annotated[
    int,
    Field(
        title=_l("Level"),
        ge=LOWEST,
        le=HIGHEST,
        json_schema_extra={"choices": list(LEVELS.items()), "widget": "select"},
    ),
]


class SkillForm(Form):
    """A skill of the catalogue."""

    name: Annotated[str, words(_l("Name"), longest=NAME_LENGTH)]
    category: Annotated[
        str,
        words(
            _l("Category"), longest=NAME_LENGTH, hint=_l("A new one is made when there is none.")
        ),
    ]
    synonyms: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]],
        BeforeValidator(lines),
        Field(
            title=_l("Other names"),
            description=_l("One on each line. Whoever types one of them finds this skill."),
            max_length=30,
            json_schema_extra={"widget": "textarea", "rows": 3},
        ),
    ] = Field(default_factory=list)
    version: Annotated[int | None, Field(json_schema_extra={"widget": "hidden"})] = None


class AddSkills(Form):
    """Skills that somebody claims, all at one level."""

    skills: Annotated[
        SkillNames,
        Field(
            title=_l("Skills"),
            description=_l("Type a few letters and choose, or write names with commas between."),
            min_length=1,
        ),
    ]
    level: Level


class LevelForm(Form):
    """The level of one skill."""

    level: Level


class ShowForm(Form):
    """Whether a skill is hidden from others."""

    hidden: bool


class NamedSkill(Form):
    """A skill by its number or its name, with a level; over JSON."""

    skill_id: Id | None = None
    name: Annotated[str, Field(max_length=NAME_LENGTH)] = ""
    level: Level


class SkillsBody(Form):
    """All skills of a person or a course, over JSON."""

    skills: Annotated[list[NamedSkill], Field(max_length=MOST_NAMES)]


class MergeForm(Form):
    """The skill that stays when two become one."""

    into: Annotated[
        SkillNames,
        Field(
            title=_l("The skill that stays"),
            description=_l("Its name stays; the other name becomes one of its other names."),
            min_length=1,
            max_length=1,
        ),
    ]


class MergeSkillBody(Form):
    """The skill that stays, over JSON."""

    kept_id: Id


class SuggestQuery(Form):
    """What was typed so far."""

    q: Annotated[str, Field(description="Beginnings of words of a name or a synonym")] = ""
    limit: Annotated[int, Field(ge=1, le=25)] = 10


def named(skills: Iterable[NamedSkill]) -> list[str]:
    """Return the names among these."""
    return [each.name for each in skills if each.skill_id is None]
