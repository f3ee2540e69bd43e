"""Skills over JSON: the catalogue, people's skills with where they are known from, and what courses give."""

from __future__ import annotations

from collections.abc import Iterable

from apiflask import APIBlueprint

from quad.skills import policy
from quad.skills.forms import MergeSkillBody, NamedSkill, SkillForm, SkillsBody, SuggestQuery, named
from quad.skills.lists.catalogue import CATALOGUE
from quad.skills.models import ProofKind
from quad.skills.service import catalogue, courses, finding, held, holders, own
from quad.web.added import effects
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("skills_api", __name__, url_prefix="/api/v1", tag="Skills")
SKILL = "/skills/<int:skill_id>"
HELD = "/users/<int:user_id>/skills"


class SkillOut(Out):
    """A skill of the catalogue."""

    id: WireId
    name: str
    category: str
    people: int


class SkillWithNames(SkillOut):
    """A skill with its other names."""

    retired: bool
    synonyms: list[str]
    version: int


class SkillOffer(SkillOut):
    """A skill that fits what was typed; `known_as` is the synonym that fitted."""

    known_as: str


class SkillSource(Out):
    """Where a skill is known from; `level` 0 is an endorsement."""

    kind: ProofKind
    level: int
    told: str
    since: Moment


class HeldSkillOut(Out):
    """A skill that somebody has: level 1 (beginner) to 4 (expert), the best source first."""

    skill_id: WireId
    name: str
    category: str
    level: int
    endorsements: int
    hidden: bool
    sources: list[SkillSource]


class CourseSkillOut(Out):
    """A skill that a course gives to those who pass it."""

    skill_id: WireId
    name: str
    level: int


class SkillMergePreview(Out):
    """What making two skills one would do; `effects` says in words what else moves."""

    people: int
    both: int
    courses: int
    synonyms: list[str]
    effects: list[str]


@operation(bp, "GET", "/skills", answers=list[SkillOut], paged=True)
def skills_index() -> Answer:
    return list_json(CATALOGUE)


@operation(bp, "GET", "/skills/suggest", query=SuggestQuery, answers=list[SkillOffer])
def skills_suggest(query: SuggestQuery) -> list[finding.Offer]:
    """Skills by the beginnings of their words, synonyms included: the best first."""
    policy.SEE.require(current_actor())
    return finding.suggest(current_db(), query.q, query.limit)


@operation(
    bp,
    "POST",
    "/skills",
    body=SkillForm,
    answers=SkillWithNames,
    status=201,
    message="Skill added",
    errors=(403,),
)
def skill_add(body: SkillForm) -> catalogue.Shown:
    return _skill(catalogue.add(current_db(), current_actor(), body).id)


@operation(bp, "GET", SKILL, answers=SkillWithNames)
def skill_show(skill_id: int) -> catalogue.Shown:
    """A skill; one that was merged answers as the one it was merged into."""
    return _skill(skill_id)


@operation(
    bp,
    "PUT",
    SKILL,
    body=SkillForm,
    answers=SkillWithNames,
    message="Skill changed",
    errors=(403, 409),
)
def skill_change(skill_id: int, body: SkillForm) -> catalogue.Shown:
    return _skill(catalogue.change(current_db(), current_actor(), skill_id, body).id)


@operation(bp, "POST", f"{SKILL}/retire", message="Skill retired", errors=(403, 409))
def skill_retire(skill_id: int) -> None:
    catalogue.retire(current_db(), current_actor(), skill_id)


@operation(bp, "POST", f"{SKILL}/restore", message="Skill offered again", errors=(403, 409))
def skill_restore(skill_id: int) -> None:
    catalogue.restore(current_db(), current_actor(), skill_id)


@operation(
    bp,
    "POST",
    f"{SKILL}/merge/preview",
    body=MergeSkillBody,
    answers=SkillMergePreview,
    errors=(403, 409),
)
def skill_merge_preview(skill_id: int, body: MergeSkillBody) -> SkillMergePreview:
    shown = catalogue.preview_merge(current_db(), current_actor(), skill_id, body.kept_id)
    return SkillMergePreview(
        people=shown.people,
        both=shown.both,
        courses=shown.courses,
        synonyms=list(shown.synonyms),
        effects=effects("skill_merge", skill_id, body.kept_id),
    )


