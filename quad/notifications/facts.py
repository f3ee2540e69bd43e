"""What happened in the notifications domain."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class NotificationsRead(Fact):
    """Somebody read `count` of their notifications."""

    count: int


@dataclass(frozen=True, kw_only=True)
class PreferencesChanged(Fact):
    """Somebody chose how to be told."""
