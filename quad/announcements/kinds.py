"""Words that several rooms use: states, priorities, their marks, and names of jobs and of what is found."""

from __future__ import annotations

from datetime import datetime

from quad.announcements.models import AnnouncementState, Priority
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l

FOUND = "announcement"
TELL = "announcements.tell"

# State → (mark, word); a published one that ended is over.
STATES: dict[str, tuple[str, str]] = {
    AnnouncementState.DRAFT: ("open", _l("Draft")),
    AnnouncementState.WAITING: ("warn", _l("Waits for approval")),
    AnnouncementState.SCHEDULED: ("going", _l("Scheduled")),
    AnnouncementState.PUBLISHED: ("done", _l("Published")),
    AnnouncementState.WITHDRAWN: ("stop", _l("Withdrawn")),
}
OVER = ("open", _l("Over"))
PRIORITY_MARKS: dict[str, str] = {
    Priority.NORMAL: "",
    Priority.IMPORTANT: "warn",
    Priority.URGENT: "bad",
}


def phase(state: AnnouncementState, ends_at: datetime | None) -> tuple[str, str]:
    """Return mark and word of where an announcement stands now."""
    over = ends_at is not None and ends_at <= clock.now()
    return OVER if state is AnnouncementState.PUBLISHED and over else STATES[state]
