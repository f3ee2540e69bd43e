"""`quad user` and `quad token`."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quad.core.mail.models import Mail
from quad.identity.models.accounts import AccountState, PersonalToken, Role, RoleGrant, User
from quad.institution.models import Department
from tests.cli.conftest import Installation

pytestmark = pytest.mark.feature("L33", "L56", "C31")

PASSWORD = "plum harbour violet 9"
CREATE = ("user", "create", "--email", "Mira@College.example", "--name", "Mira Nair")


def account(site: Installation, email: str = "mira@college.example") -> User | None:
    with site.reading() as db:
        return db.scalar(select(User).where(User.email == email))


@pytest.mark.parametrize("role", [role.value for role in Role if role is not Role.HOD])
def test_an_account_of_each_role_is_made(site: Installation, role: str) -> None:
    told = site.quad(*CREATE, "--role", role, "--password-stdin", given=PASSWORD + "\n")
    assert told.code == 0, told.err
    made = account(site)
    assert made is not None
    assert not made.must_change_password
    assert made.state is AccountState.ACTIVE
    with site.reading() as db:
        grants = db.scalars(select(RoleGrant).where(RoleGrant.user_id == made.id)).all()
    assert [(given.role, given.department_id) for given in grants] == [(role, None)]


def test_the_password_is_neither_printed_nor_kept_as_it_is(site: Installation) -> None:
    told = site.quad(*CREATE, "--role", "admin", "--password-stdin", given=PASSWORD + "\n")
    made = account(site)
    assert made is not None
    assert PASSWORD not in told.out + told.err
    assert str(made.password_hash).startswith("$argon2id$")


def test_without_a_password_a_one_time_password_is_mailed_and_printed(site: Installation) -> None:
    told = site.quad(*CREATE, "--role", "student", "--json")
    assert told.code == 0, told.err
    one_time = told.json["one_time_password"]
    assert told.json["email"].lower() == "mira@college.example"
    made = account(site)
    assert made is not None
    assert str(made.id) == told.json["id"]
    assert made.must_change_password
    with site.reading() as db:
        letter = db.scalars(select(Mail).where(Mail.template == "identity/invitation")).one()
    assert one_time in str(letter.body_text)


def test_a_head_needs_a_department_that_exists(site: Installation) -> None:
    assert site.quad(*CREATE, "--role", "hod").code == 1
    unknown = site.quad(*CREATE, "--role", "hod", "--department", "CSE")
    assert unknown.code == 1
    assert "There is no department CSE." in unknown.err
    with site.database() as database, database.writer() as db:
        row = Department(code="CSE", code_key="CSE", name="Computing", sort_name="Computing")
        db.add(row)
        db.commit()
        number = row.id
    told = site.quad(*CREATE, "--role", "hod", "--department", "CSE")
    assert told.code == 0, told.err
    with site.reading() as db:
        assert db.scalars(select(RoleGrant.department_id)).all() == [number]


@pytest.mark.parametrize("password", ["", "short", "password1"])
def test_a_weak_password_is_refused_with_a_sentence(site: Installation, password: str) -> None:
    told = site.quad(*CREATE, "--role", "admin", "--password-stdin", given=password + "\n")
    assert told.code == 1
    assert "password" in told.err.lower()
    assert "Traceback" not in told.err
    assert account(site) is None


def test_an_address_is_taken_once(site: Installation) -> None:
    assert site.quad(*CREATE, "--role", "student").code == 0
    again = site.quad(*CREATE, "--role", "student")
    assert again.code == 1
    assert "Traceback" not in again.err


def test_a_disabled_account_is_closed(site: Installation) -> None:
    site.quad(*CREATE, "--role", "student")
    assert site.quad("user", "disable", "--email", "mira@college.example").code == 0
    made = account(site)
    assert made is not None
    assert made.state is AccountState.DISABLED


def test_the_last_administrator_stays(site: Installation) -> None:
    site.quad(*CREATE, "--role", "admin")
    told = site.quad("user", "disable", "--email", "mira@college.example")
    assert told.code == 1
    assert "last administrator" in told.err


def test_a_reset_gives_another_one_time_password(site: Installation) -> None:
    site.quad(*CREATE, "--role", "student", "--password-stdin", given=PASSWORD + "\n")
    before = account(site)
    told = site.quad("user", "reset", "--email", "MIRA@college.example")
    assert told.code == 0
    assert told.out.startswith("One-time password: ")
    after = account(site)
    assert before is not None
    assert after is not None
    assert after.must_change_password
    assert after.password_hash != before.password_hash


@pytest.mark.parametrize("verb", ["disable", "reset"])
def test_an_unknown_account_is_refused(site: Installation, verb: str) -> None:
    told = site.quad("user", verb, "--email", "nobody@college.example")
    assert told.code == 1
    assert "There is no account nobody@college.example." in told.err


def test_passwords_are_hashed_line_by_line(site: Installation) -> None:
    told = site.quad("user", "hash-passwords", "-", given="ann\tplum harbour 9\nviolet lantern 4\n")
    first, second = told.out.splitlines()
    name, _tab, hashed = first.partition("\t")
    assert name == "ann"
    assert hashed.startswith("$argon2id$")
    assert second.startswith("$argon2id$")
    assert "harbour" not in told.out


def test_a_file_of_passwords_is_hashed_too(site: Installation) -> None:
    (site.folder / "plain.txt").write_text("plum harbour 9\n")
    told = site.quad("user", "hash-passwords", "plain.txt")
    assert told.code == 0
    assert told.out.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("ttl", "ends"), [("30m", True), ("12h", True), ("90d", True), (None, False)]
)
def test_a_token_lasts_as_long_as_asked(site: Installation, ttl: str | None, ends: bool) -> None:
    site.quad(*CREATE, "--role", "student")
    chosen = ["--ttl", ttl] if ttl else []
    told = site.quad("token", "create", "--email", "mira@college.example", *chosen)
    assert told.code == 0, told.err
    with site.reading() as db:
        token = db.scalars(select(PersonalToken)).one()
    assert told.out.strip().endswith(token.tail)
    assert token.token_hash not in told.out
    assert (token.expires_at is not None) is ends


@pytest.mark.parametrize("ttl", ["", "0d", "-1d", "1w", "99999999d", "１d", "1d; drop"])
def test_a_duration_that_is_none_is_refused(site: Installation, ttl: str) -> None:
    site.quad(*CREATE, "--role", "student")
    told = site.quad("token", "create", "--email", "mira@college.example", f"--ttl={ttl}")
    assert told.code == 1
    assert "30m, 12h or 90d" in told.err


def test_a_token_for_nobody_is_refused(site: Installation) -> None:
    assert site.quad("token", "create", "--email", "nobody@college.example").code == 1
