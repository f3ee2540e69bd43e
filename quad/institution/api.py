"""The JSON door. Departments keep the coding contract's shapes and statuses; the rest follows the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from apiflask import APIBlueprint
from pydantic import Field

from quad.core import settings
from quad.core.errors import Forbidden, QuadError, Rejected
from quad.core.forms import Form, Id
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Listing
from quad.core.policy import Permission
from quad.core.settings import Setting
from quad.institution import lists, policy
from quad.institution.forms import (
    DepartmentForm,
    GradingSchemeForm,
    ProgrammeForm,
    SettingsForm,
    TermForm,
)
from quad.institution.models import Department, PassRule, RetakeRule
from quad.institution.service import departments, grading, heads, programmes, terms
from quad.web.added import reasons
from quad.web.api import Answer, Moment, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("institution_api", __name__, url_prefix="/api/v1", tag="Institution")


class DepartmentOut(Out):
    id: WireId
    name: str
    code: str
    hod_id: WireId | None
    hod_name: str | None
    created_at: Moment
    version: int


class NewDepartment(DepartmentForm):
    """`hod_id` makes a member of staff the head of the new department."""

    hod_id: Annotated[Id | None, Field(title=_l("Head of department"))] = None


NAMED = "Department name and code are required"


def _department(row: Department, head: heads.Head | None) -> DepartmentOut:
    return DepartmentOut(
        id=row.id,
        name=row.name,
        code=row.code,
        hod_id=head.user_id if head else None,
        hod_name=head.name if head else None,
        created_at=row.created_at,
        version=row.version,
    )


def _departments(rows: Sequence[Department]) -> list[DepartmentOut]:
    found = heads.heads(current_db(), [row.id for row in rows])
    return [_department(row, found.get(row.id)) for row in rows]


@operation(bp, "GET", "/academics/departments", answers=list[DepartmentOut])
def departments_index() -> list[DepartmentOut]:
    query = policy.READ_DEPARTMENT.visible(current_actor()).order_by(Department.sort_name)
    return _departments(current_db().scalars(query).all())


@operation(bp, "GET", "/academics/departments/<int:department_id>", answers=DepartmentOut)
def department_show(department_id: int) -> DepartmentOut:
    row = policy.READ_DEPARTMENT.get(current_db(), current_actor(), department_id)
    return _departments([row])[0]


@operation(
    bp,
    "POST",
    "/academics/departments",
    body=NewDepartment,
    answers=DepartmentOut,
    status=201,
    message="Department created",
    errors=(403, 404, 409),
    lenient=NAMED,
)
def department_add(body: NewDepartment) -> DepartmentOut:
    db, actor = current_db(), current_actor()
    _require_admin()
    row = departments.add(db, actor, body)
    if body.hod_id is not None:
        heads.appoint(db, actor, row.id, body.hod_id)
    return _departments([row])[0]


@operation(
    bp,
    "PUT",
    "/academics/departments/<int:department_id>",
    body=NewDepartment,
    answers=DepartmentOut,
    message="Department changed",
    errors=(403, 409),
    lenient=NAMED,
)
def department_change(department_id: int, body: NewDepartment) -> DepartmentOut:
    db, actor = current_db(), current_actor()
    row = departments.change(db, actor, department_id, body)
    if body.hod_id is not None:
        heads.appoint(db, actor, row.id, body.hod_id)
    db.flush()
    return _departments([row])[0]


@operation(
    bp,
    "DELETE",
    "/academics/departments/<int:department_id>",
    message="Department deleted",
    errors=(400, 403),
)
def department_delete(department_id: int) -> None:
    """Delete (hide) a department; one in use answers 400, as the coding contract says."""
    try:
        departments.delete(current_db(), current_actor(), department_id, reasons("department"))
    except Rejected as refused:
        raise QuadError(str(refused)) from refused


@operation(
    bp,
    "POST",
    "/academics/departments/<int:department_id>/restore",
    answers=DepartmentOut,
    message="Department restored",
    errors=(403, 409),
)
def department_restore(department_id: int) -> DepartmentOut:
    row = departments.restore(current_db(), current_actor(), department_id)
    current_db().flush()
    return _departments([row])[0]


def _require_admin() -> None:
    if not policy.ADD_DEPARTMENT.may(current_actor()):
        raise Forbidden(_("Admin access required"))


class ProgrammeOut(Out):
    id: WireId
    code: str
    name: str
    department_id: WireId
    grading_scheme_id: WireId
    credits_required: Number
    duration_terms: int
    version: int


class TermOut(Out):
    id: WireId
    code: str
    name: str
    starts_on: date
    ends_on: date
    is_current: bool
    version: int


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
    retake_rule: RetakeRule
    pass_rule: PassRule
    bands: list[BandOut]
    version: int


@dataclass(frozen=True)
class Resource:
    """What the six operations on one kind of row need."""

    path: str
    word: str
    subject: str
    listing: Listing[Any]
    read: Permission[Any]
    form: type[Form]
    out: Any
    lines: Any
    service: Any
    load: Callable[[int], Any]


def _plain(read: Permission[Any]) -> Callable[[int], Any]:
    return lambda row_id: read.get(current_db(), current_actor(), row_id)


def _scheme(scheme_id: int) -> Any:
    current_db().flush()
    return grading.with_bands(current_db(), current_actor(), scheme_id)


def _offer(kind: Resource) -> None:
    """Register the operations of one kind of row."""
    one = f"{kind.path}/<int:row_id>"

    def index() -> Answer:
        return list_json(kind.listing)

    def show(row_id: int) -> Any:
        return kind.load(kind.read.get(current_db(), current_actor(), row_id).id)

    def add(body: Any) -> Any:
        return kind.load(kind.service.add(current_db(), current_actor(), body).id)

    def change(row_id: int, body: Any) -> Any:
        kind.service.change(current_db(), current_actor(), row_id, body)
        current_db().flush()
        return kind.load(row_id)

    def delete(row_id: int) -> None:
        kind.service.delete(current_db(), current_actor(), row_id, reasons(kind.subject))

    def restore(row_id: int) -> Any:
        kind.service.restore(current_db(), current_actor(), row_id)
        current_db().flush()
        return kind.load(row_id)

    for view in (index, show, add, change, delete, restore):
        view.__name__ = f"{kind.subject}_{view.__name__}"
    operation(bp, "GET", kind.path, answers=kind.lines, paged=True)(index)
    operation(bp, "GET", one, answers=kind.out)(show)
    operation(
        bp,
        "POST",
        kind.path,
        body=kind.form,
        answers=kind.out,
        status=201,
        message=f"{kind.word} added",
        errors=(403, 409),
    )(add)
    operation(
        bp,
        "PUT",
        one,
        body=kind.form,
        answers=kind.out,
        message=f"{kind.word} changed",
        errors=(403, 409),
    )(change)
    operation(bp, "DELETE", one, message=f"{kind.word} deleted", errors=(403, 409))(delete)
    operation(
        bp,
        "POST",
        f"{one}/restore",
        answers=kind.out,
        message=f"{kind.word} restored",
        errors=(403, 409),
    )(restore)


for _kind in (
    Resource(
        "/programmes",
        "Programme",
        "programme",
        lists.PROGRAMMES,
        policy.READ_PROGRAMME,
        ProgrammeForm,
        ProgrammeOut,
        list[ProgrammeOut],
        programmes,
        _plain(policy.READ_PROGRAMME),
    ),
    Resource(
        "/terms",
        "Term",
        "term",
        lists.TERMS,
        policy.READ_TERM,
        TermForm,
        TermOut,
        list[TermOut],
        terms,
        _plain(policy.READ_TERM),
    ),
    Resource(
        "/grading-schemes",
        "Grading scheme",
        "grading_scheme",
        lists.SCHEMES,
        policy.READ_SCHEME,
        GradingSchemeForm,
        SchemeOut,
        list[SchemeLineOut],
        grading,
        _scheme,
    ),
):
    _offer(_kind)


class SettingOut(Out):
    key: str
    label: str
    hint: str
    group: str
    kind: str
    value: bool | int | str
    default: bool | int | str
    choices: list[tuple[str, str]]


class SettingsOut(Out):
    revision: int
    settings: list[SettingOut]


def _settings() -> Mapping[str, Any]:
    now = settings.values(current_db())
    return {
        "revision": settings.revision(current_db()),
        "settings": [
            {
                "key": item.key,
                "label": str(item.label),
                "hint": str(item.hint),
                "group": str(item.group),
                "kind": item.kind,
                "value": now[item.key],
                "default": settings.default(item),
                "choices": [(value, str(label)) for value, label in item.choices],
            }
            for item in Setting.registry.values()
        ],
    }


@operation(bp, "GET", "/settings", answers=SettingsOut, errors=(403,))
def settings_show() -> Mapping[str, Any]:
    settings.CHANGE.require(current_actor())
    return _settings()


@operation(
    bp,
    "PATCH",
    "/settings",
    body=SettingsForm,
    answers=SettingsOut,
    message="Settings saved",
    errors=(403, 409),
)
def settings_change(body: SettingsForm) -> Mapping[str, Any]:
    settings.change(current_db(), current_actor(), body.values, seen=body.revision)
    return _settings()
