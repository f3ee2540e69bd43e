"""Requests in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.files import StoredFile
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import User
from quad.welfare.forms.requests import Assign, NewRequest, RejectRequest, Resolve
from quad.welfare.forms.setup import CategoryForm, FieldForm, MemberForm, OfficeForm, RouteForm
from quad.welfare.models.requests import Attachment
from quad.welfare.models.setup import Letter, Target
from quad.welfare.service import asking, categories, handling, offices
from tests.factories.people import person

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]


def build(db: Session, people: dict[str, User]) -> Given:
    """Make categories, offices, a rule, and the student's requests, which the teacher has."""
    helper = person(db, role="faculty")
    office, spare_office = (
        offices.add(db, SYSTEM, OfficeForm(name=name)) for name in ("Hostel office", "Spare office")
    )
    offices.add_member(db, SYSTEM, office.id, MemberForm(user_id=helper.id))
    route = offices.add_route(db, SYSTEM, RouteForm(target=Target.OFFICE, office_id=office.id))
    category = categories.add(db, SYSTEM, CategoryForm(name="Hostel"))
    field = categories.add_field(db, SYSTEM, category.id, FieldForm(label="Room"))
    lettered = categories.add(db, SYSTEM, CategoryForm(name="Letter", letter=Letter.BONAFIDE))
    old = categories.add(db, SYSTEM, CategoryForm(name="Old"))
    old.deleted_at = clock.now()
    student, teacher = people["stu"].id, people["fac"].id
    made = {
        name: _request(db, kind, student, teacher)
        for name, kind in (
            ("request", category.id),
            ("closed_request", category.id),
            ("lettered_request", lettered.id),
        )
    }
    handling.reject(db, SYSTEM, made["closed_request"], RejectRequest(reason="No"))
    handling.resolve(db, actor_by_id(db, teacher), made["lettered_request"], Resolve())
    stored = StoredFile(
        sha256="0" * 64, size=1, media_type="image/png", name="a.png", owner_id=student
    )
    db.add(stored)
    db.flush()
    attachment = Attachment(request_id=made["request"], file_id=stored.id)
    db.add(attachment)
    db.flush()
    return {
        **made,
        "attachment": attachment.id,
        "welfare_category": category.id,
        "welfare_field": field.id,
        "deleted_category": old.id,
        "office": office.id,
        "spare_office": spare_office.id,
        "office_member": helper.id,
        "route": route.id,
    }


def _request(db: Session, category_id: int, student_id: int, teacher_id: int) -> int:
    request = asking.submit(db, actor_by_id(db, student_id), category_id, NewRequest())
    handling.assign(db, SYSTEM, request.id, Assign(to=f"person:{teacher_id}"))
    return request.id


USUAL = {
    "category_id": "welfare_category",
    "field_id": "welfare_field",
    "request_id": "request",
    "attachment_id": "attachment",
    "office_id": "office",
    "route_id": "route",
}
WORDS = {"way": "up"}
_MEMBER = {"user_id": "office_member"}
OTHERS: dict[str, dict[str, str]] = {
    "/requests/<int:request_id>/reopen": {"request_id": "closed_request"},
    "/requests/<int:request_id>/letter": {"request_id": "lettered_request"},
    "/welfare/requests/<int:request_id>/reopen": {"request_id": "closed_request"},
    "/welfare/requests/<int:request_id>/letter": {"request_id": "lettered_request"},
    "/welfare/categories/<int:category_id>/restore": {"category_id": "deleted_category"},
    "/welfare/setup/categories/<int:category_id>/restore": {"category_id": "deleted_category"},
    "/welfare/offices/<int:office_id>/delete": {"office_id": "spare_office"},
    "/welfare/offices/<int:office_id>/members/<int:user_id>/remove": _MEMBER,
    "DELETE /welfare/setup/offices/<int:office_id>": {"office_id": "spare_office"},
    "/welfare/setup/offices/<int:office_id>/members/<int:user_id>": _MEMBER,
}
SUFFIXES = {"POST /welfare/requests/<int:request_id>/attachments": "?name=a.png"}


