"""The staff one is responsible for: heads, advisors and counsellors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from quad.core.errors import Forbidden, Invalid, QuadError, Rejected
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.listing import rights
from quad.identity import policy
from quad.identity.forms.staff import Appoint, NewStaff
from quad.identity.lists.accounts import TEAM_LIST
from quad.identity.models.accounts import Role
from quad.identity.service import grants, mentors, people, staff
from quad.identity.service.areas import role_label
from quad.identity.service.hashing import hasher
from quad.identity.service.users import expect_change, invite, make_one_time
from quad.web.kit import bind, current_actor, current_db, done, page, refusals, runtime
from quad.web.lists import list_page

bp = Blueprint("identity_staff", __name__, url_prefix="/staff", template_folder="../templates")


def _choices() -> dict[str, Any]:
    db, actor = current_db(), current_actor()
    return {
        "role_type": staff.role_choices(actor),
        "department_id": staff.department_choices(db, actor),
    }


@bp.get("")
def index() -> Response:
    policy.SEE_TEAM.require(current_actor())
    actions = []
    if policy.MAKE_STAFF.may(current_actor()):
        actions.append(
            {
                "label": _("New member of staff"),
                "href": url_for("identity_staff.new"),
                "icon": "user-plus",
                "primary": True,
            }
        )
    return list_page(TEAM_LIST, actions=actions)


@bp.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Make an account with one role; the one-time password is shown once, and mailed on request."""
    actor = current_actor()
    policy.MAKE_STAFF.require(actor)
    form = bind(NewStaff, initial={"send_mail": True})
    if form.data is not None:
        made = _make(form)
        if made is not None:
            return made
    return _new_page(form, Bound(Appoint))


def _make(form: Bound[NewStaff]) -> ResponseReturnValue | None:
    """Make the account, or leave what is wrong in the form."""
    given, actor = form.data, current_actor()
    assert given is not None
    role = Role(given.role_type)
    with runtime().database.reading() as looking, staff_refusals(form):
        staff.require_may_make(looking, actor, role, given.department_id)
        staff.refuse_known(looking, given.email)
    if form.errors:
        return None
    once = make_one_time(hasher(runtime().settings))
    member = staff.NewMember(
        given.full_name, given.email, role, given.department_id, once.password_hash
    )
    with refusals(form):
        user = staff.create_staff(current_db(), actor, member)
        expect_change(user)
        if given.send_mail:
            invite(current_db(), user, once.password)
    if form.errors:
        return None
    return page(
        "identity/one_time.html",
        201,
        user=user,
        one_time=once.password,
        created=True,
        mailed=given.send_mail,
        back=url_for("identity_staff.index"),
    )


@contextmanager
def staff_refusals(form: Bound[Any]) -> Iterator[None]:
    """Show what stands against a role in a department beside the department."""
    try:
        yield
    except (Invalid, Rejected) as error:
        form.refuse(error)
    except Forbidden:
        raise
    except QuadError as error:
        form.refuse(Invalid({"department_id": str(error)}))


@bp.post("/appoint")
def appoint() -> ResponseReturnValue:
    """Somebody who has an account takes on one more role."""
    actor = current_actor()
    policy.MAKE_STAFF.require(actor)
    form = bind(Appoint)
    if form.data is not None:
        given = form.data
        with staff_refusals(form):
            user = staff.appoint(
                current_db(), actor, given.email, Role(given.role_type), given.department_id
            )
        if not form.errors:
            return done(_("The role is given."), url_for("identity_staff.member", user_id=user.id))
    return _new_page(Bound(NewStaff, initial={"send_mail": True}), form)


def _new_page(form: Bound[NewStaff], other: Bound[Appoint]) -> tuple[str, int]:
    form.choices.update(_choices())
    other.choices.update(_choices())
    return page("identity/staff_new.html", max(form.status, other.status), form=form, other=other)


@bp.get("/<int:user_id>")
def member(user_id: int) -> ResponseReturnValue:
    """One member of one's staff: roles, how many students, and what can be done."""
    db, actor = current_db(), current_actor()
    policy.SEE_TEAM.require(actor)
    user = policy.TEAM.get(db, actor, user_id)
    held = grants.list_grants(db, actor, user_id)
    buttons = rights.allowed(db, actor, [user_id], {"tend": policy.TEND})
    return page(
        "identity/staff_member.html",
        user=user,
        grants=held,
        takeable=policy.TAKE_AWAY.allowed(db, actor, [each.id for each in held]),
        loads=mentors.loads(db, [user_id]),
        locked_until=people.get_lock(db, actor, user_id),
        may_tend=user_id in buttons["tend"] and user_id != actor.id,
        role_label=role_label,
        panels=[
            (panel, values)
            for panel in runtime().module_parts("panels")
            if panel.subject == "staff" and (values := panel.load(db, actor, user_id)) is not None
        ],
    )
