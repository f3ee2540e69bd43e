"""The own second factors, recovery codes, trusted devices and linked providers, for programs."""

from __future__ import annotations

import json
from typing import Any

from apiflask import APIBlueprint

from quad.core.errors import Invalid, NotFound
from quad.core.i18n import gettext as _
from quad.identity.api.shapes import (
    CeremonyOut,
    CodesOut,
    DeviceOut,
    EnrolmentOut,
    FactorsOut,
    IdentityOut,
    PasskeyOut,
    TotpOut,
)
from quad.identity.door import party
from quad.identity.forms.factors import ApiAddPasskey, ConfirmApp, NamePasskey
from quad.identity.kinds import device_name
from quad.identity.models.factors import Passkey
from quad.identity.service import devices, factors, oidc, passkeys, recovery, totp
from quad.identity.service.stepup import require_step_up
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db, runtime

bp = APIBlueprint("identity_factors_api", __name__, url_prefix="/api/v1", tag="Own account")


def _proved() -> None:
    require_step_up(current_db(), current_actor())


@operation(bp, "GET", "/me/factors", answers=FactorsOut)
def list_factors() -> FactorsOut:
    db, actor = current_db(), current_actor()
    app = totp.get_app(db, actor.own_id)
    return FactorsOut(
        totp=None if app is None else TotpOut.model_validate(app),
        passkeys=[_passkey(each) for each in passkeys.list_passkeys(db, actor)],
        recovery_codes_left=factors.factors_of(db, actor.own_id).recovery_left,
    )


def _passkey(row: Passkey) -> PasskeyOut:
    return PasskeyOut.model_validate(row)


@operation(bp, "POST", "/me/factors/totp", answers=EnrolmentOut, status=201, errors=(403, 409))
def start_totp() -> EnrolmentOut:
    _proved()
    made = totp.start(current_db(), current_actor(), runtime().settings.secret)
    return EnrolmentOut(secret=made.key, uri=made.uri)


@operation(
    bp,
    "POST",
    "/me/factors/totp/confirm",
    body=ConfirmApp,
    answers=CodesOut,
    message="Authenticator app set up",
    errors=(403, 404),
)
def confirm_totp(body: ConfirmApp) -> CodesOut:
    _proved()
    codes = totp.confirm(current_db(), current_actor(), body.code, runtime().settings.secret)
    return CodesOut(recovery_codes=codes)


@operation(bp, "DELETE", "/me/factors/totp", errors=(403, 404, 409))
def remove_totp() -> Answer:
    _proved()
    totp.remove(current_db(), current_actor())
    return Answer(None, message=_("The authenticator app is removed."))


@operation(bp, "POST", "/me/factors/passkeys/options", answers=CeremonyOut, errors=(403, 404, 409))
def passkey_options() -> CeremonyOut:
    _proved()
    us = party()
    if us is None:
        raise NotFound
    return ceremony_out(passkeys.begin_registration(current_db(), current_actor(), us))


def ceremony_out(ceremony: passkeys.Ceremony) -> CeremonyOut:
    """Describe a ceremony: its name, and the options for the authenticator."""
    options: dict[str, Any] = json.loads(ceremony.options)
    return CeremonyOut(ceremony=ceremony.name, options=options)


@operation(
    bp,
    "POST",
    "/me/factors/passkeys",
    body=ApiAddPasskey,
    answers=CodesOut,
    status=201,
    message="Passkey added",
    errors=(403, 404, 409),
)
def add_passkey(body: ApiAddPasskey) -> Answer:
    _proved()
    us = party()
    if us is None:
        raise NotFound
    codes = passkeys.finish_registration(
        current_db(),
        current_actor(),
        us,
        body.ceremony,
        body.credential,
        name=body.name,
        secret=runtime().settings.secret,
    )
    if codes is None:
        sentence = _("The passkey did not answer as it should. Please try again.")
        return Answer(error=sentence, status=Invalid.status)
    return Answer(CodesOut(recovery_codes=codes))


@operation(
    bp, "PATCH", "/me/factors/passkeys/<int:passkey_id>", body=NamePasskey, answers=PasskeyOut
)
def rename_passkey(passkey_id: int, body: NamePasskey) -> PasskeyOut:
    return _passkey(passkeys.rename(current_db(), current_actor(), passkey_id, body.name))


@operation(bp, "DELETE", "/me/factors/passkeys/<int:passkey_id>", errors=(403, 409))
def remove_passkey(passkey_id: int) -> Answer:
    _proved()
    passkeys.remove(current_db(), current_actor(), passkey_id)
    return Answer(None, message=_("The passkey is removed."))


@operation(bp, "POST", "/me/recovery-codes", answers=CodesOut, status=201, errors=(403, 409))
def new_codes() -> CodesOut:
    _proved()
    codes = recovery.replace_codes(current_db(), current_actor(), runtime().settings.secret)
    return CodesOut(recovery_codes=codes)


@operation(bp, "GET", "/me/devices", answers=list[DeviceOut])
def list_devices() -> list[DeviceOut]:
    return [
        DeviceOut(
            id=each.id,
            device=device_name(each.user_agent),
            ip=each.ip,
            last_used_at=each.last_used_at,
            expires_at=each.expires_at,
        )
        for each in devices.list_devices(current_db(), current_actor())
    ]


@operation(bp, "DELETE", "/me/devices/<int:device_id>")
def forget_device(device_id: int) -> Answer:
    devices.forget(current_db(), current_actor(), device_id)
    return Answer(None, message=_("That device is asked for the second step again."))


@operation(bp, "GET", "/me/identities", answers=list[IdentityOut])
def list_identities() -> list[IdentityOut]:
    return [
        IdentityOut.model_validate(each)
        for each in oidc.list_identities(current_db(), current_actor())
    ]


@operation(bp, "DELETE", "/me/identities/<int:identity_id>", errors=(403, 409))
def unlink(identity_id: int) -> Answer:
    _proved()
    oidc.unlink(current_db(), current_actor(), identity_id, runtime().settings.oidc)
    return Answer(None, message=_("The provider is unlinked from your account."))


@operation(bp, "DELETE", "/users/<int:user_id>/factors", errors=(403,))
def remove_all(user_id: int) -> Answer:
    """Take every second factor from somebody who lost them, for an administrator."""
    _proved()
    factors.remove_all(current_db(), current_actor(), user_id)
    return Answer(None, message=_("All second factors are removed; the person was told by mail."))
