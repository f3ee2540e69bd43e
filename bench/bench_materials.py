"""Do 200 readers of a recording and an upload of 25 MB leave the other pages within 2 × their idle p95?

Run `python -m bench.bench_materials [--readers N] [--pause SECONDS] [--rounds N]`. It fills a small college, starts the
real server as a process of its own, loads it from a second process and measures from a third, idle and loaded in turns,
prints ratios and stops everything (within about four minutes).

The readers are students of one course, each signed in, on a connection of its own: each asks for half a megabyte from
somewhere in a recording of 25 MB (Range), which is ten seconds of it, listens to it (`--pause`), and asks for the next.
`--pause 0` lets them read as fast as the server gives. Beside them a teacher uploads a file of 25 MB in pieces,
finishes it, deletes it for good, and begins again. The exit code is 1 when the middle round of all pages together is
above the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.bench_pages import Hot, Visitor, address, serving
from bench.kit.college import College, build
from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment, Offering
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.jobs.runtime import attach
from quad.identity.models.accounts import Role, RoleGrant
from quad.identity.service.sessions import open_session
from quad.identity.service.tokens import create_token
from quad.materials.forms import Where
from quad.materials.service import adding, kinds
from quad.web.security import SESSION_COOKIE

ALLOWED = 2.0
READERS = 200
STUDENTS = 320
SPAN = 512 * 1024
LISTENED = 10.0
SENT_A_SECOND = 5_000_000
MEASUREMENTS = 30
ROUNDS = 3
LONGEST = 150
FRAME = b"\xff\xfb\x90\xc0" + bytes(413)
RECORDING = FRAME * (25 * 1024 * 1024 // len(FRAME))

PAGES = (
    Hot("student home", "student", "/"),
    Hot("record", "student", "/record"),
    Hot("faculty home", "faculty", "/"),
    Hot("roster, 60 students", "faculty", "/offerings/{offering}"),
    Hot("admin home", "admin", "/"),
    Hot("students, first page", "admin", "/students"),
    Hot("API students", "admin", "/api/v1/students"),
)


@dataclass(frozen=True)
class Load:
    """What the loading process needs to know."""

    port: int
    material_id: int
    course_id: int
    offering_id: int
    token: str
    cookies: Sequence[str]
    pause: float


def furnish(college: College, readers: int) -> Load:
    """Give the large class a recording, its students sessions, and an administrator a token."""
    runtime = attach(college.database, college.settings)
    files = Files.from_settings(runtime.settings)
    with college.database.writer() as db, unit(db):
        admin = actor_by_id(
            db, db.scalars(select(RoleGrant.user_id).where(RoleGrant.role == Role.ADMIN)).one()
        )
        offering = db.get_one(Offering, college.lecture_id)
        given = kinds.prepare(files, BytesIO(RECORDING), "lecture.mp3", kinds.taken(db))
        where = Where(offering_id=offering.id)
        (made,) = adding.add_files(db, admin, offering.course_id, where, [given])
        students = db.scalars(
            select(Student.user_id)
            .join(Enrolment, Enrolment.student_id == Student.id)
            .where(Enrolment.offering_id == offering.id)
            .order_by(Student.user_id)
            .limit(readers)
        )
        cookies = [open_session(db, who).key for who in students]
        token = create_token(db, admin, admin.own_id, name="bench", ttl=timedelta(hours=1))
        return Load(0, made.id, offering.course_id, offering.id, token, cookies, LISTENED)


async def read_on(load: Load, cookie: str, seed: int) -> None:
    """Ask for one part of the recording after the other on one connection."""
    chance = random.Random(seed)
    reader, writer = await asyncio.open_connection("127.0.0.1", load.port, limit=SPAN)
    await asyncio.sleep(chance.random() * load.pause)
    while True:
        start = chance.randrange(len(RECORDING) - SPAN)
        writer.write(
            f"GET /materials/{load.material_id}/content HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Cookie: {SESSION_COOKIE}={cookie}\r\nRange: bytes={start}-{start + SPAN - 1}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 206"), head[:200]
        await reader.readexactly(SPAN)
        await asyncio.sleep(load.pause)


def upload_again_and_again(load: Load, stop: list[bool]) -> int:
    """Upload the recording in pieces, delete it for good, and begin again; return how often it went through."""
    times = 0
    connection = http.client.HTTPConnection("127.0.0.1", load.port, timeout=60)

    def ask(
        method: str, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {load.token}", "Content-Type": kind}
        connection.request(method, f"/api/v1{path}", body, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        assert answer.status < 400, said
        return said.get("data") or {}

    while not stop:
        announced = {
            "name": "again.mp3",
            "size": len(RECORDING),
            "offering_id": str(load.offering_id),
        }
        begun = ask(
            "POST", f"/courses/{load.course_id}/materials/uploads", json.dumps(announced).encode()
        )
        place, piece = f"/materials/uploads/{begun['key']}", begun["piece"]
        for start in range(0, len(RECORDING), piece):
            sent = RECORDING[start : start + piece]
            ask("PUT", f"{place}?offset={start}", sent, "application/octet-stream")
            if stop:
                ask("DELETE", place)
                return times
            time.sleep(len(sent) / SENT_A_SECOND)
        made = ask("POST", f"{place}/finish")
        ask("DELETE", f"/materials/{made['id']}")
        ask("POST", f"/materials/{made['id']}/purge")
        times += 1
    return times


def say(what: str) -> None:
    """Tell the measuring process one line."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


