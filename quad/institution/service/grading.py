"""Grading schemes: bands without gaps, best first, down to 0 percent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, selectinload

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.institution import facts, policy
from quad.institution.forms import BandForm, GradingSchemeForm
from quad.institution.models import Averaging, GradeBand, GradingScheme, Programme
from quad.institution.service.common import Reason, require_unused, require_version
from quad.institution.service.scheme_templates import BY_KEY, scheme_of

HUNDRED = Decimal(100)


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
    ten = scheme_of(BY_KEY["ten_point"])
    ten.is_default = True
    db.add_all([ten, scheme_of(BY_KEY["four_point"])])
    db.flush()
    return ten


def add_template(db: Session, actor: Actor, key: str) -> GradingScheme:
    """Add a ready-made scheme, numbered when its name is taken. Raises Forbidden, NotFound for an unknown template."""
    policy.ADD_SCHEME.require(actor)
    template = BY_KEY.get(key)
    if template is None:
        raise NotFound
    before = _default_for_update(db)
    row = scheme_of(template, _free_name(db, template.name))
    row.is_default = False
    db.add(row)
    if before is None:
        _make_default(db, row, before)
    db.flush()
    emit(db, facts.GradingSchemeAdded(actor_id=actor.id, grading_scheme_id=row.id))
    return row


def _free_name(db: Session, name: str) -> str:
    taken = set(
        db.scalars(select(GradingScheme.name_key).where(GradingScheme.deleted_at.is_(None)))
    )
    names = (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
    return next(one for one in names if normalised(one) not in taken)


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
    row.maximum = HUNDRED if form.averaging is Averaging.PERCENTAGE else form.maximum
    row.rounding_places = form.rounding_places
    row.averaging = form.averaging
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
    found = problems(form)
    if found:
        raise Invalid({"bands": " ".join(found)})
    _require_free(db, form.name, *others)


def problems(form: GradingSchemeForm) -> list[str]:
    """Say what is wrong with the bands: gaps, overlaps, order, letters, points. Nothing when they can be used."""
    bands = form.bands
    found: list[str] = []
    if bands[-1].minimum != 0:
        found.append(_("The last band must start at 0 percent, so that every mark has a letter."))
    letters = [normalised(band.letter) for band in bands]
    if len(set(letters)) < len(letters):
        found.append(_("Two bands have the same letter."))
    for upper, lower in pairwise(bands):
        found += _between(form, upper, lower)
    if form.averaging is Averaging.POINTS and bands[0].points > form.maximum:
        found.append(
            _("“%(letter)s” has more grade points than the scale.", letter=bands[0].letter)
        )
    if not bands[0].passes:
        found.append(_("At least the best band must pass."))
    return found


def _between(form: GradingSchemeForm, upper: BandForm, lower: BandForm) -> list[str]:
    """Say what is wrong between two neighbours."""
    names = {"lower": lower.letter, "upper": upper.letter}
    found = []
    if lower.minimum == upper.minimum:
        found.append(
            _("“%(lower)s” and “%(upper)s” overlap: both start at the same percentage.", **names)
        )
    elif lower.minimum > upper.minimum:
        found.append(_("The bands must go down: “%(lower)s” starts above “%(upper)s”.", **names))
    if form.averaging is Averaging.POINTS and lower.points > upper.points:
        found.append(_("“%(lower)s” has more grade points than “%(upper)s” above it.", **names))
    if lower.passes and not upper.passes:
        found.append(_("“%(lower)s” passes although “%(upper)s” above it does not.", **names))
    return found


def ranges(form: GradingSchemeForm) -> list[tuple[str, Decimal, Decimal | None]]:
    """Return each band's letter, where it starts, and where the band above starts (None for the best)."""
    above: list[Decimal | None] = [None, *(band.minimum for band in form.bands[:-1])]
    return [(band.letter, band.minimum, top) for band, top in zip(form.bands, above, strict=True)]


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
