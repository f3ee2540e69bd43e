"""Who is really asking: the trusted proxies' word, everybody else's ignored."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Address = IPv4Address | IPv6Address
Headers = list[tuple[bytes, bytes]]

FORWARDED = {
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-prefix",
    b"x-forwarded-server",
    b"x-real-ip",
}
# `Proxy` becomes HTTP_PROXY, which HTTP clients read as a setting.
DANGEROUS = {b"proxy"}


class TrustedProxies:
    """The networks of our own proxies (CIDR blocks or single addresses).

    Raises ValueError, with the wrong text in it, for what is neither.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(
            ip_network(text, strict=False) for text in networks
        )
        self._trusts = lru_cache(maxsize=1024)(self._is_inside)

    def _is_inside(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._networks)

    def apply(self, scope: Scope) -> Scope:
        """Return a copy of `scope` with the real client, scheme and host, and without headers that could lie.

        The client is the rightmost address in X-Forwarded-For that is not one of our proxies: what stands further left
        was written by that client.
        """
        headers: Headers = list(scope["headers"])
        changed: Scope = {**scope, "headers": [item for item in headers if _harmless(item[0])]}
        peer = scope.get("client")
        if not self._networks or peer is None or not self._trusts(peer[0]):
            return changed
        changed["client"] = (self._client(peer[0], _list(headers, b"x-forwarded-for")), peer[1])
        protocols = _list(headers, b"x-forwarded-proto")
        if protocols and protocols[-1].lower() in ("http", "https"):
            changed["scheme"] = protocols[-1].lower()
        hosts = _list(headers, b"x-forwarded-host")
        if hosts:
            rest = [item for item in changed["headers"] if item[0] != b"host"]
            changed["headers"] = [*rest, (b"host", hosts[-1].encode("latin-1"))]
        return changed

    def _client(self, peer: str, chain: list[str]) -> str:
        client = peer
        for text in reversed(chain):
            address = _address(text)
            if address is None:
                break
            client = str(address)
            if not self._trusts(client):
                break
        return client


def _harmless(name: bytes) -> bool:
    # WSGI spells `X-A` and `X_A` the same, so an underscore could pose as a header checked under its real name.
    return name not in FORWARDED and name not in DANGEROUS and b"_" not in name


def _list(headers: Headers, name: bytes) -> list[str]:
    joined = b",".join(value for key, value in headers if key == name).decode("latin-1")
    return [part.strip() for part in joined.split(",") if part.strip()]


def _address(text: str) -> Address | None:
    """Read `1.2.3.4`, `1.2.3.4:80`, `::1` or `[::1]:80`; IPv4 inside IPv6 is IPv4."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
