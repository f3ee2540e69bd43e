"""Who wants to come in: applications, invitations, an account somebody has twice, and what people say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.cli.demo import plan
from quad.cli.demo.college import HEAD, REGISTRAR, STAR, TEACHER, College, add_person
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.db.model import set_acting_user
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor
from quad.identity.forms.joining import NewInvitation
from quad.identity.forms.profiles import EditProfile
from quad.identity.models.accounts import Role, User
from quad.identity.models.joining import Registration
from quad.identity.service import approvals, invitations, profiles, registration
from quad.identity.service.registration import Newcomer
from quad.identity.service.secrets import fingerprint, new_key

# Name, role, department, days ago, what they write, and what becomes of it.
APPLICANTS = (
    (
        "Aarav Deshpande",
        Role.STUDENT,
        "CSE",
        5,
        "I move over from the evening college.",
        "rejected",
    ),
    (
        "Lakshmi Nair",
        Role.ALUMNUS,
        "ECE",
        3,
        "Class of 2019, now at a start-up in Pune.",
        "waiting",
    ),
    ("Tenzin Wangmo", Role.STUDENT, "CSE", 2, "My admission letter is number 1187.", "waiting"),
    ("Samuel Okafor", Role.STUDENT, "CIV", 1, "", "waiting"),
    ("Ishita Ghosh", Role.STUDENT, "MEC", 0, "", "unconfirmed"),
)
REASON = "Your name is not on the list of admissions. Please bring the letter to the office."
INVITED = (
    ("Professor Anita Bose", "anita.bose", Role.FACULTY, None, 1, "Welcome to the computing team."),
    ("Rahul Saxena", "rahul.saxena", Role.ADVISOR, "CSE", 20, ""),
    ("Mei Lin Tan", "meilin.tan", Role.ALUMNUS, "ECE", 4, "Come back for the reunion."),
)
SAYINGS: dict[str, dict[str, Any]] = {
    STAR: {
        "pronouns": "she/her",
        "bio": "I like compilers, long walks and the library at night.",
        "links": ["https://code.example/meenakshi"],
    },
    HEAD: {"bio": "My door is open on Tuesdays and Thursdays, 2 to 4."},
    TEACHER: {"bio": "Operating systems, and why they wait.", "phone": "+91 80 5550 0142"},
}


def build_arrivals(db: Session, college: College) -> None:
    """Fill the pages about coming in, through the commands people use."""
    registrar = _person(db, REGISTRAR)
    for number, given in enumerate(APPLICANTS):
        _apply(db, college, registrar, number, given)
    for invited in INVITED:
        _invite(db, college, registrar, invited)
    add_person(db, college, TEACHER, "ravi.menon.new", [(Role.FACULTY, None)])
    for name, said in SAYINGS.items():
        person = _person(db, name)
        with _as(person, 0):
            form = EditProfile(full_name=name, language="en", zone=plan.TIME_ZONE, **said)
            profiles.edit_profile(db, person, form)


def _person(db: Session, name: str) -> Actor:
    query = select(User.id).where(User.full_name == name).order_by(User.id)
    return actor_by_id(db, db.scalars(query).first())


@contextmanager
def _as(actor: Actor | None, days_ago: int) -> Iterator[None]:
    set_acting_user(actor.id if actor else None)
    try:
        with clock.travel(timedelta(days=-days_ago)):
            yield
    finally:
        set_acting_user(None)


def _apply(
    db: Session,
    college: College,
    registrar: Actor,
    number: int,
    given: tuple[str, Role, str, int, str, str],
) -> None:
    name, role, department, ago, note, outcome = given
    newcomer = Newcomer(
        full_name=name,
        email=f"{name.lower().replace(' ', '.')}@home.example",
        password="",
        role=role,
        department_id=college.departments[department],
        register_number=f"4NV26{department[:2]}{900 + number}" if role is Role.STUDENT else "",
        graduation_year=2019 if role is Role.ALUMNUS else None,
        note=note,
    )
    with _as(None, ago):
        registration.register(db, newcomer, college.password_hash, "approval")
        if outcome == "unconfirmed":
            return
        row = db.scalars(select(Registration).where(Registration.email == newcomer.email)).one()
        token = new_key()
        row.token_hash = fingerprint(token)
        registration.confirm(db, token, "approval")
    if outcome == "rejected":
        with _as(registrar, ago - 1):
            approvals.reject(db, registrar, row.id, REASON)


def _invite(
    db: Session,
    college: College,
    registrar: Actor,
    given: tuple[str, str, Role, str | None, int, str],
) -> None:
    name, mailbox, role, department, ago, message = given
    form = NewInvitation(
        email=f"{mailbox}@{plan.DOMAIN}",
        full_name=name,
        role=role,
        department_id=college.departments[department] if department else None,
        message=message,
    )
    runtime = runtime_of(db)
    assert runtime is not None
    with _as(registrar, ago):
        row = invitations.invite(db, registrar, form)
        invitations.mail_invitations(db, [row.id], runtime.settings.base_url)
