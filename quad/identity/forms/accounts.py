from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import Role

EMAIL = re.compile(
    r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\]+\.[^\s@<>\"(),:;\[\]\\.]{2,63}"
)
USERNAME = re.compile(r"[\w.\-]{3,40}")


def _email(value: str) -> str:
    if not EMAIL.fullmatch(value) or ".." in value:
        raise ValueError(_("Write an e-mail address, such as name@example.org."))
    return value


def _username(value: str | None) -> str | None:
    if value is not None and not USERNAME.fullmatch(value):
        raise ValueError(_("Use 3 to 40 letters, digits, dots, dashes or underscores."))
    return value


Email = Annotated[
    str,
    words(_l("E-mail"), longest=254, widget="email", autocomplete="email"),
    AfterValidator(_email),
]
# What may be typed to sign in: the e-mail or the user name. Never judged, so that it tells nothing.
Identifier = Annotated[
    str, words(_l("E-mail"), longest=254, widget="email", autocomplete="username")
]
FullName = Annotated[str, words(_l("Full name"), longest=120, autocomplete="name")]
Username = Annotated[
    str | None,
    words(
        _l("User name"),
        longest=40,
        hint=_l("Optional. You may sign in with it instead of the e-mail."),
    ),
    AfterValidator(_username),
]


def _secret(title: str, autocomplete: str, hint: str = "", judge: str = "") -> SecretStr:
    """Declare a password field. SecretStr keeps its spaces and stays out of logs."""
    field: SecretStr = Field(
        title=title,
        description=hint or None,
        min_length=1,
        max_length=1_000,
        json_schema_extra={
            "widget": "password",
            "autocomplete": autocomplete,
            **({"judge": judge} if judge else {}),
        },
    )
    return field


CurrentPassword = Annotated[SecretStr, _secret(_l("Password"), "current-password")]
NewPassword = Annotated[
    SecretStr,
    _secret(
        _l("New password"),
        "new-password",
        _l("At least 8 characters. Three or four unusual words work well."),
        judge="/password-strength",
    ),
]
RepeatedPassword = Annotated[SecretStr, _secret(_l("The same again"), "new-password")]


class Repeated(Form):
    password: NewPassword
    repeat: RepeatedPassword

    @model_validator(mode="after")
    def _equal(self) -> Self:
        if self.password.get_secret_value() != self.repeat.get_secret_value():
            raise ValueError(_("The two passwords are not the same."))
        return self


class SignIn(Form):
    email: Annotated[
        str,
        words(_l("E-mail or user name"), longest=254, widget="text", autocomplete="username"),
    ]
    password: CurrentPassword
    remember: Annotated[bool, Field(title=_l("Keep me signed in on this device"))] = False


class EnterCode(Form):
    code: Annotated[
        str,
        words(
            _l("Code from the mail"),
            longest=20,
            widget="code",
            autocomplete="one-time-code",
        ),
    ]
    trust: Annotated[bool, Field(title=_l("Do not ask on this device for 30 days"))] = False


class Forgot(Form):
    email: Identifier


class SetPassword(Repeated):
    pass


class ChangePassword(Repeated):
    current: Annotated[SecretStr, _secret(_l("Current password"), "current-password")]


class NewUser(Form):
    full_name: FullName
    email: Email
    username: Username = None
    role: Annotated[Role, Field(title=_l("Role"), json_schema_extra={"widget": "select"})]
    department_id: Annotated[
        Id | None, Field(title=_l("Department"), json_schema_extra={"widget": "select"})
    ] = None
    send_mail: Annotated[bool, Field(title=_l("Mail the one-time password to the person"))] = True


class EditUser(Form):
    full_name: FullName
    email: Email
    username: Username = None
    version: Annotated[
        int, Field(title=_l("Version"), ge=1, json_schema_extra={"widget": "hidden"})
    ]


class NewGrant(Form):
    role: Annotated[Role, Field(title=_l("Role"), json_schema_extra={"widget": "select"})]
    department_id: Annotated[
        Id | None, Field(title=_l("Department"), json_schema_extra={"widget": "select"})
    ] = None
    starts_on: Annotated[date | None, Field(title=_l("From"))] = None
    ends_on: Annotated[date | None, Field(title=_l("Until"))] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(_("The role would end before it starts."))
        return self


class LoginBody(Form):
    email: Identifier
    password: CurrentPassword


class ResendBody(Form):
    challenge: Annotated[str, words(_l("Challenge"), longest=100)]


class RefreshBody(Form):
    refresh_token: Annotated[str, words(_l("Refresh token"), longest=200)]


class RegisterBody(Form):
    full_name: FullName
    email: Email
    password: NewPassword


class CreateUserBody(Form):
    """An account as the coding contract has it; alumni are made by promotion."""

    email: Email
    password: NewPassword
    full_name: FullName
    role: Annotated[
        Literal["admin", "hod", "counsellor", "advisor", "student", "faculty", "placement"],
        Field(title=_l("Role")),
    ]
    department_id: Annotated[Id | None, Field(title=_l("Department"))] = None


class ApiNewUser(NewUser):
    password: NewPassword | None = None


class PatchUser(Form):
    full_name: FullName | None = None
    email: Email | None = None
    username: Username = None
    version: Annotated[int, Field(title=_l("Version"), ge=1)]


class ApiPassword(Form):
    current: CurrentPassword
    password: NewPassword
