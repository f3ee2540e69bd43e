"""What becomes of reports when two accounts turn out to be one, and what the copy of one's own data says of them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved
from quad.core.own_data import OwnData, Table, as_table
from quad.insights.models import ReportDelivery, ReportMute, SavedReport

MERGES: tuple[Merge, ...] = (
    moved(_l("Saved reports"), SavedReport.owner_id),
    moved("", ReportMute.user_id, once_per=(ReportMute.report_id,)),
    moved("", ReportDelivery.user_id, once_per=(ReportDelivery.report_id, ReportDelivery.due_on)),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    reports = select(
        SavedReport.name,
        SavedReport.note,
        SavedReport.source,
        SavedReport.rhythm,
        SavedReport.created_at,
    ).where(SavedReport.owner_id == user_id, SavedReport.deleted_at.is_(None))
    mails = (
        select(
            SavedReport.name,
            ReportDelivery.due_on,
            ReportDelivery.state,
            ReportDelivery.rows,
            ReportDelivery.sent_at,
        )
        .join(SavedReport, SavedReport.id == ReportDelivery.report_id)
        .where(ReportDelivery.user_id == user_id)
    )
    return {
        "reports": as_table(db.execute(reports.order_by(SavedReport.id))),
        "mails": as_table(db.execute(mails.order_by(ReportDelivery.id))),
    }


OWN_DATA = OwnData("reports", _l("Reports"), _load, order=90)
