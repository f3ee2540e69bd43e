"""What happens to pages."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PageFact(Fact):
    """Something happened to a page."""

    page_id: int


class PageCreated(PageFact):
    """Somebody began a page."""


@dataclass(frozen=True, kw_only=True)
class PageSaved(PageFact):
    """A page says something else in a new revision; readers see it once it is published."""

    revision_id: int


class PageSettingsChanged(PageFact):
    """A page has another address, other readers, or another place in the menus."""


@dataclass(frozen=True, kw_only=True)
class PageImageKept(PageFact):
    """A page has a picture that its sections may show."""

    image_id: int


@dataclass(frozen=True, kw_only=True)
class PagePublished(PageFact):
    """Readers see this revision of a page."""

    revision_id: int


@dataclass(frozen=True, kw_only=True)
class PageScheduled(PageFact):
    """Readers see this revision of a page from a moment on."""

    revision_id: int


class PageUnscheduled(PageFact):
    """A revision that was to be published later is not."""


class PageUnpublished(PageFact):
    """Readers see a page no more."""


class PagesOrdered(Fact):
    """The pages of the menus stand in another order."""


class PageDeleted(PageFact):
    """A page is hidden."""


class PageBroughtBack(PageFact):
    """A page that was deleted is there again."""
