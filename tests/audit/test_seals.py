"""The chain of seals: what was changed past the program is found and named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from quad.audit.models import AuditEntry, AuditSeal
from quad.audit.service import seals
from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import run, unit
from quad.core.live import number_all, prepare
from tests.cli.conftest import Installation, bare  # noqa: F401
from tests.factories.people import person

pytestmark = pytest.mark.feature("L40")
SECRET = "a secret of this test, long enough"


@pytest.fixture
def sealed(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Twenty-three entries in runs of five, all sealed."""
    monkeypatch.setattr(seals, "RUN", 5)
    for number in range(23):
        with database.writer() as db, unit(db):
            person(db, name=f"Person {number}")
    seal_all(database)
    return database


def seal_all(database: Database) -> None:
    prepare(database, AuditEntry)
    number_all(database, AuditEntry)
    while run(database.writer, lambda db: seals.seal_next(db, SECRET, all_of_it=True) is not None):
        pass


def problems(database: Database, secret: str = SECRET) -> tuple[str, ...]:
    with database.reading() as db:
        return seals.verify(db, secret).problems


def alter(database: Database, statement: object) -> None:
    with database.engine.begin() as connection:
        connection.execute(statement)  # type: ignore[call-overload]


@pytest.mark.db
def test_an_untouched_audit_is_sound(sealed: Database) -> None:
    with sealed.reading() as db:
        verdict = seals.verify(db, SECRET)
        assert verdict.problems == ()
        assert verdict.entries == db.scalar(select(func.count()).select_from(AuditEntry)) == 23
        assert verdict.seals == 5
        assert seals.holds(db, verdict.newest_hash)
        assert not seals.holds(db, "f" * 64)


@pytest.mark.db
@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (
            lambda: update(AuditEntry).where(AuditEntry.seq == 7).values(action="nothing"),
            "Entry 7 was changed.",
        ),
        (
            lambda: update(AuditEntry).where(AuditEntry.seq == 7).values(data={"x": 1}),
            "Entry 7 was changed.",
        ),
        (lambda: delete(AuditEntry).where(AuditEntry.seq == 7), "Entry 7 was removed."),
        (lambda: delete(AuditEntry).where(AuditEntry.seq == 23), "Entry 23 was removed."),
        (
            lambda: update(AuditSeal).where(AuditSeal.first_seq == 6).values(digests=b"x" * 24),
            "The seal of entries 6 to 10 was changed.",
        ),
        (
            lambda: delete(AuditSeal).where(AuditSeal.first_seq == 6),
            "A seal before entries 11 to 15 is missing.",
        ),
        (
            lambda: delete(AuditSeal).where(AuditSeal.first_seq == 1),
            "A seal before entries 6 to 10 is missing.",
        ),
    ],
)
def test_what_was_changed_past_the_program_is_named(
    sealed: Database, harm: Callable[[], object], found: str
) -> None:
    alter(sealed, harm())
    assert found in problems(sealed)


def test_an_entry_slipped_in_among_sealed_ones_is_found(sealed: Database) -> None:
    alter(sealed, delete(AuditEntry).where(AuditEntry.seq == 9))
    alter(
        sealed, text("UPDATE audit_seal SET digests = substr(digests, 1, 72) WHERE first_seq = 6")
    )
    with sealed.reading() as db:
        one = db.execute(select(AuditEntry.__table__).where(AuditEntry.seq == 8)).one()._asdict()
    alter(sealed, insert(AuditEntry).values(one | {"id": 9_999, "seq": 9}))
    assert "Entry 9 was inserted." in problems(sealed)


@pytest.mark.parametrize("number", [-4, 0, 24])
def test_an_entry_with_a_number_nobody_gave_is_found(sealed: Database, number: int) -> None:
    with sealed.reading() as db:
        one = db.execute(select(AuditEntry.__table__).where(AuditEntry.seq == 8)).one()._asdict()
    alter(sealed, insert(AuditEntry).values(one | {"id": 9_999, "seq": number}))
    assert f"Entry {number} was inserted." in problems(sealed)


