"""All kinds there are, in the order in which the preferences name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quad.core.i18n import gettext as _
from quad.notifications.kinds.announcements import ANNOUNCEMENT_KINDS
from quad.notifications.kinds.base import Kind
from quad.notifications.kinds.careers import (
    APPLICATION_CAME,
    APPLICATION_STAGES,
    APPLICATION_TAKEN_BACK,
    JOB_CLOSED,
    JOB_FOR_ME,
    JOB_OPENED,
    JOB_SENT_BACK,
    JOB_WAITING,
    REFERENCE_CAME,
)
from quad.notifications.kinds.coding import (
    CODING_APPROVED,
    CODING_DIGEST,
    CODING_EVIDENCE,
    CODING_PROVED,
    CODING_RANK,
    CODING_REJECTED,
    CODING_RISK,
    CODING_UNPROVED,
    CODING_WAITING,
)
from quad.notifications.kinds.community import COMMUNITY_KINDS
from quad.notifications.kinds.events import EVENT_KINDS
from quad.notifications.kinds.giving import (
    ENGAGEMENT_LOGGED,
    ENGAGEMENT_THANKED,
    MEETING_NEWS,
    MEETING_REMINDED,
    REFERENCE_ANSWERED,
    REFERENCE_ASKED,
    REFERENCE_REMINDED,
)
from quad.notifications.kinds.messages import MESSAGE_KINDS
from quad.notifications.kinds.people import (
    CONNECTED,
    FOLLOWED,
    PERSON_REPORTED,
    SKILL_ENDORSED,
)
from quad.notifications.kinds.studies import (
    APPLICATION_WAITING,
    ATTENDANCE_SHORT,
    DOCUMENT_ISSUED,
    DOCUMENT_REVOKED,
    DUES_FLAGGED,
    ENROLLED,
    GRADUATED,
    HELD_BACK,
    MARK_CHANGED,
    MARKS_PUBLISHED,
    MATERIALS_NEW,
    MENTEE_SHORT,
    PROMOTED,
    PROMOTION_UNDONE,
    REEVALUATION_DECIDED,
    REEVALUATION_DUE,
    REEVALUATION_RETURNED,
    REEVALUATION_STEP,
    REEVALUATION_WAITING,
    REQUEST_DUE,
    REQUEST_NEWS,
    REQUEST_OVERDUE,
    REQUEST_STEPS,
    REQUEST_WAITING,
    RESULT_GIVEN,
    RESULTS_PUBLISHED,
    ROLE_GRANTED,
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        MARKS_PUBLISHED,
        RESULTS_PUBLISHED,
        MARK_CHANGED,
        RESULT_GIVEN,
        ENROLLED,
        MATERIALS_NEW,
        ROLE_GRANTED,
        APPLICATION_WAITING,
        PROMOTED,
        GRADUATED,
        HELD_BACK,
        PROMOTION_UNDONE,
        DUES_FLAGGED,
        ATTENDANCE_SHORT,
        MENTEE_SHORT,
        DOCUMENT_ISSUED,
        DOCUMENT_REVOKED,
        REEVALUATION_WAITING,
        REEVALUATION_RETURNED,
        REEVALUATION_DUE,
        REEVALUATION_STEP,
        REEVALUATION_DECIDED,
        *REQUEST_STEPS.values(),
        REQUEST_WAITING,
        REQUEST_NEWS,
        REQUEST_DUE,
        REQUEST_OVERDUE,
        CODING_APPROVED,
        CODING_REJECTED,
        CODING_EVIDENCE,
        CODING_PROVED,
        CODING_UNPROVED,
        CODING_RANK,
        CODING_WAITING,
        CODING_RISK,
        CODING_DIGEST,
        SKILL_ENDORSED,
        FOLLOWED,
        CONNECTED,
        PERSON_REPORTED,
        REFERENCE_ASKED,
        REFERENCE_ANSWERED,
        REFERENCE_REMINDED,
        ENGAGEMENT_LOGGED,
        ENGAGEMENT_THANKED,
        MEETING_NEWS,
        MEETING_REMINDED,
        *APPLICATION_STAGES.values(),
        JOB_WAITING,
        JOB_FOR_ME,
        JOB_OPENED,
        JOB_SENT_BACK,
        JOB_CLOSED,
        APPLICATION_CAME,
        APPLICATION_TAKEN_BACK,
        REFERENCE_CAME,
        *EVENT_KINDS,
        *ANNOUNCEMENT_KINDS,
        *MESSAGE_KINDS,
        *COMMUNITY_KINDS,
    )
}


def sentence(kind: str, data: Mapping[str, Any]) -> str:
    """Return the sentence of a stored notification, also when its kind is no longer declared."""
    known = KINDS.get(kind)
    return known.sentence(data) if known else _("Something changed.")
