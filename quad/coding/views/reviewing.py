"""The queue of snapshots: one beside the list, decided by button or key."""

from __future__ import annotations

from typing import Any, Literal

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.coding import policy
from quad.coding.forms.snapshots import (
    MOST_AT_ONCE,
    AskEvidence,
    FilteredReview,
    RejectSnapshot,
)
from quad.coding.models.snapshots import Flag, Source
from quad.coding.service import accounts, delegations, filtered, platforms, queue, review
from quad.coding.service.queue import Wanted
from quad.coding.views.blueprint import bp
from quad.coding.views.words import FLAG_WORDS, NUMBER_WORDS, SOURCE_WORDS
from quad.core.forms import Bound
from quad.core.i18n import day, ngettext, number
from quad.core.i18n import gettext as _
from quad.web.kit import attempted, bind, current_actor, current_db, done, form_page, page

CHART_POINTS = 20
UNPROVED = Flag.UNPROVED
_YES_NO: dict[bool | None, Literal["", "yes", "no"]] = {None: "", True: "yes", False: "no"}


def _wanted() -> Wanted:
    """Read which snapshots are looked at from the address; what is not understood is left out."""
    flagged = {"1": True, "0": False}.get(request.values.get("flagged", ""))
    words = {source.value: source for source in Source}
    source = words.get(request.values.get("source", ""))
    return Wanted(flagged, request.values.get("platform", "")[:40], source)


def _address(wanted: Wanted, place: str = "coding.review", **changed: Any) -> str:
    kept: dict[str, Any] = {
        "flagged": None if wanted.flagged is None else str(int(wanted.flagged)),
        "platform": wanted.platform or None,
        "source": wanted.source.value if wanted.source else None,
    }
    return url_for(place, **{**kept, **changed})


@bp.get("/review", endpoint="review")
def review_queue() -> ResponseReturnValue:
    """What waits, and the chosen snapshot beside it."""
    return _queue(Bound(RejectSnapshot), Bound(AskEvidence), request.args.get("snapshot", ""))


def _queue(
    reject: Bound[RejectSnapshot], ask: Bound[AskEvidence], chosen: str, status: int = 200
) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.REVIEW.require(actor)
    wanted = _wanted()
    rows = queue.page(db, actor, wanted)
    waiting, flagged = queue.counts(db, actor, wanted)
    at = next((place for place, row in enumerate(rows) if str(row.id) == chosen), 0)
    current = rows[at] if rows else None
    return page(
        "coding/review.html",
        status,
        items=[
            {
                "name": row.full_name,
                "sub": _("%(platform)s, %(day)s", platform=row.platform, day=day(row.taken_on)),
                "href": _address(wanted, snapshot=row.id),
                "current": row is current,
                "tag": _tag(row),
                "tag_kind": "warn" if _flags(row) else "on",
            }
            for row in rows
        ],
        shown=_shown(current.id) if current is not None else None,
        place=at + 1,
        chosen=bool(chosen),
        waiting=waiting,
        flagged=flagged,
        wanted=wanted,
        address=_address,
        previous=_address(wanted, snapshot=rows[at - 1].id) if at else "",
        following=_address(wanted, snapshot=rows[at + 1].id) if at + 1 < len(rows) else "",
        after=_after(rows, at, wanted),
        platforms=platforms.every(db),
        sources=SOURCE_WORDS,
        reject=reject,
        ask=ask,
        delegations=delegations.current(db, actor),
    )


def _flags(row: Any) -> list[str]:
    """Return what is unusual about a snapshot; that an account is not proved yet is not."""
    return [str(FLAG_WORDS[flag]) for flag in row.flags if flag in FLAG_WORDS and flag != UNPROVED]


def _tag(row: Any) -> str:
    flags = _flags(row)
    if row.evidence_asked_at is not None:
        return _("asked")
    return ngettext("%(num)s flag", "%(num)s flags", len(flags)) if flags else ""


def _after(rows: Any, at: int, wanted: Wanted) -> str:
    """Return where to go once this one is decided: to the next, or to the one before the last."""
    rest = [row.id for place, row in enumerate(rows) if place != at]
    return _address(wanted, snapshot=rest[min(at, len(rest) - 1)]) if rest else _address(wanted)


