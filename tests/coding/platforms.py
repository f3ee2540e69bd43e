"""A real server on this machine that answers as the platforms do, or as badly as a platform can."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Script = Callable[["Asked"], "Reply"]


@dataclass
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any


@dataclass
class Reply:
    """What to answer. `length` may lie, `raw` is sent as it is; `wait` holds the answer back until the visitor left."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    length: int | None = None
    drip: bool = False
    hang: bool = False


@dataclass
class Stage:
    """The server: `answer` decides, `asked` keeps what came."""

    url: str
    answer: Script
    asked: list[Asked] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)


@contextmanager
def platform_server() -> Iterator[Stage]:
    stage = Stage("", lambda asked: Reply(status=500))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            return None

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            given = self.rfile.read(length)
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            asked = Asked(
                self.command,
                parts.path,
                query,
                {name.lower(): value for name, value in self.headers.items()},
                json.loads(given) if given else None,
            )
            stage.asked.append(asked)
            self._send(stage.answer(asked))

        do_GET = do_POST = _serve  # noqa: N815

        def _send(self, reply: Reply) -> None:
            self.close_connection = True
            if reply.hang:
                stage.gone.wait(20)
                return
            body = reply.raw if reply.raw is not None else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            if reply.status != 304:
                self.send_header("Content-Length", str(reply.length or len(body)))
            for name, value in ({"Content-Type": "application/json"} | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            try:
                if reply.drip:
                    while not stage.gone.wait(0.05):
                        self.wfile.write(b" ")
                        self.wfile.flush()
                elif reply.status != 304:
                    self.wfile.write(body)
            except OSError:
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    stage.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stage
    finally:
        stage.gone.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def gzip_bomb(megabytes: int) -> bytes:
    """Return a small gzip that unpacks to so many megabytes of spaces, then a JSON number."""
    return gzip.compress(b" " * (megabytes * 1024 * 1024) + b"1", compresslevel=9)


# --- answers in the shapes the platforms really give ---------------------------------------------------------------


def submission(number: int, verdict: str | None = "OK", **problem: Any) -> dict[str, Any]:
    """A row of Codeforces' user.status; while it is judged there is no verdict."""
    row: dict[str, Any] = {
        "id": 300_000_000 + number,
        "contestId": problem.get("contestId", 4),
        "creationTimeSeconds": 1_760_000_000 + number,
        "relativeTimeSeconds": 2_147_483_647,
        "problem": {"contestId": 4, "index": "A", "name": "Watermelon", "type": "PROGRAMMING"}
        | problem,
        "author": {"participantType": "PRACTICE", "members": [{"handle": "Mona"}]},
        "programmingLanguage": "C++17 (GCC 7-32)",
        "passedTestCount": 20,
        "timeConsumedMillis": 30,
        "memoryConsumedBytes": 0,
    }
    if verdict is not None:
        row["verdict"] = verdict
    return row


def codeforces(rows: list[dict[str, Any]], **user: Any) -> Script:
    """Answer as Codeforces does for the handle Mona; everybody else is a 400 with a comment."""

    def answer(asked: Asked) -> Reply:
        method = asked.path.rpartition("/")[2]
        handle = asked.query.get("handles") or asked.query.get("handle")
        if handle != "Mona":
            field_name = "handles" if method == "user.info" else "handle"
            comment = f"{field_name}: User with handle {handle} not found"
            return Reply({"status": "FAILED", "comment": comment}, 400)
        if method == "user.info":
            info = {"handle": "Mona", "contribution": 0, "rank": "pupil", "organization": ""}
            return Reply({"status": "OK", "result": [info | user]})
        if method == "user.rating":
            change = {"contestId": 1900, "rank": 5, "oldRating": 0, "newRating": 1345}
            return Reply({"status": "OK", "result": [change, change]})
        first, count = int(asked.query["from"]), int(asked.query["count"])
        return Reply({"status": "OK", "result": rows[first - 1 : first - 1 + count]})

    return answer


def leetcode(**changes: Any) -> dict[str, Any]:
    """The data LeetCode gives for one person; `changes` replace parts of `matchedUser`."""
    user: dict[str, Any] = {
        "username": "mona",
        "profile": {"ranking": 120_345, "aboutMe": "", "realName": "Mona"},
        "submitStatsGlobal": {
            "acSubmissionNum": [
                {"difficulty": "All", "count": 321},
                {"difficulty": "Easy", "count": 150},
                {"difficulty": "Medium", "count": 140},
                {"difficulty": "Hard", "count": 31},
            ]
        },
        "userCalendar": {"submissionCalendar": '{"1760054400": 3, "1760140800": 1}'},
    }
    contest = {"rating": 1567.83, "attendedContestsCount": 12}
    return {"data": {"matchedUser": user | changes, "userContestRanking": contest}}


UNKNOWN_ON_LEETCODE = {
    "errors": [{"message": "That user does not exist.", "path": ["matchedUser"]}],
    "data": {"matchedUser": None, "userContestRanking": None},
}

ATCODER_HISTORY = [
    {
        "IsRated": True,
        "Place": 812,
        "OldRating": 0,
        "NewRating": 401,
        "Performance": 812,
        "InnerPerformance": 812,
        "ContestScreenName": "abc380.contest.atcoder.jp",
        "ContestName": "ABC 380",
        "EndTime": "2026-11-14T22:40:00+09:00",
    },
    {
        "IsRated": False,
        "Place": 2000,
        "OldRating": 401,
        "NewRating": 401,
        "Performance": 0,
        "InnerPerformance": 0,
        "ContestScreenName": "arc190.contest.atcoder.jp",
        "ContestName": "ARC 190",
        "EndTime": "2026-11-15T23:00:00+09:00",
    },
]
