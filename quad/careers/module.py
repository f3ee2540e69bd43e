"""What careers add to the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.careers import jobs, listeners, policy
from quad.careers.api import applications as applications_api
from quad.careers.api import drives as drives_api
from quad.careers.api import jobs as jobs_api
from quad.careers.importers.jobs import JOBS
from quad.careers.lists import applications as applications_lists
from quad.careers.lists.timeline import TIMELINE
from quad.careers.models.applications import STAGES
from quad.careers.models.jobs import JOB_STATES, KINDS
from quad.careers.service import findable, front, home, matching
from quad.careers.service import posting as posting_service
from quad.careers.service.keeping import MERGES, OWN_DATA
from quad.careers.service.report import REPORT
from quad.careers.service.waiting import APPROVAL
from quad.careers.views import applying, blueprint, board, handling, placement, posting
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.search.searchable import Searchable
from quad.web.module import Badge, Blocker, Card, Module, Nav, Preview, PublicFigure

CAREERS = _l("Careers")
SEEKERS = frozenset({"student", "alumnus"})
OFFICE = frozenset(policy.OFFICE)
POSTERS = frozenset(policy.POSTERS)


def _for_me(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.for_me(db, actor)
    return {"jobs": found} if found else None


def _applied(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.own_applications(db, actor)
    return {"applications": found, "stages": STAGES} if found else None


def _posted(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.own_jobs(db, actor)
    return {"jobs": found, "states": JOB_STATES} if found else None


def _waiting(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.waiting(db, actor)
    return {"jobs": found} if found else None


def _kept(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.kept(db, actor)
    return {"jobs": found} if found else None


def _season(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.season(db, actor)
    return None if found is None else {"season": found, "most": front.MOST}


def _latest(db: Session, _actor: Actor) -> Mapping[str, Any] | None:
    found = front.latest(db)
    return {"jobs": found, "kinds": KINDS} if found else None


MODULE = Module(
    "careers",
    blueprints=(blueprint.bp, jobs_api.bp, applications_api.bp, drives_api.bp),
    nav=(
        Nav(_l("Jobs"), "careers.index", "briefcase", CAREERS, order=10),
        Nav(_l("My applications"), "careers.applications", "file-text", CAREERS, SEEKERS, order=20),
        Nav(
            _l("Posted jobs"),
            "careers.manage",
            "list-details",
            CAREERS,
            frozenset(POSTERS - OFFICE),
            badge="applicants",
            order=30,
        ),
        Nav(
            _l("Posted jobs"),
            "careers.manage",
            "list-details",
            CAREERS,
            OFFICE,
            badge="jobs",
            order=30,
        ),
        Nav(_l("Placement drives"), "careers.drives", "flag", CAREERS, order=40),
        Nav(
            _l("Placement report"),
            "careers.placement",
            "report-analytics",
            CAREERS,
            frozenset({"admin", "placement", "hod"}),
            order=50,
        ),
    ),
    importers=(JOBS,),
    cards=(
        Card(
            "jobs-for-me", "careers/jobs_card.html", _for_me, SEEKERS, width=6, order=50, later=True
        ),
        Card(
            "own-applications",
            "careers/applications_card.html",
            _applied,
            SEEKERS,
            width=6,
            order=51,
            later=True,
        ),
        Card("kept-jobs", "careers/kept_card.html", _kept, SEEKERS, width=6, order=49, later=True),
        Card("season", "careers/season_card.html", _season, frozenset({"placement"}), order=5),
        Card(
            "own-jobs", "careers/posted_card.html", _posted, POSTERS, width=6, order=52, later=True
        ),
        Card(
            "waiting-jobs",
            "careers/waiting_card.html",
            _waiting,
            OFFICE,
            width=6,
            order=36,
            later=True,
        ),
    ),
    public_cards=(Card("latest-jobs", "careers/public_card.html", _latest, width=6, order=20),),
    public_figures=(
        PublicFigure("companies", _l("Companies"), front.companies, order=30),
        PublicFigure("jobs", _l("Open jobs"), front.open_jobs, order=40, most=front.MOST),
    ),
    blockers=(Blocker("department", posting_service.department_reason),),
    reports=(REPORT,),
    badges=(Badge("jobs", home.waiting_count), Badge("applicants", home.fresh_count)),
    approvals=(APPROVAL,),
    searchables=(
        Searchable(
            findable.JOBS,
            _l("Jobs"),
            policy.JOB_READ,
            findable.documents,
            icon="briefcase",
            list_url="/jobs",
            order=45,
            tokens=findable.tokens,
        ),
    ),
    previews=(Preview("skill_merge", matching.effects_of_merge),),
    merges=MERGES,
    own_data=(OWN_DATA,),
    timeline=TIMELINE,
    label=_l("Jobs and applications"),
    parts=(
        jobs,
        listeners,
        applications_lists,
        applying,
        board,
        handling,
        placement,
        posting,
    ),
)
