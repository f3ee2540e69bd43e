"""An OpenID Connect provider on this machine that can be told to lie.

The provider is the package oidc-provider-mock; a layer around it rewrites what its token endpoint answers.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the mock still uses names that its own library gave up
    import oidc_provider_mock
    from oidc_provider_mock import _server

CLIENT = "quad"
SECRET = "provider secret"


@dataclass
class Liar:
    """What is changed on the way back. `claims` replaces claims (None removes), `key` signs instead of the real key."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "ours"}))
    foreign_key: RSAKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    forms: list[dict[str, list[str]]] = field(default_factory=list)

    def sign(self, claims: dict[str, Any]) -> str:
        key = self.foreign_key or self.key
        header = {"alg": self.algorithm, "kid": "ours"}
        if self.algorithm == "none":
            import jwt as plain

            return plain.encode(claims, "", algorithm="none")
        if self.algorithm == "HS256":
            import jwt as plain

            return plain.encode(
                claims, SECRET.ljust(32, "."), algorithm="HS256", headers={"kid": "ours"}
            )
        return jwt.encode(header, claims, key)


class Layer:
    """WSGI around the mock: its keys and its ID tokens become ours."""

    def __init__(self, app: Callable[..., Any], liar: Liar) -> None:
        self.app, self.liar = app, liar

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        path = environ["PATH_INFO"]
        if path == "/other/.well-known/openid-configuration":
            environ["PATH_INFO"] = path.removeprefix("/other")
        if path == "/jwks":
            keys = {"keys": [self.liar.key.as_dict(private=False)]}
            return self._answer(start, "200 OK", [], json.dumps(keys).encode())
        if path != "/oauth2/token":
            return self.app(environ, start)
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.liar.forms.append(parse_qs(raw.decode()))
        environ["wsgi.input"] = io.BytesIO(raw)
        kept: dict[str, Any] = {}

        def keep(status: str, headers: Any, *rest: Any) -> None:
            kept.update(status=status, headers=headers)

        body = b"".join(self.app(environ, keep))
        if kept["status"].startswith("200"):
            answer = json.loads(body)
            claims = jwt_claims(answer["id_token"]) | self.liar.claims
            claims = {name: value for name, value in claims.items() if value is not None}
            answer["id_token"] = self.liar.sign(claims)
            body = json.dumps(answer).encode()
        return self._answer(start, kept["status"], kept["headers"], body)

    def _answer(self, start: Any, status: str, headers: Any, body: bytes) -> list[bytes]:
        rest = [(k, v) for k, v in headers if k.lower() not in ("content-length", "content-type")]
        length = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start(status, [*rest, *length])
        return [body]


def jwt_claims(token: str) -> dict[str, Any]:
    import jwt as plain

    claims: dict[str, Any] = plain.decode(token, options={"verify_signature": False})
    return claims


@dataclass
class Provider:
    """The running provider: its address, what it lies about, and somebody saying yes there."""

    issuer: str
    liar: Liar

    def agree(self, address: str, sub: str) -> str:
        """Be the person at the provider: agree, and return the path and query one is sent back to."""
        answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=10)
        assert answer.status_code in (302, 303), answer.text
        parts = urlsplit(answer.headers["Location"])
        return f"{parts.path}?{parts.query}"

    def refuse(self, address: str) -> str:
        query = parse_qs(urlsplit(address).query)
        back = urlsplit(query["redirect_uri"][0]).path
        return f"{back}?error=access_denied&state={query['state'][0]}"

    def knows(self, sub: str, **claims: Any) -> None:
        """Let the provider know somebody."""
        answer = requests.put(f"{self.issuer}/users/{sub}", json=claims, timeout=10)
        assert answer.ok, answer.text


@contextmanager
def running_provider() -> Iterator[Provider]:
    liar = Liar()
    with (
        warnings.catch_warnings(),
        _server._threaded_server(app=Layer(oidc_provider_mock.app(), liar)) as server,
    ):
        warnings.simplefilter("ignore")
        yield Provider(f"http://localhost:{server.server_port}", liar)
