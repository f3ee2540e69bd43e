"""How accounts are read and whose they are shown to be: a page for each account, one for the administrator."""

from __future__ import annotations

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from quad.coding import policy
from quad.coding.forms.sync import ProofForm
from quad.coding.lists.readings import READINGS
from quad.coding.service.syncing import asking, overview, proving, status
from quad.coding.views.blueprint import home_crumb
from quad.core.errors import Rejected, TooMany
from quad.core.facts import attempt
from quad.core.i18n import gettext as _
from quad.web.kit import ask_who_it_is, bind, current_actor, current_db, done, page
from quad.web.lists import list_page

bp = Blueprint("coding_sync", __name__, template_folder="../templates", url_prefix="/coding")
bp.before_request(ask_who_it_is)


@bp.get("/accounts/<int:account_id>/sync")
def show(account_id: int) -> tuple[str, int]:
    """How reading the account stands, and how to prove it."""
    found = status.standing(current_db(), current_actor(), account_id)
    account = (found.handle, url_for("coding.account", account_id=account_id))
    return page("coding/sync.html", found=found, crumbs=[home_crumb(), account, _("Reading")])


@bp.post("/accounts/<int:account_id>/sync")
def read_now(account_id: int) -> Response:
    """Have the account read now."""
    here = url_for("coding_sync.show", account_id=account_id)
    try:
        with attempt(current_db()):
            asking.read_now(current_db(), current_actor(), account_id)
    except (Rejected, TooMany) as refused:
        return done(str(refused), here, category="bad")
    return done(_("We read the account now. This page shows when it is done."), here)


@bp.post("/accounts/<int:account_id>/proof")
def prove(account_id: int) -> Response:
    """Begin to prove the account, or look again."""
    here = url_for("coding_sync.show", account_id=account_id)
    form = bind(ProofForm).require()
    try:
        with attempt(current_db()):
            proving.begin(current_db(), current_actor(), account_id, form)
    except (Rejected, TooMany) as refused:
        return done(str(refused), here, category="bad")
    return done(_("We are looking. This may take some minutes."), here)


@bp.get("/setup/reading")
def health() -> tuple[str, int]:
    """How reading goes on each platform, for administrators."""
    found = overview.health(current_db(), current_actor())
    return page("coding/reading.html", found=found)


@bp.get("/readings")
def readings() -> Response:
    """How the accounts of the students one looks after are read."""
    policy.STUDENTS.require(current_actor())
    return list_page(READINGS, "coding/readings.html")
