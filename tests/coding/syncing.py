"""A student with linked accounts, and a worker that reads them from a server on this machine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.coding.forms.accounts import LinkAccount
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.snapshots import Snapshot
from quad.coding.models.sync import AccountProof, AccountSync, PlatformPulse
from quad.coding.service import accounts
from quad.coding.service.pushing import TELL_JOB
from quad.coding.service.syncing import planning
from quad.coding.service.syncing.rules import ON
from quad.core import clock, settings
from quad.core.acting import actor_by_id
from quad.core.config import Settings, SyncSettings
from quad.core.db.engine import Database
from quad.core.facts import run, unit
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import Runtime, attach
from quad.core.policy import SYSTEM, Actor
from tests.coding.platforms import Script, Stage
from tests.factories import academics as factory


def sync_settings(settings: Settings, url: str, **more: Any) -> Settings:
    """Return `settings` with every platform at `url`."""
    places = {name: url for name in SyncSettings.model_fields if name.endswith("_url")}
    values = places | {"deadline": 20, "step_timeout": 20, "max_answer": 1024 * 1024} | more
    return settings.model_copy(update={"sync": SyncSettings(**values)})


@dataclass
class Bench:
    """The installation, a student, and the clock in one hand."""

    runtime: Runtime
    stage: Stage
    user_id: int = 0
    student_id: int = 0
    waits: list[float] = field(default_factory=list)
    time: ExitStack = field(default_factory=ExitStack)

    def do(self, work: Callable[[Session], Any]) -> Any:
        """Do `work` as one unit."""
        return run(self.runtime.database.writer, work)

    def actor(self, db: Session) -> Actor:
        return actor_by_id(db, self.user_id)

    def link(self, platform: str, handle: str = "Mona") -> int:
        """Link an account and return its number."""
        form = LinkAccount(platform_name=platform, username=handle)
        number: int = self.do(lambda db: accounts.link(db, self.actor(db), form).id)
        return number

    def at(self, moment: datetime | timedelta) -> None:
        """Move the clock."""
        self.time.enter_context(clock.travel(moment))

    def answer(self, script: Script) -> None:
        self.stage.answer = script

    def work(self) -> int:
        """Take the turns that have come, do everything that is due, and return how many jobs that were.

        The news of moved leaderboards, which come a few seconds after anything, are not counted.
        """
        self.do(planning.plan_due)
        told = self.do(_news)
        return perform_due(self.runtime) - (self.do(_news) - told)

    def state(self, account_id: int) -> Any:
        return self._one(select(AccountSync).where(AccountSync.account_id == account_id))

    def proof(self, account_id: int) -> Any:
        return self._one(select(AccountProof).where(AccountProof.account_id == account_id))

    def account(self, account_id: int) -> Any:
        return self._one(select(CodingAccount).where(CodingAccount.id == account_id))

    def pulse(self, platform: str) -> Any:
        return self._one(select(PlatformPulse).where(PlatformPulse.platform == platform))

    def snapshots(self, account_id: int) -> list[Snapshot]:
        with self.runtime.database.reader() as db:
            query = select(Snapshot).where(Snapshot.account_id == account_id).order_by(Snapshot.id)
            rows = list(db.scalars(query))
            db.expunge_all()
        return rows

    def _one(self, query: Any) -> Any:
        with self.runtime.database.reader() as db:
            row = db.scalars(query).one()
            db.expunge_all()
        return row


def set_up(database: Database, settings_: Settings, stage: Stage) -> Bench:
    """Make the installation read platforms, with one student in it."""
    runtime = attach(database, sync_settings(settings_, stage.url))
    with database.writer() as db, unit(db):
        settings.change(db, SYSTEM, {ON.key: True})
        student = factory.student(db, of=factory.department(db), name="Mona Sen")
        return Bench(runtime, stage, student.user_id, student.id)


def _news(db: Session) -> int:
    """Return how often the news of leaderboards were told."""
    query = select(func.count()).where(Job.kind == TELL_JOB, Job.state == JobState.DONE)
    return db.scalar(query) or 0
