from __future__ import annotations

import threading

import bcrypt
import pytest

from quad.core.errors import TooMany
from quad.identity.models.accounts import User
from quad.identity.service.hashing import GATE, Hasher, HashGate, hash_passwords
from tests.factories.people import PASSWORD
from tests.identity.conftest import sign_in

CHEAP = Hasher(8, 1)


def test_hashes_are_argon2id_with_one_lane():
    assert CHEAP.hash(PASSWORD).startswith("$argon2id$v=19$m=8,t=1,p=1$")


@pytest.mark.feature("L11")
def test_the_cost_is_a_setting_and_an_older_cost_is_replaced():
    kept = CHEAP.hash(PASSWORD)
    dearer = Hasher(16, 2).check(kept, PASSWORD)
    assert dearer.right
    assert dearer.better is not None
    assert "m=16,t=2" in dearer.better
    assert CHEAP.check(kept, PASSWORD).better is None


def test_of_six_at_once_one_hashes_four_wait_and_the_sixth_is_sent_away():
    gate = HashGate()
    entered, release = threading.Event(), threading.Event()
    inside: list[int] = []
    most = 0

    def hash_slowly() -> None:
        nonlocal most
        with gate.turn():
            inside.append(1)
            most = max(most, len(inside))
            entered.set()
            assert release.wait(10)
            inside.pop()

    threads = [threading.Thread(target=hash_slowly) for _ in range(5)]
    threads[0].start()
    assert entered.wait(10)
    for thread in threads[1:]:
        thread.start()
    while gate._places._value:
        threading.Event().wait(0.005)
    with pytest.raises(TooMany) as refused, gate.turn():
        pass
    assert refused.value.retry_after >= 1
    release.set()
    for thread in threads:
        thread.join(10)
    assert most == 1
    with gate.turn():
        pass


def test_a_full_gate_answers_429_with_retry_after_at_both_doors(client, somebody):
    user = somebody()
    taken = 0
    while GATE._places.acquire(blocking=False):
        taken += 1
    try:
        page = sign_in(client, user.email)
        api = client.post("/api/v1/auth/login", json={"email": user.email, "password": PASSWORD})
    finally:
        for _place in range(taken):
            GATE._places.release()
    assert taken == 5
    for answer in (page, api):
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.feature("C33")
def test_an_imported_bcrypt_hash_signs_in_and_is_rehashed(client, somebody, adjust, database):
    adjust(login_code="off")
    user = somebody()
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    with database.writer() as db:
        from quad.core.facts import unit

        with unit(db):
            db.get_one(User, user.id).password_hash = old
    assert sign_in(client, user.email, "wrong horse").status_code == 401
    assert sign_in(client, user.email).location == "/"
    with database.reading() as db:
        kept = db.get_one(User, user.id).password_hash
        assert kept is not None
        assert kept.startswith("$argon2id$")
    client.post("/logout")
    assert sign_in(client, user.email).location == "/"


def test_a_long_bcrypt_password_counts_as_it_always_did():
    long = "x" * 80
    kept = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
    assert CHEAP.check(kept, long).right


def test_something_that_is_no_hash_never_fits():
    for kept in ("", "plain", "$2b$broken", "$argon2id$broken"):
        assert not CHEAP.check(kept, "plain").right
    assert not CHEAP.check(None, "").right


@pytest.mark.feature("L56")
def test_a_file_of_passwords_is_hashed_line_by_line():
    lines = list(hash_passwords(["meera@nvit.example\tplum tree\n", "\n", "harbour, 9\r\n"], CHEAP))
    assert len(lines) == 2
    name, _tab, kept = lines[0].partition("\t")
    assert name == "meera@nvit.example"
    assert CHEAP.check(kept, "plum tree").right
    assert CHEAP.check(lines[1], "harbour, 9").right
