"""What of materials belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.academics.models.teaching import Course
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, dropped, moved, one_of
from quad.core.own_data import OwnData, Table, as_table
from quad.materials.models.materials import (
    Material,
    MaterialVersion,
    Opening,
    ReaderChoice,
    Upload,
)
from quad.materials.models.summary import Summary

MERGES: tuple[Merge, ...] = (
    moved(_l("Opened materials"), Opening.user_id, once_per=(Opening.material_id,)),
    one_of("", ReaderChoice.user_id),
    dropped("", Upload.user_id),
    moved(_l("Summaries"), Summary.editor_id),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    opened = (
        select(
            Material.title,
            Course.title.label("course"),
            Opening.times,
            Opening.created_at.label("first_at"),
            Opening.last_at,
            Opening.seconds,
        )
        .join(Material, Material.id == Opening.material_id)
        .join(Course, Course.id == Material.course_id)
        .where(Opening.user_id == user_id)
        .order_by(Opening.id)
    )
    added = (
        select(Material.title, Course.title.label("course"), Material.kind, Material.created_at)
        .join(Course, Course.id == Material.course_id)
        .where(Material.created_by == user_id)
        .order_by(Material.id)
    )
    written = (
        select(Material.title, Summary.points, Summary.edited_at)
        .join(MaterialVersion, MaterialVersion.id == Summary.version_id)
        .join(Material, Material.id == MaterialVersion.material_id)
        .where(Summary.editor_id == user_id)
        .order_by(Summary.id)
    )
    choice = select(ReaderChoice.by_name).where(ReaderChoice.user_id == user_id)
    return {
        "opened_materials": as_table(db.execute(opened)),
        "added_materials": as_table(db.execute(added)),
        "written_summaries": as_table(db.execute(written)),
        "shown_by_name": as_table(db.execute(choice)),
    }


def _forget(db: Session, user_id: int) -> None:
    """Remove what the person has opened; what they gave to a course stays with the course."""
    quiet = {"synchronize_session": False}
    for model in (Opening, ReaderChoice, Upload):
        db.execute(delete(model).where(model.user_id == user_id), execution_options=quiet)


OWN_DATA = OwnData("materials", _l("Materials"), _load, forget=_forget, order=50)
