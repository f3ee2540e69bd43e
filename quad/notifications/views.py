"""The inbox behind the bell, the page of preferences, and the link that stops mail."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext
from quad.notifications import policy, service
from quad.notifications.forms import HabitIn, MarkRead, MarkUnread, Preferences
from quad.notifications.kinds.every import KINDS, sentence
from quad.notifications.mailing.hours import as_time
from quad.notifications.mailing.links import DIGESTS, read_token
from quad.notifications.models import Habit, MailRhythm
from quad.web.kit import attempted, bind, current_actor, current_db, done, page, refusals, same_site
from quad.web.security import proved_by_address

bp = Blueprint("notifications", __name__, template_folder="templates")
# What the select of one kind is called in the page of preferences.
MAIL_FIELD = "mail_"
RHYTHMS: tuple[tuple[str, str], ...] = (
    (MailRhythm.INSTANT, _l("At once")),
    (MailRhythm.DAILY, _l("Once a day")),
    (MailRhythm.WEEKLY, _l("Once a week")),
    (MailRhythm.OFF, _l("Never")),
)
_LISTS = {MailRhythm.INSTANT: "by_mail", MailRhythm.DAILY: "daily", MailRhythm.WEEKLY: "weekly"}


@bp.get("/notifications")
def index() -> tuple[str, int]:
    """The inbox, newest first; `?unread=1` and `?kind=` narrow it."""
    db, actor = current_db(), current_actor()
    policy.PREFER.require(actor)
    unread, kind = request.args.get("unread") == "1", request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    rows = service.newest(db, actor, _before(), unread=unread, kind=kind)
    shown = [
        (row, sentence(row.kind, row.data), KINDS.get(row.kind)) for row in rows[: service.PAGE]
    ]
    older = rows[service.PAGE - 1].id if len(rows) > service.PAGE else None
    return page(
        "notifications/index.html",
        shown=shown,
        older=older,
        unread=unread,
        kind=kind,
        kinds=[(name, KINDS[name].label) for name in service.kinds_in_inbox(db, actor)],
        undo=_moment(request.args.get("undo", "")),
    )


def _before() -> int | None:
    given = request.args.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None


def _moment(given: str) -> str:
    try:
        return datetime.fromisoformat(given).isoformat()
    except ValueError:
        return ""


@bp.post("/notifications/read")
def read() -> Response:
    """Mark the named notifications read, or all of them; go on to where one of them leads."""
    form = bind(MarkRead).require()
    count, moment = service.mark_read(current_db(), current_actor(), form)
    if form.ids:
        return done("", same_site(request.args.get("next"), url_for("notifications.index")))
    undo = moment.isoformat() if count else None
    told = ngettext("%(num)s marked as read.", "%(num)s marked as read.", count)
    return done(told, url_for("notifications.index", undo=undo))


@bp.post("/notifications/unread")
def unread() -> Response:
    """Mark notifications as not read, also to undo having marked them all."""
    form = Bound.from_html(MarkUnread, request.form)
    return attempted(
        lambda: service.mark_unread(current_db(), current_actor(), form.require()),
        _("Marked as not read."),
        url_for("notifications.index"),
    )


@bp.route("/account/notifications", methods=["GET", "POST"])
def preferences() -> tuple[str, int] | Response:
    """Choose what to hear of, and how."""
    policy.PREFER.require(current_actor())
    form = bind(Preferences)
    if request.method == "POST":
        form = Bound.from_html(Preferences, _by_lists())
    if form.data is not None:
        with refusals(form):
            service.prefer(current_db(), current_actor(), form.data)
        if not form.errors:
            return done(_("Your choices are saved."), url_for("notifications.preferences"))
    return _choices(form, _habit_form())


def _by_lists() -> MultiDict[str, str]:
    """Return what was posted as the lists of the input class: a page has a select for each kind."""
    found: MultiDict[str, str] = MultiDict()
    for name, value in request.form.items(multi=True):
        if not name.startswith(MAIL_FIELD):
            found.add(name, value)
        elif value != MailRhythm.OFF:
            place = _LISTS[MailRhythm(value)] if value in set(MailRhythm) else "by_mail"
            found.add(place, name.removeprefix(MAIL_FIELD) if value in set(MailRhythm) else value)
    return found


def _choices(form: Bound[Preferences], hours: Bound[HabitIn]) -> tuple[str, int]:
    db, actor = current_db(), current_actor()
    return page(
        "notifications/preferences.html",
        max(form.status, hours.status),
        form=form,
        hours=hours,
        wishes=service.preferences(db, actor),
        kinds=KINDS,
        rhythms=RHYTHMS,
        dead=service.dead_address(db, actor),
    )


def _habit_form() -> Bound[HabitIn]:
    return Bound(HabitIn, initial=_written(service.habit(current_db(), current_actor())))


def _written(row: Habit) -> dict[str, object]:
    """Return the hours of mail as a form and the API have them."""
    return {
        "quiet_from": _clock(row.quiet_from),
        "quiet_until": _clock(row.quiet_until),
        "digest_hour": row.digest_hour,
        "digest_day": row.digest_day,
    }


def _clock(minute: int | None) -> str | None:
    found = as_time(minute)
    return found.strftime("%H:%M") if found else None


@bp.post("/account/notifications/hours")
def hours() -> tuple[str, int] | Response:
    """Choose when mail may come."""
    policy.PREFER.require(current_actor())
    form = bind(HabitIn)
    if form.data is not None:
        with refusals(form):
            service.keep_habit(current_db(), current_actor(), form.data)
        if not form.errors:
            return done(_("Your choices are saved."), url_for("notifications.preferences"))
    return _choices(Bound(Preferences), form)


@bp.get("/unsubscribe/<token>")
def unsubscribe(token: str) -> tuple[str, int]:
    """Ask whether to stop mail of a kind. Looking changes nothing: programs open links by themselves."""
    return _stopping(token, stopped=None)


@bp.post("/unsubscribe/<token>")
@proved_by_address
def stop(token: str) -> tuple[str, int]:
    """Stop mail of a kind, for a person or, by RFC 8058, for their mail program; without signing in."""
    service.stop_mail(current_db(), token)
    return _stopping(token, stopped=True)


@bp.post("/unsubscribe/<token>/undo")
@proved_by_address
def undo_stop(token: str) -> tuple[str, int]:
    service.undo_stop(current_db(), token)
    return _stopping(token, stopped=False)


def _stopping(token: str, *, stopped: bool | None) -> tuple[str, int]:
    _user_id, name = read_token(current_db(), token)
    what = _("Daily and weekly mail") if name == DIGESTS else KINDS[name].label
    return page("notifications/unsubscribe.html", what=what, token=token, stopped=stopped)
