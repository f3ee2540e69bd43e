"""The student's side: accounts, snapshots, one's own numbers."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.coding import policy
from quad.coding.forms.accounts import HideName, LinkAccount
from quad.coding.forms.snapshots import Evidence, SnapshotForm
from quad.coding.models.snapshots import Status
from quad.coding.service import (
    accounts,
    evidence,
    platforms,
    queue,
    snapshots,
    summaries,
    trends,
)
from quad.coding.service.evidence import PICTURE
from quad.coding.views.blueprint import bp, home_crumb, picture_field
from quad.coding.views.growing import growth_of
from quad.coding.views.words import FLAG_WORDS, SOURCE_WORDS, STATUS_WORDS, story
from quad.core.errors import Invalid, QuadError
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.taking import Taken
from quad.web.download import stored_file
from quad.web.kit import (
    attempted,
    bind,
    current_actor,
    current_db,
    done,
    form_page,
    page,
    refusals,
    require_role,
)
from quad.web.taken import posted_file

FIELDS = (
    "snapshot_date",
    "total_solved",
    "easy_solved",
    "medium_solved",
    "hard_solved",
    "contest_rating",
    "global_rank",
    "contests",
    "note",
)


@bp.get("")
def index() -> ResponseReturnValue:
    """A student's own numbers; the staff goes on to its students."""
    db, actor = current_db(), current_actor()
    if actor.working_role != "student" and policy.STUDENTS.may(actor):
        return done("", url_for("coding.students"))
    require_role("student")
    found = summaries.own_summary(db, actor)
    student_id = found.student.id
    gains, today = trends.days(db, student_id), local_today(db)
    grown, span = growth_of(gains, today)
    return page(
        "coding/own.html",
        span.status,
        found=found,
        figure=trends.of_student(db, student_id),
        today=today,
        streak_now=trends.streak_now,
        grown=grown,
        span=span,
        heat=trends.heat(gains, today),
        marked=Bound(HideName, initial={"hide_name": accounts.hides_name(db, student_id)}),
    )


@bp.route("/link", methods=["GET", "POST"])
def link() -> ResponseReturnValue:
    """Link an account on a platform."""
    db, actor = current_db(), current_actor()
    require_role("student")
    form = bind(LinkAccount)
    if form.data is not None:
        made: list[int] = []
        try:
            with refusals(form):
                made.append(accounts.link(db, actor, form.data).id)
        except QuadError as error:
            if error.status != 400:
                raise
            form.refuse(Invalid({"platform_name": str(error)}))
        if made:
            told = _("Linked. Now hand in your first snapshot.")
            return done(told, url_for("coding.account", account_id=made[0]))
    student = accounts.own_student(db, actor)
    linked = {row.platform_name for row in accounts.of_student(db, student.id)}
    form.choices["platform_name"] = [
        (one.key, one.name) for one in platforms.every(db) if one.open and one.key not in linked
    ]
    return form_page(
        form,
        title=_("Link an account"),
        lead=_("One account for each platform. Only what is public there is looked at."),
        crumbs=[home_crumb()],
        submit=_("Link"),
        cancel=url_for("coding.index"),
    )


