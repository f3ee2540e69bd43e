"""What is sent to each address: the numbers in its path, and a body that fits, so that only the rights decide."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from PIL import Image

from tests.factories.people import PASSWORD
from tests.matrix import (
    announcements,
    careers,
    coding,
    community,
    events,
    giving,
    materials,
    messaging,
    network,
    pages,
    reports,
    welfare,
)
from tests.matrix.college import STUDENTS_CSV

Given = dict[str, Any]
NEW_PASSWORD = "copper lantern drifts 42"
API = "/api/v1"

# The name (see college.py) behind each placeholder, unless the address is listed below.
USUAL = {
    "row_id": "student",
    "department_id": "department",
    "programme_id": "programme",
    "term_id": "term",
    "scheme_id": "scheme",
    "student_id": "student",
    "teacher_id": "teacher",
    "campus_id": "campus",
    "degree_id": "degree",
    "class_id": "group",
    "course_id": "course",
    "offering_id": "offering",
    "component_id": "component",
    "enrolment_id": "enrolment",
    "user_id": "member",
    "grant_id": "member_grant",
    "session_id": "own_session",
    "token_id": "own_token",
    "passkey_id": "own_passkey",
    "copy_id": "own_copy",
    "registration_id": "application",
    "invitation_id": "invitation",
    "device_id": "own_device",
    "identity_id": "own_identity",
    "job_id": "job",
    "mail_id": "mail",
    "entry_id": "entry",
    "export_id": "export",
    "batch_id": "batch",
    "column_id": "batch",
    "scenario_id": "scenario",
    "document_id": "document",
    "serial": "serial",
    "excuse_id": "leave",
    "holiday_id": "holiday",
    "promotion_id": "promotion",
    "line_id": "promotion_line",
    "reevaluation_id": "reevaluation",
}
WORDS = {
    "thing": "student",
    "slug": "campus",
    "kind": "students",
    "act": "disable",
    "status": "404",
    "key": "ects",
}

RULED = {"offering_id": "ruled", "component_id": "ruled_component"}

OTHERS: dict[str, dict[str, str]] = {
    **{
        f"{ask} /sessions/<int:session_id>{rest}": {"session_id": "class_session"}
        for ask in ("GET", "POST")
        for rest in ("", "/edit", "/delete")
    },
    **{
        f"/academics/attendance/sessions/<int:session_id>{rest}": {"session_id": "class_session"}
        for rest in ("", "/register")
    },
    **{
        f"/offerings/<int:offering_id>/components/<int:component_id>/attendance{rest}": RULED
        for rest in ("", "/drop", "/fill")
    },
    **{
        f"/academics/attendance/offerings/<int:offering_id>/components/<int:component_id>/{end}": RULED
        for end in ("rule", "fill")
    },
    **{
        f"/documents/batches/<int:batch_id>{rest}": {"batch_id": "papers"}
        for rest in ("", "/progress", "/file")
    },
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
    "POST /academics/offerings/<int:offering_id>/components": {"offering_id": "draft"},
    "/offerings/<int:offering_id>/weighting": {"offering_id": "draft"},
    "/academics/offerings/<int:offering_id>/weighting": {"offering_id": "draft"},
    "/offerings/<int:offering_id>/components/copy": {"offering_id": "draft"},
    "/academics/offerings/<int:offering_id>/components/copy": {"offering_id": "draft"},
    "/academics/offerings/<int:offering_id>/components/order": {"offering_id": "draft"},
    "/offerings/<int:offering_id>/components/<int:component_id>/delete": {
        "offering_id": "draft",
        "component_id": "draft_component",
    },
    "DELETE /academics/offerings/<int:offering_id>/components/<int:component_id>": {
        "offering_id": "draft",
        "component_id": "draft_component",
    },
    "DELETE /academics/departments/<int:department_id>": {"department_id": "spare_department"},
    "/academics/departments/<int:department_id>/restore": {"department_id": "deleted_department"},
    "/campuses/<int:campus_id>/delete": {"campus_id": "spare_campus"},
    "/campuses/<int:campus_id>/restore": {"campus_id": "deleted_campus"},
    "/academics/campuses/<int:row_id>": {"row_id": "campus"},
    "DELETE /academics/campuses/<int:row_id>": {"row_id": "spare_campus"},
    "/academics/campuses/<int:row_id>/restore": {"row_id": "deleted_campus"},
    "/degrees/<int:degree_id>/delete": {"degree_id": "spare_degree"},
    "/degrees/<int:degree_id>/restore": {"degree_id": "deleted_degree"},
    "/academics/degrees/<int:row_id>": {"row_id": "degree"},
    "DELETE /academics/degrees/<int:row_id>": {"row_id": "spare_degree"},
    "/academics/degrees/<int:row_id>/restore": {"row_id": "deleted_degree"},
    "/batches/<int:batch_id>": {"batch_id": "cohort"},
    "/batches/<int:batch_id>/edit": {"batch_id": "cohort"},
    "/batches/<int:batch_id>/delete": {"batch_id": "spare_cohort"},
    "/batches/<int:batch_id>/restore": {"batch_id": "deleted_cohort"},
    "/academics/batches/<int:row_id>": {"row_id": "cohort"},
    "DELETE /academics/batches/<int:row_id>": {"row_id": "spare_cohort"},
    "/academics/batches/<int:row_id>/restore": {"row_id": "deleted_cohort"},
    "/classes/<int:class_id>/delete": {"class_id": "spare_group"},
    "/classes/<int:class_id>/restore": {"class_id": "deleted_group"},
    "/academics/classes/<int:row_id>": {"row_id": "group"},
    "DELETE /academics/classes/<int:row_id>": {"row_id": "spare_group"},
    "/academics/classes/<int:row_id>/restore": {"row_id": "deleted_group"},
    "/academics/courses/<int:course_id>/restore": {"course_id": "deleted_course"},
    "/teachers/<int:teacher_id>/delete": {"teacher_id": "spare_teacher"},
    "/teachers/<int:teacher_id>/restore": {"teacher_id": "deleted_teacher"},
    "DELETE /academics/teachers/<int:teacher_id>": {"teacher_id": "spare_teacher"},
    "/academics/teachers/<int:teacher_id>/restore": {"teacher_id": "deleted_teacher"},
    "/students/<int:student_id>/enrol": {"student_id": "newcomer"},
    "/courses/<int:course_id>/add_student/<int:student_id>": {
        "course_id": "current_course",
        "student_id": "newcomer",
    },
    "/enrolments/<int:enrolment_id>/reinstate": {"enrolment_id": "withdrawn"},
    "/enrolments/<int:enrolment_id>/restore": {"enrolment_id": "withdrawn"},
    "/offerings/<int:offering_id>/delete": {"offering_id": "empty"},
    "DELETE /academics/offerings/<int:offering_id>": {"offering_id": "empty"},
    "/academics/offerings/<int:offering_id>/roster/<int:student_id>/restore": {
        "offering_id": "left_offering"
    },
    "/academics/offerings/<int:offering_id>/results/lock": {"offering_id": "published"},
    "/academics/offerings/<int:offering_id>/results/reopen": {"offering_id": "published"},
    "/academics/programmes/<int:row_id>": {"row_id": "programme"},
    "DELETE /academics/programmes/<int:row_id>": {"row_id": "spare_programme"},
    "/academics/programmes/<int:row_id>/restore": {"row_id": "deleted_programme"},
    "/academics/terms/<int:row_id>": {"row_id": "term"},
    "DELETE /academics/terms/<int:row_id>": {"row_id": "spare_term"},
    "/academics/terms/<int:row_id>/restore": {"row_id": "deleted_term"},
    "/academics/grading-schemes/<int:row_id>": {"row_id": "scheme"},
    "DELETE /academics/grading-schemes/<int:row_id>": {"row_id": "spare_scheme"},
    "/academics/grading-schemes/<int:row_id>/restore": {"row_id": "deleted_scheme"},
    "/promotions/<int:promotion_id>/undo": {"promotion_id": "applied_promotion"},
    "/academics/promotions/<int:promotion_id>/undo": {"promotion_id": "applied_promotion"},
    "/enrolments/<int:enrolment_id>/reevaluation": {"enrolment_id": "published_enrolment"},
    "/academics/enrolments/<int:enrolment_id>/reevaluation": {
        "enrolment_id": "published_enrolment"
    },
    **{
        f"{door}/reevaluations/<int:reevaluation_id>/{act}": {"reevaluation_id": "answered"}
        for door in ("", "/academics")
        for act in ("confirm", "return")
    },
    "/reset/<token>": {"token": "reset_link"},
    "/staff/<int:user_id>": {"user_id": "mentor"},
    "/staff/<int:user_id>/reassign": {"user_id": "mentor"},
    "/confirm/<token>": {"token": "confirm_link"},
    "/invitation/<token>": {"token": "invitation_link"},
    "/activate/<token>": {"token": "activation_link"},
    "/stay/<token>": {"token": "stay_link"},
    "/account/email/confirm/<token>": {"token": "new_email_link"},
    "/account/email/undo/<token>": {"token": "keep_email_link"},
}
NAMES = {
    "/people/<int:user_id>/photo/<mark>": "0" * 16,
    "/cards/<name>": "recent-activity",
    "/lists/<name>/columns": "institution-departments",
    "/lists/<name>/export": "institution-departments",
    "/dev/ui/<name>": "forms",
    "/analytics/<name>": "results",
    "/analytics/<name>/file": "results",
    "/api/v1/analytics/reports/<name>": "results",
    "/api/v1/analytics/reports/<name>/file": "results",
}
SAME_PASSWORDS = {"password": NEW_PASSWORD, "repeat": NEW_PASSWORD}
DEPARTMENT = {"code": "NEW", "name": "New department"}
CAMPUS = {"code": "NEW", "name": "New campus", "city": "Mysuru"}
DEGREE = {"code": "NEW", "name": "New degree", "level": "bachelor"}
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
LEAVE = {"first_day": "2026-02-02", "last_day": "2026-02-03", **REASON}
CLASS = {"held_on": "2026-01-06", "starts_at": "09:00"}
WEEKLY = {"starts_at": "09:00", "first_day": "2026-01-05", "last_day": "2026-01-30"}
HOLIDAY = {"name": "Harvest", "first_day": "2026-01-15"}
PROFILE = {"full_name": "New Name", "language": "en", "zone": "UTC", "theme": "auto"}


def _photo() -> bytes:
    written = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(written, "PNG")
    return written.getvalue()


PHOTO = _photo()


def _invited(v: SimpleNamespace) -> Given:
    return {"email": "nila@home.example", "role": "faculty", "department_id": v.own_department}


def _programme(v: SimpleNamespace) -> Given:
    return {
        "code": "NEW",
        "name": "New programme",
        "department_id": v.department,
        "grading_scheme_id": v.scheme,
        "credits_required": 120,
        "duration_terms": 6,
    }


def _cohort(v: SimpleNamespace) -> Given:
    return {"programme_id": v.programme, "start_year": 2031, "name": "New batch"}


def _group(v: SimpleNamespace) -> Given:
    return {"batch_id": v.cohort, "name": "NEW"}


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
    "/offerings/<int:offering_id>/sessions/new": lambda _: CLASS,
    "/sessions/<int:session_id>/edit": lambda _: CLASS,
    "/offerings/<int:offering_id>/sessions/plan": lambda _: {**WEEKLY, "weekdays": "0"},
    "/students/<int:student_id>/attendance": lambda _: LEAVE,
    "/holidays": lambda _: HOLIDAY,
    "/verify": lambda v: {"serial": v.serial},
    "/documents/<int:document_id>/revoke": lambda _: REASON,
    "/students/<int:student_id>/documents": lambda _: {"kind": "id_card"},
    "/students/documents": lambda v: {"id": v.student},
    "/simulator/scenarios": lambda _: {"name": "A good autumn"},
    "/simulator/scenarios/<int:scenario_id>/share": lambda _: {"shared": "on"},
    **{
        f"/{portal}": _sign_in
        for portal in ("login", "student_login", "faculty_login", "admin_login", "alumni_login")
    },
    "/sign-in/code": lambda v: {"code": "123456"},
    "/prove": lambda v: {"password": PASSWORD},
    "/account/factors/passkeys/<int:passkey_id>": lambda v: {"name": "Key"},
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
    "/account": lambda v: {"username": ""},
    "/account/email": lambda v: {"email": "moved@home.example"},
    "/delete_account": lambda v: {"sure": "true"},
    "/profile/edit": lambda v: PROFILE,
    "/profile/photo": lambda v: {"file": (BytesIO(PHOTO), "me.png")},
    "/invitation/<token>": lambda v: {"full_name": "Nila Sen", **SAME_PASSWORDS},
    "/activate/<token>": lambda v: SAME_PASSWORDS,
    "/registrations/<int:registration_id>/reject": lambda v: REASON,
    "/registrations/approve": lambda v: {"id": v.application},
    "/registrations/reject": lambda v: {"id": v.application, **REASON},
    "/invitations/new": _invited,
    "/users/activate": lambda v: {"id": v.member},
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
    "/users/<int:user_id>/merge": lambda v: {"gone_id": v.spare_user, "sure": "1"},
    **{
        f"/users/bulk/{act}": lambda v: {"id": v.member}
        for act in ("reset", "unlock", "enable", "disable")
    },
    "/password-strength": lambda v: {"password": NEW_PASSWORD},
    "/staff/new": lambda v: {
        "full_name": "Nila Sen",
        "email": "nila@college.example",
        "role_type": "advisor",
        "department_id": v.own_department,
    },
    "/staff/appoint": lambda v: {
        "email": v.member_email,
        "role_type": "advisor",
        "department_id": v.own_department,
    },
    "/staff/assign": lambda v: {"kind": "advisor", "mentor_id": v.mentor, "class_id": 1},
    "/staff/<int:user_id>/reassign": lambda v: {"kind": "advisor", "mentor_id": v.other_mentor},
    "/students/mentors": lambda v: {"id": v.student, "mentor": f"advisor:{v.mentor}"},
    "/admin/jobs/retry": lambda v: {"id": v.job},
    "/settings": lambda v: {"institution.term_line": "Week 5"},
    "/lists/<name>/columns": lambda v: {"column": ["code"], "next": "/departments"},
    "/lists/<name>/export": lambda v: {"format": "csv", "question": ""},
    "/imports/<kind>/export": lambda v: {"format": "csv"},
    "/imports/batches/<int:batch_id>/columns": lambda v: {"header": [], "field": []},
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
    "/students/add": _person,
    "/students/<int:student_id>/edit": _student,
    "/students/delete": lambda v: {"id": v.student},
    "/students/restore": lambda v: {"id": v.deleted_student},
    "/students/export": lambda v: {"id": v.student},
    "/students/enrol": lambda v: {"id": v.student, "offering_id": v.blank},
    "/teachers/new": _person,
    "/students/batch": lambda v: {"id": v.student},
    "/students/class": lambda v: {"id": v.student, "class_id": v.group},
    "/students/semester": lambda v: {"id": v.student, "semester": "3"},
    "/students/<int:student_id>/enrol": lambda v: {"offering_id": v.blank},
    "/teachers/delete": lambda v: {"id": v.spare_teacher},
    "/teachers/restore": lambda v: {"id": v.deleted_teacher},
    "/teachers/department": lambda v: {"id": v.teacher, "department_id": v.department},
    "/campuses/new": lambda v: CAMPUS,
    "/campuses/<int:campus_id>/edit": lambda v: CAMPUS,
    "/degrees/new": lambda v: DEGREE,
    "/degrees/<int:degree_id>/edit": lambda v: DEGREE,
    "/batches/new": _cohort,
    "/batches/<int:batch_id>/edit": _cohort,
    "/classes/new": _group,
    "/classes/<int:class_id>/edit": _group,
    "/teachers/<int:teacher_id>/edit": lambda v: {
        "full_name": "New Name",
        "department_id": v.department,
        "designation": "Reader",
    },
    "/courses/new": _course,
    "/courses/add": _course,
    "/courses/<int:course_id>/edit": _changed_course,
    "/courses/<int:course_id>/offer": _offering,
    "/offerings/<int:offering_id>/edit": lambda v: {"section": "Y", "faculty_id": v.teacher_user},
    "/offerings/<int:offering_id>/enrol": lambda v: {"numbers": v.newcomer_number},
    "/offerings/<int:offering_id>/enrol-batch": lambda v: {"programme_id": v.programme},
    "/offerings/<int:offering_id>/enrol-file": lambda v: {
        "file": (BytesIO(STUDENTS_CSV), "students.csv")
    },
    "/offerings/<int:offering_id>/components": lambda v: COMPONENT,
    "/offerings/<int:offering_id>/components/<int:component_id>/edit": lambda v: {
        **COMPONENT,
        "maximum": 100,
        "weight": 100,
    },
    "/offerings/<int:offering_id>/weighting": lambda v: {"weighting": "points"},
    "/offerings/<int:offering_id>/components/copy": lambda v: {"offering_id": v.offering},
    "/offerings/<int:offering_id>/components/<int:component_id>/move": lambda v: {"to": "up"},
    "/offerings/<int:offering_id>/marks/upload/apply": lambda v: {"table": "[[], []]"},
    "/offerings/<int:offering_id>/marks/upload/problems.csv": lambda v: {"table": "[[], []]"},
    "/offerings/<int:offering_id>/marks": lambda v: {
        f"mark-{v.enrolment}-{v.component}": "61",
        "was": str(v.mark),
    },
    "/enrolments/<int:enrolment_id>/components/<int:component_id>/mark": lambda v: {
        "value": "62",
        **REASON,
    },
    "/offerings/<int:offering_id>/reopen": lambda v: REASON,
    "/enrolments/<int:enrolment_id>/award": lambda v: {"kind": "incomplete", **REASON},
    "/promotions/new": lambda v: {"batch_id": v.promotion_cohort, "term_id": v.past_term},
    "/promotions/<int:promotion_id>/apply": lambda v: {"version": v.promotion_version},
    "/promotions/<int:promotion_id>/undo": lambda v: REASON,
    "/promotions/students/<int:line_id>": lambda v: {"outcome": "held", **REASON},
    "/promotions/students/override": lambda v: {"run": v.promotion, "id": v.promotion_line},
    "/programmes/<int:programme_id>/promotion-rule": lambda v: {"most_backlogs": "3"},
    "/dues/clear": lambda v: {"id": v.dues},
    "/students/<int:student_id>/dues": lambda v: REASON,
    "/enrolments/<int:enrolment_id>/reevaluation": lambda v: {"component_id": "whole", **REASON},
    "/reevaluations/<int:reevaluation_id>/answer": lambda v: {"answer": "keep", **REASON},
    "/reevaluations/<int:reevaluation_id>/return": lambda v: REASON,
}

BODIES: dict[str, Callable[[SimpleNamespace], Given]] = {
    "POST /academics/attendance/students/<int:student_id>/leave": lambda _: LEAVE,
    "POST /academics/attendance/offerings/<int:offering_id>/sessions": lambda _: CLASS,
    "PUT /academics/attendance/sessions/<int:session_id>": lambda _: CLASS,
    "POST /academics/attendance/offerings/<int:offering_id>/plan": lambda _: {
        **WEEKLY,
        "weekdays": [0],
    },
    "PUT /academics/attendance/sessions/<int:session_id>/register": lambda _: {},
    "POST /academics/attendance/holidays": lambda _: HOLIDAY,
    "PUT /academics/attendance/offerings/<int:offering_id>/components/<int:component_id>/rule": (
        lambda _: {"steps": [{"minimum": 75, "marks": 5}]}
    ),
    "POST /documents": lambda v: {"kind": "id_card", "student_id": v.student},
    "POST /documents/<int:document_id>/revoke": lambda _: REASON,
    "POST /documents/batches": lambda v: {"kind": "id_card", "student_ids": [v.student]},
    "POST /students/me/simulate": lambda _: {},
    "POST /academics/promotions": lambda v: {
        "batch_id": v.promotion_cohort,
        "term_id": v.past_term,
    },
    "PUT /academics/promotions/<int:promotion_id>/students": lambda v: {
        "student_ids": [v.promoted_student],
        "outcome": "held",
        **REASON,
    },
    "POST /academics/promotions/<int:promotion_id>/apply": lambda v: {
        "version": v.promotion_version
    },
    "POST /academics/promotions/<int:promotion_id>/undo": lambda v: REASON,
    "PUT /academics/programmes/<int:programme_id>/promotion-rule": lambda v: {"most_backlogs": 3},
    "PUT /academics/students/<int:student_id>/dues": lambda v: REASON,
    "POST /academics/students/<int:student_id>/dues/clear": lambda v: {"note": "Paid"},
    "POST /academics/reevaluations": lambda v: {
        "enrolment_id": v.published_enrolment,
        **REASON,
    },
    "POST /academics/reevaluations/<int:reevaluation_id>/answer": lambda v: {
        "answer": "keep",
        **REASON,
    },
    "POST /academics/reevaluations/<int:reevaluation_id>/confirm": lambda v: {},
    "POST /academics/reevaluations/<int:reevaluation_id>/return": lambda v: REASON,
    "POST /students/me/scenarios": lambda _: {"name": "A good autumn", "guesses": {}},
    "PUT /students/me/scenarios/<int:scenario_id>/share": lambda _: {"shared": True},
    "POST /auth/login": _sign_in,
    "POST /auth/verify": lambda v: {"challenge": v.challenge, "code": v.code},
    "POST /auth/resend": lambda v: {"challenge": v.resend_challenge},
    "POST /auth/passkey/options": lambda v: {},
    "POST /auth/passkey": lambda v: {"ceremony": "x", "credential": "{}"},
    "POST /auth/step-up": lambda v: {"password": PASSWORD},
    "POST /me/factors/totp/confirm": lambda v: {"code": "123456"},
    "POST /me/factors/passkeys": lambda v: {"ceremony": "x", "name": "Key", "credential": "{}"},
    "PATCH /me/factors/passkeys/<int:passkey_id>": lambda v: {"name": "Key"},
    "POST /auth/refresh": lambda v: {"refresh_token": v.refresh_token},
    "POST /auth/register": lambda v: {
        "full_name": "Nila Sen",
        "email": "nila@college.example",
        "password": NEW_PASSWORD,
    },
    "POST /registrations": lambda v: {
        "full_name": "Nila Sen",
        "email": "nila@college.example",
        "password": NEW_PASSWORD,
    },
    "POST /auth/forgot-password": lambda v: {"email": v.email},
    "POST /auth/reset-password": lambda v: {"token": v.reset_link, "password": NEW_PASSWORD},
    "POST /auth/activate": lambda v: {"token": v.activation_link, "password": NEW_PASSWORD},
    "POST /auth/stay": lambda v: {"token": v.stay_link},
    "POST /me/email/undo": lambda v: {"token": v.keep_email_link},
    "POST /users/activate": lambda v: {"user_ids": [v.member]},
    "POST /staff/appoint": lambda v: {
        "email": v.member_email,
        "role_type": "advisor",
        "department_id": v.own_department,
    },
    "POST /registrations/confirm": lambda v: {"token": v.confirm_link},
    "POST /registrations/<int:registration_id>/reject": lambda v: REASON,
    "POST /invitations": _invited,
    "POST /invitations/accept": lambda v: {
        "token": v.invitation_link,
        "full_name": "Nila Sen",
        "password": NEW_PASSWORD,
    },
    "PUT /me/profile": lambda v: PROFILE,
    "PUT /me/username": lambda v: {"username": None},
    "PUT /me/email": lambda v: {"email": "moved@home.example"},
    "POST /me/email/confirm": lambda v: {"token": v.new_email_link},
    "PUT /me/password": lambda v: {"current": PASSWORD, "password": NEW_PASSWORD},
    "POST /me/tokens": lambda v: {"name": "script", "days": 30},
    "POST /me/notifications/read": lambda v: {},
    "POST /notifications/read": lambda v: {},
    "PUT /me/notification-preferences": lambda v: {"in_app": ["enrolled"]},
    "PUT /notification-preferences": lambda v: {"in_app": ["enrolled"]},
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
    "POST /users/<int:user_id>/merge": lambda v: {"gone_id": v.spare_user},
    "POST /users/<int:user_id>/merge/preview": lambda v: {"gone_id": v.spare_user},
    "POST /tokens": lambda v: {"name": "script", "days": 30},
    "POST /tokens/<int:token_id>/rotate": lambda v: {"days": 30},
    "POST /staff/create": lambda v: {
        "full_name": "Nila Sen",
        "email": "nila@college.example",
        "password": NEW_PASSWORD,
        "role_type": "advisor",
        "department_id": v.own_department,
    },
    "POST /staff/assign-advisor": lambda v: {"advisor_id": v.mentor, "student_ids": [v.student]},
    "POST /staff/assign-class": lambda v: {
        "kind": "advisor",
        "class_id": 1,
        "mentor_id": v.mentor,
    },
    "POST /staff/suggest": lambda v: {"kind": "advisor", "student_ids": [v.student]},
    "POST /staff/share-out": lambda v: {"kind": "advisor", "student_ids": [v.student]},
    "POST /staff/reassign": lambda v: {
        "kind": "advisor",
        "from_id": v.student,
        "mentor_id": v.mentor,
    },
    "POST /staff/unassign": lambda v: {"kind": "advisor", "student_ids": [v.student]},
    "POST /staff/assign-counsellor": lambda v: {
        "counsellor_id": v.counsellor,
        "student_ids": [v.student],
    },
    "PATCH /settings": lambda v: {"values": {"institution.term_line": "Week 5"}},
    "POST /exports/<kind>": lambda v: {"format": "csv"},
    "POST /imports/<int:batch_id>/apply": lambda v: {},
    "POST /academics/departments": lambda v: DEPARTMENT,
    "PUT /academics/departments/<int:department_id>": lambda v: DEPARTMENT,
    "POST /academics/programmes": _programme,
    "PUT /academics/programmes/<int:row_id>": _programme,
    "POST /academics/programmes/<int:programme_id>/preview": _programme,
    "POST /academics/terms": lambda v: TERM,
    "PUT /academics/terms/<int:row_id>": lambda v: TERM,
    "POST /academics/grading-schemes": lambda v: {**SCHEME, "bands": BANDS},
    "PUT /academics/grading-schemes/<int:row_id>": lambda v: {**SCHEME, "bands": BANDS},
    "POST /academics/campuses": lambda v: CAMPUS,
    "PUT /academics/campuses/<int:row_id>": lambda v: CAMPUS,
    "POST /academics/degrees": lambda v: DEGREE,
    "PUT /academics/degrees/<int:row_id>": lambda v: DEGREE,
    "POST /academics/batches": _cohort,
    "PUT /academics/batches/<int:row_id>": _cohort,
    "POST /academics/classes": _group,
    "PUT /academics/classes/<int:row_id>": _group,
    "POST /academics/teachers": _person,
    "PATCH /academics/teachers/<int:teacher_id>": lambda v: {"designation": "Reader"},
    "POST /students/place": lambda v: {"student_ids": [v.student], "semester": 3},
    "POST /students": _person,
    "PATCH /students/<int:student_id>": lambda v: {"semester": 3},
    "PUT /students/<int:student_id>/assign-department": lambda v: {"department_id": v.department},
    "POST /academics/courses": _course,
    "PUT /academics/courses/<int:course_id>": _changed_course,
    "POST /academics/offerings": lambda v: {"course_id": v.course, **_offering(v)},
    "PUT /academics/offerings/<int:offering_id>": lambda v: {
        "section": "Y",
        "faculty_id": v.teacher_user,
    },
    "POST /academics/offerings/<int:offering_id>/roster": lambda v: {"student_ids": [v.newcomer]},
    "POST /academics/offerings/<int:offering_id>/roster/batch": lambda v: {
        "programme_id": v.programme
    },
    "POST /academics/offerings/<int:offering_id>/components": lambda v: COMPONENT,
    "PUT /academics/offerings/<int:offering_id>/components/<int:component_id>": lambda v: {
        **COMPONENT,
        "maximum": 100,
        "weight": 100,
    },
    "PUT /academics/offerings/<int:offering_id>/components/order": lambda v: {
        "component_ids": [v.draft_component]
    },
    "POST /academics/offerings/<int:offering_id>/components/copy": lambda v: {
        "offering_id": v.offering
    },
    "PUT /academics/offerings/<int:offering_id>/weighting": lambda v: {"weighting": "points"},
    "PUT /academics/offerings/<int:offering_id>/marks": lambda v: {
        "entries": [{"enrolment_id": v.enrolment, "component_id": v.component, "value": 61}]
    },
    "POST /enrolments/<int:enrolment_id>/components/<int:component_id>/mark": lambda v: {
        "value": 62,
        **REASON,
    },
    "POST /academics/offerings/<int:offering_id>/results/reopen": lambda v: REASON,
    "PUT /academics/offerings/<int:offering_id>/results/awards": lambda v: {
        "entries": [{"enrolment_id": v.enrolment, "kind": "incomplete", **REASON}]
    },
    "POST /academics/grading-schemes/<int:scheme_id>/preview": lambda v: {
        **SCHEME,
        "bands": BANDS,
    },
}


DOMAINS = (
    welfare,
    materials,
    coding,
    reports,
    giving,
    network,
    careers,
    events,
    announcements,
    messaging,
    pages,
    community,
)
for _domain in DOMAINS:
    USUAL |= _domain.USUAL
    WORDS |= _domain.WORDS
    OTHERS |= _domain.OTHERS
    FORMS |= _domain.FORMS
    BODIES |= _domain.BODIES
NAMES |= materials.NAMES | giving.NAMES | network.NAMES | events.NAMES | announcements.NAMES


def _of_domains(table: str, *keys: str) -> Any:
    """Return what a table of some domain says about the first of these addresses that is in one; None otherwise."""
    tables = [getattr(domain, table, {}) for domain in DOMAINS]
    return next((found[key] for key in keys for found in tables if key in found), None)


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
    suffix = _of_domains("SUFFIXES", f"{method} {rule}", f"{method} {short}") or ""
    return "/".join(parts) + suffix.format(**vars(v))


def body_of(method: str, rule: str, v: SimpleNamespace) -> Given:
    """Return what the test client sends with the request."""
    if rule == f"{API}/imports/<kind>":
        return {"data": STUDENTS_CSV, "content_type": "text/csv"}
    if rule == f"{API}/documents/verify":
        return {"data": b"Not a PDF", "content_type": "application/pdf"}
    if rule == f"{API}/me/photo":
        return {"data": PHOTO, "content_type": "image/png"}
    if f"{method} {rule.removeprefix(API)}" in welfare.SUFFIXES:
        return {"data": welfare.PICTURE, "content_type": "image/png"}
    raw = _of_domains("RAW", f"{method} {rule}")
    if f"{method} {rule.removeprefix(API)}" in careers.SUFFIXES:
        return {"data": careers.CV_BYTES, "content_type": "application/octet-stream"}
    if raw is not None:
        return {"data": raw[0], "content_type": raw[1]}
    if rule.startswith(API):
        give = BODIES.get(f"{method} {rule.removeprefix(API)}")
        return {"json": give(v)} if give else {}
    if method == "GET":
        return {}
    give = FORMS.get(rule)
    return {"data": dict(give(v)) if give else {}}
