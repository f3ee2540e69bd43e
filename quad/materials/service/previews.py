"""What a Word document looks like in the page: made by the worker, once per version."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.errors import NotFound
from quad.core.files import Files, StoredFile
from quad.core.i18n import gettext as _
from quad.core.isolated import MEGABYTES, SECONDS, output_of
from quad.core.jobs.context import JobContext
from quad.materials.models.materials import Material, MaterialKind, MaterialVersion, Preview

JOB = "materials.preview"
CHILD = "quad.core.extracting.html"
MOST_BYTES = 8_000_000


def make(ctx: JobContext) -> None:
    """Make the preview of the version in the payload; nothing when it is there, or the version is not any more."""
    version_id = int(ctx.payload["version_id"])
    with ctx.reading() as db:
        sha256 = _needed(db, version_id)
    html = problem = ""
    if sha256 is not None:
        html = _as_html(Files.from_settings(ctx.settings), sha256)
        problem = "" if html else _("This document could not be shown. Download it instead.")

    def keep(db: Session) -> None:
        if sha256 is not None and _needed(db, version_id) is not None:
            db.add(Preview(version_id=version_id, html=html, problem=problem[:300]))

    ctx.run(keep, last=True)


def _as_html(files: Files, sha256: str) -> str:
    """Have a process of its own turn a document into HTML; empty when it could not."""
    try:
        with files.local(sha256) as path:
            content = output_of(
                CHILD,
                str(path),
                str(MEGABYTES),
                str(SECONDS),
                _("The document goes on. Download it to read the rest."),
                folder=path.parent,
                most=MOST_BYTES,
            )
    except NotFound:
        return ""
    return (content or b"").decode()


def _needed(db: Session, version_id: int) -> str | None:
    """Return the content of a Word document that has no preview yet."""
    return db.scalar(
        select(StoredFile.sha256)
        .join(MaterialVersion, MaterialVersion.file_id == StoredFile.id)
        .join(Material, Material.id == MaterialVersion.material_id)
        .outerjoin(Preview, Preview.version_id == MaterialVersion.id)
        .where(
            MaterialVersion.id == version_id,
            Material.kind == MaterialKind.DOCX,
            Preview.id.is_(None),
        )
    )


def of_version(db: Session, version_id: int) -> Preview | None:
    """Return the preview of a version; None while it is being made."""
    return db.scalar(select(Preview).where(Preview.version_id == version_id))
