"""Grading schemes: bands without gaps, best first, down to 0 percent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, selectinload

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.institution import facts, policy
from quad.institution.forms import BandForm, GradingSchemeForm
from quad.institution.models import GradeBand, GradingScheme, PassRule, Programme, RetakeRule
from quad.institution.service.common import Reason, require_unused, require_version

Bands = tuple[tuple[str, str, str, bool], ...]

TEN_POINT: Bands = (
    ("O", "90", "10", True),
    ("A+", "80", "9", True),
    ("A", "70", "8", True),
    ("B+", "60", "7", True),
    ("B", "50", "6", True),
    ("C", "45", "5", True),
    ("P", "40", "4", True),
    ("F", "0", "0", False),
)
FOUR_POINT: Bands = (
    ("A", "93", "4.0", True),
    ("A-", "90", "3.7", True),
    ("B+", "87", "3.3", True),
    ("B", "83", "3.0", True),
    ("B-", "80", "2.7", True),
    ("C+", "77", "2.3", True),
    ("C", "73", "2.0", True),
    ("C-", "70", "1.7", True),
    ("D+", "67", "1.3", True),
    ("D", "60", "1.0", True),
    ("F", "0", "0", False),
)


def default_scheme(db: Session) -> GradingScheme | None:
    """Return the scheme for new programmes, without its bands."""
    return db.scalar(select(GradingScheme).where(GradingScheme.default_mark == 1))


def with_bands(db: Session, actor: Actor, scheme_id: int) -> GradingScheme:
    """Return a scheme with its bands loaded. Raises NotFound."""
    may = policy.RESTORE_SCHEME if actor.has("admin") else policy.READ_SCHEME
    row = may.get(db, actor, scheme_id)
    query = select(GradingScheme).where(GradingScheme.id == row.id)
    loaded = query.options(selectinload(GradingScheme.bands)).execution_options(
        populate_existing=True
    )
    return db.scalars(loaded).one()


def seed(db: Session) -> GradingScheme:
    """Add the two usual schemes if there is none at all, and return the default one. Changes nothing otherwise."""
    known = default_scheme(db)
    if known is not None:
        return known
    ten = _scheme("10-point scale", "10", TEN_POINT, RetakeRule.BEST)
    ten.is_default = True
    db.add_all([ten, _scheme("4.0 scale", "4", FOUR_POINT, RetakeRule.LATEST)])
    db.flush()
    return ten


def _scheme(name: str, maximum: str, bands: Bands, retake: RetakeRule) -> GradingScheme:
    return GradingScheme(
        name=name,
        name_key=name,
        maximum=Decimal(maximum),
        rounding_places=2,
        retake_rule=retake,
        pass_rule=PassRule.OVERALL,
        bands=[
            GradeBand(
                position=position,
                letter=letter,
                minimum=Decimal(minimum),
                points=Decimal(points),
                passes=passes,
            )
            for position, (letter, minimum, points, passes) in enumerate(bands)
        ],
    )


def add(db: Session, actor: Actor, form: GradingSchemeForm) -> GradingScheme:
    """Add a scheme. Raises Forbidden, Invalid for its bands, and Rejected when the name is taken."""
    policy.ADD_SCHEME.require(actor)
    _check(db, form)
    before = _default_for_update(db)
    row = GradingScheme(is_default=False)
    _fill(row, form)
    row.bands = _bands(form.bands)
    db.add(row)
    if form.is_default or before is None:
        _make_default(db, row, before)
    db.flush()
    emit(db, facts.GradingSchemeAdded(actor_id=actor.id, grading_scheme_id=row.id))
    return row


def change(db: Session, actor: Actor, scheme_id: int, form: GradingSchemeForm) -> GradingScheme:
    """Change a scheme and its bands. Raises as `add`, and NotFound and EditedMeanwhile."""
    row = policy.CHANGE_SCHEME.get(db, actor, scheme_id, read=policy.READ_SCHEME, lock=True)
    require_version(row, form.version)
    _check(db, form, GradingScheme.id != row.id)
    if row.is_default and not form.is_default:
        raise Invalid(
            {
                "is_default": _(
                    "One scheme must be the usual one. Choose another scheme as the usual one."
                )
            }
        )
    _fill(row, form)
    _replace_bands(db, row, form.bands)
    if form.is_default and not row.is_default:
        _make_default(db, row, _default_for_update(db))
    # Bands are rows of their own: the version must grow with them too.
    row.updated_at = clock.now()
    emit(db, facts.GradingSchemeChanged(actor_id=actor.id, grading_scheme_id=row.id))
    return row


def delete(
    db: Session, actor: Actor, scheme_id: int, reasons: Iterable[Reason] = ()
) -> GradingScheme:
    """Hide a scheme. Raises Rejected for the usual scheme and while programmes (or `reasons`) use it."""
    row = policy.CHANGE_SCHEME.get(db, actor, scheme_id, read=policy.READ_SCHEME, lock=True)
    if row.is_default:
        raise Rejected(_("This is the usual scheme. Make another scheme the usual one first."))
    require_unused(db, row.id, (*reasons, _programmes))
    row.deleted_at = clock.now()
    emit(db, facts.GradingSchemeDeleted(actor_id=actor.id, grading_scheme_id=row.id))
    return row


def restore(db: Session, actor: Actor, scheme_id: int) -> GradingScheme:
    """Bring a deleted scheme back. Raises Rejected when its name is taken meanwhile."""
    row = policy.RESTORE_SCHEME.get(db, actor, scheme_id, read=policy.READ_SCHEME, lock=True)
    if row.deleted_at is not None:
        _require_free(db, row.name)
        row.deleted_at = None
        emit(db, facts.GradingSchemeRestored(actor_id=actor.id, grading_scheme_id=row.id))
    return row


def _fill(row: GradingScheme, form: GradingSchemeForm) -> None:
    row.name = row.name_key = form.name
    row.maximum = form.maximum
    row.rounding_places = form.rounding_places
    row.retake_rule = form.retake_rule
    row.pass_rule = form.pass_rule


def _bands(forms: Sequence[BandForm]) -> list[GradeBand]:
    return [
        GradeBand(
            position=position,
            letter=form.letter,
            minimum=form.minimum,
            points=form.points,
            passes=form.passes,
        )
        for position, form in enumerate(forms)
    ]


def _replace_bands(db: Session, row: GradingScheme, forms: Sequence[BandForm]) -> None:
    """Write the bands over those at the same place, so that the audit shows what changed and not all of them."""
    query = select(GradeBand).where(GradeBand.scheme_id == row.id).order_by(GradeBand.position)
    known = list(db.scalars(query.with_for_update()))
    for old, new in zip(known, forms, strict=False):
        old.letter, old.minimum = new.letter, new.minimum
        old.points, old.passes = new.points, new.passes
    for surplus in known[len(forms) :]:
        db.delete(surplus)
    for added in _bands(forms)[len(known) :]:
        added.scheme_id = row.id
        db.add(added)


def _check(db: Session, form: GradingSchemeForm, *others: ColumnElement[bool]) -> None:
    problem = _problem(form)
    if problem:
        raise Invalid({"bands": problem})
    _require_free(db, form.name, *others)


def _problem(form: GradingSchemeForm) -> str | None:
    bands = form.bands
    if bands[-1].minimum != 0:
        return _("The last band must start at 0 percent, so that every mark has a letter.")
    letters = [normalised(band.letter) for band in bands]
    if len(set(letters)) < len(letters):
        return _("Two bands have the same letter.")
    for upper, lower in pairwise(bands):
        if lower.minimum >= upper.minimum:
            return _(
                "The bands must go down: “%(lower)s” starts at or above “%(upper)s”.",
                lower=lower.letter,
                upper=upper.letter,
            )
        if lower.points > upper.points:
            return _(
                "“%(lower)s” has more grade points than “%(upper)s” above it.",
                lower=lower.letter,
                upper=upper.letter,
            )
        if lower.passes and not upper.passes:
            return _(
                "“%(lower)s” passes although “%(upper)s” above it does not.",
                lower=lower.letter,
                upper=upper.letter,
            )
    if bands[0].points > form.maximum:
        return _("“%(letter)s” has more grade points than the scale.", letter=bands[0].letter)
    if not bands[0].passes:
        return _("At least the best band must pass.")
    return None


def _default_for_update(db: Session) -> GradingScheme | None:
    return db.scalar(select(GradingScheme).where(GradingScheme.default_mark == 1).with_for_update())


def _make_default(db: Session, row: GradingScheme, before: GradingScheme | None) -> None:
    """End the other first and write it: the database lets one row at a time be the default."""
    if before is not None and before is not row:
        before.is_default = False
        db.flush()
    row.is_default = True


def _require_free(db: Session, name: str, *others: ColumnElement[bool]) -> None:
    query = select(GradingScheme.id).where(
        GradingScheme.name_key == name, GradingScheme.deleted_at.is_(None), *others
    )
    if db.scalar(query) is not None:
        raise Rejected(_("This name is taken already."))


def _programmes(db: Session, scheme_id: int) -> str | None:
    used = exists().where(Programme.grading_scheme_id == scheme_id, Programme.deleted_at.is_(None))
    if db.scalar(select(used)):
        return _("Programmes use this scheme. Give them another one first.")
    return None
