from __future__ import annotations

from quad.core.house import provide_term_line
from quad.core.i18n import lazy_gettext as _l
from quad.institution.api import departments as departments_api
from quad.institution.api import grading as grading_api
from quad.institution.api import settings as settings_api
from quad.institution.api import structure as structure_api
from quad.institution.api.blueprint import bp as api
from quad.institution.importers.batches import BATCHES
from quad.institution.importers.departments import DEPARTMENTS
from quad.institution.importers.places import CAMPUSES, DEGREES
from quad.institution.importers.programmes import PROGRAMMES
from quad.institution.importers.schemes import GRADING_SCHEMES
from quad.institution.importers.terms import TERMS
from quad.institution.service import terms as terms_service
from quad.institution.views import (
    batches,
    campuses,
    classes,
    degrees,
    departments,
    programmes,
    schemes,
    shared,
    terms,
)
from quad.institution.views import settings as settings_views
from quad.web.module import Module, Nav

GROUP = _l("Institution")
provide_term_line(terms_service.standing)
STAFF = frozenset({"admin", "hod"})
ADMIN = frozenset({"admin"})

MODULE = Module(
    name="institution",
    blueprints=(shared.bp, api),
    nav=(
        Nav(_l("Departments"), "institution.departments_list", "building", GROUP, STAFF, order=66),
        Nav(_l("Programmes"), "institution.programmes_list", "school", GROUP, STAFF, order=67),
        Nav(_l("Batches"), "institution.batches_list", "users-group", GROUP, STAFF, order=68),
        Nav(_l("Classes"), "institution.classes_list", "users", GROUP, STAFF, order=69),
        Nav(_l("Terms"), "institution.terms_list", "calendar", GROUP, STAFF, order=70),
        Nav(_l("Grading schemes"), "institution.schemes_list", "scale", GROUP, STAFF, order=71),
        Nav(_l("Degrees"), "institution.degrees_list", "certificate", GROUP, STAFF, order=72),
        Nav(_l("Campuses"), "institution.campuses_list", "map-pin", GROUP, STAFF, order=73),
        Nav(
            _l("Settings"),
            "institution.settings_page",
            "settings",
            _l("Administration"),
            ADMIN,
            order=95,
        ),
    ),
    label=_l("Departments, programmes and terms"),
    importers=(GRADING_SCHEMES, CAMPUSES, DEGREES, DEPARTMENTS, TERMS, PROGRAMMES, BATCHES),
    parts=(
        batches,
        campuses,
        classes,
        degrees,
        departments,
        programmes,
        schemes,
        terms,
        settings_views,
        departments_api,
        grading_api,
        settings_api,
        structure_api,
    ),
)
