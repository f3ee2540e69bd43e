"""What the components of an offering add up to, and whether results can be made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.teaching import Component, ComponentKind, Offering, Weighting
from quad.core.i18n import gettext as _
from quad.core.i18n import number

WHOLE = Decimal(100)


@dataclass(frozen=True)
class Sums:
    """The sums of an offering's components. Weights are per cent; `points` are the maxima added up."""

    weighting: Weighting
    exam_share: Decimal
    components: int
    coursework: Decimal
    exam: Decimal
    points: Decimal

    @property
    def weight(self) -> Decimal:
        """What all weights add up to."""
        return self.coursework + self.exam

    @property
    def problem(self) -> str:
        """Say what keeps results from being published; nothing when all is well."""
        if not self.components:
            return _("There are no components yet.")
        if self.weighting is Weighting.WEIGHTS and self.weight != WHOLE:
            return _("The weights add up to %(sum)s, not to 100.", sum=number(self.weight))
        if self.weighting is Weighting.COURSEWORK_EXAM and not self.weight:
            return _("No component has a weight yet.")
        return ""

    @property
    def whole(self) -> Decimal:
        """What a total is out of."""
        if self.weighting is Weighting.POINTS:
            return self.points
        return WHOLE if self.weighting is Weighting.COURSEWORK_EXAM else self.weight

    @property
    def remark(self) -> str:
        """Say what is unusual but allowed: a part without weights, or one whose weights do not make 100."""
        if self.problem or self.weighting is not Weighting.COURSEWORK_EXAM:
            return ""
        if not self.exam:
            return _("No external component has a weight, so the coursework counts alone.")
        if not self.coursework:
            return _("Only external components have a weight, so the exam counts alone.")
        parts = []
        if self.coursework != WHOLE:
            parts.append(
                _("the coursework’s weights add up to %(sum)s", sum=number(self.coursework))
            )
        if self.exam != WHOLE:
            parts.append(_("the exam’s weights add up to %(sum)s", sum=number(self.exam)))
        if not parts:
            return ""
        return _("Weights count in proportion: %(parts)s.", parts=", ".join(parts))

    @property
    def words(self) -> str:
        """Say in one line what counts and what it adds up to."""
        if self.weighting is Weighting.POINTS:
            return _("%(sum)s points in all", sum=number(self.points))
        if self.weighting is Weighting.COURSEWORK_EXAM:
            return _(
                "Coursework %(coursework)s %%, exam %(exam)s %%",
                coursework=number(WHOLE - self.exam_share),
                exam=number(self.exam_share),
            )
        return _("%(sum)s of 100 %%", sum=number(self.weight))


def sums_of(weighting: Weighting, exam_share: Decimal, parts: Iterable[Component]) -> Sums:
    """Add up components that are at hand. External ones are the exam, all others the coursework."""
    listed = list(parts)
    exam = [part for part in listed if part.kind is ComponentKind.EXTERNAL]
    coursework = [part for part in listed if part.kind is not ComponentKind.EXTERNAL]
    return Sums(
        weighting,
        exam_share,
        len(listed),
        sum((part.weight for part in coursework), Decimal(0)),
        sum((part.weight for part in exam), Decimal(0)),
        sum((part.maximum for part in listed), Decimal(0)),
    )


def sums(db: Session, offering_id: int) -> Sums:
    """Return the sums of an offering (two queries). The caller has asked the policy."""
    weighting, exam_share = db.execute(
        select(Offering.weighting, Offering.exam_share).where(Offering.id == offering_id)
    ).one()
    parts = db.scalars(select(Component).where(Component.offering_id == offering_id))
    return sums_of(weighting, exam_share, parts)