def _picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (4, 4), "green").save(written, "PNG")
    return written.getvalue()


PICTURE = _picture()
_ONE = "/requests/<int:request_id>"
_CATEGORY, _OFFICE = "/welfare/categories/<int:category_id>", "/welfare/offices/<int:office_id>"
_NEXT_WEEK = {"due_on": clock.today().replace(year=clock.today().year + 1).isoformat()}


def _to_office(v: SimpleNamespace) -> Given:
    return {"to": f"office:{v.office}"}


def _many(**more: str) -> Give:
    return lambda v: {"id": v.request, **more}


def _route(v: SimpleNamespace) -> Given:
    return {
        "category_id": str(v.welfare_category),
        "target": "office",
        "office_id": str(v.office),
    }


FORMS: dict[str, Give] = {
    "/requests/new/<int:category_id>": lambda _: {"a_room": "B-1"},
    f"{_ONE}/comment": lambda _: {"text": "When?"},
    f"{_ONE}/attach": lambda _: {"file": (BytesIO(PICTURE), "a.png")},
    f"{_ONE}/assign": _to_office,
    f"{_ONE}/reject": lambda _: {"reason": "No"},
    f"{_ONE}/due": lambda _: dict(_NEXT_WEEK),
    "/requests/queue/assign": lambda v: {"id": v.request, **_to_office(v)},
    "/requests/queue/start": _many(),
    "/requests/queue/resolve": _many(note="Done"),
    "/requests/queue/reject": _many(reason="No"),
    "/welfare/categories/new": lambda _: {"name": "Bus", "due_days": "3"},
    _CATEGORY: lambda _: {"name": "Bus", "due_days": "3"},
    f"{_CATEGORY}/fields/new": lambda _: {"label": "Line"},
    f"{_CATEGORY}/fields/<int:field_id>": lambda _: {"label": "Line"},
    "/welfare/offices/new": lambda _: {"name": "Bus office"},
    _OFFICE: lambda _: {"name": "Bus office"},
    f"{_OFFICE}/members": lambda v: {"user_id": str(v.teacher_user)},
    "/welfare/routes/new": _route,
    "/welfare/routes/<int:route_id>": _route,
}
_SETUP = "/welfare/setup"
BODIES: dict[str, Give] = {
    "POST /welfare/requests": lambda v: {
        "category_id": str(v.welfare_category),
        "answers": {"room": "B-1"},
    },
    f"POST /welfare{_ONE}/comments": lambda _: {"text": "When?"},
    f"POST /welfare{_ONE}/assign": _to_office,
    f"POST /welfare{_ONE}/due": lambda _: dict(_NEXT_WEEK),
    f"POST /welfare{_ONE}/resolve": lambda _: {},
    f"POST /welfare{_ONE}/reject": lambda _: {"reason": "No"},
    f"POST /welfare{_ONE}/withdraw": lambda _: {},
    f"POST /welfare{_ONE}/reopen": lambda _: {},
    f"POST {_SETUP}/categories": lambda _: {"name": "Bus", "due_days": 3},
    f"PUT {_SETUP}/categories/<int:category_id>": lambda _: {"name": "Bus", "due_days": 3},
    f"POST {_SETUP}/categories/<int:category_id>/fields": lambda _: {"label": "Line"},
    f"PUT {_SETUP}/categories/<int:category_id>/fields/<int:field_id>": lambda _: {"label": "Line"},
    f"PUT {_SETUP}/categories/<int:category_id>/fields/order": lambda v: {
        "field_ids": [str(v.welfare_field)]
    },
    f"POST {_SETUP}/offices": lambda _: {"name": "Bus office"},
    f"PUT {_SETUP}/offices/<int:office_id>": lambda _: {"name": "Bus office"},
    f"POST {_SETUP}/offices/<int:office_id>/members": lambda v: {"user_id": str(v.teacher_user)},
    f"POST {_SETUP}/routes": _route,
    f"PUT {_SETUP}/routes/<int:route_id>": _route,
}
