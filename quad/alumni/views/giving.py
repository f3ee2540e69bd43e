"""What graduates give back: references, engagements and mentoring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.alumni.forms.giving import (
    KINDS,
    AskReference,
    BookSlot,
    CancelMeeting,
    DeclineReference,
    JudgeMeeting,
    LogEngagement,
    OfferSlots,
    RefuseEngagement,
    ThankEngagement,
    WriteReference,
)
from quad.alumni.lists.giving import (
    BOOKING_STATES,
    ENGAGEMENT_MARKS,
    ENGAGEMENT_STATES,
    ENGAGEMENTS,
    REFERENCES,
)
from quad.alumni.models.references import MARKS, STATES
from quad.alumni.policy import giving as policy
from quad.alumni.service import engagements, meetings, mentoring, references
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.web.download import disposition
from quad.web.kit import (
    ask_who_it_is,
    attempted,
    bind,
    current_actor,
    current_db,
    done,
    page,
    refusals,
)
from quad.web.lists import list_page

bp = Blueprint("giving", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)


def _words() -> dict[str, Any]:
    return {"states": dict(STATES), "marks": MARKS}


@bp.get("/references", endpoint="references")
def references_index() -> ResponseReturnValue:
    """What one asked for and is asked to write; the office sees all."""
    db, actor = current_db(), current_actor()
    if not actor.has(*policy.ASKERS, *policy.WRITERS):
        policy.REFERENCE_OFFICE.require(actor)
        return list_page(REFERENCES)
    asked, to_write = references.own(db, actor)
    return page(
        "alumni/references.html",
        asked=asked,
        to_write=to_write,
        may_ask=policy.ASK.may(actor),
        **_words(),
    )


@bp.get("/references/all")
def all_references() -> BaseResponse:
    policy.REFERENCE_OFFICE.require(current_actor())
    return list_page(REFERENCES)


@bp.route("/references/new", methods=["GET", "POST"])
def ask_reference() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.ASK.require(actor)
    initial = {"writer_id": request.args.get("writer", type=int)}
    form = bind(AskReference, initial=initial)
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(references.ask(db, actor, form.data).id)
        if made:
            return done(_("Asked. You hear of the answer."), _reference_url(made[0]))
    form.choices["writer_id"] = references.writers(db, actor)
    return page("alumni/reference_ask.html", form.status, form=form)


def _reference_url(reference_id: int) -> str:
    return url_for("giving.reference", reference_id=reference_id)


@bp.get("/references/<int:reference_id>")
def reference(reference_id: int) -> ResponseReturnValue:
    found = references.show(current_db(), current_actor(), reference_id)
    return _reference_page(found, None)


def _reference_page(
    found: references.ShownReference, form: Bound[WriteReference] | None
) -> ResponseReturnValue:
    initial = {"capacity": found.capacity, "text": found.text, "version": found.version}
    shown = form or Bound(WriteReference, initial=initial)
    return page(
        "alumni/reference.html",
        shown.status,
        reference=found,
        form=shown,
        decline=Bound(DeclineReference),
        **_words(),
    )


@bp.post("/references/<int:reference_id>/write")
def write_reference(reference_id: int) -> ResponseReturnValue:
    """Keep the draft; with the button “give” it is given as well."""
    db, actor = current_db(), current_actor()
    form = bind_without(WriteReference, "give")
    if form.data is not None:
        with refusals(form):
            references.write(db, actor, reference_id, form.data)
            if "give" in request.form:
                references.deliver(db, actor, reference_id)
        if not form.errors:
            told = _("Given.") if "give" in request.form else _("Saved. Nobody else sees it yet.")
            return done(told, _reference_url(reference_id))
    return _reference_page(references.show(db, actor, reference_id), form)


def bind_without(kind: type[WriteReference], *buttons: str) -> Bound[WriteReference]:
    """Bind a form whose buttons have names of their own."""
    posted = request.form.copy()
    for name in buttons:
        posted.poplist(name)
    return Bound.from_html(kind, posted)


@bp.post("/references/<int:reference_id>/<any(accept,withdraw,deliver):deed>")
def answer_reference(reference_id: int, deed: str) -> BaseResponse:
    db, actor = current_db(), current_actor()
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "accept": (references.accept, _("Thank you. Now write it.")),
        "withdraw": (references.withdraw, _("Taken back.")),
        "deliver": (references.deliver, _("Given.")),
    }
    act, told = acts[deed]
    return attempted(lambda: act(db, actor, reference_id), told, _reference_url(reference_id))


@bp.post("/references/<int:reference_id>/decline")
def decline_reference(reference_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    reason = bind(DeclineReference).require().reason
    return attempted(
        lambda: references.decline(db, actor, reference_id, reason),
        _("Declined."),
        _reference_url(reference_id),
    )


@bp.get("/references/<int:reference_id>/document")
def reference_document(reference_id: int) -> BaseResponse:
    row, stored = references.document(current_db(), current_actor(), reference_id)
    response = Response(mimetype=stored.media_type)
    response.headers["X-Quad-File"] = stored.key
    response.headers["Content-Disposition"] = disposition("attachment", f"{row.serial}.pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/engagements", endpoint="engagements")
def engagements_index() -> BaseResponse:
    actor = current_actor()
    policy.ENGAGEMENT_LOG.require(actor)
    actions: list[dict[str, Any]] = []
    if policy.ENGAGEMENT_REPORT.may(actor):
        actions.append(
            {
                "label": _("By year"),
                "href": url_for("giving.engagement_report"),
                "icon": "chart-bar",
            }
        )
    actions.append(
        {
            "label": _("Write down"),
            "href": url_for("giving.log_engagement"),
            "icon": "plus",
            "primary": True,
        }
    )
    return list_page(ENGAGEMENTS, actions=actions)


@bp.route("/engagements/new", methods=["GET", "POST"])
def log_engagement() -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    policy.ENGAGEMENT_LOG.require(actor)
    form = bind(LogEngagement)
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(engagements.log(db, actor, form.data).id)
        if made:
            told = _("Written down. The other side is asked to confirm it.")
            return done(told, _engagement_url(made[0]))
    fields = list(form.kind.model_fields)
    if policy.ENGAGEMENT_HOST.may(actor):
        form.choices["alumnus_id"] = engagements.alumni_choices(db, actor)
    else:
        fields.remove("alumnus_id")
    form.choices["department_id"] = engagements.departments(db)
    return page("alumni/engagement_log.html", form.status, form=form, fields=fields)


def _engagement_url(engagement_id: int) -> str:
    return url_for("giving.engagement", engagement_id=engagement_id)


@bp.get("/engagements/report")
def engagement_report() -> ResponseReturnValue:
    """Confirmed engagements by graduate, for a year."""
    year = request.args.get("year", type=int)
    found = engagements.report(current_db(), current_actor(), year)
    return page("alumni/engagement_report.html", report=found, kinds=dict(KINDS))


@bp.get("/engagements/<int:engagement_id>")
def engagement(engagement_id: int) -> ResponseReturnValue:
    found = engagements.show(current_db(), current_actor(), engagement_id)
    return page(
        "alumni/engagement.html",
        shown=found,
        kinds=dict(KINDS),
        states=dict(ENGAGEMENT_STATES),
        marks=ENGAGEMENT_MARKS,
        refuse=Bound(RefuseEngagement),
        thank=Bound(ThankEngagement, initial={"thanks": _("Thank you for your time.")}),
    )


@bp.post("/engagements/<int:engagement_id>/<any(confirm,refuse,thank):deed>")
def answer_engagement(engagement_id: int, deed: str) -> BaseResponse:
    db, actor = current_db(), current_actor()

    def act() -> None:
        if deed == "confirm":
            engagements.confirm(db, actor, engagement_id)
        elif deed == "refuse":
            engagements.refuse(db, actor, engagement_id, bind(RefuseEngagement).require().reason)
        else:
            engagements.thank(db, actor, engagement_id, bind(ThankEngagement).require().thanks)

    told = {"confirm": _("Confirmed."), "refuse": _("Refused."), "thank": _("The thanks are sent.")}
    return attempted(act, told[deed], _engagement_url(engagement_id))


@bp.route("/mentoring", methods=["GET", "POST"], endpoint="mentoring")
def mentoring_index() -> ResponseReturnValue:
    """Times that are offered, one's own meetings, and for graduates the times they offer; a POST offers one."""
    db, actor = current_db(), current_actor()
    policy.MENTORING.require(actor)
    form = bind(OfferSlots)
    if form.data is not None:
        with refusals(form):
            mentoring.offer(db, actor, form.data)
        if not form.errors:
            return done(_("Offered."), url_for("giving.mentoring"))
    elif form.submitted:
        policy.OFFER.require(actor)
    return page(
        "alumni/mentoring.html",
        form.status,
        form=form,
        may_offer=policy.OFFER.may(actor),
        may_meet=policy.MEET.may(actor),
        free=meetings.free_slots(db, actor),
        offered=meetings.own_slots(db, actor),
        meetings=meetings.meetings(db, actor),
        states=BOOKING_STATES,
    )


