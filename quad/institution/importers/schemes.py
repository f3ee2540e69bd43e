"""Grading schemes from a file: one band a line, the best first. A scheme that is there is changed on its page only."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Integer, Select, String, false, func, insert, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from quad.core.db.types import BigId, Fixed, NormalisedKey, enum_type
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.institution.forms import GradeBandRow
from quad.institution.models import (
    LETTER_LENGTH,
    NAME_LENGTH,
    Averaging,
    GradeBand,
    GradingScheme,
    PassRule,
    RetakeRule,
)
from quad.institution.policy import ADD_SCHEME

RULES = ("maximum", "rounding_places", "retake_rule", "pass_rule", "averaging")


class StagedBand(StagedRow):
    """One band of a scheme on the way in, with the scheme's rules, which every line of it repeats."""

    __tablename__ = "institution_staged_band"

    scheme: Mapped[str] = mapped_column(String(NAME_LENGTH))
    scheme_key: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    maximum: Mapped[Decimal] = mapped_column(Fixed(2))
    rounding_places: Mapped[int] = mapped_column(Integer)
    retake_rule: Mapped[RetakeRule] = mapped_column(enum_type(RetakeRule))
    pass_rule: Mapped[PassRule] = mapped_column(enum_type(PassRule))
    averaging: Mapped[Averaging] = mapped_column(enum_type(Averaging))
    is_default: Mapped[bool] = mapped_column(Boolean)
    letter: Mapped[str] = mapped_column(String(LETTER_LENGTH))
    minimum: Mapped[Decimal] = mapped_column(Fixed(2))
    points: Mapped[Decimal] = mapped_column(Fixed(2))
    passes: Mapped[bool] = mapped_column(Boolean)
    scheme_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: GradeBandRow) -> Mapping[str, Any]:
    same = ("scheme", *RULES, "is_default", "letter", "minimum", "points", "passes")
    return {**{name: getattr(row, name) for name in same}, "scheme_key": row.scheme}


def _resolve(db: Session, batch: Batch[StagedBand]) -> None:
    staged = batch.rows
    known = (GradingScheme.name_key == staged.scheme_key, GradingScheme.live == 1)
    batch.lookup(db, staged.scheme_id, select(GradingScheme.id).where(*known))
    there = select(GradeBand.id).where(
        GradeBand.scheme_id == staged.scheme_id,
        GradeBand.letter == staged.letter,
        GradeBand.minimum == staged.minimum,
        GradeBand.points == staged.points,
        GradeBand.passes == staged.passes,
    )
    batch.refuse(
        db,
        staged.scheme_id.is_not(None) & ~there.correlate(staged).exists(),
        _("There is a grading scheme “%(value)s” with other bands. Change it on its page."),
        field="scheme",
        value=staged.scheme,
    )
    above = aliased(staged)
    falling = select(above.line).where(
        above.import_id == staged.import_id,
        above.scheme_key == staged.scheme_key,
        above.line < staged.line,
        above.minimum <= staged.minimum,
    )
    batch.refuse(
        db,
        falling.correlate(staged).exists(),
        _("The bands of a scheme go from the best to the worst: this one does not lie below."),
        field="minimum",
    )
    batch.judge(db, exists=staged.scheme_id.is_not(None), differs=false())


def _apply(db: Session, batch: Batch[StagedBand]) -> None:
    """Make the schemes of which nothing is there. The file's usual scheme is the usual one if there is none yet."""
    staged, new = batch.rows, batch.having(Outcome.NEW)
    usual = select(GradingScheme.id).where(GradingScheme.is_default, GradingScheme.live == 1)
    wanted = staged.is_default if db.scalar(usual) is None else false()
    first = select(func.min(staged.line)).where(new).group_by(staged.scheme_key)
    columns = [getattr(staged, name) for name in RULES]
    schemes = (
        select(staged.scheme, staged.scheme_key, *columns, wanted)
        .where(new, staged.line.in_(first))
        .order_by(staged.line)
    )
    names = ("name", "name_key", *RULES, "is_default")
    db.execute(insert(GradingScheme).from_select(names, schemes))
    known = (GradingScheme.name_key == staged.scheme_key, GradingScheme.live == 1)
    batch.lookup(db, staged.scheme_id, select(GradingScheme.id).where(*known))
    place = func.row_number().over(partition_by=staged.scheme_id, order_by=staged.line) - 1
    bands = (
        select(staged.scheme_id, place, staged.letter, staged.minimum, staged.points, staged.passes)
        .where(new)
        .order_by(staged.line)
    )
    band_names = ("scheme_id", "position", "letter", "minimum", "points", "passes")
    db.execute(insert(GradeBand).from_select(band_names, bands))


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            GradingScheme.name.label("scheme"),
            *(getattr(GradingScheme, name).label(name) for name in RULES),
            GradingScheme.is_default.label("is_default"),
            GradeBand.letter.label("letter"),
            GradeBand.minimum.label("minimum"),
            GradeBand.points.label("points"),
            GradeBand.passes.label("passes"),
        )
        .join(GradeBand, GradeBand.scheme_id == GradingScheme.id)
        .where(GradingScheme.live == 1)
        .order_by(GradingScheme.id, GradeBand.position)
    )


GRADING_SCHEMES = Importer(
    kind="grading-schemes",
    label=_l("Grading schemes"),
    hint=_l("One band of a scheme a line, the best first; the rules stand on every line."),
    permission=ADD_SCHEME,
    form=GradeBandRow,
    staged=StagedBand,
    key=(StagedBand.scheme_key, StagedBand.minimum),
    key_field="minimum",
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "scheme": "10-point",
        "maximum": "10",
        "rounding_places": "2",
        "retake_rule": "best",
        "pass_rule": "overall",
        "averaging": "points",
        "is_default": "yes",
        "letter": "O",
        "minimum": "90",
        "points": "10",
        "passes": "yes",
    },
    endpoint="institution.schemes_list",
    order=9,
    current=_current,
)
