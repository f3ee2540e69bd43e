"""What the network adds to the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from quad.alumni import listeners
from quad.alumni.api import directory as directory_api
from quad.alumni.api import giving as giving_api
from quad.alumni.api import mentoring as mentoring_api
from quad.alumni.api import own as own_api
from quad.alumni.api import verifying as verifying_api
from quad.alumni.importers.alumni import ALUMNI
from quad.alumni.jobs import following, reminders
from quad.alumni.lists.timeline import TIMELINE
from quad.alumni.models import figures, giving_reports, reports
from quad.alumni.models.members import Seen
from quad.alumni.policy import audience
from quad.alumni.policy import base as policy
from quad.alumni.service import completeness, findable, front, giving_kept, home, members
from quad.alumni.service.keeping import MERGES, OWN_DATA
from quad.alumni.service.waiting import CLAIMS, REFERENCES, references_count, waiting_count
from quad.alumni.views import directory, editing, giving, profile, verifying
from quad.alumni.views.blueprint import bp
from quad.core.derived import Derived
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.search.searchable import Searchable
from quad.identity.models.accounts import User
from quad.identity.policy import narrow_photos
from quad.skills.policy import narrow
from quad.web.module import Badge, Card, Module, Nav, OtherPage, Panel, PublicFigure

NETWORK = _l("Network")
narrow(audience.skills_shown)
narrow_photos(audience.photo_shown)
EVERYBODY = frozenset(policy.EVERY_ROLE)
NO_RECORDS = frozenset({"student", "alumnus", "placement"})
MEMBERS = frozenset({"student", "alumnus"})
HOSTS = frozenset({"alumnus", "admin", "placement", "hod"})
WRITERS_AND_ASKERS = frozenset(
    {"student", "alumnus", "faculty", "hod", "advisor", "counsellor", "admin", "placement"}
)

Found = Callable[[Session, Actor], Sequence[Any]]


def _own_page(db: Session, actor: Actor) -> Mapping[str, Any] | None:
    found = home.own_page(db, actor)
    return None if found is None else {"page": found}


def _card(name: str, found: Found, roles: frozenset[str], order: int) -> Card:
    """Return a card that loads later and is left out while there is nothing to show."""

    def load(db: Session, actor: Actor) -> Mapping[str, Any] | None:
        rows = found(db, actor)
        return {name: rows} if rows else None

    template = f"alumni/{name}_card.html"
    return Card(f"network-{name}", template, load, roles, width=6, order=order, later=True)


MODULE = Module(
    "alumni",
    blueprints=(
        bp,
        giving.bp,
        directory_api.bp,
        own_api.bp,
        verifying_api.bp,
        giving_api.bp,
        mentoring_api.bp,
    ),
    nav=(
        Nav(_l("Alumni"), "alumni.alumni", "users-group", NETWORK, EVERYBODY, order=60),
        Nav(_l("Students"), "academics.students_index", "users", NETWORK, NO_RECORDS, order=61),
        Nav(
            _l("My page"),
            "alumni.edit",
            "user-edit",
            NETWORK,
            frozenset({"student", "alumnus"}),
            order=62,
        ),
        Nav(
            _l("Verify graduates"),
            "alumni.claims",
            "user-check",
            NETWORK,
            frozenset({"admin"}),
            badge="claims",
            order=63,
        ),
        Nav(
            _l("References"),
            "giving.references",
            "file-text",
            NETWORK,
            WRITERS_AND_ASKERS,
            badge="references",
            order=66,
        ),
        Nav(
            _l("Engagements"),
            "giving.engagements",
            "award",
            NETWORK,
            frozenset({"alumnus", "admin", "placement", "hod", "faculty"}),
            order=67,
        ),
        Nav(
            _l("Mentoring"),
            "giving.mentoring",
            "users",
            NETWORK,
            frozenset({"student", "alumnus"}),
            order=68,
        ),
    ),
    badges=(Badge("claims", waiting_count), Badge("references", references_count)),
    approvals=(CLAIMS, REFERENCES),
    cards=(
        Card(
            "network-page",
            "alumni/own_card.html",
            _own_page,
            MEMBERS,
            width=6,
            order=46,
            later=True,
        ),
        _card("meetings", home.meetings, MEMBERS, 47),
        _card("references", home.references, WRITERS_AND_ASKERS, 48),
        _card("engagements", home.engagements, HOSTS, 49),
        _card("claims", home.claims, frozenset({"admin"}), 37),
    ),
    public_figures=(PublicFigure("alumni", _l("Alumni"), front.graduates, order=20),),
    merges=(*MERGES, *giving_kept.MERGES),
    own_data=(OWN_DATA, giving_kept.OWN_DATA),
    derived=(Derived("network", User.id, members.follow),),
    importers=(ALUMNI,),
    panels=(Panel("own_profile", "alumni/own_panel.html", completeness.own_page),),
    other_pages=(
        OtherPage("students", directory.students_of_network),
        OtherPage("student", profile.student_of_network),
    ),
    searchables=(
        Searchable(
            audience.MEMBERS,
            _l("People"),
            policy.LISTED,
            findable.documents_for(Seen.NETWORK),
            icon="users-group",
            list_url="/alumni",
            order=15,
        ),
        Searchable(
            audience.OF_DEPARTMENT,
            _l("People of your department"),
            policy.OF_DEPARTMENT,
            findable.documents_for(Seen.DEPARTMENT),
            icon="users-group",
            order=16,
            tokens=findable.reader_tokens,
        ),
        Searchable(
            audience.OF_CONNECTIONS,
            _l("Your connections"),
            policy.OF_CONNECTIONS,
            findable.documents_for(Seen.CONNECTIONS),
            icon="users-group",
            order=17,
        ),
    ),
    timeline=TIMELINE,
    label=_l("Network of alumni and students"),
    parts=(
        figures,
        reports,
        giving_reports,
        following,
        reminders,
        listeners,
        directory,
        editing,
        profile,
        verifying,
    ),
)
