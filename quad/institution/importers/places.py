"""Campuses and degrees from files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, String, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core.db.types import BigId, NormalisedKey, enum_type
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.institution.forms import CampusRow, DegreeRow
from quad.institution.models import CODE_LENGTH, NAME_LENGTH, Campus, Degree, DegreeLevel
from quad.institution.policy import ADD_CAMPUS, ADD_DEGREE

CAMPUS_COLUMNS = ("code", "code_key", "name", "sort_name", "city")
DEGREE_COLUMNS = ("code", "code_key", "name", "sort_name", "level")


class StagedCampus(StagedRow):
    """One campus on the way in."""

    __tablename__ = "institution_staged_campus"

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    city: Mapped[str] = mapped_column(String(NAME_LENGTH))
    campus_id: Mapped[int | None] = mapped_column(BigId)


class StagedDegree(StagedRow):
    """One degree on the way in."""

    __tablename__ = "institution_staged_degree"

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    code_key: Mapped[str] = mapped_column(NormalisedKey(CODE_LENGTH * 3))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    level: Mapped[DegreeLevel] = mapped_column(enum_type(DegreeLevel))
    degree_id: Mapped[int | None] = mapped_column(BigId)


def _named(row: CampusRow | DegreeRow) -> dict[str, Any]:
    return {"code": row.code, "code_key": row.code, "name": row.name, "sort_name": row.name}


def _campus_values(row: CampusRow) -> Mapping[str, Any]:
    return {**_named(row), "city": row.city or ""}


def _degree_values(row: DegreeRow) -> Mapping[str, Any]:
    return {**_named(row), "level": row.level}


def _resolve_campuses(db: Session, batch: Batch[StagedCampus]) -> None:
    staged = batch.rows
    same = (Campus.code_key == staged.code_key, Campus.live == 1)
    batch.lookup(db, staged.campus_id, select(Campus.id).where(*same))
    differs = batch.outdated(
        Campus.id == staged.campus_id,
        (Campus.code, staged.code),
        (Campus.name, staged.name),
        (Campus.city, staged.city),
    )
    batch.judge(db, exists=staged.campus_id.is_not(None), differs=differs)


def _resolve_degrees(db: Session, batch: Batch[StagedDegree]) -> None:
    staged = batch.rows
    same = (Degree.code_key == staged.code_key, Degree.live == 1)
    batch.lookup(db, staged.degree_id, select(Degree.id).where(*same))
    differs = batch.outdated(
        Degree.id == staged.degree_id,
        (Degree.code, staged.code),
        (Degree.name, staged.name),
        (Degree.level, staged.level),
    )
    batch.judge(db, exists=staged.degree_id.is_not(None), differs=differs)


def _apply_campuses(db: Session, batch: Batch[StagedCampus]) -> None:
    staged = batch.rows
    columns = [getattr(staged, name) for name in CAMPUS_COLUMNS]
    fresh = select(*columns).where(batch.having(Outcome.NEW)).order_by(staged.line)
    db.execute(insert(Campus).from_select(CAMPUS_COLUMNS, fresh))
    values = batch.given(Campus, *CAMPUS_COLUMNS)
    batch.change(db, Campus, Campus.id == staged.campus_id, **values, version=Campus.version + 1)


def _apply_degrees(db: Session, batch: Batch[StagedDegree]) -> None:
    staged = batch.rows
    columns = [getattr(staged, name) for name in DEGREE_COLUMNS]
    fresh = select(*columns).where(batch.having(Outcome.NEW)).order_by(staged.line)
    db.execute(insert(Degree).from_select(DEGREE_COLUMNS, fresh))
    values = batch.given(Degree, *DEGREE_COLUMNS)
    batch.change(db, Degree, Degree.id == staged.degree_id, **values, version=Degree.version + 1)


def _campuses(_actor: Actor) -> Select[*tuple[Any, ...]]:
    columns = (Campus.code, Campus.name, Campus.city)
    return select(*columns).where(Campus.live == 1).order_by(Campus.id)


def _degrees(_actor: Actor) -> Select[*tuple[Any, ...]]:
    columns = (Degree.code, Degree.name, Degree.level)
    return select(*columns).where(Degree.live == 1).order_by(Degree.id)


CAMPUSES = Importer(
    kind="campuses",
    label=_l("Campuses"),
    hint=_l("One campus a line: its code, its name and its city."),
    permission=ADD_CAMPUS,
    form=CampusRow,
    staged=StagedCampus,
    key=(StagedCampus.code_key,),
    key_field="code",
    prepare=_campus_values,
    resolve=_resolve_campuses,
    apply=_apply_campuses,
    example={"code": "MAIN", "name": "Main campus", "city": "Bengaluru"},
    endpoint="institution.campuses_list",
    order=10,
    current=_campuses,
)
DEGREES = Importer(
    kind="degrees",
    label=_l("Degrees"),
    hint=_l("One degree a line: its code, its name and its level."),
    permission=ADD_DEGREE,
    form=DegreeRow,
    staged=StagedDegree,
    key=(StagedDegree.code_key,),
    key_field="code",
    prepare=_degree_values,
    resolve=_resolve_degrees,
    apply=_apply_degrees,
    example={"code": "B.Tech.", "name": "Bachelor of Technology", "level": "bachelor"},
    endpoint="institution.degrees_list",
    order=11,
    current=_degrees,
)
