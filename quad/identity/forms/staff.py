from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from quad.core.forms import Form, Id
from quad.core.i18n import lazy_gettext as _l
from quad.identity.forms.accounts import Email, FullName, NewPassword

StaffRole = Literal["hod", "advisor", "counsellor"]
RoleType = Annotated[StaffRole, Field(title=_l("Role"), json_schema_extra={"widget": "select"})]
InDepartment = Annotated[Id, Field(title=_l("Department"), json_schema_extra={"widget": "select"})]


class NewStaff(Form):
    full_name: FullName
    email: Email
    role_type: RoleType
    department_id: InDepartment
    send_mail: Annotated[bool, Field(title=_l("Mail the one-time password to the person"))] = True


class StaffBody(Form):
    email: Email
    password: NewPassword
    full_name: FullName
    role_type: RoleType
    department_id: InDepartment


class Appoint(Form):
    """Somebody who has an account takes on a role."""

    email: Email
    role_type: RoleType
    department_id: InDepartment
