"""Whether an address has an account is told by no answer, no header and no time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from random import Random
from statistics import median
from typing import Any

import pytest

from quad.core.facts import unit
from quad.identity.service import hashing
from tests.factories.people import PASSWORD, person

pytestmark = pytest.mark.feature("L7", "C13")
ROUNDS = 30
TRIES = 4
MINE = re.compile(r'name="csrf_token" value="[^"]+"|csrf-token" content="[^"]+"|[\w.+-]+@[\w.-]+')
VARYING = {"date", "set-cookie", "content-length", "x-request-id"}
WRONG = "wrong horse battery 9"
FRESH = "copper lantern drifts 42"

Ask = Callable[[Any, str], Any]


def _page(client: Any, email: str) -> Any:
    return client.post("/login", data={"email": email, "password": WRONG})


def _api(client: Any, email: str) -> Any:
    return client.post("/api/v1/auth/login", json={"email": email, "password": WRONG})


def _reset(client: Any, email: str) -> Any:
    return client.post("/forgot-password", data={"email": email})


def _reset_api(client: Any, email: str) -> Any:
    return client.post("/api/v1/auth/forgot-password", json={"email": email})


def _register(client: Any, email: str) -> Any:
    data = {"full_name": "Nila Sen", "email": email, "password": FRESH, "repeat": FRESH}
    return client.post("/register", data=data)


def _register_api(client: Any, email: str) -> Any:
    body = {"full_name": "Nila Sen", "email": email, "password": FRESH}
    return client.post("/api/v1/auth/register", json=body)


DOORS: dict[str, Ask] = {
    "sign-in": _page,
    "sign-in by API": _api,
    "reset": _reset,
    "reset by API": _reset_api,
    "registration": _register,
    "registration by API": _register_api,
}


@pytest.fixture
def door(adjust, database):
    """Open registration, a hash that costs something, and as many known as unknown addresses."""
    site = adjust(registration="open", hash_memory_kib=2048)
    kept = hashing.hasher(site.extensions["quad"].settings).hash(PASSWORD)
    with database.writer() as db, unit(db):
        for number in range(ROUNDS + 1):
            person(db, email=f"known{number}@college.example").password_hash = kept
    return lambda known, number: f"{'known' if known else 'other'}{number}@college.example"


def _told(answer: Any) -> tuple[Any, ...]:
    headers = {
        name.lower(): value for name, value in answer.headers.items() if name.lower() not in VARYING
    }
    return answer.status_code, MINE.sub("", answer.get_data(as_text=True)), headers


@pytest.mark.parametrize("name", DOORS)
def test_known_and_unknown_get_the_same_answer_and_headers(name, client, door):
    ask = DOORS[name]
    assert _told(ask(client, door(True, 0))) == _told(ask(client, door(False, 0)))


@pytest.mark.parametrize("name", DOORS)
def test_known_and_unknown_cost_the_same_hashes(name, client, door, monkeypatch):
    """Hashing is where the time goes: the same number of hashes is the strongest sign of the same time."""
    turns: list[int] = []
    plain = hashing.HashGate.turn

    def counted(self: Any) -> Any:
        turns.append(1)
        return plain(self)

    monkeypatch.setattr(hashing.HashGate, "turn", counted)
    cost = {}
    for known in (True, False):
        turns.clear()
        DOORS[name](client, door(known, 1))
        cost[known] = len(turns)
    assert cost[True] == cost[False]


def lie_apart(known: list[float], unknown: list[float]) -> bool:
    """Tell whether two samples of times are two distributions: by rank, and by more than a tenth of the usual time.

    The share of pairs in which the first is longer is a half when both are one distribution, and 0 or 1 when they lie
    apart. A difference that is small beside the time itself drowns on any network, however steady it is.
    """
    differences = [one - other for one in known for other in unknown]
    share = sum(each > 0 for each in differences) / len(differences)
    return not 0.1 < share < 0.9 and abs(median(differences)) > median(unknown) / 10


def _timed(known: Callable[[int], object], unknown: Callable[[int], object]) -> Any:
    """Time both in turn, so that load falls on both alike."""
    taken: tuple[list[float], list[float]] = [], []
    for number in range(ROUNDS):
        for which in (0, 1) if number % 2 else (1, 0):
            begin = time.perf_counter()
            (known, unknown)[which](number)
            taken[which].append(time.perf_counter() - begin)
    return taken


def tells(known: Callable[[int], object], unknown: Callable[[int], object]) -> bool:
    """Tell whether somebody with a clock learns which of the two it was.

    A leak is there in every try; a machine that is busy with something else spoils one or two of them.
    """
    return all(lie_apart(*_timed(known, unknown)) for _try in range(TRIES))


@pytest.mark.parametrize("name", DOORS)
def test_the_times_of_known_and_unknown_lie_among_each_other(name, client, door):
    ask = DOORS[name]
    for known in (True, False):
        ask(client, door(known, ROUNDS))
    assert not tells(
        lambda number: ask(client, door(True, number)),
        lambda number: ask(client, door(False, number)),
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("leak", "noise", "found"),
    [(0.005, 0.001, True), (-0.005, 0.001, True), (0.0, 0.001, False), (0.0, 0.05, False)],
    ids=["slower", "quicker", "alike", "alike on a busy machine"],
)
def test_a_leak_of_five_milliseconds_is_found_and_noise_is_none(leak, noise, found, seed):
    """The judge of the test above, on made-up times: it can fail, and it does not cry wolf."""
    chance = Random(seed)
    usual = [0.012 + chance.expovariate(1 / noise) for _round in range(ROUNDS)]
    other = [0.012 + leak + chance.expovariate(1 / noise) for _round in range(ROUNDS)]
    assert lie_apart(other, usual) is found
