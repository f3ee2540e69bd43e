"""Grading schemes over JSON."""

from __future__ import annotations

from typing import Any

from quad.institution import lists, policy
from quad.institution.api.blueprint import bp
from quad.institution.api.resource import Resource, offer
from quad.institution.forms import GradingSchemeForm, ProgrammeForm
from quad.institution.models import Averaging, PassRule, RetakeRule
from quad.institution.service import grading
from quad.institution.service.scheme_templates import TEMPLATES
from quad.web.added import effects
from quad.web.api import Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db


class SchemeLineOut(Out):
    """A scheme in a list, without its bands."""

    id: WireId
    name: str
    maximum: Number
    rounding_places: int
    is_default: bool


class BandOut(Out):
    letter: str
    minimum: Number
    points: Number
    passes: bool


class SchemeOut(SchemeLineOut):
    averaging: Averaging
    retake_rule: RetakeRule
    pass_rule: PassRule
    bands: list[BandOut]
    version: int


def _scheme(scheme_id: int) -> Any:
    current_db().flush()
    return grading.with_bands(current_db(), current_actor(), scheme_id)


offer(
    Resource(
        path="/academics/grading-schemes",
        word="Grading scheme",
        subject="grading_scheme",
        listing=lists.SCHEMES,
        read=policy.READ_SCHEME,
        form=GradingSchemeForm,
        out=SchemeOut,
        lines=list[SchemeLineOut],
        service=grading,
        load=_scheme,
    )
)


class TemplateOut(Out):
    """A scheme to start from."""

    key: str
    name: str
    about: str
    source: str


class EffectOut(Out):
    """What is wrong with the bands, else what saving them would do; in sentences."""

    problems: list[str]
    effects: list[str]


@operation(bp, "GET", "/academics/grading-schemes/templates", answers=list[TemplateOut])
def templates_index() -> list[TemplateOut]:
    return [
        TemplateOut(key=one.key, name=one.name, about=str(one.about), source=one.source)
        for one in TEMPLATES
    ]


@operation(
    bp,
    "POST",
    "/academics/grading-schemes/templates/<key>",
    answers=SchemeOut,
    status=201,
    message="Grading scheme added",
    errors=(403,),
)
def template_add(key: str) -> Any:
    return _scheme(grading.add_template(current_db(), current_actor(), key).id)


@operation(
    bp,
    "POST",
    "/academics/grading-schemes/<int:scheme_id>/preview",
    body=GradingSchemeForm,
    answers=EffectOut,
    errors=(403,),
)
def scheme_preview(scheme_id: int, body: GradingSchemeForm) -> EffectOut:
    """Say what a change would do to how many students; nothing is saved."""
    policy.CHANGE_SCHEME.get(current_db(), current_actor(), scheme_id, read=policy.READ_SCHEME)
    found = grading.problems(body)
    return EffectOut(
        problems=found, effects=[] if found else effects("grading_scheme", scheme_id, body)
    )


@operation(
    bp,
    "POST",
    "/academics/programmes/<int:programme_id>/preview",
    body=ProgrammeForm,
    answers=EffectOut,
    errors=(403,),
)
def programme_preview(programme_id: int, body: ProgrammeForm) -> EffectOut:
    """Say what another grading scheme would make of the programme's results; nothing is saved."""
    policy.CHANGE_PROGRAMME.get(
        current_db(), current_actor(), programme_id, read=policy.READ_PROGRAMME
    )
    return EffectOut(problems=[], effects=effects("programme", programme_id, body))
