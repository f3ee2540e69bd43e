"""What is sent to each address: the numbers in its path, and a body that fits, so that only the rights decide."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from tests.factories.people import PASSWORD
from tests.matrix.college import STUDENTS_CSV

Given = dict[str, Any]
NEW_PASSWORD = "copper lantern drifts 42"
API = "/api/v1"

# The name (see college.py) behind each placeholder, unless the address is listed below.
USUAL = {
    "department_id": "department",
    "programme_id": "programme",
    "term_id": "term",
    "scheme_id": "scheme",
    "student_id": "student",
    "teacher_id": "teacher",
    "course_id": "course",
    "offering_id": "offering",
    "component_id": "component",
    "enrolment_id": "enrolment",
    "user_id": "member",
    "grant_id": "member_grant",
    "session_id": "own_session",
    "token_id": "own_token",
    "job_id": "job",
    "mail_id": "mail",
    "entry_id": "entry",
    "export_id": "export",
    "batch_id": "batch",
}
WORDS = {"kind": "students", "act": "disable", "status": "404"}

OTHERS: dict[str, dict[str, str]] = {
    "/departments/<int:department_id>/delete": {"department_id": "spare_department"},
    "/departments/<int:department_id>/restore": {"department_id": "deleted_department"},
    "/programmes/<int:programme_id>/delete": {"programme_id": "spare_programme"},
    "/programmes/<int:programme_id>/restore": {"programme_id": "deleted_programme"},
    "/terms/<int:term_id>/delete": {"term_id": "spare_term"},
    "/terms/<int:term_id>/restore": {"term_id": "deleted_term"},
    "/grading-schemes/<int:scheme_id>/delete": {"scheme_id": "spare_scheme"},
    "/grading-schemes/<int:scheme_id>/restore": {"scheme_id": "deleted_scheme"},
    "/students/<int:student_id>/restore": {"student_id": "deleted_student"},
    "/courses/<int:course_id>/restore": {"course_id": "deleted_course"},
    "/users/<int:user_id>/sessions/<int:session_id>/revoke": {"session_id": "member_session"},
    "/offerings/<int:offering_id>/lock": {"offering_id": "published"},
    "/offerings/<int:offering_id>/reopen": {"offering_id": "published"},
    "POST /offerings/<int:offering_id>/components": {"offering_id": "draft"},
    "/offerings/<int:offering_id>/components/<int:component_id>/delete": {
        "offering_id": "draft",
        "component_id": "draft_component",
    },
    "DELETE /offerings/<int:offering_id>/components/<int:component_id>": {
        "offering_id": "draft",
        "component_id": "draft_component",
    },
    "DELETE /academics/departments/<int:department_id>": {"department_id": "spare_department"},
    "/academics/departments/<int:department_id>/restore": {"department_id": "deleted_department"},
    "/programmes/<int:row_id>": {"row_id": "programme"},
    "DELETE /programmes/<int:row_id>": {"row_id": "spare_programme"},
    "/programmes/<int:row_id>/restore": {"row_id": "deleted_programme"},
    "/terms/<int:row_id>": {"row_id": "term"},
    "DELETE /terms/<int:row_id>": {"row_id": "spare_term"},
    "/terms/<int:row_id>/restore": {"row_id": "deleted_term"},
    "/grading-schemes/<int:row_id>": {"row_id": "scheme"},
    "DELETE /grading-schemes/<int:row_id>": {"row_id": "spare_scheme"},
    "/grading-schemes/<int:row_id>/restore": {"row_id": "deleted_scheme"},
    "/reset/<token>": {"token": "reset_link"},
    "/confirm/<token>": {"token": "confirm_link"},
}
NAMES = {
    "/cards/<name>": "recent-activity",
    "/lists/<name>/columns": "institution-departments",
    "/lists/<name>/export": "institution-departments",
    "/dev/ui/<name>": "forms",
}
SAME_PASSWORDS = {"password": NEW_PASSWORD, "repeat": NEW_PASSWORD}
DEPARTMENT = {"code": "NEW", "name": "New department"}
TERM = {"code": "2030-1", "name": "Term", "starts_on": "2030-01-01", "ends_on": "2030-05-01"}
BANDS = [
    {"letter": "P", "minimum": 40, "points": 10, "passes": True},
    {"letter": "F", "minimum": 0, "points": 0, "passes": False},
]
SCHEME = {"name": "New scheme", "maximum": 10, "rounding_places": 2}
SCHEME_FORM = {
    **{key: str(value) for key, value in SCHEME.items()},
    **{"retake_rule": "best", "pass_rule": "overall"},
    **{"band-0-letter": "P", "band-0-minimum": "40", "band-0-points": "10", "band-0-passes": "on"},
    **{"band-1-letter": "F", "band-1-minimum": "0", "band-1-points": "0"},
}
COMPONENT = {"name": "Quiz", "kind": "internal", "maximum": 10, "weight": 10}
REASON = {"reason": "A slip of the pen"}


def _programme(v: SimpleNamespace) -> Given:
    return {
        "code": "NEW",
        "name": "New programme",
        "department_id": v.department,
        "grading_scheme_id": v.scheme,
        "credits_required": 120,
        "duration_terms": 6,
    }


def _person(v: SimpleNamespace) -> Given:
    return {
        "first_name": "Nila",
        "last_name": "Sen",
        "email": "nila@college.example",
        "department_id": v.own_department,
    }


def _course(v: SimpleNamespace) -> Given:
    return {"code": "NEW1", "title": "New course", "credits": 4, "department_id": v.own_department}


def _changed_course(v: SimpleNamespace) -> Given:
    return {**_course(v), "department_id": v.department}


def _offering(v: SimpleNamespace) -> Given:
    return {"term_id": v.term, "section": "Z", "faculty_id": v.will_teach}


def _student(v: SimpleNamespace) -> Given:
    return {
        "full_name": "New Name",
        "register_number": v.student_number,
        "department_id": v.department,
        "programme_id": v.programme,
        "admission_year": 2024,
        "semester": 2,
        "status": "active",
    }


def _sign_in(v: SimpleNamespace) -> Given:
    return {"email": v.email, "password": PASSWORD}


FORMS: dict[str, Callable[[SimpleNamespace], Given]] = {
    **{
        f"/{portal}": _sign_in
        for portal in ("login", "student_login", "faculty_login", "admin_login", "alumni_login")
    },
    "/sign-in/code": lambda v: {"code": "123456"},
    "/role": lambda v: {"role": v.own_role},
    "/demo/sign-in": lambda v: {"role": "admin"},
    "/register": lambda v: {
        "full_name": "Nila Sen",
        "email": "nila@college.example",
        **SAME_PASSWORDS,
    },
    "/forgot-password": lambda v: {"email": v.email},
    "/reset/<token>": lambda v: SAME_PASSWORDS,
    "/change-password": lambda v: {"current": PASSWORD, **SAME_PASSWORDS},
    "/account": lambda v: {
        "full_name": "New Name",
        "language": "en",
        "zone": "UTC",
        "theme": "auto",
    },
    "/account/tokens": lambda v: {"name": "script", "days": "30", "scopes": "read"},
    "/account/notifications": lambda v: {"in_app": "enrolled"},
    "/users/new": lambda v: {
        "full_name": "Nila Sen",
        "email": "nila@college.example",
        "role": "placement",
    },
    "/users/<int:user_id>/edit": lambda v: {
        "full_name": "New Name",
        "email": "new@college.example",
        "version": "1",
    },
    "/users/<int:user_id>/grants": lambda v: {"role": "advisor"},
    "/admin/jobs/retry": lambda v: {"id": v.job},
    "/settings": lambda v: {"institution.term_line": "Week 5"},
    "/lists/<name>/columns": lambda v: {"column": ["code"], "next": "/departments"},
    "/lists/<name>/export": lambda v: {"format": "csv", "question": ""},
    "/imports/<kind>": lambda v: {"file": (BytesIO(STUDENTS_CSV), "students.csv")},
    "/departments/new": lambda v: DEPARTMENT,
    "/departments/<int:department_id>/edit": lambda v: DEPARTMENT,
    "/programmes/new": _programme,
    "/programmes/<int:programme_id>/edit": _programme,
    "/terms/new": lambda v: TERM,
    "/terms/<int:term_id>/edit": lambda v: TERM,
    "/grading-schemes/new": lambda v: SCHEME_FORM,
    "/grading-schemes/<int:scheme_id>/edit": lambda v: SCHEME_FORM,
    "/students/new": _person,
    "/students/<int:student_id>/edit": _student,
    "/students/delete": lambda v: {"id": v.student},
    "/students/restore": lambda v: {"id": v.deleted_student},
    "/students/export": lambda v: {"id": v.student},
    "/students/enrol": lambda v: {"id": v.student, "offering_id": v.blank},
    "/teachers/new": _person,
    "/teachers/<int:teacher_id>/edit": lambda v: {
        "department_id": v.department,
        "designation": "Reader",
    },
    "/courses/new": _course,
    "/courses/<int:course_id>/edit": _changed_course,
    "/courses/<int:course_id>/offer": _offering,
    "/offerings/<int:offering_id>/edit": lambda v: {"section": "Y", "faculty_id": v.teacher_user},
    "/offerings/<int:offering_id>/enrol": lambda v: {"numbers": v.newcomer_number},
    "/offerings/<int:offering_id>/enrol-batch": lambda v: {"programme_id": v.programme},
    "/offerings/<int:offering_id>/components": lambda v: COMPONENT,
    "/offerings/<int:offering_id>/components/<int:component_id>/edit": lambda v: {
        **COMPONENT,
        "maximum": 100,
        "weight": 100,
    },
    "/offerings/<int:offering_id>/marks": lambda v: {
        f"mark-{v.enrolment}-{v.component}": "61",
        "was": f'{{"{v.enrolment}-{v.component}": [{v.mark}, "60"]}}',
    },
    "/enrolments/<int:enrolment_id>/components/<int:component_id>/mark": lambda v: {
        "value": "62",
        **REASON,
    },
    "/offerings/<int:offering_id>/reopen": lambda v: REASON,
}

BODIES: dict[str, Callable[[SimpleNamespace], Given]] = {
    "POST /auth/login": _sign_in,
    "POST /auth/verify": lambda v: {"challenge": v.challenge, "code": v.code},
    "POST /auth/resend": lambda v: {"challenge": v.resend_challenge},
    "POST /auth/refresh": lambda v: {"refresh_token": v.refresh_token},
    "POST /auth/register": lambda v: {
        "full_name": "Nila Sen",
        "email": "nila@college.example",
        "password": NEW_PASSWORD,
    },
    "PUT /me/password": lambda v: {"current": PASSWORD, "password": NEW_PASSWORD},
    "POST /me/tokens": lambda v: {"name": "script", "days": 30},
    "POST /me/notifications/read": lambda v: {},
    "PUT /me/notification-preferences": lambda v: {"in_app": ["enrolled"]},
    "POST /users": lambda v: {
        "full_name": "Nila Sen",
        "email": "nila@college.example",
        "role": "placement",
    },
    "POST /admin/create-user": lambda v: {
        "full_name": "Nila Sen",
        "email": "nila@college.example",
        "role": "placement",
        "password": NEW_PASSWORD,
    },
    "PATCH /users/<int:user_id>": lambda v: {"full_name": "New Name", "version": 1},
    "POST /users/<int:user_id>/grants": lambda v: {"role": "advisor"},
    "PATCH /settings": lambda v: {"values": {"institution.term_line": "Week 5"}},
    "POST /imports/<int:batch_id>/apply": lambda v: {},
    "POST /academics/departments": lambda v: DEPARTMENT,
    "PUT /academics/departments/<int:department_id>": lambda v: DEPARTMENT,
    "POST /programmes": _programme,
    "PUT /programmes/<int:row_id>": _programme,
    "POST /terms": lambda v: TERM,
    "PUT /terms/<int:row_id>": lambda v: TERM,
    "POST /grading-schemes": lambda v: {**SCHEME, "bands": BANDS},
    "PUT /grading-schemes/<int:row_id>": lambda v: {**SCHEME, "bands": BANDS},
    "POST /students": _person,
    "PATCH /students/<int:student_id>": lambda v: {"semester": 3},
    "PUT /students/<int:student_id>/assign-department": lambda v: {"department_id": v.department},
    "POST /courses": _course,
    "PUT /courses/<int:course_id>": _changed_course,
    "POST /offerings": lambda v: {"course_id": v.course, **_offering(v)},
    "PUT /offerings/<int:offering_id>": lambda v: {"section": "Y", "faculty_id": v.teacher_user},
    "POST /offerings/<int:offering_id>/enrolments": lambda v: {"student_ids": [v.newcomer]},
    "POST /offerings/<int:offering_id>/enrolments/batch": lambda v: {"programme_id": v.programme},
    "POST /offerings/<int:offering_id>/components": lambda v: COMPONENT,
    "PUT /offerings/<int:offering_id>/components/<int:component_id>": lambda v: {
        **COMPONENT,
        "maximum": 100,
        "weight": 100,
    },
    "PUT /offerings/<int:offering_id>/marks": lambda v: {
        "entries": [{"enrolment_id": v.enrolment, "component_id": v.component, "value": 61}]
    },
    "POST /enrolments/<int:enrolment_id>/components/<int:component_id>/mark": lambda v: {
        "value": 62,
        **REASON,
    },
    "POST /offerings/<int:offering_id>/reopen": lambda v: REASON,
}


def path_of(method: str, rule: str, v: SimpleNamespace) -> str:
    """Return the address with the numbers of `v` in it."""
    short = rule.removeprefix(API)
    other = OTHERS.get(f"{method} {short}", OTHERS.get(short, {}))
    parts = []
    for part in rule.split("/"):
        if not part.startswith("<"):
            parts.append(part)
            continue
        name = part.strip("<>").rpartition(":")[2]
        if name in other:
            parts.append(str(getattr(v, other[name])))
        elif name in USUAL:
            parts.append(str(getattr(v, USUAL[name])))
        else:
            parts.append(WORDS[name] if name in WORDS else NAMES[rule])
    return "/".join(parts)


def body_of(method: str, rule: str, v: SimpleNamespace) -> Given:
    """Return what the test client sends with the request."""
    if rule == f"{API}/imports/<kind>":
        return {"data": STUDENTS_CSV, "content_type": "text/csv"}
    if rule.startswith(API):
        give = BODIES.get(f"{method} {rule.removeprefix(API)}")
        return {"json": give(v)} if give else {}
    if method == "GET":
        return {}
    give = FORMS.get(rule)
    return {"data": dict(give(v)) if give else {}}