async def load_server(load: Load) -> None:
    """Keep the readers and the upload going until standard input ends; then tell how they did."""
    readers = [
        asyncio.create_task(read_on(load, cookie, seed)) for seed, cookie in enumerate(load.cookies)
    ]
    stop: list[bool] = []
    upload = asyncio.create_task(asyncio.to_thread(upload_again_and_again, load, stop))
    await asyncio.sleep(load.pause + 2)
    say("loaded")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONGEST):
            await asyncio.to_thread(sys.stdin.read)
    stop.append(True)
    times = await upload
    say(f"{sum(not one.done() for one in readers)} {times}")
    for one in readers:
        one.cancel()


@contextmanager
def loading(load: Load) -> Iterator[list[str]]:
    """Run the load in another process; in the end what it said stands in the list."""
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.bench_materials", "--load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert child.stdin is not None
    assert child.stdout is not None
    said: list[str] = []
    try:
        child.stdin.write(json.dumps(asdict(load)) + "\n")
        child.stdin.flush()
        assert child.stdout.readline().strip() == "loaded", "the load did not start"
        yield said
        child.stdin.close()
        said.append(child.stdout.readline().strip())
    finally:
        child.terminate()
        child.wait(30)


def arrive(college: College) -> dict[str, Visitor]:
    """Return a visitor for each page, on a new connection: the server closes those that were silent for long."""
    visitors = {}
    for hot in PAGES:
        cookie = f"{SESSION_COOKIE}={college.cookies[hot.role]}"
        visitors[hot.name] = Visitor(college, cookie)
        visitors[hot.name].keep_cookie(address(college, hot))
    return visitors


def measure(college: College) -> dict[str, list[float]]:
    """Ask for all pages in turns; return the times of each."""
    visitors = arrive(college)
    times: dict[str, list[float]] = {hot.name: [] for hot in PAGES}
    for _ in range(MEASUREMENTS):
        for hot in PAGES:
            times[hot.name].append(visitors[hot.name].ask(address(college, hot))[0])
            time.sleep(0.02)
    return times


def p95(times: Sequence[float]) -> float:
    """Return the time that 95 of 100 do not exceed."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def everything(times: dict[str, list[float]]) -> list[float]:
    """Return the times of all pages."""
    return [one for some in times.values() for one in some]


def compare(readers: int, pause: float, rounds: int) -> float:
    """Measure idle and loaded in turns, print the ratios, and return the middle one of all pages together."""
    idle_times: list[dict[str, list[float]]] = []
    busy_times: list[dict[str, list[float]]] = []
    with tempfile.TemporaryDirectory() as name:
        college = build(Path(name) / "college", STUDENTS, 60)
        load = furnish(college, readers)
        with serving(college):
            load = Load(**(asdict(load) | {"port": college.port, "pause": pause}))
            measure(college)
            for _round in range(rounds):
                idle_times.append(measure(college))
                with loading(load) as said:
                    busy_times.append(measure(college))
                alive, uploads = (int(word) for word in said[0].split())
                assert alive == len(load.cookies), f"only {alive} readers were left"
                print(f"readers to the end: {alive}, uploads that went through: {uploads}")
                time.sleep(2)
    for hot in PAGES:
        ratios = [
            p95(busy[hot.name]) / p95(idle[hot.name])
            for idle, busy in zip(idle_times, busy_times, strict=True)
        ]
        shown = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"{hot.name:22} p95 loaded / p95 idle, by round: {shown}")
    together = [
        p95(everything(busy)) / p95(everything(idle))
        for idle, busy in zip(idle_times, busy_times, strict=True)
    ]
    print("all pages together: " + ", ".join(f"{ratio:.2f}" for ratio in together))
    return statistics.median(together)


def main() -> int:
    """Measure, or be the load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--pause", type=float, default=LISTENED)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if options.load:
        asyncio.run(load_server(Load(**json.loads(sys.stdin.readline()))))
        return 0
    ratio = compare(options.readers, options.pause, options.rounds)
    print(
        f"{options.readers} readers and an upload of 25 MB: "
        f"the pages’ p95 is {ratio:.2f} × its idle value (at most {ALLOWED:g} ×)"
    )
    return 0 if ratio <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
