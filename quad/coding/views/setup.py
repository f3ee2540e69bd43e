"""Platforms and seasons, for administrators."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.coding import policy
from quad.coding.forms.accounts import NewPlatform, PlatformForm
from quad.coding.forms.mentoring import SeasonForm
from quad.coding.service import platforms, seasons
from quad.coding.views.blueprint import bp
from quad.core.i18n import gettext as _
from quad.web.kit import attempted, bind, current_actor, current_db, done, form_page, page, refusals

FIELDS = ("name", "handle_pattern", "handle_hint", "profile_url", "weight", "open", "version")


@bp.get("/setup")
def setup() -> ResponseReturnValue:
    """What is set up, and the way to change it."""
    db, actor = current_db(), current_actor()
    policy.SET_UP.require(actor)
    return page(
        "coding/setup.html", platforms=platforms.every(db), seasons=seasons.every(db, actor)
    )


@bp.route("/setup/platforms/new", methods=["GET", "POST"])
def new_platform() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.SET_UP.require(actor)
    form = bind(NewPlatform)
    if form.data is not None:
        with refusals(form):
            platforms.add(db, actor, form.data)
        if not form.errors:
            return done(_("Platform added."), url_for("coding.setup"))
    return form_page(
        form,
        title=_("Add platform"),
        crumbs=[_setup()],
        submit=_("Add platform"),
        cancel=url_for("coding.setup"),
        fields=("key", *FIELDS[:-1]),
    )


@bp.route("/setup/platforms/<platform>", methods=["GET", "POST"])
def edit_platform(platform: str) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.SET_UP.require(actor)
    known = platforms.get(db, actor, platform)
    initial = {name: getattr(known, name) for name in FIELDS[:-1]}
    form = bind(PlatformForm, initial={**initial, "version": platforms.version_of(db, known)})
    if form.data is not None:
        with refusals(form):
            platforms.change(db, actor, platform, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("coding.setup"))
    return form_page(
        form,
        title=known.name,
        crumbs=[_setup()],
        submit=_("Save"),
        cancel=url_for("coding.setup"),
        fields=FIELDS,
    )


def _setup() -> tuple[str, str]:
    return _("Set up coding"), url_for("coding.setup")


@bp.route("/setup/seasons/new", methods=["GET", "POST"])
def new_season() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.SET_UP.require(actor)
    form = bind(SeasonForm)
    if form.data is not None:
        with refusals(form):
            seasons.add(db, actor, form.data)
        if not form.errors:
            return done(_("Season added."), url_for("coding.setup"))
    return form_page(
        form,
        title=_("Add season"),
        crumbs=[_setup()],
        submit=_("Add season"),
        cancel=url_for("coding.setup"),
    )


@bp.post("/setup/seasons/<int:season_id>/freeze")
def freeze_season(season_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    told = _("Frozen. Who stood where is kept now.")
    return attempted(lambda: seasons.freeze(db, actor, season_id), told, url_for("coding.setup"))


@bp.post("/setup/seasons/<int:season_id>/thaw")
def thaw_season(season_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    told = _("The season is open again.")
    return attempted(lambda: seasons.thaw(db, actor, season_id), told, url_for("coding.setup"))
