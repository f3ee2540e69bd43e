"""Short ways to post a letter and to look at what became of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from quad.core.facts import unit
from quad.core.jobs.models import Job
from quad.core.jobs.runtime import Runtime
from quad.core.mail.models import Mail
from quad.core.mail.outbox import send
from quad.core.mail.render import template_root

template_root("testing", Path(__file__).parent / "letters")

ANNA = ("Anna", "anna@college.example")
Office = Callable[..., Runtime]


def post(office: Runtime, to: tuple[str, str] = ANNA, code: str = "123456", **how: Any) -> int:
    with office.database.writer() as db, unit(db):
        (mail_id,) = send(db, "testing/code", [to], {"code": code}, **how)
    return mail_id


def stored(office: Runtime, mail_id: int) -> Mail:
    with office.database.reading() as db:
        mail = db.scalars(select(Mail).where(Mail.id == mail_id)).one()
        db.expunge(mail)
    return mail


def its_job(office: Runtime, mail_id: int) -> Job:
    with office.database.reading() as db:
        row = db.scalars(select(Job).where(Job.key == f"mail.send/{mail_id}")).one()
        db.expunge(row)
    return row


def local(port: int) -> str:
    return f"smtp://127.0.0.1:{port}"
