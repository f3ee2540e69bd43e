"""What people are told of references, engagements and mentoring."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.notifications.kinds.base import Kind

REFERENCE_ASKED = Kind(
    "reference_asked",
    _l("Somebody asks me for a reference"),
    _l("%(who)s asks you for a reference: %(what)s."),
    "file-text",
    mailed=True,
)
REFERENCE_ANSWERED = Kind(
    "reference_answered",
    _l("A request for a reference is answered"),
    _l("There is news of the reference you asked for: %(what)s."),
    "file-text",
    mailed=True,
)
REFERENCE_REMINDED = Kind(
    "reference_reminded",
    _l("A reference waits for me"),
    _l("%(who)s waits for your reference: %(what)s."),
    "clock",
    mailed=True,
)
ENGAGEMENT_LOGGED = Kind(
    "engagement_logged",
    _l("An engagement of mine is written down or answered"),
    _l("There is news of an engagement: %(what)s."),
    "award",
    mailed=False,
)
ENGAGEMENT_THANKED = Kind(
    "engagement_thanked",
    _l("Somebody thanks me for what I did"),
    _l("Thank you for “%(what)s”. %(thanks)s"),
    "award",
    mailed=True,
)
MEETING_NEWS = Kind(
    "meeting_news",
    _l("There is news of a meeting for mentoring"),
    _l("There is news of the meeting of %(mentor)s and %(student)s."),
    "users",
    mailed=True,
)
MEETING_REMINDED = Kind(
    "meeting_reminded",
    _l("A meeting for mentoring is near"),
    _l("%(mentor)s and %(student)s meet within a day."),
    "clock",
    mailed=True,
)
