"""schemathesis on the whole API: no fault, no status and no shape that the description does not name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from quad.core.config import Settings
from quad.web.site import Site
from tests.databases import Workshop
from tests.matrix.requests import API, NAMES, OTHERS, USUAL, WORDS
from tests.matrix.stage import Stage, staged

pytestmark = [pytest.mark.slow, pytest.mark.feature("C13", "C33")]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")
USUAL_BUDGET = {GenerationMode.POSITIVE: 2, GenerationMode.NEGATIVE: 1}
TORTURE_BUDGET = 200


@pytest.fixture(scope="module")
def stage(
    _site: Site, workshop: Workshop, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    with staged(_site, workshop, settings, tmp_path_factory.mktemp("fuzz")) as stage:
        yield stage


@schemathesis.serializer("message/rfc822")
def _as_mail(_context: Any, value: Any) -> bytes:
    """A mail is handed over as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


def read_schema(app: Site) -> Any:
    generation = GenerationConfig(deterministic=True, with_security_parameters=False)
    config = SchemathesisConfig()
    config.projects.default.generation = generation
    return schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app, config=config)


def known_parts(operation: Any, stage: Stage, role: str) -> dict[str, Any]:
    """Return what is there for the placeholders of the path; made-up numbers and words only find nothing."""
    seen = vars(stage.world.seen_by(role))
    names = [part.strip("{}") for part in operation.path.split("/") if part.startswith("{")]
    rule = operation.path
    for name in names:
        rule = rule.replace(f"{{{name}}}", f"<{name}>" if name in WORDS else f"<int:{name}>")
    short = rule.removeprefix(API)
    other = OTHERS.get(f"{operation.method.upper()} {short}", OTHERS.get(short, {}))
    found = {}
    for name in names:
        if name in WORDS:
            found[name] = WORDS[name]
        elif name in other or name in USUAL:
            found[name] = seen[other.get(name) or USUAL[name]]
        else:
            found[name] = NAMES[operation.path.replace(f"{{{name}}}", f"<{name}>")]
    return found


def problem(operation: Any, stage: Stage, role: str, mode: GenerationMode, budget: int) -> str:
    """Send `budget` made-up requests; return what the first that breaks the description says."""
    cases = operation.as_strategy(generation_mode=mode)
    if "{" in operation.path:
        parts = known_parts(operation, stage, role)
        there = operation.as_strategy(generation_mode=mode, path_parameters=parts)
        cases = some.one_of(there, there, cases)

    sent: list[Any] = []

    @settings(
        max_examples=budget,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def each(case: Any) -> None:
        stage.restored.put_back()
        sent.append(case)
        answer = case.call(headers=stage.bearer(role))
        case.validate_response(answer, checks=CHECKS)

    try:
        each()
    except BaseExceptionGroup as error:
        said = "; ".join(str(one) for one in error.exceptions)
    except Exception as error:
        said = str(error)
    else:
        return ""
    request = sent[-1].as_curl_command() if sent else operation.label
    return f"{request}\n{said}"


# Any bytes are a fitting file, and any word a fitting kind, key or serial.
ALL_FITS = {
    "/imports/{kind}",
    "/academics/grading-schemes/templates/{key}",
    "/documents/verify",
    "/documents/verify/{serial}",
    "/me/photo",
    "/coding/platforms/{platform}",
    "/materials/uploads/{key}",
    "/materials/uploads/{key}/finish",
    "/pages/named/{slug}",
    "/mail/bounces",
}


def examine(stage: Stage, role: str, mode: GenerationMode, budget: int) -> None:
    found = [
        each.ok() for each in read_schema(stage.app).get_all_operations() if isinstance(each, Ok)
    ]
    if mode is GenerationMode.NEGATIVE:
        found = [each for each in found if each.body or each.query or each.path_parameters]
        found = [each for each in found if each.path.removeprefix(API) not in ALL_FITS]
    problems = [problem(each, stage, role, mode, budget) for each in found]
    assert not any(problems), "\n\n".join(filter(None, problems))


def test_the_description_holds_every_address_of_the_api(_site: Site) -> None:
    described = {
        f"{each.ok().method.upper()} {each.ok().path}"
        for each in read_schema(_site).get_all_operations()
    }
    there = {
        f"{method} " + PLACEHOLDER.sub(r"{\1}", rule.rule)
        for rule in _site.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(API) and rule.endpoint != "openapi.spec"
    }
    assert described == there


MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.mark.parametrize("mode", MODES, ids=["fitting", "unfit"])
@pytest.mark.parametrize("role", ["admin", "stu"])
def test_the_api_answers_only_what_it_describes(
    stage: Stage, role: str, mode: GenerationMode
) -> None:
    examine(stage, role, mode, USUAL_BUDGET[mode])


@pytest.mark.torture
@pytest.mark.parametrize("mode", MODES, ids=["fitting", "unfit"])
@pytest.mark.parametrize("role", ["admin", "hod", "fac", "stu"])
def test_the_api_answers_only_what_it_describes_for_long(
    stage: Stage, role: str, mode: GenerationMode
) -> None:
    examine(stage, role, mode, TORTURE_BUDGET)
