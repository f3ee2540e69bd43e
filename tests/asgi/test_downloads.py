"""Files that Flask allows and the shell sends, and the static files."""

from __future__ import annotations

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import obstore
import pytest
from obstore.store import MemoryStore

from quad.asgi.files import LocalFiles, StoreFiles
from tests.asgi.conftest import Serve
from tests.asgi.running import Running, until

LETTER = b"Dear students, the term begins on Monday."


def test_a_file_is_sent_with_flasks_headers_and_without_the_inner_ones(site: Running) -> None:
    answer = httpx.get(f"{site.url}/file/letter.txt")
    assert (answer.status_code, answer.content) == (200, LETTER)
    assert answer.headers["content-disposition"] == 'attachment; filename="letter.txt"'
    assert answer.headers["content-length"] == str(len(LETTER))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not [name for name in answer.headers if name.startswith("x-quad")]


def test_a_strange_character_in_a_file_name_does_not_cut_the_connection(site: Running) -> None:
    answer = httpx.get(f"{site.url}/file/letter.txt?Content-Disposition=inline;%20x=%01y")
    assert (answer.content, answer.headers["content-disposition"]) == (LETTER, "inline; x= y")


def test_the_inner_header_never_leaves_with_a_refusal_either(site: Running) -> None:
    answer = httpx.get(f"{site.url}/refused-file")
    assert (answer.status_code, answer.text) == (403, "no")
    assert not [name for name in answer.headers if name.startswith("x-quad")]


