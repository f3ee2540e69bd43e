"""What happens to materials of courses."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class MaterialFact(Fact):
    """Something happened to a material. `offering_id` is None for one of the whole course."""

    material_id: int
    course_id: int
    offering_id: int | None


class MaterialAdded(MaterialFact):
    """A material came to a course."""


class MaterialChanged(MaterialFact):
    """A material has another title, place, text or day from which it is seen."""


@dataclass(frozen=True, kw_only=True)
class MaterialReplaced(MaterialFact):
    """A material has another file now: a new one, or an earlier version again."""

    version_id: int


class MaterialRemoved(MaterialFact):
    """A material was deleted; it may be brought back for a while."""


class MaterialRestored(MaterialFact):
    """A deleted material is back."""


class MaterialPurged(MaterialFact):
    """A deleted material is gone for good, with its files."""


@dataclass(frozen=True, kw_only=True)
class MaterialsShown(Fact):
    """New materials of a course can be seen by the students of one of its offerings, `user_ids`."""

    course_id: int
    offering_id: int
    material_ids: tuple[int, ...]
    user_ids: tuple[int, ...]


class MaterialOpened(MaterialFact):
    """Somebody opened a material for the first time."""


@dataclass(frozen=True, kw_only=True)
class CaptionsAdded(MaterialFact):
    """A recording has captions in a language."""

    language: str


@dataclass(frozen=True, kw_only=True)
class CaptionsRemoved(MaterialFact):
    """A recording lost its captions in a language."""

    language: str


@dataclass(frozen=True, kw_only=True)
class UploadFact(Fact):
    """Something happened to a file that comes in pieces."""

    upload_id: int
    course_id: int


class UploadBegun(UploadFact):
    """A file that comes in pieces was announced."""


class UploadFinished(UploadFact):
    """All pieces of a file came, and it is a material now."""


class UploadCancelled(UploadFact):
    """A file that came in pieces was given up."""


class ReaderChoiceMade(Fact):
    """Somebody said whether teachers may see by name what they open."""


@dataclass(frozen=True, kw_only=True)
class MaterialsOrdered(Fact):
    """The sections or materials of a course stand in another order."""

    course_id: int
    offering_id: int | None


@dataclass(frozen=True, kw_only=True)
class SectionFact(Fact):
    """Something happened to a section of materials."""

    section_id: int
    course_id: int
    offering_id: int | None


class SectionAdded(SectionFact):
    """A course has a new section."""


class SectionChanged(SectionFact):
    """A section has another title or day from which it is seen."""


class SectionRemoved(SectionFact):
    """A section was deleted, with the materials in it."""


class SectionRestored(SectionFact):
    """A deleted section is back, with the materials it took along."""


@dataclass(frozen=True, kw_only=True)
class FileChecked(MaterialFact):
    """The virus scanner was asked about a file; it may be opened, or never will be."""

    version_id: int
    clean: bool


@dataclass(frozen=True, kw_only=True)
class SummaryFact(MaterialFact):
    """Something happened to the summary of a material."""

    version_id: int


class SummaryChanged(SummaryFact):
    """Somebody wrote a summary in other words."""


class SummaryHidden(SummaryFact):
    """A summary is seen only by those who teach."""


class SummaryShown(SummaryFact):
    """A hidden summary is seen again."""


class SummaryAsked(SummaryFact):
    """Somebody asked for a summary to be made anew."""
