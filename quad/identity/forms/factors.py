from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from quad.core.forms import Form, words
from quad.core.i18n import lazy_gettext as _l
from quad.identity.forms.accounts import CurrentPassword, EnterCode

AppCode = Annotated[
    str,
    words(_l("Code from your app"), longest=20, widget="code", autocomplete="one-time-code"),
]
KeyName = Annotated[
    str,
    words(_l("Name of this passkey"), longest=80, hint=_l("Such as “Phone” or “Blue key”.")),
]
# What the browser's authenticator answered, as JSON; the service judges it.
Answer = Annotated[str, Field(title=_l("Answer of the passkey"), min_length=2, max_length=20_000)]
CeremonyName = Annotated[str, Field(title=_l("Ceremony"), min_length=1, max_length=64)]


class EnterAppCode(EnterCode):
    code: AppCode


class EnterRecoveryCode(EnterCode):
    code: Annotated[
        str,
        words(
            _l("Recovery code"),
            longest=60,
            autocomplete="off",
            hint=_l("One of the ten on your sheet. Capitals, spaces and dashes do not matter."),
        ),
    ]


class EnterPasskey(Form):
    credential: Answer
    trust: bool = False


class SignInByPasskey(EnterPasskey):
    next: Annotated[str, Field(title=_l("Where to go"), max_length=2_000)] = ""
    portal: Annotated[str, Field(title=_l("Portal"), max_length=20)] = ""


class ConfirmApp(Form):
    code: AppCode


class AddPasskey(Form):
    name: KeyName
    credential: Answer


class NamePasskey(Form):
    name: KeyName


class KeptCodes(Form):
    codes: Annotated[str, words(_l("Codes"), longest=400)]


class ProvePassword(Form):
    password: CurrentPassword


class ProveCode(Form):
    code: AppCode


class SecondBody(Form):
    challenge: Annotated[str, words(_l("Challenge"), longest=100)]
    code: Annotated[str, words(_l("Code"), longest=20_000)]
    method: Annotated[
        Literal["totp", "passkey", "mail", "recovery"] | None, Field(title=_l("Kind of proof"))
    ] = None
    ceremony: Annotated[str | None, Field(title=_l("Ceremony"), max_length=64)] = None


class PasskeyOptionsBody(Form):
    challenge: Annotated[str | None, Field(title=_l("Challenge"), max_length=100)] = None


class PasskeySignInBody(Form):
    ceremony: CeremonyName
    credential: Answer


class ApiAddPasskey(AddPasskey):
    ceremony: CeremonyName


class StepUpBody(Form):
    """One of the three; a passkey's answer comes with its ceremony."""

    password: Annotated[SecretStr | None, Field(title=_l("Password"), max_length=1_000)] = None
    code: Annotated[str | None, Field(title=_l("Code from your app"), max_length=20)] = None
    credential: Annotated[
        str | None, Field(title=_l("Answer of the passkey"), max_length=20_000)
    ] = None
    ceremony: Annotated[str | None, Field(title=_l("Ceremony"), max_length=64)] = None
