"""`/live` through the real server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from starlette.types import Scope

from quad.asgi.live import QUEUE, Hub, Live, Viewer
from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import run
from quad.core.live import Event, LiveEvent, number_all, prepare, prune, publish
from tests.asgi.conftest import Serve
from tests.asgi.running import PATIENCE, Running, until
from tests.asgi.streams import Stream, Told

BEAT = 0.2


class Doorman:
    """Sessions by the cookie's text."""

    def __init__(self) -> None:
        self.sessions: dict[str, frozenset[str]] = {}

    def authenticate(self, scope: Scope) -> Viewer | None:
        cookie = dict(scope["headers"]).get(b"cookie", b"").decode()
        tokens = self.sessions.get(cookie)
        return None if tokens is None else Viewer(cookie, tokens)

    def still_valid(self, keys: Sequence[str]) -> Mapping[str, frozenset[str]]:
        return {key: self.sessions[key] for key in keys if key in self.sessions}


@dataclass
class Place:
    """A served shell with live events."""

    site: Running
    live: Live
    doorman: Doorman
    database: Database

    def say(self, audience: str, *texts: str) -> None:
        for text in texts:
            run(self.database.writer, lambda db, t=text: publish(db, audience, "said", text=t))  # type: ignore[misc]

    @contextmanager
    def listen(self, cookie: str, *, after: str = "") -> Iterator[Stream]:
        headers = {"Cookie": cookie} | ({"Last-Event-ID": after} if after else {})
        with (
            httpx.Client(timeout=PATIENCE) as client,
            client.stream("GET", f"{self.site.url}/live", headers=headers) as answer,
        ):
            assert answer.status_code == 200
            yield Stream(answer)


@pytest.fixture
def place(serve: Serve, database: Database) -> Place:
    doorman = Doorman()
    doorman.sessions = {"amina": frozenset({"user:1"}), "ben": frozenset({"user:2", "everyone"})}
    live = Live(database, doorman, heartbeat=BEAT, interval=0.05)
    return Place(serve(live=live), live, doorman, database)


def texts(events: Sequence[Told]) -> list[str]:
    return [event.data["text"] for event in events]