@bp.route("/mentoring/slots/<int:slot_id>", methods=["GET", "POST"])
def book_slot(slot_id: int) -> ResponseReturnValue:
    """Ask for a time."""
    db, actor = current_db(), current_actor()
    slot = meetings.slot(db, actor, slot_id)
    form = bind(BookSlot)
    if form.data is not None:
        made: list[int] = []
        with refusals(form):
            made.append(mentoring.request(db, actor, slot_id, form.data).id)
        if made:
            told = _("Asked. The time is held for you until the mentor answers.")
            return done(told, url_for("giving.meeting", booking_id=made[0]))
    return page("alumni/mentoring_book.html", form.status, form=form, slot=slot)


@bp.post("/mentoring/slots/<int:slot_id>/withdraw")
def withdraw_slot(slot_id: int) -> BaseResponse:
    db, actor = current_db(), current_actor()
    return attempted(
        lambda: mentoring.withdraw(db, actor, slot_id),
        _("You do not offer this time any more."),
        url_for("giving.mentoring"),
    )


@bp.get("/mentoring/<int:booking_id>")
def meeting(booking_id: int) -> ResponseReturnValue:
    found = meetings.show(current_db(), current_actor(), booking_id)
    return page(
        "alumni/meeting.html",
        meeting=found,
        states=BOOKING_STATES,
        cancel=Bound(CancelMeeting),
        judge=Bound(JudgeMeeting),
    )


