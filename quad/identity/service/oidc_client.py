"""Talking to an OpenID Connect provider: discovery, the code flow with PKCE, and judging its ID token.

Only addresses that the configured issuer publishes are ever asked, without following redirects, within seconds and
one megabyte. Nothing here touches the database.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from quad.core import clock
from quad.core.config import LOOPBACK, OidcProvider
from quad.identity.service.secrets import same

TIMEOUT = (3.05, 8)  # seconds to connect, to read
LARGEST = 1_000_000  # bytes
KEPT = 3_600.0  # seconds that what a provider publishes is remembered
ASK_AGAIN = 30.0  # seconds before an unknown key makes us ask for the keys again
LEEWAY = 60  # seconds that clocks may differ
# Signatures by a key pair only: a shared secret, or none, proves nothing about who signed.
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)


class ProviderProblem(Exception):
    """The provider, or what came back from it, is not to be trusted; the word says why (for the audit)."""


@dataclass
class _Published:
    """What a provider says about itself, and its keys."""

    meta: dict[str, Any]
    keys: dict[str, Any]
    read_at: float = field(default_factory=time.monotonic)


_published: dict[str, _Published] = {}


def forget_published() -> None:
    """Forget what providers published (for tests)."""
    _published.clear()


def _read(url: str) -> dict[str, Any]:
    try:
        with requests.get(url, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
            body = answer.raw.read(LARGEST + 1, decode_content=True)
            if answer.status_code != 200 or len(body) > LARGEST:
                raise ProviderProblem("unreachable")
            found = json.loads(body)
    except (requests.RequestException, OSError, ValueError) as error:
        raise ProviderProblem("unreachable") from error
    if not isinstance(found, dict):
        raise ProviderProblem("unreachable")
    return found


def _is_safe(address: Any, issuer: str) -> bool:
    """Encrypted, or on this very machine when the issuer is."""
    parts = urlsplit(address if isinstance(address, str) else "")
    if parts.scheme == "https":
        return bool(parts.hostname)
    return (
        parts.scheme == "http"
        and parts.hostname in LOOPBACK
        and urlsplit(issuer).hostname in LOOPBACK
    )


def _discover(provider: OidcProvider, *, newer_than: float | None = None) -> _Published:
    known = _published.get(provider.issuer)
    now = time.monotonic()
    if known is not None:
        fresh_enough = now - known.read_at < (KEPT if newer_than is None else newer_than)
        if fresh_enough:
            return known
    meta = _read(f"{provider.issuer}/.well-known/openid-configuration")
    if str(meta.get("issuer", "")).rstrip("/") != provider.issuer:
        raise ProviderProblem("issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not _is_safe(meta.get(name), provider.issuer):
            raise ProviderProblem("endpoint")
    found = _Published(meta, _read(meta["jwks_uri"]))
    _published[provider.issuer] = found
    return found


def _client(provider: OidcProvider, redirect_uri: str, meta: Mapping[str, Any]) -> OAuth2Session:
    secret = provider.client_secret.get_secret_value()
    offered = meta.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    how = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
    return OAuth2Session(
        provider.client_id,
        secret or None,
        token_endpoint_auth_method=how if secret else "none",
        scope=provider.scopes,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )


def authorization_url(
    provider: OidcProvider,
    redirect_uri: str,
    *,
    state: str,
    nonce: str,
    verifier: str,
    fresh: bool = False,
) -> str:
    """Return where the person is sent; `fresh` asks the provider for a new proof. Raises ProviderProblem."""
    meta = _discover(provider).meta
    extra = {"prompt": "login", "max_age": "0"} if fresh else {}
    with _client(provider, redirect_uri, meta) as client:
        url, _state = client.create_authorization_url(
            meta["authorization_endpoint"],
            state=state,
            code_verifier=verifier,
            nonce=nonce,
            **extra,
        )
    return str(url)


def exchange(
    provider: OidcProvider,
    redirect_uri: str,
    given: Mapping[str, str],
    *,
    nonce: str,
    verifier: str,
    fresh: bool = False,
) -> dict[str, Any]:
    """Turn the code that came back (`given` is the query) into the claims about the person. Raises ProviderProblem."""
    published = _discover(provider)
    _check_answer(provider, published.meta, given)
    try:
        with _client(provider, redirect_uri, published.meta) as client:
            token = client.fetch_token(
                published.meta["token_endpoint"],
                grant_type="authorization_code",
                code=given["code"],
                code_verifier=verifier,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
            claims = _judge(provider, str(token.get("id_token") or ""), nonce)
            if fresh:
                _require_recent(claims)
            if "email" not in claims:
                claims = _with_userinfo(client, provider, published.meta, claims)
    except OAuthError as error:
        raise ProviderProblem("code") from error
    except (requests.RequestException, OSError, ValueError) as error:
        raise ProviderProblem("unreachable") from error
    return claims


def _check_answer(
    provider: OidcProvider, meta: Mapping[str, Any], given: Mapping[str, str]
) -> None:
    """RFC 9207: who answers says so, where it can, so that one provider cannot pass for another."""
    if given.get("error"):
        raise ProviderProblem("denied")
    if not given.get("code"):
        raise ProviderProblem("code")
    named = given.get("iss")
    if named is None and meta.get("authorization_response_iss_parameter_supported"):
        raise ProviderProblem("issuer")
    if named is not None and named.rstrip("/") != provider.issuer:
        raise ProviderProblem("issuer")


def _judge(provider: OidcProvider, id_token: str, nonce: str) -> dict[str, Any]:
    published = _discover(provider)
    offered = published.meta.get("id_token_signing_alg_values_supported") or ["RS256"]
    allowed = [name for name in ALGORITHMS if name in offered]
    try:
        token = _decoded(id_token, published.keys, allowed)
    except ProviderProblem:
        # Providers change their keys: look once more before refusing.
        token = _decoded(id_token, _discover(provider, newer_than=ASK_AGAIN).keys, allowed)
    claims = token.claims
    rules = jwt.JWTClaimsRegistry(
        now=int(clock.now().timestamp()),
        leeway=LEEWAY,
        iss={"essential": True},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )
    try:
        rules.validate(claims)
    except JoseError as error:
        raise ProviderProblem(str(getattr(error, "claim", None) or "claims")) from error
    if str(claims["iss"]).rstrip("/") != provider.issuer:
        raise ProviderProblem("iss")
    party = claims.get("azp")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or party is not None) and party != provider.client_id:
        raise ProviderProblem("aud")
    if not isinstance(claims.get("nonce"), str) or not same(claims["nonce"], nonce):
        raise ProviderProblem("nonce")
    if not 0 < len(str(claims["sub"])) <= 255:
        raise ProviderProblem("sub")
    return dict(claims)


def _decoded(id_token: str, keys: Mapping[str, Any], allowed: list[str]) -> jwt.Token:
    try:
        return jwt.decode(
            id_token,
            KeySet.import_key_set(keys),  # type: ignore[arg-type]
            algorithms=allowed,
            registry=JWSRegistry(algorithms=allowed),
        )
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderProblem("signature") from error


def _require_recent(claims: Mapping[str, Any]) -> None:
    """A provider that was asked for a fresh proof must say when it got one (OpenID Connect Core, 2)."""
    at = claims.get("auth_time")
    if not isinstance(at, int | float) or clock.now().timestamp() - at > 5 * LEEWAY:
        raise ProviderProblem("auth_time")


def _with_userinfo(
    client: OAuth2Session, provider: OidcProvider, meta: Mapping[str, Any], claims: dict[str, Any]
) -> dict[str, Any]:
    """Add what only the userinfo endpoint tells, when it speaks about the same person."""
    address = meta.get("userinfo_endpoint")
    if not _is_safe(address, provider.issuer):
        return claims
    answer = client.get(address, timeout=TIMEOUT, allow_redirects=False)
    told = answer.json() if answer.status_code == 200 else {}
    if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
        return claims
    return {**told, **claims}


def sign_out_url(provider: OidcProvider, back_to: str) -> str | None:
    """Return where the person ends the session with the provider too, or None when it offers none."""
    try:
        address = _discover(provider).meta.get("end_session_endpoint")
    except ProviderProblem:
        return None
    if not isinstance(address, str) or not _is_safe(address, provider.issuer):
        return None
    query = {"client_id": provider.client_id, "post_logout_redirect_uri": back_to}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
