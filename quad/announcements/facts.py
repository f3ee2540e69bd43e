"""What happens to announcements and to those who read them."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class AnnouncementFact(Fact):
    """Something happened to an announcement."""

    announcement_id: int


class AnnouncementWritten(AnnouncementFact):
    """Somebody wrote an announcement down."""


class AnnouncementChanged(AnnouncementFact):
    """An announcement says something else, or is meant for others."""


class AnnouncementFilesChanged(AnnouncementFact):
    """A file was added to an announcement, or taken off."""


class AnnouncementSubmitted(AnnouncementFact):
    """An announcement waits for somebody to approve it."""


@dataclass(frozen=True, kw_only=True)
class AnnouncementApproved(AnnouncementFact):
    """An announcement was approved."""

    author_id: int


@dataclass(frozen=True, kw_only=True)
class AnnouncementRefused(AnnouncementFact):
    """An announcement is not approved; its author reads why in it."""

    author_id: int


class AnnouncementScheduled(AnnouncementFact):
    """An announcement is published by itself later."""


class AnnouncementPublished(AnnouncementFact):
    """Those whom an announcement is meant for can read it."""


class AnnouncementWithdrawn(AnnouncementFact):
    """An announcement was taken back."""


class AnnouncementRestored(AnnouncementFact):
    """An announcement that was taken back can be read again."""


class AnnouncementDeleted(AnnouncementFact):
    """An announcement is hidden for good."""


@dataclass(frozen=True, kw_only=True)
class RecipientsTold(AnnouncementFact):
    """Some of those an announcement is meant for hear of it, each once."""

    user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AnnouncementAcknowledged(AnnouncementFact):
    """Somebody confirmed having read an announcement."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class AnnouncementCommented(AnnouncementFact):
    """Somebody said something below an announcement."""

    comment_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class AnnouncementCommentDeleted(AnnouncementFact):
    """A comment was taken off."""

    comment_id: int
