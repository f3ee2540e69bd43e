"""When reports are sent: the days, what is due, and who does not want it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.core.errors import Invalid
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.outbox import enqueue
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.insights import policy
from quad.insights.facts import ReportMuted, ReportScheduled
from quad.insights.forms.reports import MuteForm, ScheduleForm
from quad.insights.models import Recipients, ReportMute, Rhythm, SavedReport
from quad.insights.service.reports import resolving, saving

SEND = "insights.report.send"
SOME = 100


def following(rhythm: Rhythm, today: date) -> date | None:
    """Return the first day after `today` on which a report of this rhythm goes: any day, a Monday, the first."""
    if rhythm is Rhythm.DAILY:
        return today + timedelta(days=1)
    if rhythm is Rhythm.WEEKLY:
        return today + timedelta(days=7 - today.weekday())
    if rhythm is Rhythm.MONTHLY:
        return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return None


def schedule(db: Session, actor: Actor, report_id: int, form: ScheduleForm) -> SavedReport:
    """Say how often a report is sent, and to whom.

    Raises NotFound, Forbidden, Rejected for a report that does not work, Invalid when it goes to those it is shared
    with and there is no such role.
    """
    row = policy.REPORT_CHANGE.get(db, actor, report_id, read=policy.REPORT_READ, lock=True)
    if form.rhythm is not Rhythm.NONE:
        resolving.strictly(saving.definition_of(row), actor)
        if form.recipients is Recipients.SHARED:
            policy.REPORT_SHARE.require(actor)
            if not saving.roles_of(db, row.id):
                raise Invalid({"recipients": _("Share the report with a role first.")})
    row.rhythm, row.recipients = form.rhythm, form.recipients
    row.file_format, row.failure = form.file_format, ""
    row.next_on = following(form.rhythm, local_today(db))
    db.flush()
    emit(
        db,
        ReportScheduled(
            actor_id=actor.id,
            report_id=row.id,
            rhythm=form.rhythm.value,
            recipients=form.recipients.value,
        ),
    )
    return row


def mute(db: Session, actor: Actor, report_id: int, form: MuteForm) -> None:
    """Get the mails of a report no more, or again. Raises NotFound."""
    row = saving.get(db, actor, report_id)
    mine = (ReportMute.report_id == row.id, ReportMute.user_id == actor.own_id)
    there = db.scalar(select(ReportMute.id).where(*mine)) is not None
    if form.muted is there:
        return
    if there:
        db.execute(delete(ReportMute).where(*mine))
    else:
        db.add(ReportMute(report_id=row.id, user_id=actor.own_id))
        db.flush()
    emit(db, ReportMuted(actor_id=actor.id, report_id=row.id, muted=form.muted))


def take_some(db: Session) -> int:
    """Promise the mails of reports that are due, and set their next day; return how many.

    A job's key is the report and its day, so that nothing goes twice; days on which no worker ran are not made up for.
    """
    today = local_today(db)
    query = (
        select(SavedReport)
        .where(SavedReport.next_on <= today, SavedReport.deleted_at.is_(None))
        .order_by(SavedReport.next_on, SavedReport.id)
        .limit(SOME)
        .with_for_update()
    )
    rows = db.scalars(query).all()
    for row in rows:
        due = str(row.next_on)
        enqueue(db, SEND, {"report": row.id, "due": due}, key=f"{SEND}/{row.id}/{due}")
        row.next_on = following(row.rhythm, today)
    return len(rows)
