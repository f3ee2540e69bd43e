"""What happened to a request, in sentences for its page."""

from __future__ import annotations

from typing import Any

from quad.core.i18n import day, moment
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.welfare.models.requests import EventKind, State
from quad.welfare.service.reading import Shown


def entries(found: Shown) -> list[dict[str, Any]]:
    """Return the story of a request, the first thing first, as the page draws it."""
    return [
        {
            "kind": event.kind.value,
            "text": _sentence(event),
            "words": event.text if event.kind is not EventKind.ATTACHED else "",
            "when": moment(event.created_at),
            "iso": event.created_at.isoformat(),
            "who": event.actor or _("Quad"),
            "mine": event.actor_id is not None and event.actor_id == found.head.user_id,
            "internal": event.internal,
            "key": event.state_before is not event.state_after,
            "comment": event.kind is EventKind.COMMENTED,
        }
        for event in found.events
    ]


# What each kind of event says; `%(…)s` are filled from the event.
SENTENCES: dict[EventKind, str] = {
    EventKind.SUBMITTED: _l("%(who)s asked."),
    EventKind.ASSIGNED: _l("%(person)s takes care of it now."),
    EventKind.PASSED: _l("It went to %(office)s."),
    EventKind.STARTED: _l("%(who)s began to work on it."),
    EventKind.COMMENTED: _l("%(who)s wrote:"),
    EventKind.ATTACHED: _l("%(who)s added %(text)s."),
    EventKind.DUE_CHANGED: _l("It is due on %(day)s now."),
    EventKind.REMINDED: _l("A reminder went out: due on %(day)s."),
    EventKind.ESCALATED: _l("Overdue since %(day)s: who is above was told."),
    EventKind.RESOLVED: _l("%(who)s resolved it."),
    EventKind.REJECTED: _l("%(who)s declined it."),
    EventKind.WITHDRAWN: _l("%(who)s withdrew it."),
    EventKind.REOPENED: _l("%(who)s reopened it."),
}
ASKED_OFFICE = _l("%(who)s asked. It went to %(office)s.")
TOOK = _l("%(who)s took it.")


def _sentence(event: Any) -> str:
    said = SENTENCES[event.kind]
    if event.kind is EventKind.SUBMITTED and event.office:
        said = ASKED_OFFICE
    if event.kind is EventKind.ASSIGNED and event.actor_id == event.person_id:
        said = TOOK
    return str(said) % {
        "who": event.actor or _("Quad"),
        "person": event.person or _("Somebody"),
        "office": event.office or "–",
        "text": event.text,
        "day": day(event.day) if event.day else "–",
    }


def steps(found: Shown) -> list[dict[str, str]]:
    """Return where a request is on its way: four steps, each done, here, or still to come."""
    state = found.head.state
    ends = {
        State.RESOLVED: _("Resolved"),
        State.REJECTED: _("Declined"),
        State.WITHDRAWN: _("Withdrawn"),
    }
    labels = [_("Asked"), _("With somebody"), _("In progress"), ends.get(state, _("Answered"))]
    reached = {State.SUBMITTED: 0, State.ASSIGNED: 1, State.IN_PROGRESS: 2}.get(state, 3)
    marks = {State.REJECTED: "stop", State.WITHDRAWN: "open", State.RESOLVED: "done"}
    return [
        {
            "label": label,
            "mark": "done"
            if place < reached
            else marks.get(state, "going")
            if place == reached
            else "open",
            "here": "1" if place == reached else "",
        }
        for place, label in enumerate(labels)
    ]
