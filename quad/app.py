"""The roof: wires configuration, database, domains and web kit into one Flask application."""

from __future__ import annotations

from pathlib import Path

from apiflask import APIBlueprint
from flask import Blueprint

from quad.academics.module import MODULE as ACADEMICS
from quad.alumni.module import MODULE as ALUMNI
from quad.announcements.module import MODULE as ANNOUNCEMENTS
from quad.approvals.module import MODULE as APPROVALS
from quad.audience.module import MODULE as AUDIENCE
from quad.audit.module import MODULE as AUDIT
from quad.careers.module import MODULE as CAREERS
from quad.coding.module import MODULE as CODING
from quad.community.module import MODULE as COMMUNITY
from quad.core.approving import use_approvals
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.derived import use_derived
from quad.core.house import NAME
from quad.core.jobs.runtime import attach
from quad.core.listing.declaration import LISTINGS
from quad.core.logs import configure_logs
from quad.core.own_data import use_own_data
from quad.core.settings import use_defaults
from quad.core.sources import use_sources
from quad.core.timeline import use_timeline
from quad.events.module import MODULE as EVENTS
from quad.identity.door import DOOR
from quad.identity.module import MODULE as IDENTITY
from quad.identity.service.actor import use_badges
from quad.identity.service.breaches import BreachList, use_breach_list
from quad.identity.service.merge import use_merges
from quad.identity.service.scopes import use_areas
from quad.insights.module import MODULE as INSIGHTS
from quad.insights.service.asking import use_reports
from quad.institution.module import MODULE as INSTITUTION
from quad.materials.module import MODULE as MATERIALS
from quad.messaging.module import MODULE as MESSAGING
from quad.notifications.module import MODULE as NOTIFICATIONS
from quad.pages.module import MODULE as PAGES
from quad.relations.module import MODULE as RELATIONS
from quad.skills.module import MODULE as SKILLS
from quad.timeline.module import MODULE as TIMELINE
from quad.web import styleguide
from quad.web.api import complete_description
from quad.web.apidocs import bp as apidocs
from quad.web.errors import init_errors
from quad.web.health import bp as health
from quad.web.home import MODULE as HOME
from quad.web.importing.module import MODULE as IMPORTING
from quad.web.limits import init_limits
from quad.web.lists import MODULE as LISTS
from quad.web.metrics import bp as metrics
from quad.web.metrics import init_metrics
from quad.web.module import Module
from quad.web.operations.module import MODULE as OPERATIONS
from quad.web.search import MODULE as SEARCH
from quad.web.security import init_security
from quad.web.shell import init_shell
from quad.web.site import Runtime, Site
from quad.welfare.module import MODULE as WELFARE

MODULES: tuple[Module, ...] = (
    HOME,
    LISTS,
    SEARCH,
    IMPORTING,
    OPERATIONS,
    INSTITUTION,
    IDENTITY,
    ACADEMICS,
    SKILLS,
    RELATIONS,
    ALUMNI,
    AUDIENCE,
    WELFARE,
    MATERIALS,
    EVENTS,
    ANNOUNCEMENTS,
    COMMUNITY,
    CODING,
    CAREERS,
    MESSAGING,
    PAGES,
    APPROVALS,
    TIMELINE,
    NOTIFICATIONS,
    INSIGHTS,
    AUDIT,
)
PACKAGE = Path(__file__).parent
# The worker asks as well, without building an application.
use_approvals(part for module in MODULES for part in module.approvals)
use_timeline(part for module in MODULES for part in module.timeline)
use_own_data(part for module in MODULES for part in module.own_data)
use_derived(part for module in MODULES for part in module.derived)
use_reports(part for module in MODULES for part in module.reports)
use_sources(part for module in MODULES for part in module.sources)
for added in (column for module in MODULES for column in module.columns):
    LISTINGS[added.listing].add_column(added.column)


def open_database(settings: Settings) -> Database:
    """Return the configured database, making the data folder when there is none."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Database(settings.database, pool=settings.database_pool)


def create_app(settings: Settings, database: Database | None = None) -> Site:
    """Build the application for `settings`; `database` is given by tests and by commands that have one open."""
    configure_logs(settings)
    app = Site(
        "quad",
        title="Quad",
        version="1",
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        json_errors=False,
        root_path=str(PACKAGE),
        static_folder=None,
        template_folder="web/templates",
    )
    # "/students/" is "/students": people and older programs write both.
    app.url_map.strict_slashes = False
    app.secret_key = settings.secret
    app.config.update(
        TESTING=False,
        MAX_CONTENT_LENGTH=settings.max_body,
        MAX_FORM_MEMORY_SIZE=settings.max_body,
        OPENAPI_VERSION="3.1.0",
        AUTO_OPERATION_ID=True,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_SERVERS=False,
        SYNC_LOCAL_SPEC=False,
        SECURITY_SCHEMES={
            "bearer": {"type": "http", "scheme": "bearer"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "quad_session"},
        },
    )
    database = database or open_database(settings)
    attach(database, settings)
    use_defaults({NAME.key: settings.institution_name})
    app.extensions["quad"] = Runtime(settings, database, MODULES, DOOR)
    use_breach_list(BreachList(settings.breach_url, settings.breach_timeout))
    use_areas({module.name: module.label for module in MODULES if module.label})
    use_merges([merge for module in MODULES for merge in module.merges])
    use_badges(
        {badge.name: badge.count for module in MODULES for badge in module.badges},
        {"approvals": {one.badge for module in MODULES for one in module.approvals}},
    )
    init_metrics(app)
    init_shell(app, settings)
    init_security(app, settings)
    init_limits(app, settings)
    init_errors(app)
    app.spec_processor(complete_description)
    _register(app, health)
    _register(app, metrics)
    _register(app, apidocs)
    for module in MODULES:
        for blueprint in module.blueprints:
            _register(app, blueprint)
    if settings.development:
        _register(app, styleguide.bp)
    return app


def _register(app: Site, blueprint: Blueprint) -> None:
    """Pages are no part of the API's description; only blueprints of the API are."""
    if not isinstance(blueprint, APIBlueprint):
        blueprint.enable_openapi = False  # type: ignore[attr-defined]
    app.register_blueprint(blueprint)


def load_modules() -> tuple[Module, ...]:
    """Return every domain; importing this module has registered their jobs and listeners."""
    return MODULES
