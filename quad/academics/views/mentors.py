"""Pages that give students their advisors and counsellors."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from quad.academics.forms.mentors import AssignClass, Reassign
from quad.academics.lists.people import STUDENTS
from quad.academics.policy import base as policy
from quad.academics.service import mentors, sharing_out
from quad.academics.service.mentors import Assigned
from quad.academics.service.sharing_out import Suggestion
from quad.academics.views.blueprint import bp
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.listing.bulk import chosen_ids
from quad.identity.models.accounts import ROLE_NAMES
from quad.identity.models.mentors import MentorKind
from quad.identity.service import mentors as staff_mentors
from quad.web.kit import bind, current_actor, current_db, done, page


def _kinds() -> list[tuple[MentorKind, str]]:
    actor = current_actor()
    return [
        (kind, str(ROLE_NAMES[kind.role])) for kind in MentorKind if mentors.may_assign(actor, kind)
    ]


def _told(result: Assigned) -> str:
    parts = [ngettext("%(num)s student assigned.", "%(num)s students assigned.", result.assigned)]
    if result.skipped:
        parts.append(
            ngettext(
                "%(num)s was skipped: not yours to assign.",
                "%(num)s were skipped: not yours to assign.",
                result.skipped,
            )
        )
    return " ".join(parts)


@bp.post("/students/mentors")
def assign_mentor() -> ResponseReturnValue:
    """The picked students first come to a page that asks for the mentor, which posts here again."""
    db, actor = current_db(), current_actor()
    policy.MENTOR_ASSIGN.require(actor)
    chosen = chosen_ids(STUDENTS, db, actor, request.form)
    wanted, problem = request.form.get("mentor", ""), ""
    kind, _colon, number = wanted.partition(":")
    if kind in set(MentorKind) and number == "none":
        return _back(mentors.unassign(db, actor, MentorKind(kind), chosen))
    if kind in set(MentorKind) and number == "share":
        shared = sharing_out.of_students(db, actor, MentorKind(kind), chosen)
        return _back(sharing_out.apply(db, actor, MentorKind(kind), shared))
    if kind in set(MentorKind) and number.isascii() and number.isdigit() and len(number) < 19:
        try:
            return _back(mentors.assign(db, actor, MentorKind(kind), int(number), chosen))
        except NotFound as error:
            problem = str(error)
    elif "mentor" in request.form:
        problem = _("Choose a mentor.")
    groups = [(kind, label, staff_mentors.choices(db, actor, kind)) for kind, label in _kinds()]
    return page(
        "academics/assign_mentor.html",
        422 if problem else 200,
        ids=chosen,
        problem=problem,
        groups=groups,
    )


def _back(result: Assigned) -> ResponseReturnValue:
    return done(
        _told(result),
        url_for("academics.students_index"),
        category="warn" if result.skipped else "done",
    )


@bp.route("/staff/assign", methods=["GET", "POST"])
def assign_class() -> ResponseReturnValue:
    """A whole class to one mentor."""
    db, actor = current_db(), current_actor()
    policy.MENTOR_ASSIGN.require(actor)
    kinds = _kinds()
    wanted = request.values.get("kind", "")
    kind = next((each for each, _label in kinds if each == wanted), kinds[0][0])
    form = bind(AssignClass, initial={"kind": kind, "only_without": True})
    suggestion: Suggestion | None = None
    if form.data is not None:
        try:
            result, suggestion = _class_assigned(kind, form.data)
        except (NotFound, Invalid) as error:
            form.refuse(error if isinstance(error, Invalid) else Rejected(str(error)))
        else:
            if result is not None:
                return done(_told(result), url_for("academics.assign_class", kind=kind.value))
    form.choices.update(
        {
            "mentor_id": staff_mentors.choices(db, actor, kind),
            "class_id": mentors.class_choices(db, actor),
        }
    )
    return page(
        "academics/assign_class.html",
        form.status,
        form=form,
        kinds=kinds,
        kind=kind,
        suggestion=suggestion,
    )


def _class_assigned(
    kind: MentorKind, given: AssignClass
) -> tuple[Assigned | None, Suggestion | None]:
    """Do what was asked; a suggestion does nothing yet. Raises NotFound, Invalid."""
    db, actor = current_db(), current_actor()
    if given.how != "one":
        found = sharing_out.of_class(
            db, actor, kind, given.class_id, only_without=given.only_without
        )
        if given.how == "suggest":
            return None, found
        return sharing_out.apply(db, actor, kind, found), None
    if given.mentor_id is None:
        raise Invalid({"mentor_id": _("Choose a mentor.")})
    result = mentors.assign_class(
        db, actor, kind, given.mentor_id, given.class_id, only_without=given.only_without
    )
    return result, None


@bp.post("/staff/<int:user_id>/reassign")
def reassign(user_id: int) -> ResponseReturnValue:
    """All students of one mentor to another."""
    db, actor = current_db(), current_actor()
    policy.MENTOR_ASSIGN.require(actor)
    form: Bound[Reassign] = bind(Reassign)
    given = form.require()
    result = mentors.reassign(db, actor, given.kind, user_id, given.mentor_id)
    return done(
        _told(result),
        url_for("identity_staff.member", user_id=user_id),
        category="warn" if result.skipped else "done",
    )
