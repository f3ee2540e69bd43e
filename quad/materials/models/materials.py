"""Materials of courses: sections, materials with every version they had, captions, and who has come how far."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.academics.models.teaching import Course, Offering
from quad.core.counters import counter
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.db.views import view
from quad.core.errors import constraint
from quad.core.files import StoredFile
from quad.core.i18n import lazy_gettext as _l
from quad.core.mail.models import LongText
from quad.institution.models import Term

TITLE_LENGTH = 160


class MaterialKind(enum.StrEnum):
    """What sort of thing a material is, by the content of its file."""

    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    AUDIO = "audio"
    VIDEO = "video"
    IMAGE = "image"
    LINK = "link"


class VersionState(enum.StrEnum):
    """Whether a file may be opened: only a clean one is; a waiting one is still looked at for viruses."""

    WAITING = "waiting"
    CLEAN = "clean"
    REFUSED = "refused"


class Section(Versioned, SoftDeleted, Row):
    """A heading with materials below it. Without an offering it belongs to the course, in every term."""

    __tablename__ = "materials_section"
    __table_args__ = (Index(None, "course_id", "position", "id"),)

    course_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_course.id", ondelete="RESTRICT")
    )
    offering_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_offering.id", ondelete="RESTRICT"), index=True, default=None
    )
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    position: Mapped[int] = mapped_column(Integer, default=0)
    visible_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)


class Material(Versioned, SoftDeleted, Row):
    """One material. Without an offering everybody who takes the course reads it, in every term.

    Until `visible_at`, and while `hidden`, only its teachers see it. `url` is where a link leads. `readers` is how many
    people have opened it. `gone_with_course`: it was deleted together with its course, and comes back with it.
    `told_on` is the institution's day on which its students heard of it.
    """

    __tablename__ = "materials_material"
    __table_args__ = (
        Index(None, "course_id", "position", "id"),
        Index(None, "section_id", "position", "id"),
        Index(None, "sort_title", "id"),
        Index(None, "created_at", "id"),
        Index(None, "deleted_at", "id"),
        Index(None, "told_on", "course_id"),
    )

    course_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_course.id", ondelete="RESTRICT")
    )
    offering_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_offering.id", ondelete="RESTRICT"), index=True, default=None
    )
    section_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("materials_section.id", ondelete="RESTRICT"), default=None
    )
    kind: Mapped[MaterialKind] = mapped_column(enum_type(MaterialKind))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    sort_title: Mapped[str] = mapped_column(NormalisedKey(320))
    about: Mapped[str] = mapped_column(String(1000), default="")
    url: Mapped[str] = mapped_column(String(1000), default="")
    position: Mapped[int] = mapped_column(Integer, default=0)
    visible_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)
    readers: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    gone_with_course: Mapped[bool] = mapped_column(Boolean, default=False)
    told_on: Mapped[date | None] = mapped_column(Date, default=None)


class MaterialVersion(Row):
    """One file a material had. `current` is 1 for the one shown now and NULL for earlier ones.

    `name_key` is the file's name, for those who know a file by it. Nobody is given the content before `state` is clean.
    `refusal` says in a sentence why it never will be.
    """

    __tablename__ = "materials_version"
    __table_args__ = (
        UniqueConstraint("material_id", "number"),
        UniqueConstraint("material_id", "current"),
        Index(None, "name_key", "id"),
    )

    material_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("materials_material.id", ondelete="CASCADE")
    )
    number: Mapped[int] = mapped_column(Integer)
    current: Mapped[int | None] = mapped_column(Integer, default=None)
    name_key: Mapped[str] = mapped_column(NormalisedKey(255))
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True
    )
    state: Mapped[VersionState] = mapped_column(
        enum_type(VersionState), default=VersionState.WAITING
    )
    refusal: Mapped[str] = mapped_column(String(300), default="")


class Caption(Row):
    """Subtitles of a recording, one track per language."""

    __tablename__ = "materials_caption"
    __table_args__ = (UniqueConstraint("material_id", "language"),)

    material_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("materials_material.id", ondelete="CASCADE")
    )
    language: Mapped[str] = mapped_column(String(12))
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True
    )


class Preview(Row):
    """What a document looks like as clean HTML, made by the worker. `problem` says why there is none."""

    __tablename__ = "materials_preview"
    __audited__: ClassVar[bool] = False

    version_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("materials_version.id", ondelete="CASCADE"), unique=True
    )
    html: Mapped[str] = mapped_column(LongText, default="")
    problem: Mapped[str] = mapped_column(String(300), default="")


class Opening(Row):
    """That one person has opened a material: how often, when last, and where a recording stopped.

    No foreign key cascades: `Material.readers` is counted by triggers, and MariaDB's cascades fire none.
    """

    __tablename__ = "materials_opening"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("user_id", "material_id"),
        Index(None, "material_id", "last_at"),
        Index(None, "user_id", "last_at"),
    )

    material_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("materials_material.id", ondelete="RESTRICT")
    )
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"))
    times: Mapped[int] = mapped_column(Integer, default=1)
    last_at: Mapped[datetime] = mapped_column(Utc())
    seconds: Mapped[int] = mapped_column(Integer, default=0)
    length: Mapped[int] = mapped_column(Integer, default=0)


class ReaderChoice(Row):
    """Whether teachers may see by name what a person has opened. Without a row they may not."""

    __tablename__ = "materials_reader_choice"
    __audited__: ClassVar[bool] = False

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), unique=True
    )
    by_name: Mapped[bool] = mapped_column(Boolean, default=False)


class Upload(Row):
    """A file that comes in pieces and may be gone on with after a break, until `expires_at`.

    `key` names it in addresses and in the store. `received` is how far it has come. With `material_id` it becomes
    the next version of that material.
    """

    __tablename__ = "materials_upload"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "expires_at", "id"), Index(None, "user_id", "course_id"))

    key: Mapped[str] = mapped_column(String(40), unique=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_course.id", ondelete="CASCADE"), index=True
    )
    offering_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_offering.id", ondelete="CASCADE"), index=True, default=None
    )
    section_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("materials_section.id", ondelete="SET NULL"), index=True, default=None
    )
    material_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("materials_material.id", ondelete="CASCADE"), index=True, default=None
    )
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    expires_at: Mapped[datetime] = mapped_column(Utc())
    # What it became, so that finishing twice is harmless.
    made_id: Mapped[int | None] = mapped_column(BigId, default=None)


class UploadPiece(Row):
    """One piece of an upload, under a key of its own in the store."""

    __tablename__ = "materials_upload_piece"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("upload_id", "start"),)

    upload_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("materials_upload.id", ondelete="CASCADE")
    )
    start: Mapped[int] = mapped_column(BigInteger)
    length: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(String(80))


counter(Material.readers, Opening.material_id)

constraint(
    "uq_materials_caption_material_id_language",
    _l("There are captions in this language already. Remove them first."),
    "language",
)
constraint(
    "uq_materials_version_material_id_number",
    _l("Somebody else replaced this material just now. Look at it again."),
)

_SHOWN: Any = (
    select(
        Material.id.label("material_id"),
        Course.code.label("course"),
        Term.code.label("term"),
        Offering.section.label("section"),
        Material.kind.label("kind"),
        Material.title.label("title"),
        Material.hidden.label("hidden"),
        Material.visible_at.label("visible_at"),
        Material.readers.label("readers"),
        StoredFile.size.label("size"),
        Material.created_at.label("added_at"),
    )
    .join(Course, Course.id == Material.course_id)
    .outerjoin(Offering, Offering.id == Material.offering_id)
    .outerjoin(Term, Term.id == Offering.term_id)
    .outerjoin(
        MaterialVersion,
        (MaterialVersion.material_id == Material.id) & (MaterialVersion.current == 1),
    )
    .outerjoin(StoredFile, StoredFile.id == MaterialVersion.file_id)
    .where(Material.deleted_at.is_(None))
)
MATERIALS_VIEW = view(
    "vw_materials",
    _SHOWN,
    about="Materials of courses, one row each; deleted ones are left out.",
    columns={
        "material_id": "Number of the material",
        "course": "Code of its course",
        "term": "Code of the term, empty for the whole course",
        "section": "Section of the offering, empty for the whole course",
        "kind": "pdf, docx, pptx, audio, video, image or link",
        "title": "Its title",
        "hidden": "Whether only its teachers see it",
        "visible_at": "From when it is seen (UTC)",
        "readers": "How many people have opened it",
        "size": "Bytes of the file shown now, empty for a link",
        "added_at": "When it came (UTC)",
    },
)
