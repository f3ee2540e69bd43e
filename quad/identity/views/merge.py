"""Two accounts of one person: finding them, looking at what a merge does, and doing it."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from quad.core.errors import NotFound, Rejected
from quad.core.facts import attempt
from quad.core.i18n import gettext as _
from quad.identity import policy
from quad.identity.service import merge, people, sees
from quad.identity.service.stepup import require_step_up
from quad.web.kit import current_actor, current_db, done, page, runtime
from quad.web.lists import place

bp = Blueprint("identity_merge", __name__, template_folder="../templates")


@bp.get("/users/duplicates")
def suggestions() -> ResponseReturnValue:
    """Pairs of accounts that look like one person."""
    policy.ADMINISTER.require(current_actor())
    return page("identity/duplicates.html", pairs=merge.suggest(current_db(), current_actor()))


@bp.get("/users/<int:user_id>/merge")
def choose(user_id: int) -> ResponseReturnValue:
    """What merging another account into this one would do; without `with`, which one it is."""
    db, actor = current_db(), current_actor()
    policy.ADMINISTER.require(actor)
    kept = people.get_user(db, actor, user_id)
    gone = request.args.get("with", "").strip()
    if not gone:
        return page("identity/merge_choose.html", user=kept, problem="", typed="")
    gone_id = people.find_account(db, actor, gone)
    if gone_id is None:
        problem = _("Nobody has this e-mail address or number.")
        return page("identity/merge_choose.html", 422, user=kept, problem=problem, typed=gone)
    require_step_up(db, actor)
    return page("identity/merge.html", shown=merge.preview(db, actor, user_id, gone_id))


@bp.post("/users/<int:user_id>/merge")
def unite(user_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.ADMINISTER.require(actor)
    require_step_up(db, actor)
    gone = request.form.get("gone_id", "")
    if not (gone.isascii() and gone.isdigit() and len(gone) < 19):
        raise NotFound
    shown = merge.preview(db, actor, user_id, int(gone))
    if request.form.get("sure") != "1":
        problem = _("Say that you have looked at it: a merge cannot be taken back.")
        return page("identity/merge.html", 422, shown=shown, problem=problem)
    try:
        with attempt(db):
            merge.merge(db, actor, user_id, int(gone))
    except Rejected as refused:
        return page("identity/merge.html", 409, shown=shown, problem=str(refused))
    return done(_("The two accounts are one now."), url_for("identity_users.show", user_id=user_id))


@bp.get("/users/<int:user_id>/sees")
def seen(user_id: int) -> ResponseReturnValue:
    """What a person can see, and which role gives it. Nobody becomes that person."""
    db, actor = current_db(), current_actor()
    policy.SEE_AS.require(actor)
    user = people.get_user(db, actor, user_id)
    area = request.args.get("area", "academics")
    found = sees.what_is_seen(db, actor, user_id, area, zone=runtime().settings.time_zone)
    return page("identity/sees.html", user=user, seen=found, place=place)
