from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l
from quad.identity.forms.accounts import Email, FullName, NewPassword, Repeated, Username
from quad.identity.models.accounts import Role
from quad.identity.models.joining import MESSAGE_LENGTH, REASON_LENGTH

Choice = Annotated[
    Id | None,
    Field(title=_l("Department"), json_schema_extra={"widget": "select"}),
]
RegisterNumber = Annotated[
    str,
    words(
        _l("Register number"),
        longest=40,
        shortest=0,
        hint=_l("If you know it. It helps the office to find you."),
    ),
]
GraduationYear = Annotated[int, Field(title=_l("Year of graduation"), ge=1900, le=2200)]
Note = Annotated[
    str,
    words(
        _l("Anything the office should know"),
        longest=MESSAGE_LENGTH,
        shortest=0,
        widget="textarea",
        rows=2,
    ),
]
Message = Annotated[
    str,
    words(
        _l("Message"),
        hint=_l("Stands in the mail, above the link. May stay empty."),
        longest=MESSAGE_LENGTH,
        shortest=0,
        widget="textarea",
        rows=3,
    ),
]
RoleChoice = Annotated[Role, Field(title=_l("Role"), json_schema_extra={"widget": "select"})]


class StudentRegistration(Repeated):
    full_name: FullName
    email: Email
    username: Username = None
    department_id: Choice = None
    register_number: RegisterNumber = ""
    note: Note = ""


class AlumnusRegistration(Repeated):
    full_name: FullName
    email: Email
    username: Username = None
    department_id: Choice = None
    register_number: RegisterNumber = ""
    graduation_year: GraduationYear
    note: Note = ""


class RegistrationBody(Form):
    role: Annotated[Literal["student", "alumnus"], Field(title=_l("I am"))] = "student"
    full_name: FullName
    email: Email
    password: NewPassword
    username: Username = None
    department_id: Choice = None
    register_number: RegisterNumber = ""
    graduation_year: GraduationYear | None = None
    note: Note = ""


class ConfirmBody(Form):
    token: Annotated[str, words(_l("The last part of the mailed link"), longest=100)]


class Reject(Form):
    reason: Annotated[
        str,
        words(
            _l("Reason"),
            longest=REASON_LENGTH,
            hint=_l("The applicant reads it in the mail."),
            widget="textarea",
            rows=3,
        ),
    ]


class NewInvitation(Form):
    email: Email
    full_name: Annotated[
        str,
        words(
            _l("Full name"),
            longest=120,
            shortest=0,
            hint=_l("May stay empty: the person fills it in."),
        ),
    ] = ""
    role: RoleChoice
    department_id: Choice = None
    message: Message = ""


class InvitationRow(Form):
    email: Email
    role: Annotated[Role, Field(title=_l("Role"))]
    full_name: Annotated[str, words(_l("Full name"), longest=120, shortest=0)] = ""
    department: Annotated[str | None, words(_l("Department"), longest=60, hint=_l("Its code"))] = (
        None
    )
    message: Annotated[str, words(_l("Message"), longest=MESSAGE_LENGTH, shortest=0)] = ""


class AcceptInvitation(Repeated):
    full_name: FullName
    username: Username = None


class SetPasswordBody(ConfirmBody):
    password: NewPassword


class AcceptBody(ConfirmBody):
    full_name: FullName
    username: Username = None
    password: NewPassword