def test_who_is_signed_out_hears_nothing(place: Place) -> None:
    answer = httpx.get(f"{place.site.url}/live", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (401, "Please sign in first.")


def test_everyone_hears_what_is_meant_for_them_and_nothing_else(place: Place) -> None:
    with place.listen("amina") as amina, place.listen("ben") as ben:
        assert amina.answer.headers["content-type"].startswith("text/event-stream")
        amina.opened()
        ben.opened()
        place.say("user:1", "for Amina")
        place.say("user:2", "for Ben")
        place.say("everyone", "for all with this token")
        place.say("user:1", "again for Amina")
        assert texts(amina.events(2)) == ["for Amina", "again for Amina"]
        assert texts(ben.events(2)) == ["for Ben", "for all with this token"]


def test_who_comes_back_hears_what_was_missed_once_and_in_order(place: Place) -> None:
    with place.listen("amina") as stream:
        stream.opened()
        place.say("user:1", "one")
        assert texts(stream.events(1)) == ["one"]
        place_left = stream.id
    place.say("user:1", "two", "three")
    place.say("user:2", "not for Amina")
    number_all(place.database, LiveEvent)
    with place.listen("amina", after=place_left) as stream:
        place.say("user:1", "four")
        told = stream.events(3)
        assert texts(told) == ["two", "three", "four"]
        assert [int(event.id) for event in told] == sorted({int(event.id) for event in told})
        place.say("user:1", "five")
        assert texts(stream.events(1)) == ["five"]


def test_coming_back_again_and_again_while_much_is_told_loses_nothing(place: Place) -> None:
    total = 60
    heard: list[str] = []

    def talk() -> None:
        place.say("user:1", *map(str, range(total)))

    with place.listen("amina") as stream:
        at = stream.opened().id
    talker = threading.Thread(target=talk)
    talker.start()
    while len(heard) < total:
        with place.listen("amina", after=at) as stream:
            for event in stream.events(min(7, total - len(heard))):
                heard.append(event.data["text"])
            at = stream.id
    talker.join()
    assert heard == list(map(str, range(total)))


def test_who_was_away_too_long_is_told_to_load_again(place: Place) -> None:
    place.say("user:1", "one", "two")
    number_all(place.database, LiveEvent)
    with clock.travel(timedelta(hours=25)):
        run(place.database.writer, prune)
        place.say("user:1", "three")
        with place.listen("amina", after="1") as stream:
            assert stream.events(1)[0].kind == "reset"
        with place.listen("amina", after="999999") as stream:
            assert stream.events(1)[0].kind == "reset"


def test_a_quiet_stream_moves_its_place_with_every_heartbeat(place: Place) -> None:
    with place.listen("amina") as stream:
        stream.opened()
        before = int(stream.id)
        place.say("user:2", "not for Amina")
        for _block in stream.blocks():
            if int(stream.id) == before + 1:
                break
        assert int(stream.id) == before + 1


def test_an_ended_session_ends_its_stream(place: Place) -> None:
    with place.listen("amina") as stream, place.listen("ben") as other:
        stream.opened()
        other.opened()
        del place.doorman.sessions["amina"]
        assert stream.events(1) == []
        place.say("user:2", "still here")
        assert texts(other.events(1)) == ["still here"]
    until(lambda: place.live.streams == 0)


def test_changed_rights_end_the_stream_so_that_it_begins_with_the_new_ones(place: Place) -> None:
    with place.listen("amina") as stream:
        stream.opened()
        place.doorman.sessions["amina"] = frozenset({"user:1", "everyone"})
        assert stream.events(1) == []
    with place.listen("amina") as stream:
        stream.opened()
        place.say("everyone", "now for Amina too")
        assert texts(stream.events(1)) == ["now for Amina too"]


def test_a_stop_ends_the_streams_at_once(place: Place) -> None:
    with place.listen("amina") as stream:
        stream.opened()
        place.site.server.should_exit = True
        assert stream.events(1) == []
        place.site.thread.join(PATIENCE)
        assert not place.site.thread.is_alive()


def test_hundreds_of_streams_take_no_threads(place: Place) -> None:
    number = 300
    place.doorman.sessions |= {f"s{i}": frozenset({f"user:{i}"}) for i in range(number)}
    with ExitStack() as stack:
        connections: list[socket.socket] = []
        for index in range(number):
            connection = stack.enter_context(place.site.connect())
            connection.sendall(
                f"GET /live HTTP/1.1\r\nHost: x\r\nCookie: s{index}\r\n\r\n".encode()
            )
            assert connection.recv(12) == b"HTTP/1.1 200"
            connections.append(connection)
        assert place.live.streams == number
        assert place.site.shell.bridge.busy == 0
        assert threading.active_count() < 20
        assert httpx.get(f"{place.site.url}/echo").status_code == 200
        place.say("user:7", "for one of them")
        assert heard(connections[7], b"for one of them")
    until(lambda: place.live.streams == 0)


def heard(connection: socket.socket, text: bytes) -> bool:
    found = b""
    while text not in found:
        piece = connection.recv(65536)
        if not piece:
            return False
        found += piece
    return True


def test_one_session_has_so_many_streams_and_no_more(place: Place) -> None:
    with ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(place.listen("amina"))
        answer = httpx.get(f"{place.site.url}/live", headers={"Cookie": "amina"})
        assert answer.status_code == 429


def test_the_stream_is_only_read(place: Place) -> None:
    assert httpx.post(f"{place.site.url}/live").status_code == 405


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "²"])
def test_a_senseless_place_begins_anew(place: Place, after: str) -> None:
    headers = {"Cookie": "amina", "Last-Event-ID": after.encode()}
    with httpx.stream("GET", f"{place.site.url}/live", headers=headers) as answer:  # type: ignore[arg-type]
        stream = Stream(answer).opened()
        place.say("user:1", "hello")
        assert texts(stream.events(1)) == ["hello"]


def test_a_reader_too_slow_for_its_queue_is_ended_and_nobody_else() -> None:
    hub = Hub()
    slow, quick = (hub.add(Viewer(key, frozenset({"user:1"}))) for key in ("slow", "quick"))
    spread: Callable[[Sequence[Event]], None] = hub._spread
    taken: list[Event] = []
    for seq in range(1, QUEUE + 2):
        spread([Event(seq, "user:1", "said", {})])
        taken += quick.take()
    assert slow.ended
    assert not quick.ended
    assert [event.seq for event in taken] == list(range(1, QUEUE + 2))


def test_live_events_of_a_follower_begin_where_it_began(database: Database, serve: Serve) -> None:
    prepare(database, LiveEvent)
    run(database.writer, lambda db: publish(db, "user:1", "said", text="before the start"))
    number_all(database, LiveEvent)
    doorman = Doorman()
    doorman.sessions = {"amina": frozenset({"user:1"})}
    live = Live(database, doorman, heartbeat=BEAT, interval=0.05)
    place = Place(serve(live=live), live, doorman, database)
    with place.listen("amina") as stream:
        assert stream.opened().id == "1"
        place.say("user:1", "after it")
        assert texts(stream.events(1)) == ["after it"]
