"""`quad user` and `quad token`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TextIO

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.cli.group import json_option, say, say_json
from quad.cli.work import in_unit
from quad.core.config import Settings, load_settings
from quad.core.db.types import normalised
from quad.core.errors import NotFound, QuadError
from quad.core.forms import Bound
from quad.core.policy import SYSTEM
from quad.identity.forms.accounts import NewUser
from quad.identity.models.accounts import Role, User
from quad.identity.service.hashing import hash_passwords as hashed_lines
from quad.identity.service.hashing import hasher
from quad.identity.service.tokens import create_token
from quad.identity.service.users import create_user, disable_user, reset_user
from quad.institution.models import Department

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
email_option = click.option("--email", required=True, help="The account's e-mail address.")


def _account(db: Session, email: str) -> int:
    found = db.scalar(
        select(User.id).where(User.email == normalised(email), User.deleted_at.is_(None))
    )
    if found is None:
        raise NotFound(f"There is no account {email}.")
    return found


def _department(db: Session, code: str | None) -> int | None:
    if code is None:
        return None
    found = db.scalar(
        select(Department.id).where(Department.code == code, Department.deleted_at.is_(None))
    )
    if found is None:
        raise NotFound(f"There is no department {code}.")
    return found


@click.group()
def user() -> None:
    """Create, disable or reset accounts; hash passwords."""


@user.command()
@email_option
@click.option("--name", required=True, help="Full name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--department", help="Department code, for roles that belong to one.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
def create(
    email: str, name: str, role: str, department: str | None, password_stdin: bool, as_json: bool
) -> None:
    """Create an account. Without a password a one-time password is made, mailed and printed."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None

    def work(db: Session, settings: Settings) -> dict[str, Any]:
        values = {
            "email": email,
            "full_name": name,
            "role": role,
            "department_id": _department(db, department),
        }
        db.rollback()  # the hash is made before the unit's first statement
        form = Bound.from_row(NewUser, values).require()
        made, one_time = create_user(db, SYSTEM, form, hasher(settings), password=password)
        return {"id": str(made.id), "email": made.email, "one_time_password": one_time}

    result = in_unit(work)
    if as_json:
        say_json(result)
        return
    say(f"{result['email']} is created.")
    if result["one_time_password"]:
        say(f"One-time password: {result['one_time_password']}")


@user.command()
@email_option
def disable(email: str) -> None:
    """Close an account: nobody signs in with it, every session ends."""
    in_unit(lambda db, _settings: disable_user(db, SYSTEM, _account(db, email)))
    say(f"{email} is disabled.")


@user.command()
@email_option
def reset(email: str) -> None:
    """Give an account a new one-time password."""

    def work(db: Session, settings: Settings) -> str:
        number = _account(db, email)
        return reset_user(db, SYSTEM, number, hasher(settings))[1]

    say(f"One-time password: {in_unit(work)}")


@user.command("hash-passwords")
@click.argument("file", type=click.File("r"))
def hash_passwords(file: TextIO) -> None:
    """Hash the passwords in FILE, one a line ("-" is standard input); what stands before a tab is kept."""
    lines: Iterator[str] = hashed_lines(file, hasher(load_settings()))
    for line in lines:
        say(line)


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9]\d{0,4})([mhd])", text)
    if found is None:
        raise QuadError("Write a duration such as 30m, 12h or 90d.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


@click.group()
def token() -> None:
    """Create a personal access token."""


@token.command("create")
@email_option
@click.option("--ttl", help="How long it works, such as 30m, 12h or 90d; for ever unless given.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
def token_create(email: str, ttl: str | None, name: str) -> None:
    """Print a new personal access token. It is shown only once."""
    lasts = _duration(ttl) if ttl is not None else None
    say(
        in_unit(
            lambda db, _settings: create_token(
                db, SYSTEM, _account(db, email), name=name, ttl=lasts
            )
        )
    )