@pytest.mark.parametrize(
    ("wanted", "status", "content", "told"),
    [
        ("bytes=0-3", 206, b"Dear", "bytes 0-3/41"),
        ("bytes=34-", 206, b"Monday.", "bytes 34-40/41"),
        ("bytes=-7", 206, b"Monday.", "bytes 34-40/41"),
        ("bytes=34-9999", 206, b"Monday.", "bytes 34-40/41"),
        ("bytes=41-", 416, b"", "bytes */41"),
        ("bytes=-0", 416, b"", "bytes */41"),
        ("bytes=3-1", 200, LETTER, None),
        ("bytes=0-1,3-4", 200, LETTER, None),
        ("lines=0-1", 200, LETTER, None),
    ],
)
def test_a_part_of_a_file(
    site: Running, wanted: str, status: int, content: bytes, told: str | None
) -> None:
    answer = httpx.get(f"{site.url}/file/letter.txt", headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (status, content)
    assert answer.headers.get("content-range") == told


def test_a_file_one_has_is_not_sent_again(site: Running) -> None:
    url = f"{site.url}/file/letter.txt"
    first = httpx.get(url)
    tag, date = first.headers["etag"], first.headers["last-modified"]
    for headers, status in [
        ({"If-None-Match": tag}, 304),
        ({"If-None-Match": f'"other", W/{tag}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-Modified-Since": date}, 304),
        ({"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": "nonsense"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": date}, 200),
        ({"If-Match": '"other"'}, 412),
        ({"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 412),
        ({"Range": "bytes=0-3", "If-Range": tag}, 206),
        ({"Range": "bytes=0-3", "If-Range": date}, 206),
        ({"Range": "bytes=0-3", "If-Range": '"other"'}, 200),
    ]:
        answer = httpx.get(url, headers=headers)
        assert answer.status_code == status, headers
        if status in (304, 412):
            assert answer.content == b""


def test_flasks_own_tag_is_the_one_that_counts(site: Running) -> None:
    url = f'{site.url}/file/letter.txt?ETag="content-hash"'
    assert httpx.get(url).headers.get_list("etag") == ['"content-hash"']
    assert httpx.get(url, headers={"If-None-Match": '"content-hash"'}).status_code == 304


def test_the_head_of_a_file_has_no_body(site: Running) -> None:
    answer = httpx.head(f"{site.url}/file/letter.txt")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(LETTER))


@pytest.mark.parametrize(
    "key", ["none.txt", "..%2Fsecret.txt", "%2Fetc%2Fpasswd", "a%00b", "link.txt"]
)
def test_nothing_outside_the_folder_is_sent(site: Running, folder: Path, key: str) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    answer = httpx.get(f"{site.url}/file/x?X-Quad-File={key}")
    assert answer.status_code == 404
    assert "not for you" not in answer.text


def test_slow_downloads_hold_no_thread(serve: Serve, folder: Path) -> None:
    site = serve({"threads": 1})
    (folder / "film.bin").write_bytes(b"f" * 30_000_000)
    with ExitStack() as stack:
        for _ in range(20):
            connection = stack.enter_context(site.connect())
            connection.sendall(b"GET /file/film.bin HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(10) == b"HTTP/1.1 2"
        until(lambda: site.shell.bridge.busy == 0)
        assert httpx.get(f"{site.url}/healthz").status_code == 200
        assert httpx.get(f"{site.url}/echo").status_code == 200
    whole = httpx.get(f"{site.url}/file/film.bin")
    assert len(whole.content) == 30_000_000


def test_a_download_for_nobody_ends(site: Running, folder: Path) -> None:
    with (folder / "endless.bin").open("wb") as endless:
        endless.truncate(500_000_000_000)  # takes no room on the disk and minutes to read
    with site.connect() as connection:
        connection.sendall(b"GET /file/endless.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(10) == b"HTTP/1.1 2"
        assert len(site.server.server_state.tasks) == 1
    until(lambda: not site.server.server_state.tasks)


def test_an_object_store_serves_the_same_way(tmp_path: Path) -> None:
    store = MemoryStore()
    obstore.put(store, "ab/letter.txt", LETTER)

    async def read(
        source: StoreFiles | LocalFiles, key: str, start: int, stop: int
    ) -> bytes | None:
        file = await source.open(key)
        if file is None:
            return None
        pieces = [piece async for piece in file.pieces(start, stop)]
        await file.close()
        assert file.size == len(LETTER)
        assert file.etag.startswith('"')
        return b"".join(pieces)

    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "letter.txt").write_bytes(LETTER)
    # A thread of its own: a browser that another test of this process opened keeps a loop in the first one.
    with ThreadPoolExecutor(1) as pool, ThreadPoolExecutor(1) as aside:

        def told(source: StoreFiles | LocalFiles, key: str, start: int, stop: int) -> bytes | None:
            return aside.submit(lambda: asyncio.run(read(source, key, start, stop))).result()

        for source in (StoreFiles(store), LocalFiles(tmp_path, pool)):
            assert told(source, "ab/letter.txt", 0, len(LETTER)) == LETTER
            assert told(source, "ab/letter.txt", 5, 13) == b"students"
            assert told(source, "ab/none.txt", 0, 1) is None
            assert told(source, "../ab/letter.txt", 0, 1) is None


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "dist").mkdir(parents=True)
    (folder / "dist" / "app-ABCD1234.js").write_bytes(b"let quad = 1;" * 200)
    (folder / "dist" / "app-ABCD1234.js.br").write_bytes(b"brotli bytes")
    (folder / "dist" / "app-ABCD1234.js.gz").write_bytes(gzip.compress(b"let quad = 1;" * 200))
    (folder / "dist" / "style-ABCD1234.css").write_bytes(b"a{}" * 1000)
    (folder / "logo.svg").write_bytes(b"<svg/>")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "secret.txt").write_text("not for you")
    return folder


def test_built_files_are_cached_for_ever_and_others_for_a_while(serve: Serve, static: Path) -> None:
    site = serve(static=static)
    built = httpx.get(f"{site.url}/static/dist/app-ABCD1234.js")
    assert built.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert built.headers["content-type"] == "text/javascript; charset=utf-8"
    other = httpx.get(f"{site.url}/static/logo.svg")
    assert other.headers["cache-control"] == "public, max-age=3600"
    again = httpx.get(
        f"{site.url}/static/logo.svg", headers={"If-None-Match": other.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_the_compressed_variant_a_browser_takes_is_sent(
    serve: Serve, static: Path, accepted: str, coding: str | None
) -> None:
    site = serve(static=static)
    url = f"{site.url}/static/dist/app-ABCD1234.js"
    with httpx.stream("GET", url, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "accept-encoding"
    name = {"br": ".br", "gzip": ".gz", None: ""}[coding]
    assert raw == (static / "dist" / f"app-ABCD1234.js{name}").read_bytes()
    assert answer.headers["etag"].endswith(f'-{coding}"') == (coding is not None)


def test_text_without_a_variant_is_compressed_once(serve: Serve, static: Path) -> None:
    site = serve(static=static)
    answer = httpx.get(f"{site.url}/static/dist/style-ABCD1234.css")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == b"a{}" * 1000


def test_a_range_of_a_static_file_is_of_the_file_itself(serve: Serve, static: Path) -> None:
    site = serve(static=static)
    answer = httpx.get(f"{site.url}/static/dist/app-ABCD1234.js", headers={"Range": "bytes=4-7"})
    assert (answer.status_code, answer.content) == (206, b"quad")
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "none.js",
        "../secret.txt",
        "..%2fsecret.txt",
        "out.txt",
        "dist",
        "dist/app-ABCD1234.js.br",
        "",
    ],
)
def test_no_static_address_leads_elsewhere(serve: Serve, static: Path, path: str) -> None:
    site = serve(static=static)
    answer = site.say(
        f"GET /static/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"not for you" not in answer


def test_static_files_are_only_read(serve: Serve, static: Path) -> None:
    site = serve(static=static)
    answer = httpx.post(f"{site.url}/static/logo.svg")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_rebuilt_front_end_is_found_in_development(serve: Serve, static: Path) -> None:
    site = serve(static=static, fresh_static=True)
    assert httpx.get(f"{site.url}/static/new.txt").status_code == 404
    (static / "new.txt").write_text("new")
    assert httpx.get(f"{site.url}/static/new.txt").text == "new"
