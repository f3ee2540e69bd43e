"""Tables and columns in the reader's words. What has no word of its own is shown without its technical parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from quad.academics.models.teaching import Enrolment
from quad.audit.models import AuditSubject
from quad.core.i18n import lazy_gettext as _l

# Things that have a history of their own: how a fact names them, and the table of their rows.
SUBJECTS: dict[str, str] = {
    "student": "academics_student",
    "teacher": "academics_teacher",
    "course": "academics_course",
    "offering": "academics_offering",
    "enrolment": "academics_enrolment",
    "user": "identity_user",
    "department": "institution_department",
    "programme": "institution_programme",
    "batch": "institution_batch",
    "class": "institution_class",
    "term": "institution_term",
    "grading_scheme": "institution_grading_scheme",
}
# Columns by which a row belongs to one of them: a mark to its enrolment, a role to its person.
OWNERS: dict[str, str] = {
    "student_id": "student",
    "enrolment_id": "enrolment",
    "offering_id": "offering",
    "course_id": "course",
    "user_id": "user",
    "mentee_id": "user",
}
MOST_SUBJECTS = 2_000
_BY_TABLE = {table: kind for kind, table in SUBJECTS.items()}
TABLES: dict[str, str] = {
    "academics_component": _l("Component"),
    "academics_course": _l("Course"),
    "academics_enrolment": _l("Enrolment"),
    "academics_mark": _l("Mark"),
    "academics_offering": _l("Offering"),
    "academics_student": _l("Student"),
    "academics_teacher": _l("Teacher"),
    "alumni_achievement": _l("Achievement"),
    "alumni_education": _l("Education"),
    "alumni_member": _l("Profile in the network"),
    "alumni_work": _l("Work"),
    "coding_account": _l("Account on a platform"),
    "coding_delegation": _l("Review in somebody’s place"),
    "coding_platform": _l("Coding platform"),
    "coding_profile": _l("Name in leaderboards"),
    "coding_season": _l("Season"),
    "coding_snapshot": _l("Coding snapshot"),
    "core_export": _l("Export"),
    "core_file": _l("File"),
    "core_import": _l("Import"),
    "core_setting": _l("Setting"),
    "identity_invitation": _l("Invitation"),
    "identity_mentor_assignment": _l("Mentor"),
    "identity_profile": _l("Profile"),
    "identity_registration": _l("Registration"),
    "identity_role_grant": _l("Role"),
    "identity_user": _l("Account"),
    "institution_batch": _l("Batch"),
    "institution_campus": _l("Campus"),
    "institution_class": _l("Class"),
    "institution_degree": _l("Degree"),
    "institution_department": _l("Department"),
    "institution_grade_band": _l("Grade"),
    "institution_grading_scheme": _l("Grading scheme"),
    "institution_programme": _l("Programme"),
    "institution_term": _l("Term"),
    "materials_caption": _l("Captions"),
    "materials_material": _l("Material"),
    "materials_section": _l("Section of materials"),
    "materials_version": _l("Version of a material"),
    "welfare_category": _l("Category of requests"),
    "welfare_field": _l("Question of a form"),
    "welfare_office": _l("Office"),
    "welfare_office_member": _l("Person of an office"),
    "welfare_route": _l("Rule for requests"),
}
COLUMNS: dict[str, str] = {
    "absent": _l("Absent"),
    "admission_year": _l("Admission year"),
    "attempt": _l("Attempt"),
    "averaging": _l("Averaging"),
    "batch_id": _l("Batch"),
    "campus_id": _l("Campus"),
    "cgpa": _l("CGPA"),
    "cgpa_order": _l("CGPA"),
    "class_id": _l("Class"),
    "code": _l("Code"),
    "component_id": _l("Component"),
    "course_id": _l("Course"),
    "credits": _l("Credits"),
    "credits_earned": _l("Credits earned"),
    "credits_required": _l("Credits required"),
    "deleted_at": _l("Deleted"),
    "department_id": _l("Department"),
    "designation": _l("Designation"),
    "duration_terms": _l("Length in terms"),
    "email": _l("E-mail"),
    "email_as_typed": _l("E-mail"),
    "email_confirmed_at": _l("E-mail confirmed"),
    "ends_on": _l("Until"),
    "enrolled_on": _l("Enrolled on"),
    "enrolment_id": _l("Enrolment"),
    "faculty_id": _l("Teacher"),
    "full_name": _l("Full name"),
    "graduation_year": _l("Year of graduation"),
    "kind": _l("Kind"),
    "language": _l("Language"),
    "last_sign_in_at": _l("Last sign-in"),
    "maximum": _l("Maximum"),
    "mentee_id": _l("Student’s account"),
    "mentor_id": _l("Mentor’s account"),
    "merged_into_id": _l("Merged into"),
    "must_change_password": _l("Must change the password"),
    "name": _l("Name"),
    "offering_id": _l("Offering"),
    "one_time_until": _l("One-time password until"),
    "origin": _l("Came by"),
    "password_hash": _l("Password"),
    "phone": _l("Phone"),
    "position": _l("Place in the order"),
    "programme_id": _l("Programme"),
    "published_at": _l("Published"),
    "register_number": _l("Register number"),
    "role": _l("Role"),
    "section": _l("Section"),
    "semester": _l("Semester"),
    "starts_on": _l("From"),
    "state": _l("State"),
    "status": _l("Status"),
    "student_id": _l("Student"),
    "supersedes_id": _l("Replaces"),
    "term_id": _l("Term"),
    "theme": _l("Colours"),
    "title": _l("Title"),
    "user_id": _l("Account"),
    "user_ids": _l("Accounts"),
    "username": _l("User name"),
    "value": _l("Value"),
    "weight": _l("Weight"),
    "withdrawn_on": _l("Withdrawn on"),
    "zone": _l("Time zone"),
}
# Copies of other columns, for comparing and sorting: they tell a reader nothing new.
COPIES = frozenset(
    {
        "cgpa_order",
        "code_key",
        "current_mark",
        "default_mark",
        "email_as_typed",
        "name_key",
        "register_key",
        "scope",
        "sort_name",
        "sort_title",
    }
)


def table_label(name: str) -> str:
    """Return what the rows of a table are called."""
    known = TABLES.get(name)
    return str(known) if known else _plain(name.partition("_")[2] or name)


def column_label(name: str) -> str:
    """Return what a column is called."""
    known = COLUMNS.get(name)
    return str(known) if known else _plain(name.removesuffix("_id").removesuffix("_at"))


def _plain(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()


def told(names: list[str]) -> list[str]:
    """Return those columns of a change that say something, without the copies that move with them."""
    return [name for name in names if name not in COPIES or len(names) == 1]


def subject_label(kind: str) -> str:
    """Return what a thing with a history is called."""
    return table_label(SUBJECTS.get(kind, kind))


# What is about nobody is written down like what is about somebody: else the time of a sign-in tells who has an account.
NOBODY = 0


def subjects_of(
    data: Mapping[str, Any], changes: Iterable[Mapping[str, Any]]
) -> list[tuple[str, int]]:
    """Return the things an entry is about, as (kind, number): named by the fact, changed, or owning what was changed.

    People whom a fact is to be told to (`user_ids`) are not what it is about.
    """
    found: dict[tuple[str, int], None] = {}
    for name, value in data.items():
        kind = name.removesuffix("_ids").removesuffix("_id")
        if kind in SUBJECTS and name not in (kind, "user_ids"):
            numbers = _numbers(NOBODY if name == "user_id" and value is None else value)
            found.update(dict.fromkeys((kind, one) for one in numbers))
    for change in changes:
        kind = _BY_TABLE.get(change["table"], "")
        if kind and change["row_id"] is not None:
            found[kind, change["row_id"]] = None
        for values in (change["before"], change["after"]):
            for name, owner in OWNERS.items():
                found.update(dict.fromkeys((owner, one) for one in _numbers(values.get(name))))
    return list(found)[:MOST_SUBJECTS]


def _numbers(value: Any) -> list[int]:
    many = value if isinstance(value, list | tuple) else [value]
    return [one for one in many if isinstance(one, int) and not isinstance(one, bool)]


def about(kind: str, row_id: int) -> ColumnElement[bool]:
    """Hold for the subjects of a thing; what happens to an enrolment is part of its student's history."""
    own = (AuditSubject.kind == kind) & (AuditSubject.row_id == row_id)
    if kind != "student":
        return own
    theirs = select(Enrolment.id).where(Enrolment.student_id == row_id)
    return or_(own, (AuditSubject.kind == "enrolment") & AuditSubject.row_id.in_(theirs))
