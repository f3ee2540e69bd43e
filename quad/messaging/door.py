"""How often one may write and ask, by page and API together: counted by person, since a campus may share an address."""

from __future__ import annotations

from quad.web.kit import current_actor

WRITING = "30 per minute; 600 per hour"
WRITING_SCOPE = "messaging-write"
SIGNALS = "120 per minute"


def who() -> str:
    """Return whose requests are counted together."""
    return f"user-{current_actor().own_id}"