def test_an_entry_put_where_retention_has_dropped_some_is_found(sealed: Database) -> None:
    with sealed.reading() as db:
        one = db.execute(select(AuditEntry.__table__).where(AuditEntry.seq == 8)).one()._asdict()
    tomorrow = clock.now() + timedelta(days=1)
    assert run(sealed.writer, lambda db: seals.drop_before(db, tomorrow)) == 5
    assert problems(sealed) == ()
    alter(sealed, insert(AuditEntry).values(one | {"id": 9_999, "seq": 3}))
    assert problems(sealed) == ("Entry 3 was inserted.",)


def test_a_changed_role_is_found_and_an_entry_without_one_keeps_its_digest(
    sealed: Database,
) -> None:
    alter(sealed, update(AuditEntry).where(AuditEntry.seq == 7).values(role="admin"))
    assert problems(sealed) == ("Entry 7 was changed.",)


def test_a_chain_made_again_without_the_secret_is_found(sealed: Database) -> None:
    """Who may write to the database but does not know the secret cannot make seals that hold."""
    alter(sealed, delete(AuditSeal))
    alter(sealed, delete(AuditEntry).where(AuditEntry.seq == 23))
    prepare(sealed, AuditEntry)
    run(
        sealed.writer,
        lambda db: seals.seal_next(db, "some other secret", all_of_it=True) is not None,
    )
    assert any("another QUAD_SECRET_KEY, or forged" in line for line in problems(sealed))


def test_the_newest_entries_cannot_vanish_before_they_are_sealed(sealed: Database) -> None:
    for name in ("Late", "Later"):
        with sealed.writer() as db, unit(db):
            person(db, name=name)
    number_all(sealed, AuditEntry)
    assert problems(sealed) == ()
    alter(sealed, delete(AuditEntry).where(AuditEntry.seq == 25))
    assert problems(sealed) == ("1 of the newest entries is missing.",)


@pytest.mark.db
def test_retention_drops_whole_runs_and_keeps_the_chain(sealed: Database) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    assert run(sealed.writer, lambda db: seals.drop_before(db, clock.now() - timedelta(1))) == 0
    assert run(sealed.writer, lambda db: seals.drop_before(db, tomorrow)) == 5
    assert run(sealed.writer, lambda db: seals.drop_before(db, tomorrow)) == 5
    with sealed.reading() as db:
        assert db.scalar(select(func.min(AuditEntry.seq))) == 11
        assert seals.verify(db, SECRET) == seals.Verdict(
            5, 13, seals.verify(db, SECRET).newest_hash, ()
        )
    with sealed.writer() as db, unit(db):
        person(db, name="Afterwards")
    seal_all(sealed)
    assert problems(sealed) == ()


def test_a_short_run_is_sealed_only_after_an_hour(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writer() as db, unit(db):
        person(db, name="One")
    prepare(database, AuditEntry)
    number_all(database, AuditEntry)
    assert run(database.writer, lambda db: seals.seal_next(db, SECRET)) is None
    later = clock.now() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert run(database.writer, lambda db: seals.seal_next(db, SECRET)) is not None


def test_the_command_says_what_it_found(bare: Installation) -> None:  # noqa: F811
    bare.quad("db", "upgrade")
    create = ("user", "create", "--email", "mira@college.example", "--name", "Mira")
    assert bare.quad(*create, "--role", "admin").code == 0
    assert bare.quad("audit", "seal").out == "1 seals made.\n"
    told = bare.quad("audit", "verify", "--json")
    assert told.code == 0, told.err
    assert told.json["problems"] == []
    assert bare.quad("audit", "verify", "--expect", told.json["hash"]).code == 0
    assert bare.quad("audit", "verify", "--expect", "ab" * 32).code == 1
    with bare.database() as database, database.engine.begin() as connection:
        connection.execute(update(AuditEntry).values(address="10.0.0.1"))
    told = bare.quad("audit", "verify")
    assert told.code == 1
    assert "was changed" in told.err
