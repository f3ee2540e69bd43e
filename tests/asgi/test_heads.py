"""The head of a request: bounded, timed, and believed only from our own proxies."""

from __future__ import annotations

import re

import httpx
import pytest

from quad.asgi.proxy import TrustedProxies
from tests.asgi.conftest import Serve
from tests.asgi.running import Running, as_json, read_answer, until


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 200_000,
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n"
        + b"".join(b"A%d: %s\r\n" % (i, b"b" * 2000) for i in range(50)),
    ],
    ids=["many fields", "an endless field", "a long address", "large fields"],
)
def test_a_flood_of_headers_is_refused(site: Running, head: bytes) -> None:
    assert site.say(head).startswith(b"HTTP/1.1 431 ")
    assert httpx.get(f"{site.url}/echo").status_code == 200


def test_the_api_gets_the_refusal_of_its_headers_as_json(site: Running) -> None:
    answer = site.say(b"GET /api/v1/x HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 200_000)
    assert as_json(answer.partition(b"\r\n\r\n")[2])["success"] is False


def test_a_head_that_never_ends_is_ended(serve: Serve) -> None:
    site = serve({"header_seconds": 0.2})
    assert site.say(b"GET / HTTP/1.1\r\nHost: x\r\n").startswith(b"HTTP/1.1 408 ")
    with site.connect() as silent:
        assert silent.recv(10) == b"HTTP/1.1 4"


def test_the_time_for_the_head_does_not_run_while_an_answer_is_made(serve: Serve) -> None:
    site = serve({"header_seconds": 0.2})
    with site.connect() as connection:
        connection.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /echo HTTP/1.1\r\nHost:")
        until(lambda: site.shell.bridge.busy == 1)
        connection.settimeout(0.6)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        site.gate.set()
        connection.settimeout(10)
        assert read_answer(connection)[2] == b"waited"


def test_headers_after_a_body_are_not_believed(site: Running) -> None:
    answer = site.say(
        b"POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\nhi\r\n0\r\nX-Late: here\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n"
    )
    told = as_json(answer.partition(b"\r\n\r\n")[2])
    assert told["size"] == 2
    assert "x-late" not in told["headers"]


@pytest.mark.parametrize(
    "head",
    [
        b"OPTIONS * HTTP/1.1\r\nHost: x",
        b"GET http://other.example/echo HTTP/1.1\r\nHost: x",
        b"CONNECT other.example:443 HTTP/1.1\r\nHost: x",
        b"GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade",
        b"GET /%ff%00%80?q=%ff HTTP/1.1\r\nHost: x",
        b"GET /echo?q=\xff HTTP/1.1\r\nHost: x",
        b"GET /echo HTTP/1.1\r\nHost: x\r\nCookie: \xff\xfe=\x80",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
        b"GET /healthz/../live HTTP/1.0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_an_odd_request_is_answered_and_breaks_nothing(site: Running, head: bytes) -> None:
    answer = site.say(head + b"\r\nConnection: close\r\n\r\n")
    assert re.match(rb"HTTP/1.1 [234]\d\d ", answer)
    assert httpx.get(f"{site.url}/echo").status_code == 200


def test_a_request_number_is_kept_or_made_and_said(site: Running) -> None:
    given = httpx.get(f"{site.url}/echo", headers={"X-Request-ID": "abc-12345"})
    assert given.headers["x-request-id"] == given.json()["request_id"] == "abc-12345"
    made = httpx.get(f"{site.url}/echo", headers={"X-Request-ID": "bad id\t!"})
    assert len(made.headers["x-request-id"]) == 32
    assert made.headers["x-request-id"] == made.json()["request_id"]


LIES = {
    "X-Forwarded-For": "1.1.1.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X_Forwarded_For": "1.1.1.1",
    "Proxy": "http://evil.example",
}


def test_a_stranger_is_not_believed_about_the_address(site: Running) -> None:
    told = httpx.get(f"{site.url}/echo", headers=LIES).json()
    assert (told["address"], told["scheme"]) == ("127.0.0.1", "http")
    assert told["host"] == f"127.0.0.1:{site.port}"
    assert not [name for name in told["headers"] if "forwarded" in name or name == "proxy"]


def test_our_own_proxy_is_believed_up_to_the_first_stranger(serve: Serve) -> None:
    site = serve(trusted_proxies=("127.0.0.0/8", "10.0.0.0/8"))
    headers = {
        "X-Forwarded-For": "6.6.6.6, 203.0.113.7, 10.1.2.3",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "quad.example.edu",
    }
    told = httpx.get(f"{site.url}/echo", headers=headers).json()
    assert told["address"] == "203.0.113.7"
    assert (told["scheme"], told["host"]) == ("https", "quad.example.edu")


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("", "10.0.0.1"),
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("[2001:db8::7]:4711, 10.9.9.9", "2001:db8::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, nonsense, 10.9.9.9", "10.9.9.9"),
        ("10.7.7.7, 10.8.8.8", "10.7.7.7"),
    ],
)
def test_the_rightmost_address_that_is_not_ours_is_the_client(chain: str, client: str) -> None:
    scope = {
        "type": "http",
        "client": ("10.0.0.1", 1),
        "headers": [(b"x-forwarded-for", chain.encode())],
    }
    assert TrustedProxies(["10.0.0.0/8"]).apply(scope)["client"] == (client, 1)


def test_a_wrong_network_stops_the_start() -> None:
    with pytest.raises(ValueError, match="not-a-network"):
        TrustedProxies(["not-a-network"])