@bp.post("/accounts/<int:account_id>/unlink")
def unlink(account_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    told = _("Unlinked. Its history stays, should you link it again.")
    return attempted(lambda: accounts.unlink(db, actor, account_id), told, url_for("coding.index"))


@bp.post("/accounts/<int:account_id>/vouch")
def vouch(account_id: int) -> BaseResponse:
    """A mentor says that the account is the student's."""
    db, actor = current_db(), current_actor()
    place = url_for("coding.account", account_id=account_id)
    return attempted(
        lambda: accounts.vouch(db, actor, account_id), _("The account counts as proved."), place
    )


@bp.post("/name")
def name() -> BaseResponse:
    """Keep the name from other students in leaderboards, or show it."""
    form = bind(HideName).require()
    accounts.hide_name(current_db(), current_actor(), form)
    told = _("Other students do not see your name.") if form.hide_name else _("Your name is shown.")
    return done(told, url_for("coding.index"))


@bp.get("/accounts/<int:account_id>")
def account(account_id: int) -> ResponseReturnValue:
    """The history of an account, for its student and the mentors."""
    db, actor = current_db(), current_actor()
    row = snapshots.readable(db, actor, account_id)
    linked = next(
        one
        for one in accounts.of_student(db, row.student_id, unlinked_too=True)
        if one.id == row.id
    )
    history = snapshots.history(db, actor, account_id)
    return page(
        "coding/account.html",
        account=linked,
        profile=accounts.profile_url(linked.profile_pattern, linked.username),
        history=history,
        approved=[one for one in history if one.status is Status.APPROVED][::-1],
        own=bool(policy.ACCOUNT_OWN.allowed(db, actor, [row.id])),
        statuses=STATUS_WORDS,
        sources=SOURCE_WORDS,
        student_id=row.student_id,
    )


@bp.route("/accounts/<int:account_id>/snapshots/new", methods=["GET", "POST"])
def new_snapshot(account_id: int) -> ResponseReturnValue:
    """Hand in a snapshot."""
    picture, problem = _picture()
    db, actor = current_db(), current_actor()
    row = policy.ACCOUNT_OWN.get(db, actor, account_id, read=policy.ACCOUNT_KNOW)
    form = bind(SnapshotForm, initial={"snapshot_date": local_today(db)})
    _note_problem(form, problem)
    back = url_for("coding.account", account_id=account_id)
    if form.data is not None:
        with refusals(form):
            snapshots.submit(db, actor, account_id, form.data, picture)
        if not form.errors:
            return done(_("Handed in. Your mentor looks at it."), back)
    return form_page(
        form,
        title=_("Hand in a snapshot"),
        lead=_("What your profile on the platform shows today, or showed on an earlier day."),
        crumbs=[home_crumb(), (row.username, back)],
        submit=_("Hand in"),
        cancel=back,
        fields=FIELDS,
        parts=[picture_field(form)],
    )


def _picture() -> tuple[Taken | None, str]:
    """Look at a posted picture before the database is asked; what is wrong with it is told in the form."""
    if request.method != "POST":
        return None, ""
    try:
        return posted_file(PICTURE), ""
    except Invalid as error:
        return None, error.fields["file"]


def _note_problem(form: Bound[Any], problem: str) -> None:
    if problem:
        form.data = None
        form.errors["file"] = problem


@bp.route("/snapshots/<int:snapshot_id>/correct", methods=["GET", "POST"])
def correct(snapshot_id: int) -> ResponseReturnValue:
    """Hand in other numbers for the day of a snapshot."""
    db, actor = current_db(), current_actor()
    old = policy.SNAPSHOT_OWN.get(db, actor, snapshot_id, read=policy.SNAPSHOT_KNOW)
    initial = {field: getattr(old, field) for field in snapshots.NUMBERS}
    form = bind(SnapshotForm, initial=initial)
    back = url_for("coding.snapshot", snapshot_id=snapshot_id)
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(snapshots.correct(db, actor, snapshot_id, form.data).id)
        if made:
            told = _("The correction waits for your mentor.")
            return done(told, url_for("coding.snapshot", snapshot_id=made[0]))
    return form_page(
        form,
        title=_("Correct a snapshot"),
        lead=_("The numbers so far count until the correction is approved."),
        crumbs=[home_crumb(), (_("Snapshot"), back)],
        submit=_("Hand in"),
        cancel=back,
        fields=FIELDS[1:],
    )


@bp.get("/snapshots/<int:snapshot_id>")
def snapshot(snapshot_id: int) -> ResponseReturnValue:
    return _shown(snapshot_id, Bound(Evidence))


def _shown(snapshot_id: int, form: Bound[Evidence]) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    row = queue.shown(db, actor, snapshot_id)
    return page(
        "coding/snapshot.html",
        form.status,
        row=row,
        profile=accounts.profile_url(row.profile_url, row.username),
        entries=story(snapshots.events(db, snapshot_id)),
        own=row.user_id == actor.own_id,
        form=form,
        accept=PICTURE.accept,
        statuses=STATUS_WORDS,
        sources=SOURCE_WORDS,
        flags=FLAG_WORDS,
    )


@bp.post("/snapshots/<int:snapshot_id>/evidence")
def add_evidence(snapshot_id: int) -> ResponseReturnValue:
    """Add a picture or words to a snapshot that waits."""
    picture, problem = _picture()
    db, actor = current_db(), current_actor()
    form = bind(Evidence)
    _note_problem(form, problem)
    if form.data is not None:
        with refusals(form):
            evidence.add(db, actor, snapshot_id, form.data, picture)
        if not form.errors:
            return done(_("Added."), url_for("coding.snapshot", snapshot_id=snapshot_id))
    return _shown(snapshot_id, form)


@bp.get("/snapshots/<int:snapshot_id>/evidence")
def evidence_file(snapshot_id: int) -> BaseResponse:
    """The picture; the shell sends its bytes."""
    return stored_file(evidence.find(current_db(), current_actor(), snapshot_id), inline=True)
