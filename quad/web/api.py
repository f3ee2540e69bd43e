"""The JSON door: `operation` binds, calls, wraps into the envelope, and documents.

JSON is bound from the bytes of the body, strictly, after authentication (docs/adr). APIFlask renders the description
from what is declared here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import Annotated, Any, TypeVar

import orjson
from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter

from quad.core.errors import Invalid, QuadError, SignedOut, Unsupported
from quad.core.forms import Bound, Form
from quad.core.i18n import gettext as _
from quad.web.describing import describe_later
from quad.web.site import current_actor

V = TypeVar("V", bound=Callable[..., Any])


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


# ids leave as strings; numbers with a fixed number of decimals leave as JSON numbers; moments end in Z.
WireId = Annotated[int, PlainSerializer(str, return_type=str)]
Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]
Moment = Annotated[datetime, PlainSerializer(_stamp, return_type=str)]


class Out(BaseModel):
    """Base of everything the API answers with; reads attributes of rows as well as mappings."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class PageOut(Out):
    """Where a list stands. `exact` false means "more than `total`"; `next` and `previous` are addresses or null."""

    total: int
    exact: bool
    next: str | None
    previous: str | None


class ListQuery(Form):
    """What every list takes, for the description; `quad.core.listing.arguments` reads it. Lists add their filters."""

    q: Annotated[str, Field(description="Words that begin a word of the row")] = ""
    sort: Annotated[
        str, Field(description="A column to sort by; a minus in front turns it round")
    ] = ""
    size: Annotated[int, Field(ge=1, le=100)] = 25
    page: Annotated[int, Field(ge=1, le=50, description="Past page 50 follow `next`")] = 1
    after: Annotated[str, Field(description="From `next`")] = ""
    before: Annotated[str, Field(description="From `previous`")] = ""
    count: Annotated[str, Field(description="`exact` counts past 10,000")] = ""


@dataclass(frozen=True)
class Answer:
    """An answer with something beside the data: another status or message, where a list stands, headers, an error."""

    data: Any = None
    message: str | None = None
    status: int | None = None
    page: PageOut | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None


JSON = "application/json"
SCHEMAS: dict[str, dict[str, Any]] = {}
_SEEN: dict[tuple[str, str], dict[str, Any]] = {}
REFERENCE = "#/components/schemas/{model}"


def _schema(kind: Any, mode: Any) -> dict[str, Any]:
    """Return the JSON schema of `kind`, with nested models moved to the shared components."""
    if kind is None:
        return {"type": "null"}
    schema = TypeAdapter(kind).json_schema(mode=mode, ref_template=REFERENCE)
    for name, nested in schema.pop("$defs", {}).items():
        _share(name, mode, nested)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        _share(kind.__name__, mode, schema)
        return {"$ref": REFERENCE.format(model=kind.__name__)}
    return schema


def _share(name: str, mode: str, schema: dict[str, Any]) -> None:
    """Put a schema among the shared ones; another of the same name would describe both wrongly."""
    if _SEEN.setdefault((name, mode), schema) != schema:
        raise RuntimeError(f"two API schemas are called {name}: rename one")
    SCHEMAS[name] = schema


ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "success": {"const": False},
        "error": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["success", "error"],
}
REASONS = {
    400: "The request could not be understood",
    401: "Not signed in, or the token is not valid",
    403: "Seen, but not allowed",
    404: "Nothing here, or not visible to you",
    405: "This address takes another method",
    409: "A rule says no",
    413: "Too large",
    415: "Not JSON",
    422: "A value does not fit",
    429: "Too many tries",
    503: "Not available now",
}


BINARY = {"type": "string", "format": "binary"}


def _error(status: int) -> dict[str, Any]:
    SCHEMAS.setdefault("Error", ERROR_SCHEMA)
    content = {JSON: {"schema": {"$ref": REFERENCE.format(model="Error")}}}
    return {"description": REASONS[status], "content": content}


def _envelope(answers: Any, paged: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "success": {"type": "boolean"},
        "message": {"type": "string"},
        "data": _schema(answers, "serialization"),
    }
    if paged:
        properties["page"] = _schema(PageOut, "serialization")
    required = ["success", "message", "data"]
    schema = {"type": "object", "properties": properties, "required": required}
    return {JSON: {"schema": schema}}


