"""To an OpenID Connect provider and back.

The ways there and back are GET requests, whose unit only reads. What they remember is written in short units of their
own, and none is open while a provider is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from quad.core.config import OidcProvider
from quad.core.errors import QuadError, SignedOut
from quad.core.facts import run
from quad.core.i18n import gettext as _
from quad.core.origin import current_origin
from quad.identity.door import sign_in_door
from quad.identity.models.factors import OidcPurpose
from quad.identity.service import oidc, stepup
from quad.identity.service.oidc import Flow, Problem
from quad.identity.service.oidc_client import ProviderProblem, authorization_url, exchange
from quad.identity.service.second import Attempt, CodeNeeded
from quad.identity.service.sessions import Opened
from quad.identity.service.stepup import Renewed
from quad.identity.views.signin import TRUST_COOKIE, ask_second, let_in, wanted_places
from quad.identity.views.stepup import hand_out
from quad.web.kit import current_actor, current_db, done, runtime, same_site
from quad.web.limits import limit

bp = Blueprint("identity_oidc", __name__, template_folder="../templates")
log = structlog.get_logger("quad.identity.oidc")

STATE = "oidc"
T = TypeVar("T")


def _write(work: Callable[[Session], T]) -> T:
    return run(runtime().database.writer, work)


def _provider(slug: str) -> OidcProvider:
    return oidc.get_provider(runtime().settings.oidc, slug)


def _redirect_uri(slug: str) -> str:
    """The address registered with the provider, from the public address and not from the request's headers."""
    base = runtime().settings.base_url.rstrip("/")
    return base + url_for("identity_oidc.back", slug=slug)


def _send(slug: str, purpose: OidcPurpose, wanted: str, role: str = "") -> ResponseReturnValue:
    provider, actor = _provider(slug), current_actor()
    sent = _write(
        lambda db: oidc.begin(db, slug, purpose, user_id=actor.id, wanted=wanted, wanted_role=role)
    )
    try:
        url = authorization_url(
            provider,
            _redirect_uri(slug),
            state=sent.state,
            nonce=sent.nonce,
            verifier=sent.verifier,
            fresh=purpose is OidcPurpose.PROVE,
        )
    except ProviderProblem as problem:
        return _failed(slug, problem, purpose)
    session[STATE] = sent.state
    return redirect(url, code=303)


@bp.get("/sign-in/with/<slug>")
@limit("30 per minute", scope="oidc")
def leave(slug: str) -> ResponseReturnValue:
    """Go to the provider to sign in."""
    wanted, portal = wanted_places()
    _provider(slug)
    if current_actor().signed_in:
        return redirect(wanted, code=303)
    return _send(slug, OidcPurpose.SIGN_IN, wanted, " ".join(portal.roles))


@bp.get("/account/links/<slug>/add")
@limit("30 per minute", scope="oidc")
def link(slug: str) -> ResponseReturnValue:
    """Go to the provider to link its sign-in with the own account."""
    _provider(slug)
    stepup.require_step_up(current_db(), current_actor())
    return _send(slug, OidcPurpose.LINK, url_for("identity_account.security"))


@bp.get("/prove/with/<slug>")
@limit("30 per minute", scope="oidc")
def prove(slug: str) -> ResponseReturnValue:
    """Go to the provider for a fresh proof."""
    _provider(slug)
    if not current_actor().signed_in:
        raise SignedOut
    return _send(slug, OidcPurpose.PROVE, same_site(request.args.get("next")))


@bp.get("/sign-in/with/<slug>/back")
@limit("30 per minute", scope="oidc-back")
def back(slug: str) -> ResponseReturnValue:
    """Take somebody who comes back from the provider."""
    provider = _provider(slug)
    given = request.args.to_dict()
    state = given.get("state", "")
    expected = session.pop(STATE, None)
    flow = None
    if state and expected == state:
        flow = _write(lambda db: oidc.take_flow(db, state))
    if flow is None or flow.provider != slug or flow.user_id != current_actor().id:
        return _failed(slug, ProviderProblem("state"), OidcPurpose.SIGN_IN)
    try:
        claims = exchange(
            provider,
            _redirect_uri(slug),
            given,
            nonce=flow.nonce,
            verifier=flow.verifier,
            fresh=flow.purpose is OidcPurpose.PROVE,
        )
    except ProviderProblem as problem:
        return _failed(slug, problem, flow.purpose)
    try:
        return ARRIVALS[flow.purpose](slug, provider, flow, claims)
    except QuadError as error:
        flash(str(error), "warn")
        return redirect(_place(flow.purpose), code=303)


def _place(purpose: OidcPurpose) -> str:
    """Where somebody lands whose way to the provider led to nothing."""
    if purpose is OidcPurpose.SIGN_IN:
        return url_for("identity.login", name="")
    return url_for("identity_account.security")


def _failed(slug: str, problem: ProviderProblem, purpose: OidcPurpose) -> ResponseReturnValue:
    reason = str(problem)
    log.warning("a provider's answer was refused", provider=slug, reason=reason)
    user_id = current_actor().id
    _write(lambda db: oidc.note_failure(db, slug, reason, user_id))
    sentences = {
        "denied": _("The provider did not let you in, or you said no there."),
        "unreachable": _("The provider does not answer at the moment. Try again in a minute."),
    }
    flash(
        sentences.get(reason, _("The sign-in with the provider did not work. Please start again.")),
        "warn",
    )
    return redirect(_place(purpose), code=303)


def _arrive(
    slug: str, provider: OidcProvider, flow: Flow, claims: dict[str, Any]
) -> ResponseReturnValue:
    attempt = Attempt(
        "",
        current_origin(),
        wanted_role=flow.wanted_role,
        trusted=request.cookies.get(TRUST_COOKIE, ""),
    )
    outcome = _write(lambda db: oidc.sign_in(db, slug, provider, claims, attempt, sign_in_door()))
    if isinstance(outcome, Opened):
        return let_in(outcome, same_site(flow.wanted))
    if isinstance(outcome, CodeNeeded):
        return ask_second(outcome, same_site(flow.wanted), url_for("identity.login", name=""))
    assert isinstance(outcome, Problem)
    flash(oidc.problem_sentence(outcome), "warn")
    return redirect(url_for("identity.login", name=""), code=303)


def _link(
    slug: str, provider: OidcProvider, flow: Flow, claims: dict[str, Any]
) -> ResponseReturnValue:
    actor = current_actor()
    _write(lambda db: oidc.link(db, actor, slug, provider, claims))
    name = oidc.provider_label(slug, provider)
    return done(_("Your account is linked with %(name)s.", name=name), same_site(flow.wanted))


def _prove(
    _slug: str, provider: OidcProvider, flow: Flow, claims: dict[str, Any]
) -> ResponseReturnValue:
    actor = current_actor()

    def judge(db: Session) -> Renewed | None:
        if not oidc.proves(db, actor, provider, claims):
            stepup.record_wrong_proof(db, actor)
            return None
        return stepup.record_proof(db, actor)

    renewed = _write(judge)
    if renewed is not None:
        hand_out(renewed)
        return done("", same_site(flow.wanted))
    flash(_("The provider knows somebody else by that sign-in."), "warn")
    return redirect(url_for("identity_prove.prove", next=same_site(flow.wanted)), code=303)


ARRIVALS = {
    OidcPurpose.SIGN_IN: _arrive,
    OidcPurpose.LINK: _link,
    OidcPurpose.PROVE: _prove,
}