@bp.post("/mentoring/<int:booking_id>/<any(confirm,decline,cancel,judge):deed>")
def answer_meeting(booking_id: int, deed: str) -> BaseResponse:
    db, actor = current_db(), current_actor()

    def act() -> None:
        if deed == "confirm":
            mentoring.confirm(db, actor, booking_id)
        elif deed == "judge":
            mentoring.judge(db, actor, booking_id, bind(JudgeMeeting).require())
        else:
            reason = bind(CancelMeeting).require().reason
            {"decline": mentoring.decline, "cancel": mentoring.cancel}[deed](
                db, actor, booking_id, reason
            )

    told = {
        "confirm": _("Confirmed."),
        "decline": _("Declined. The time is free again."),
        "cancel": _("Cancelled. The time is free again."),
        "judge": _("Thank you."),
    }
    return attempted(act, told[deed], url_for("giving.meeting", booking_id=booking_id))


@bp.get("/mentoring/<int:booking_id>.ics")
def meeting_calendar(booking_id: int) -> Response:
    """A meeting for one's own calendar."""
    content = meetings.calendar(current_db(), current_actor(), booking_id)
    headers = {"Content-Disposition": f'attachment; filename="mentoring-{booking_id}.ics"'}
    return Response(content, mimetype="text/calendar", headers=headers)