@dataclass(frozen=True, kw_only=True)
class _Operation:
    """What `operation` was told; see there."""

    path: str
    body: type[Form] | None
    query: type[Form] | None
    answers: Any
    status: int
    message: str
    errors: Iterable[int]
    also: Mapping[int, str]
    public: bool
    paged: bool
    lenient: str | None
    raw_body: str | None
    file: str | None
    refuses: bool

    def answering(self, view: Callable[..., Any]) -> Callable[..., Response]:
        """Return `view` behind the door: it gets checked input, and what it returns is put into the envelope."""

        @wraps(view)
        def answer(**values: Any) -> Response:
            if not self.public and not current_actor().signed_in:
                raise SignedOut
            if self.body is not None:
                values["body"] = _read_body(self.body, self.lenient)
            if self.query is not None:
                values["query"] = _read_query(self.query)
            given = view(**values)
            if isinstance(given, Response):
                return given
            return _respond(given, self.answers, self.status, self.message)

        return answer

    def description(self) -> dict[str, Any]:
        """Describe the operation as APIFlask renders it."""
        spec: dict[str, Any] = {"responses": self._responses()}
        if self.body is not None:
            spec |= {"body": _schema(self.body, "validation"), "content_type": JSON}
        if self.raw_body is not None:
            spec |= {"body": BINARY, "content_type": self.raw_body}
        if self.query is not None or self.paged:
            spec["args"] = [(self.query or ListQuery, "query")]
        if not self.public:
            spec["security"] = [{"bearer": []}, {"cookie": []}]
        return spec

    def _responses(self) -> dict[int, Any]:
        content = {self.file: {"schema": BINARY}} if self.file else self._content()
        responses: dict[int, Any] = {
            self.status: {"description": self.message or "Done", "content": content}
        }
        for code, reason in self.also.items():
            responses[code] = {"description": reason, "content": _envelope(Any, False)}
        return responses | {code: _error(code) for code in sorted(self._refusals())}

    def _content(self) -> dict[str, Any]:
        content = _envelope(self.answers, self.paged)
        if not self.refuses:
            return content
        return {JSON: {"schema": {"oneOf": [content[JSON]["schema"], ERROR_SCHEMA]}}}

    def _refusals(self) -> set[int]:
        statuses = {429, *self.errors}
        if not self.public:
            statuses.add(401)
        if "<" in self.path:
            statuses.add(404)
        if self.body is not None:
            statuses |= {400, 413, 415, 422}
        if self.query is not None or self.paged:
            statuses |= {400, 422}
        if self.paged:
            statuses.add(403)
        return statuses


def operation(
    blueprint: APIBlueprint,
    method: str,
    path: str,
    *,
    also_at: str = "",
    body: type[Form] | None = None,
    query: type[Form] | None = None,
    answers: Any = None,
    status: int = 200,
    message: str = "",
    errors: Iterable[int] = (),
    also: Mapping[int, str] | None = None,
    public: bool = False,
    paged: bool = False,
    lenient: str | None = None,
    raw_body: str | None = None,
    file: str | None = None,
    refuses: bool = False,
) -> Callable[[V], V]:
    """Declare one API operation.

    `also_at` is a second address of it, described like the first. The view is called with the path's values, `body=`
    and `query=` (checked input) when declared. It returns data that fits `answers`, or an `Answer`. `errors` are
    further statuses it may answer with; 401 (unless `public`), 404 (with path values) and 400/415/422 (with a body) are
    added. `also` documents further successful statuses. `lenient` is for the coding contract: unknown keys are ignored
    and a missing field is a 400 with this sentence. `raw_body` names a media type that the view reads itself, `file`
    one that it answers with, as a `Response`, instead of JSON. `refuses` is for the coding contract as well: with the
    same status it may answer an error.
    """
    declared = _Operation(
        path=path,
        body=body,
        query=query,
        answers=answers,
        status=status,
        message=message,
        errors=errors,
        also=also or {},
        public=public,
        paged=paged,
        lenient=lenient,
        raw_body=raw_body,
        file=file,
        refuses=refuses,
    )

    def declare(view: V) -> V:
        answer: Any = declared.answering(view)
        describe_later(lambda: setattr(answer, "_spec", declared.description()))
        places = {view.__name__: path} | ({f"{view.__name__}_also": also_at} if also_at else {})
        for endpoint, place in places.items():
            blueprint.add_url_rule(place, endpoint=endpoint, view_func=answer, methods=[method])
        return answer  # type: ignore[no-any-return]

    return declare


def _read_body(kind: type[Form], lenient: str | None) -> Form:
    if not request.is_json:
        raise Unsupported
    raw = request.get_data(cache=True)
    if lenient is None:
        return Bound.from_json(kind, raw).require()
    try:
        given = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise QuadError(_("The body is not valid JSON.")) from error
    if not isinstance(given, dict):
        raise QuadError(_("The body must be a JSON object."))
    known = {name: value for name, value in given.items() if name in kind.model_fields}
    for name, info in kind.model_fields.items():
        if info.is_required() and known.get(name) in (None, ""):
            raise QuadError(lenient or _("%(field)s is required.", field=name))
        if known.get(name) == "":  # forms of existing clients send it for what was left empty
            known.pop(name)
    return Bound.from_json(kind, orjson.dumps(known)).require()


def _read_query(kind: type[Form]) -> Form:
    return Bound.from_html(kind, request.args).require()


def _respond(result: Any, answers: Any, status: int, message: str) -> Response:
    given = result if isinstance(result, Answer) else Answer(result)
    data = given.data
    if answers is not None and data is not None:
        adapter = _adapter(answers)
        data = adapter.dump_python(adapter.validate_python(data, from_attributes=True), mode="json")
    envelope: dict[str, Any]
    if given.error is not None:
        envelope = {"success": False, "error": given.error}
    else:
        envelope = {"success": True, "message": given.message or message or _("OK"), "data": data}
    if given.page is not None:
        envelope["page"] = given.page.model_dump(mode="json")
    return json_response(envelope, given.status or status, given.headers)


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def json_response(
    envelope: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None
) -> Response:
    """Return `envelope` as JSON bytes."""
    response = Response(orjson.dumps(envelope), status, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


def error_response(error: QuadError) -> Response:
    """Return the one error body of the API."""
    envelope: dict[str, Any] = {"success": False, "error": str(error)}
    if isinstance(error, Invalid):
        envelope["fields"] = error.fields
    return json_response(envelope, error.status)


def complete_description(spec: dict[Any, Any] | str) -> dict[Any, Any] | str:
    """Put the shared schemas into the finished OpenAPI document."""
    if isinstance(spec, dict):
        spec.setdefault("components", {}).setdefault("schemas", {}).update(SCHEMAS)
    return spec
