"""What coding adds to the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.api import accounts as accounts_api
from quad.coding.api import analytics as analytics_api
from quad.coding.api import evidence as evidence_api
from quad.coding.api import growing as growing_api
from quad.coding.api import mentoring as mentoring_api
from quad.coding.api import review as review_api
from quad.coding.api import setup as setup_api
from quad.coding.api import sync as sync_api
from quad.coding.importers.snapshots import SNAPSHOTS
from quad.coding.jobs import alerts, figures, syncing
from quad.coding.jobs import seasons as season_jobs
from quad.coding.jobs import skills as skill_jobs
from quad.coding.listeners import skills as skill_listeners
from quad.coding.listeners import standings
from quad.coding.listeners import syncing as sync_listeners
from quad.coding.lists.sources import SOURCES
from quad.coding.lists.timeline import TIMELINE
from quad.coding.service import followups, home, keeping, remaking, rollups, totals
from quad.coding.service.queue import waiting_count
from quad.coding.service.syncing import keeping as sync_keeping
from quad.coding.service.waiting import APPROVAL
from quad.coding.views import blueprint, boards, own, reviewing, setup, students
from quad.coding.views import sync as sync_views
from quad.core.derived import Derived
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.policy import photo_goes_with
from quad.web.module import Badge, Card, Module, Nav

CODING = _l("Coding")
STUDENTS = frozenset({"student"})
REVIEWERS = frozenset(policy.REVIEWERS)


def _own(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.own(db, actor)
    return {"figure": found[0], "rank": found[1]} if found else None


def _waiting(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.waiting(db, actor)
    return {"rows": found} if found else None


def _tasks(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = followups.waiting(db, actor)
    return {"tasks": found} if found else None


photo_goes_with(policy.SEE_STUDENT, Student.user_id)

MODULE = Module(
    "coding",
    blueprints=(
        blueprint.bp,
        accounts_api.bp,
        analytics_api.bp,
        review_api.bp,
        growing_api.bp,
        mentoring_api.bp,
        evidence_api.bp,
        setup_api.bp,
        sync_api.bp,
        sync_views.bp,
    ),
    nav=(
        Nav(_l("My coding"), "coding.index", "code", CODING, STUDENTS, order=30),
        Nav(_l("Review"), "coding.review", "eye-check", CODING, REVIEWERS, "snapshots", order=30),
        Nav(_l("Students’ coding"), "coding.students", "code", CODING, REVIEWERS, order=31),
        Nav(
            _l("Coding analytics"),
            "coding.analytics",
            "chart-line",
            CODING,
            frozenset(policy.ANALYSTS),
            order=32,
        ),
        Nav(_l("Leaderboard"), "coding.leaderboard", "trophy", CODING, order=33),
        Nav(
            _l("Set up coding"),
            "coding.setup",
            "settings",
            CODING,
            frozenset({"admin"}),
            order=34,
        ),
    ),
    cards=(
        Card("own-coding", "coding/own_card.html", _own, STUDENTS, width=6, order=45, later=True),
        Card(
            "snapshots",
            "coding/review_card.html",
            _waiting,
            REVIEWERS,
            width=6,
            order=35,
            later=True,
        ),
        Card(
            "coding-tasks",
            "coding/task_card.html",
            _tasks,
            REVIEWERS,
            width=6,
            order=45,
            later=True,
        ),
    ),
    badges=(Badge("snapshots", waiting_count),),
    approvals=(APPROVAL,),
    derived=(
        Derived("coding", Student.id, remaking.remake, rollups.REBUILD_JOB),
        totals.Whole("coding groups and ranks", Student.id, totals.recount_parts),
    ),
    importers=(SNAPSHOTS,),
    merges=(*keeping.MERGES, *sync_keeping.MERGES),
    own_data=(keeping.OWN_DATA, sync_keeping.OWN_DATA),
    timeline=TIMELINE,
    label=CODING,
    sources=SOURCES,
    parts=(
        standings,
        sync_listeners,
        skill_listeners,
        skill_jobs,
        figures,
        season_jobs,
        syncing,
        alerts,
        boards,
        own,
        reviewing,
        setup,
        students,
    ),
)