@operation(
    bp,
    "POST",
    f"{SKILL}/merge",
    body=MergeSkillBody,
    answers=SkillWithNames,
    message="Skills merged",
    errors=(403, 409),
)
def skill_merge(skill_id: int, body: MergeSkillBody) -> catalogue.Shown:
    catalogue.merge(current_db(), current_actor(), skill_id, body.kept_id)
    return _skill(body.kept_id)


def _skill(skill_id: int) -> catalogue.Shown:
    return catalogue.show(current_db(), current_actor(), skill_id)


@operation(bp, "GET", "/me/skills", answers=list[HeldSkillOut], errors=(403,))
def own_skills() -> list[held.HeldSkill]:
    policy.OWN.require(current_actor())
    return held.of_person(current_db(), current_actor(), current_actor().own_id)


@operation(
    bp,
    "PUT",
    "/me/skills",
    body=SkillsBody,
    answers=list[HeldSkillOut],
    message="Skills saved",
    errors=(403, 404),
)
def own_skills_set(body: SkillsBody) -> list[held.HeldSkill]:
    """Say all that one claims; what courses, coding and others say stays."""
    db, actor = current_db(), current_actor()
    policy.OWN.require(actor)
    own.set_own(db, actor, actor.own_id, _pairs(body.skills))
    return held.of_person(db, actor, actor.own_id)


def _pairs(skills: Iterable[NamedSkill]) -> list[tuple[int, int]]:
    given = list(skills)
    ids = iter(finding.resolve_each(current_db(), named(given)))
    return [(each.skill_id or next(ids), each.level) for each in given]


@operation(bp, "GET", HELD, answers=list[HeldSkillOut])
def person_skills(user_id: int) -> list[held.HeldSkill]:
    """What somebody has, as far as one may see it."""
    db, actor = current_db(), current_actor()
    holders.person(db, actor, user_id)
    return held.of_person(db, actor, user_id)


@operation(
    bp,
    "PUT",
    f"{HELD}/<int:skill_id>/endorsement",
    answers=list[HeldSkillOut],
    message="Skill confirmed",
    errors=(403, 409),
)
def skill_endorse(user_id: int, skill_id: int) -> list[held.HeldSkill]:
    """Confirm a skill of somebody else."""
    own.endorse(current_db(), current_actor(), user_id, skill_id)
    return held.of_person(current_db(), current_actor(), user_id)


@operation(
    bp,
    "DELETE",
    f"{HELD}/<int:skill_id>/endorsement",
    answers=list[HeldSkillOut],
    message="Taken back",
    errors=(403,),
)
def skill_endorsement_withdraw(user_id: int, skill_id: int) -> list[held.HeldSkill]:
    own.take_back(current_db(), current_actor(), user_id, skill_id)
    return held.of_person(current_db(), current_actor(), user_id)


@operation(bp, "GET", "/courses/<int:course_id>/skills", answers=list[CourseSkillOut])
def course_skills(course_id: int) -> list[CourseSkillOut]:
    """What passing a course shows."""
    policy.COURSE_READ.get(current_db(), current_actor(), course_id)
    return _course(course_id)


@operation(
    bp,
    "PUT",
    "/courses/<int:course_id>/skills",
    body=SkillsBody,
    answers=list[CourseSkillOut],
    message="Skills of the course saved",
    errors=(403,),
)
def course_skills_set(course_id: int, body: SkillsBody) -> list[CourseSkillOut]:
    courses.set_course(current_db(), current_actor(), course_id, _pairs(body.skills))
    return _course(course_id)


def _course(course_id: int) -> list[CourseSkillOut]:
    given = held.of_course(current_db(), course_id)
    return [CourseSkillOut(skill_id=each[0], name=each[1], level=each[2]) for each in given]
