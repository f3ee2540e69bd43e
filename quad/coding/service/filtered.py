"""One decision about everything that waits and fits."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.coding import policy
from quad.coding.forms.snapshots import BatchReview, FilteredReview, RejectOne
from quad.coding.service import platforms, queue, review
from quad.coding.service.queue import Wanted
from quad.coding.service.review import Result
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.policy import Actor

FLAGGED = {"": None, "yes": True, "no": False}


def decide(db: Session, actor: Actor, form: FilteredReview) -> list[Result]:
    """Approve or reject what waits and fits, each on its own. Raises Forbidden, Invalid.

    What has a flag is looked at one by one before it counts: it is never approved here.
    """
    policy.REVIEW.require(actor)
    approves = form.decision == "approve"
    if approves and form.flagged == "yes":
        raise Invalid({"flagged": _("Look at what has a flag one by one.")})
    if not approves and not form.remarks.strip():
        raise Invalid({"remarks": _("Say why it is rejected.")})
    if form.platform and platforms.find(db, form.platform) is None:
        raise Invalid({"platform": _("There is no such platform.")})
    flagged = False if approves else FLAGGED[form.flagged]
    ids = queue.ids(db, actor, Wanted(flagged, form.platform, form.source))
    if approves:
        return review.batch(db, actor, BatchReview(approve=ids))
    rejected = [RejectOne(id=number, remarks=form.remarks) for number in ids]
    return review.batch(db, actor, BatchReview(reject=rejected))