def _shown(snapshot_id: int) -> dict[str, Any]:
    db, actor = current_db(), current_actor()
    row = queue.shown(db, actor, snapshot_id)
    before = queue.approved_before(db, row.account_id, row.taken_on, CHART_POINTS)
    last = before[0] if before else None
    return {
        "row": row,
        "profile": accounts.profile_url(row.profile_url, row.username),
        "source": SOURCE_WORDS[row.source],
        "flags": _flags(row),
        "unproved": "" if row.proved_at else str(FLAG_WORDS[UNPROVED]),
        "last": last,
        "values": [_value(row, last, name) for name in NUMBER_WORDS if _has(row, last, name)],
        "points": [
            *((day(one.taken_on), one.total_solved) for one in reversed(before)),
            (day(row.taken_on), row.total_solved),
        ],
    }


def _has(row: Any, last: Any, name: str) -> bool:
    return getattr(row, name) is not None or (last and getattr(last, name) is not None)


def _value(row: Any, last: Any, name: str) -> dict[str, Any]:
    new, old = getattr(row, name), getattr(last, name) if last is not None else None
    change = new - old if new is not None and old is not None else 0
    return {
        "label": str(NUMBER_WORDS[name]),
        "old": number(old) if old is not None else None,
        "new": number(new) if new is not None else None,
        "change": f"{'+' if change > 0 else ''}{number(change)}" if change else "",
        "changed": bool(change),
        "flag": _("Look at this") if name == "total_solved" and _flags(row) else "",
    }


@bp.post("/review/<int:snapshot_id>/approve")
def approve(snapshot_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    return attempted(lambda: review.approve(db, actor, snapshot_id), _("Approved."), _next())


@bp.post("/review/<int:snapshot_id>/reject")
def reject(snapshot_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    form = bind(RejectSnapshot)
    if form.data is None:
        return _queue(form, Bound(AskEvidence), str(snapshot_id), 422)
    given = form.data
    return attempted(lambda: review.reject(db, actor, snapshot_id, given), _("Rejected."), _next())


@bp.post("/review/<int:snapshot_id>/ask")
def ask_evidence(snapshot_id: int) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    form = bind(AskEvidence)
    if form.data is None:
        return _queue(Bound(RejectSnapshot), form, str(snapshot_id), 422)
    given, told = form.data, _("The student is asked to show more.")
    return attempted(lambda: review.ask_evidence(db, actor, snapshot_id, given), told, _next())


def _next() -> str:
    """Return the place that the page said to go to, when it is one of the queue."""
    place = request.args.get("next", "")
    home = url_for("coding.review")
    return place if place.startswith(home) else home


@bp.post("/review/approve-all")
def approve_all() -> BaseResponse:
    """Approve everything that the filters show and that has no flag."""
    wanted = _wanted()
    form = FilteredReview(decision="approve", source=wanted.source, platform=wanted.platform)
    results = filtered.decide(current_db(), current_actor(), form)
    if not results:
        return done(_("Nothing without a flag waits here."), _address(wanted), category="note")
    count = sum(one.status == review.APPROVED for one in results)
    told = ngettext("%(num)s snapshot approved.", "%(num)s snapshots approved.", count)
    return done(told, _address(wanted))


@bp.route("/review/reject-all", methods=["GET", "POST"])
def reject_all() -> ResponseReturnValue:
    """Reject everything that the filters show, with one remark."""
    db, actor, wanted = current_db(), current_actor(), _wanted()
    policy.REVIEW.require(actor)
    form = bind(RejectSnapshot)
    if form.data is not None:
        asked = FilteredReview(
            decision="reject",
            remarks=form.data.remarks,
            flagged=_YES_NO[wanted.flagged],
            source=wanted.source,
            platform=wanted.platform,
        )
        results = filtered.decide(db, actor, asked)
        count = sum(one.status == review.REJECTED for one in results)
        told = ngettext("%(num)s snapshot rejected.", "%(num)s snapshots rejected.", count)
        return done(told, _address(wanted))
    count = min(len(queue.ids(db, actor, wanted)), MOST_AT_ONCE)
    return form_page(
        form,
        title=_("Reject all of these"),
        lead=ngettext(
            "%(num)s snapshot waits that fits the filters.",
            "%(num)s snapshots wait that fit the filters.",
            count,
        ),
        crumbs=[(_("Review"), _address(wanted))],
        submit=_("Reject"),
        cancel=_address(wanted),
    )
