"""Which kinds of files are taken as materials, how large each may be, and how much a course may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.core import pictures
from quad.core.errors import Invalid, Rejected
from quad.core.files import MEGABYTE, Files, Kept, StoredFile, in_words, shown_name
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.settings import Setting, between, value
from quad.core.uploads import VTT, Kind, inspect_upload
from quad.materials.kinds import KINDS, kind_of
from quad.materials.models.materials import Caption, Material, MaterialKind, MaterialVersion

GROUP = _l("Materials of courses")
MEGABYTES = between(0, 100_000, _l("Write a number of megabytes from 0 to 100,000."))
CAPTION_BYTES = 2 * MEGABYTE


def _limit(kind: MaterialKind, label: str, megabytes: int, order: int) -> Setting[int]:
    return Setting(
        key=f"materials.{kind.value}_megabytes",
        label=label,
        hint=_l("In megabytes; 0 takes none of them."),
        default=megabytes,
        kind="int",
        group=GROUP,
        check=MEGABYTES,
        order=order,
    )


LIMITS: dict[MaterialKind, Setting[int]] = {
    MaterialKind.PDF: _limit(MaterialKind.PDF, _l("Largest PDF"), 25, 10),
    MaterialKind.DOCX: _limit(MaterialKind.DOCX, _l("Largest Word document"), 25, 11),
    MaterialKind.AUDIO: _limit(MaterialKind.AUDIO, _l("Largest audio file (MP3)"), 25, 12),
    MaterialKind.VIDEO: _limit(MaterialKind.VIDEO, _l("Largest video (MP4)"), 25, 13),
    MaterialKind.PPTX: _limit(MaterialKind.PPTX, _l("Largest slides (PPTX)"), 0, 14),
    MaterialKind.IMAGE: _limit(MaterialKind.IMAGE, _l("Largest picture (PNG, JPEG, WebP)"), 0, 15),
}
LINKS = Setting(
    key="materials.links",
    label=_l("Take links to other sites"),
    default=True,
    kind="bool",
    group=GROUP,
    order=20,
)
QUOTA = Setting(
    key="materials.course_megabytes",
    label=_l("How much the materials of one course may hold"),
    hint=_l("In megabytes, all versions together; 0 is without end."),
    default=2_000,
    kind="int",
    group=GROUP,
    check=MEGABYTES,
    order=30,
)
UNDO_DAYS = Setting(
    key="materials.undo_days",
    label=_l("How many days a deleted material can be brought back"),
    default=30,
    kind="int",
    group=GROUP,
    check=between(0, 3_650, _l("Write a number of days from 0 to 3,650.")),
    order=40,
)


@dataclass(frozen=True)
class Taken:
    """What is taken at the moment: bytes per kind of material, without those that are not taken."""

    limits: dict[MaterialKind, int]
    links: bool

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of files."""
        return tuple(kind for name in self.limits for kind in KINDS[name])

    @property
    def accept(self) -> str:
        """The endings, as a file field takes them."""
        return ",".join(ending for kind in self.kinds for ending in kind.endings)

    @property
    def largest(self) -> int:
        """The most bytes any file may have."""
        return max(self.limits.values(), default=0)

    def limit_of(self, name: str) -> int:
        """Return the most bytes a file of this name may have, by its ending; 0 when no such file is taken."""
        ending = "." + name.rpartition(".")[2].lower()
        fitting = (
            limit
            for kind, limit in self.limits.items()
            if any(ending in one.endings for one in KINDS[kind])
        )
        return max(fitting, default=0)

    def sentence(self) -> str:
        """Say what is taken: "PDF up to 25 MB, …"."""
        by_size: dict[int, list[str]] = {}
        for name, size in self.limits.items():
            by_size.setdefault(size, []).extend(kind.words for kind in KINDS[name])
        parts = [
            _("%(kinds)s up to %(size)s", kinds=", ".join(kinds), size=in_words(size))
            for size, kinds in by_size.items()
        ]
        return "; ".join(parts)


@dataclass(frozen=True)
class Prepared:
    """A file that was looked at and is in the store, before it has a row."""

    kept: Kept
    name: str
    media_type: str
    kind: MaterialKind

    @property
    def title(self) -> str:
        """What it is called until somebody says better: its name without the ending."""
        stem = shown_name(self.name).rpartition(".")[0] or shown_name(self.name)
        return " ".join(stem.replace("_", " ").split())[:160] or _("file")


def taken(db: Session) -> Taken:
    """Return what the settings take now."""
    limits = {kind: value(db, setting) * MEGABYTE for kind, setting in LIMITS.items()}
    return Taken({kind: size for kind, size in limits.items() if size}, value(db, LINKS))


def prepare(files: Files, stream: IO[bytes], name: str, what: Taken) -> Prepared:
    """Look at a file and keep its content (no database). Raises TooLarge, and Invalid (field `file`)."""
    if not what.limits:
        raise Invalid({"file": _("No files are taken at the moment.")})
    shown = shown_name(name)
    media_type = inspect_upload(
        stream, shown, what.kinds, limit=what.limit_of(shown) or what.largest
    )
    kind = kind_of(media_type)
    if kind is MaterialKind.IMAGE:  # drawn anew: nothing but what is seen is kept
        stream = pictures.clean(stream, media_type)
    return Prepared(files.keep(stream, limit=what.limits[kind]), shown, media_type, kind)


def prepare_captions(files: Files, stream: IO[bytes], name: str) -> Prepared:
    """Look at captions and keep them (no database). Raises TooLarge, and Invalid (field `file`)."""
    shown = shown_name(name)
    media_type = inspect_upload(stream, shown, (VTT,), limit=CAPTION_BYTES)
    return Prepared(files.keep(stream), shown, media_type, MaterialKind.VIDEO)


def used_by(db: Session, course_id: int) -> int:
    """Return how many bytes the materials of a course hold, with every version, deleted ones too."""
    versions = (
        select(StoredFile.size)
        .join(MaterialVersion, MaterialVersion.file_id == StoredFile.id)
        .join(Material, Material.id == MaterialVersion.material_id)
        .where(Material.course_id == course_id)
    )
    captions = (
        select(StoredFile.size)
        .join(Caption, Caption.file_id == StoredFile.id)
        .join(Material, Material.id == Caption.material_id)
        .where(Material.course_id == course_id)
    )
    sizes = versions.union_all(captions).subquery()
    return db.scalar(select(func.coalesce(func.sum(sizes.c.size), 0))) or 0


def require_room(db: Session, course_id: int, more: int) -> None:
    """Raise Rejected when a course has no room for `more` bytes. The caller holds the course or offering."""
    megabytes = value(db, QUOTA)
    if megabytes and used_by(db, course_id) + more > megabytes * MEGABYTE:
        raise Rejected(
            _(
                "The materials of this course are full: together they may have %(size)s. Delete what is not needed.",
                size=in_words(megabytes * MEGABYTE),
            )
        )


def row_of(one: Prepared, owner_id: int | None) -> StoredFile:
    """Return a new row for a prepared file, to be added to a session."""
    return Files.row(one.kept, name=one.name, media_type=one.media_type, owner_id=owner_id)
