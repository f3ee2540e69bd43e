"""Signing in, for programs. Paths and shapes are promised to existing clients (docs/api.md)."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.core.errors import Forbidden, NotFound, TooMany
from quad.core.i18n import gettext as _
from quad.core.origin import current_origin
from quad.identity.api.factors import ceremony_out
from quad.identity.api.shapes import (
    CeremonyOut,
    ChallengeOut,
    LoginOut,
    RegisteredOut,
    TokensOut,
    account_out,
)
from quad.identity.door import party, sign_in_door
from quad.identity.forms.accounts import (
    LoginBody,
    RefreshBody,
    RegisterBody,
    ResendBody,
)
from quad.identity.forms.factors import (
    PasskeyOptionsBody,
    PasskeySignInBody,
    SecondBody,
    StepUpBody,
)
from quad.identity.models.factors import CeremonyPurpose
from quad.identity.service import (
    account,
    passkeys,
    registration,
    second,
    sessions,
    stepup,
    tokens,
    totp,
)
from quad.identity.service.actor import read_person
from quad.identity.service.factors import Method
from quad.identity.service.hashing import hasher
from quad.identity.service.registration import Newcomer, Registered
from quad.identity.service.second import (
    Attempt,
    CodeNeeded,
    SecondProof,
    begin_passkey,
    resend_code,
)
from quad.identity.service.sessions import Opened
from quad.identity.service.signin import Refused, sign_in
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db, runtime
from quad.web.limits import limit

bp = APIBlueprint("identity_api", __name__, url_prefix="/api/v1/auth", tag="Signing in")


@operation(
    bp,
    "POST",
    "/login",
    body=LoginBody,
    answers=LoginOut | ChallengeOut,
    message="Login successful",
    errors=(401,),
    also={202: "A second proof is needed: complete with /auth/verify"},
    public=True,
    lenient="Email and password required",
)
@limit("30 per minute", scope="sign-in")
def login(body: LoginBody) -> Answer:
    settings = runtime().settings
    attempt = Attempt(body.email, current_origin(), via_api=True)
    password = body.password.get_secret_value()
    outcome = sign_in(
        runtime().database, current_db(), attempt, password, hasher(settings), sign_in_door()
    )
    if isinstance(outcome, Refused):
        return Answer(error="Invalid credentials", status=401)
    if isinstance(outcome, CodeNeeded):
        return _challenge(outcome)
    return Answer(_signed_in(outcome))


def _challenge(outcome: CodeNeeded) -> Answer:
    data = ChallengeOut(
        challenge=outcome.challenge,
        sent_to=outcome.email,
        expires_at=outcome.expires_at,
        methods=[method.value for method in outcome.methods],
    )
    message = (
        _("A code was mailed. Send it to /auth/verify.")
        if outcome.email
        else _("A second proof is needed. Send it to /auth/verify.")
    )
    return Answer(data, message=message, status=202)


def _signed_in(opened: Opened) -> LoginOut:
    db, settings = current_db(), runtime().settings
    pair = tokens.first_pair(db, opened.session_id, settings.secret)
    return LoginOut(
        access_token=pair.access_token,
        refresh_token=pair.refresh_token,
        user=account_out(read_person(db, opened.user_id, zone=settings.time_zone)),
    )


@operation(
    bp,
    "POST",
    "/verify",
    body=SecondBody,
    answers=LoginOut,
    message="Login successful",
    errors=(401,),
    public=True,
    lenient="Challenge and code required",
)
@limit("30 per minute", scope="code")
def verify(body: SecondBody) -> Answer:
    method = Method(body.method) if body.method else None
    proof = SecondProof(body.code, method, body.ceremony or "")
    outcome = second.verify(
        current_db(), body.challenge, proof, sign_in_door(), current_origin(), via_api=True
    )
    if isinstance(outcome, Opened):
        return Answer(_signed_in(outcome))
    return Answer(error=_("The code is not right, or it is too old."), status=401)


@operation(
    bp,
    "POST",
    "/passkey/options",
    body=PasskeyOptionsBody,
    answers=CeremonyOut,
    errors=(404, 409),
    public=True,
)
@limit("30 per minute", scope="passkey")
def passkey_options(body: PasskeyOptionsBody) -> CeremonyOut:
    """Ask for a challenge: to sign in with a passkey alone, or as second proof for `challenge`."""
    us = party()
    if us is None:
        raise NotFound
    if body.challenge:
        return ceremony_out(begin_passkey(current_db(), body.challenge, us))
    return ceremony_out(passkeys.begin_sign_in(current_db(), us))


@operation(
    bp,
    "POST",
    "/passkey",
    body=PasskeySignInBody,
    answers=LoginOut,
    message="Login successful",
    errors=(401,),
    public=True,
)
@limit("30 per minute", scope="sign-in")
def passkey(body: PasskeySignInBody) -> Answer:
    """Sign in with a passkey alone."""
    attempt = Attempt("", current_origin(), via_api=True)
    opened = second.sign_in_by_passkey(
        current_db(), attempt, sign_in_door(), body.ceremony, body.credential
    )
    if opened is None:
        return Answer(error=_("That passkey did not open an account here."), status=401)
    return Answer(_signed_in(opened))


@operation(bp, "POST", "/step-up/options", answers=CeremonyOut, errors=(403, 404))
@limit("20 per minute", scope="passkey")
def step_up_options() -> CeremonyOut:
    """Ask for a challenge, to prove with a passkey."""
    us, actor = party(), current_actor()
    if us is None or actor.session_id is None:
        raise NotFound
    purpose = CeremonyPurpose.PROVE
    return ceremony_out(passkeys.begin_proof(current_db(), actor.own_id, us, purpose))


@operation(bp, "POST", "/step-up", body=StepUpBody, message="Proved", errors=(403, 429))
@limit("20 per minute", scope="prove")
def step_up(body: StepUpBody) -> Answer:
    """Prove anew who this session is, before an act that asks for it: with the password, a code or a passkey."""
    actor = current_actor()
    if actor.session_id is None:
        raise Forbidden(_("A personal access token cannot do this. Sign in and try again."))
    with runtime().database.reading() as looking:
        if not stepup.may_try(looking, actor):
            raise TooMany
        own = account.read_own_password(looking, actor)
    if not _proves(body, own):
        stepup.record_wrong_proof(current_db(), actor)
        return Answer(error=_("This did not prove that it is you. Please try again."), status=403)
    stepup.record_proof(current_db(), actor)
    return Answer(None)


def _proves(body: StepUpBody, own: account.OwnPassword) -> bool:
    settings, actor, us = runtime().settings, current_actor(), party()
    if body.password is not None:
        return hasher(settings).check(own.password_hash, body.password.get_secret_value()).right
    if body.code is not None:
        return totp.use_code(current_db(), actor.own_id, body.code, settings.secret)
    if body.credential is not None and us is not None:
        return passkeys.finish_proof(
            current_db(),
            actor.own_id,
            us,
            body.ceremony or "",
            body.credential,
            CeremonyPurpose.PROVE,
        )
    return False


@operation(
    bp,
    "POST",
    "/resend",
    body=ResendBody,
    answers=ChallengeOut,
    errors=(409,),
    status=202,
    public=True,
    lenient="Challenge required",
)
@limit("6 per minute", scope="resend")
def resend(body: ResendBody) -> Answer:
    return _challenge(resend_code(current_db(), body.challenge, runtime().settings.secret))


@operation(
    bp,
    "POST",
    "/refresh",
    body=RefreshBody,
    answers=TokensOut,
    message="Token refreshed",
    errors=(401,),
    public=True,
    lenient="refresh_token required",
)
@limit("120 per minute", scope="refresh")
def refresh(body: RefreshBody) -> Answer:
    settings = runtime().settings
    pair = tokens.rotate(
        current_db(), body.refresh_token, settings.secret, days=settings.session_days
    )
    if pair is None:
        return Answer(error=_("This refresh token is not valid. Sign in again."), status=401)
    return Answer(TokensOut(access_token=pair.access_token, refresh_token=pair.refresh_token))


@operation(bp, "POST", "/logout", message="Signed out")
def logout() -> None:
    sessions.sign_out(current_db(), current_actor())


@operation(
    bp,
    "POST",
    "/register",
    body=RegisterBody,
    answers=RegisteredOut | None,
    status=201,
    message="User registered successfully",
    errors=(403, 409),
    also={202: "Received: the rest goes by mail, or an administrator decides"},
    public=True,
    lenient="full_name, email and password required",
)
@limit("10 per minute", scope="register")
def register(body: RegisterBody) -> Answer:
    settings = runtime().settings
    newcomer = Newcomer(body.full_name, body.email, body.password.get_secret_value())
    with runtime().database.reading() as looking:
        registration.require_open(looking, settings.registration, newcomer.email)
    kept = registration.prepare(newcomer, hasher(settings))
    result = registration.register(current_db(), newcomer, kept, settings.registration)
    if result.registered is Registered.DONE and result.user_id is not None:
        return Answer(RegisteredOut(user_id=result.user_id))
    return Answer(None, message=_("Received. Look into your mail for the next step."), status=202)
