"""What people send: whole, in pieces, too much, too slowly, and not to the end."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.asgi.conftest import Serve
from tests.asgi.running import Running, as_json, read_answer, until

MEGABYTE = 1024 * 1024


def open_spools() -> list[str]:
    """The spool files this process holds; they have no name any more."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if "/spool/" in target:
            found.append(target)
    return found


def test_a_form_with_a_file_arrives_complete(site: Running) -> None:
    content = os.urandom(300_000)
    answer = httpx.post(
        f"{site.url}/form", data={"title": "Pläne"}, files={"file": ("plan.bin", content)}
    )
    assert answer.json() == {
        "name": "plan.bin",
        "title": "Pläne",
        "hash": hashlib.sha256(content).hexdigest(),
    }


def test_25_megabytes_arrive_with_the_same_hash(site: Running) -> None:
    content = os.urandom(MEGABYTE) * 25
    answer = httpx.post(f"{site.url}/echo", content=content, timeout=30).json()
    assert answer["size"] == len(content)
    assert answer["hash"] == hashlib.sha256(content).hexdigest()


def test_a_chunked_body_arrives_whole_with_its_length(site: Running) -> None:
    pieces = [os.urandom(size) for size in (1, 70_000, 3, 900_000)]

    def body() -> Iterator[bytes]:
        yield from pieces

    answer = httpx.post(f"{site.url}/echo", content=body()).json()
    whole = b"".join(pieces)
    assert (answer["size"], answer["length"]) == (len(whole), len(whole))
    assert answer["hash"] == hashlib.sha256(whole).hexdigest()
    assert "transfer-encoding" not in answer["headers"]


def test_a_request_without_a_body_has_no_length(site: Running) -> None:
    assert httpx.get(f"{site.url}/echo").json()["length"] is None


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at open files in /proc")
def test_an_aborted_upload_leaves_no_thread_and_no_file(site: Running) -> None:
    assert open_spools() == []
    with site.connect() as connection:
        connection.sendall(
            b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 2_000_000
        )
        until(open_spools)
        assert site.shell.bridge.busy == 0
    until(lambda: not open_spools())
    assert site.shell.bridge.busy == 0
    assert httpx.get(f"{site.url}/echo").status_code == 200


@pytest.mark.feature("L44")
def test_slow_uploads_hold_no_thread_and_leave_health_and_pages_alone(serve: Serve) -> None:
    site = serve({"threads": 2})
    with ExitStack() as stack:
        uploads = [stack.enter_context(site.connect()) for _ in range(40)]
        for upload in uploads:
            upload.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf-")
        until(lambda: len(site.server.server_state.tasks) == 40)
        assert site.shell.bridge.busy == 0
        assert httpx.get(f"{site.url}/healthz").json() == {"status": "ok", "db": "ok"}
        assert httpx.get(f"{site.url}/echo").status_code == 200
        for upload in uploads:
            upload.sendall(b"done!")
        for upload in uploads:
            status, _headers, body = read_answer(upload)
            assert (status, as_json(body)["size"]) == (200, 10)


@pytest.mark.feature("L44")
def test_health_answers_while_every_thread_is_busy_and_the_queue_is_bounded(serve: Serve) -> None:
    site = serve({"threads": 2, "waiting": 1})
    with ExitStack() as stack:
        waiting = [stack.enter_context(site.connect()) for _ in range(3)]
        for connection in waiting:
            connection.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: (site.shell.bridge.busy, site.shell.bridge.queued) == (2, 1))
        assert httpx.get(f"{site.url}/healthz").status_code == 200
        refused = httpx.get(f"{site.url}/echo", headers={"Accept": "application/json"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        site.gate.set()
        assert [read_answer(connection)[2] for connection in waiting] == [b"waited"] * 3
    until(lambda: site.shell.bridge.busy == 0)
    assert httpx.get(f"{site.url}/echo").status_code == 200


def test_a_client_that_leaves_the_queue_takes_no_thread(serve: Serve) -> None:
    site = serve({"threads": 1})
    with site.connect() as first:
        first.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: site.shell.bridge.busy == 1)
        with site.connect() as second:
            second.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            until(lambda: site.shell.bridge.queued == 1)
        until(lambda: site.shell.bridge.queued == 0)
        site.gate.set()
        assert read_answer(first)[2] == b"waited"
    assert httpx.get(f"{site.url}/echo").status_code == 200


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_refused_in_a_sentence(serve: Serve, declared: bool) -> None:
    site = serve({"max_body": 2 * MEGABYTE})
    content = b"x" * (8 * MEGABYTE)
    body = content if declared else iter([content[:MEGABYTE]] * 8)
    answer = httpx.post(f"{site.url}/api/v1/echo", content=body)
    assert answer.status_code == 413
    assert answer.json() == {
        "success": False,
        "error": "That is too large: at most 2 MB can be sent here.",
        "fields": {},
    }
    page = httpx.post(f"{site.url}/echo", content=content, headers={"Accept": "text/html"})
    assert page.status_code == 413
    assert ">That is too large: at most 2 MB can be sent here.</p>" in page.text


def test_an_address_may_take_more_than_the_others(serve: Serve) -> None:
    site = serve({"max_body": 1000, "larger_bodies": (("/echo", 5000), ("/form", 10))})
    assert httpx.post(f"{site.url}/echo", content=b"x" * 4000).status_code == 200
    assert httpx.post(f"{site.url}/echo", content=b"x" * 6000).status_code == 413
    assert httpx.post(f"{site.url}/form", content=b"x" * 11).status_code == 413
    assert httpx.post(f"{site.url}/other", content=b"x" * 1001).status_code == 413


def test_a_body_that_stops_arriving_is_ended_with_a_sentence(serve: Serve) -> None:
    site = serve({"body_idle": 0.2})
    answer = site.say(b"POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"The upload stopped or was too slow." in answer


def test_a_body_that_only_trickles_is_ended(serve: Serve) -> None:
    site = serve({"body_idle": 5, "body_grace": 0.3, "body_rate": 1_000_000})
    answer = site.say(
        b"POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", b"a", b"b", b"c"
    )
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_large_answer_frees_its_thread_before_it_is_read(serve: Serve) -> None:
    site = serve({"threads": 1})
    with site.connect() as slow:
        slow.sendall(b"GET /big?pieces=160 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert slow.recv(10) == b"HTTP/1.1 2"
        until(lambda: site.shell.bridge.busy == 0)
        assert httpx.get(f"{site.url}/echo").status_code == 200


def test_a_streamed_answer_arrives_whole(site: Running) -> None:
    answer = httpx.get(f"{site.url}/big?pieces=40")
    assert answer.content == b"x" * (65536 * 40)
    assert answer.headers["content-length"] == str(65536 * 40)


def test_an_error_inside_a_streamed_answer_is_an_error_page(site: Running) -> None:
    answer = httpx.get(f"{site.url}/half", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert answer.json()["error"].startswith("Something went wrong on our side.")


def test_a_client_that_never_reads_is_dropped(serve: Serve) -> None:
    site = serve({"send_idle": 0.3})
    with site.connect() as deaf:
        deaf.sendall(b"GET /big?pieces=320 HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: site.server.server_state.total_requests == 0 and site.shell.bridge.busy == 0)
        until(lambda: not site.server.server_state.connections)
