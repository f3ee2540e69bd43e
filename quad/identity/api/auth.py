"""Signing in, for programs. Paths and shapes are promised to existing clients (docs/api.md)."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.core.i18n import gettext as _
from quad.core.origin import current_origin
from quad.identity.api.shapes import (
    ChallengeOut,
    LoginOut,
    RegisteredOut,
    TokensOut,
    account_out,
)
from quad.identity.forms import LoginBody, RefreshBody, RegisterBody, ResendBody, VerifyBody
from quad.identity.service import registration, sessions, tokens
from quad.identity.service.actor import read_person
from quad.identity.service.hashing import hasher
from quad.identity.service.registration import Newcomer, Registered
from quad.identity.service.sessions import Opened
from quad.identity.service.signin import (
    Attempt,
    CodeNeeded,
    Door,
    Refused,
    resend_code,
    sign_in,
    verify_code,
)
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db, runtime
from quad.web.limits import limit

bp = APIBlueprint("identity_api", __name__, url_prefix="/api/v1/auth", tag="Signing in")


def _door() -> Door:
    settings = runtime().settings
    return Door(settings.login_code, settings.secret, settings.session_days)


@operation(
    bp,
    "POST",
    "/login",
    body=LoginBody,
    answers=LoginOut | ChallengeOut,
    message="Login successful",
    errors=(401,),
    also={202: "A code was mailed: complete with /auth/verify"},
    public=True,
    lenient="Email and password required",
)
@limit("30 per minute", scope="sign-in")
def login(body: LoginBody) -> Answer:
    settings = runtime().settings
    attempt = Attempt(body.email, current_origin(), via_api=True)
    password = body.password.get_secret_value()
    outcome = sign_in(
        runtime().database, current_db(), attempt, password, hasher(settings), _door()
    )
    if isinstance(outcome, Refused):
        return Answer(error="Invalid credentials", status=401)
    if isinstance(outcome, CodeNeeded):
        return _challenge(outcome)
    return Answer(_signed_in(outcome))


def _challenge(outcome: CodeNeeded) -> Answer:
    data = ChallengeOut(
        challenge=outcome.challenge, sent_to=outcome.email, expires_at=outcome.expires_at
    )
    return Answer(data, message=_("A code was mailed. Send it to /auth/verify."), status=202)


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
    body=VerifyBody,
    answers=LoginOut,
    message="Login successful",
    errors=(401,),
    public=True,
    lenient="Challenge and code required",
)
@limit("30 per minute", scope="code")
def verify(body: VerifyBody) -> Answer:
    outcome = verify_code(
        current_db(), body.challenge, body.code, _door(), current_origin(), via_api=True
    )
    if isinstance(outcome, Opened):
        return Answer(_signed_in(outcome))
    return Answer(error=_("The code is not right, or it is too old."), status=401)


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
    result = registration.register(
        current_db(), newcomer, kept, settings.registration, settings.base_url
    )
    if result.registered is Registered.DONE and result.user_id is not None:
        return Answer(RegisteredOut(user_id=result.user_id))
    return Answer(None, message=_("Received. Look into your mail for the next step."), status=202)
