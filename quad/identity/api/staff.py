"""The staff one is responsible for, exactly as the coding contract has it."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.identity.forms.staff import Appoint, StaffBody
from quad.identity.models.accounts import Role
from quad.identity.service import people, staff
from quad.identity.service.hashing import hasher
from quad.identity.service.passwords import require_good
from quad.web.api import Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db, runtime

bp = APIBlueprint("identity_staff_api", __name__, url_prefix="/api/v1/staff", tag="Staff")


class NewStaffOut(Out):
    user_id: WireId
    role_type: str
    department_id: WireId


class MemberOut(Out):
    user_id: WireId
    full_name: str
    email: str
    role_type: str
    department_name: str | None
    created_by: str
    created_at: Moment


@operation(
    bp,
    "POST",
    "/create",
    body=StaffBody,
    answers=NewStaffOut,
    status=201,
    message="Staff created",
    errors=(403, 404, 409),
    lenient="email, password, full_name, role_type and department_id required",
)
def create(body: StaffBody) -> NewStaffOut:
    """An administrator makes any of them, an HOD advisors, an advisor counsellors, in the own department."""
    actor, role = current_actor(), Role(body.role_type)
    with runtime().database.reading() as looking:
        staff.require_may_make(looking, actor, role, body.department_id)
        people.require_new_email(looking, body.email)
    password = body.password.get_secret_value()
    require_good(password, email=body.email, name=body.full_name)
    member = staff.NewMember(
        body.full_name,
        body.email,
        role,
        body.department_id,
        hasher(runtime().settings).hash(password),
    )
    user = staff.create_staff(current_db(), actor, member)
    return NewStaffOut(user_id=user.id, role_type=body.role_type, department_id=body.department_id)


@operation(bp, "POST", "/appoint", body=Appoint, answers=NewStaffOut, status=201, errors=(403, 404))
def appoint(body: Appoint) -> NewStaffOut:
    """Give one more role to a member of staff who has an account."""
    role = Role(body.role_type)
    user = staff.appoint(current_db(), current_actor(), body.email, role, body.department_id)
    return NewStaffOut(user_id=user.id, role_type=body.role_type, department_id=body.department_id)


@operation(bp, "GET", "/my-team", answers=list[MemberOut], errors=(403,))
def my_team() -> list[MemberOut]:
    return [MemberOut.model_validate(each) for each in staff.my_team(current_db(), current_actor())]
