"""The tables the sources had: each lives on, under our name, with what it held."""

from __future__ import annotations

import pytest

import quad.app  # noqa: F401 - registers every table
from quad.core.db.model import Model

# Lyceum's table: (ours, columns that carry what it was for).
LYCEUM = {
    "users": ("identity_user", {"email", "password_hash", "full_name", "state"}),
    "students": ("academics_student", {"user_id", "register_number", "semester", "cgpa"}),
    "faculty": ("academics_teacher", {"user_id", "department_id", "designation"}),
    "departments": ("institution_department", {"code", "name"}),
    "courses": ("academics_course", {"code", "title", "credits", "semester"}),
    "enrollments": ("academics_enrolment", {"student_id", "offering_id", "attempt", "status"}),
    "grade_components": ("academics_component", {"kind", "maximum", "weight"}),
    "swd_requests": ("welfare_request", {"state", "assignee_id"}),
    "documents": ("core_file", {"name", "media_type", "owner_id"}),
    "otp_verification": ("identity_login_challenge", {"code_hash", "expires_at"}),
    "password_resets": ("identity_password_reset", {"expires_at", "used_at"}),
    "audit_logs": ("audit_entry", {"actor_id", "address", "user_agent"}),
}


@pytest.mark.feature("L43")
@pytest.mark.parametrize("theirs", list(LYCEUM))
def test_every_table_of_lyceum_has_a_counterpart(theirs: str) -> None:
    ours, columns = LYCEUM[theirs]
    assert columns <= set(Model.metadata.tables[ours].columns.keys())
