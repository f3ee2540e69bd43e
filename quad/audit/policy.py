"""Who may read the audit."""

from __future__ import annotations

from collections.abc import Iterator

from quad.audit.models import AuditEntry, action_of
from quad.core.facts import Fact
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import NOTHING, Actor, Branches, Permission


def _confidential(kind: type[Fact] = Fact) -> Iterator[str]:
    """Yield the actions that nobody reads here: they are kept and sealed, and stand in the story of their own thing."""
    for derived in kind.__subclasses__():
        if derived.confidential:
            yield action_of(derived)
        yield from _confidential(derived)


def actions(kind: type[Fact] = Fact) -> list[str]:
    """Return what may have happened, as entries name it, without what is confidential."""
    found = {"changed"}
    for derived in kind.__subclasses__():
        if not derived.confidential:
            found.add(action_of(derived))
        found.update(actions(derived))
    return sorted(found - set(_confidential()))


def _entries(actor: Actor) -> Branches:
    if not actor.has("admin"):
        return NOTHING
    return (AuditEntry.action.not_in(sorted(set(_confidential()))),)


READ = Permission("audit.entry.read", _l("Read the audit"), AuditEntry, _entries)
