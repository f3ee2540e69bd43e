"""What happened in the notifications domain."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class NotificationsRead(Fact):
    """Somebody read `count` of their notifications."""

    count: int


@dataclass(frozen=True, kw_only=True)
class NotificationsUnread(Fact):
    """Somebody marked `count` of their notifications as not read."""

    count: int


@dataclass(frozen=True, kw_only=True)
class PreferencesChanged(Fact):
    """Somebody chose how to be told."""


@dataclass(frozen=True, kw_only=True)
class MailStopped(Fact):
    """A link in a mail stopped mail of one kind for somebody, or undid that."""

    user_id: int
    kind: str
    stopped: bool
