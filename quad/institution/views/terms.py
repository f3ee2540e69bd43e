from __future__ import annotations

from flask.typing import ResponseReturnValue

from quad.core.i18n import lazy_gettext as _l
from quad.institution import lists, policy
from quad.institution.forms import TermForm
from quad.institution.service import terms
from quad.institution.views.records import Records, Words
from quad.institution.views.shared import bp, readable
from quad.web.added import panels
from quad.web.kit import current_actor, page

RECORDS = Records(
    "term",
    "terms",
    TermForm,
    lists.TERMS,
    may_add=policy.ADD_TERM,
    readable=policy.READ_TERM,
    changeable=policy.CHANGE_TERM,
    add=terms.add,
    change=terms.change,
    delete=terms.delete,
    restore=terms.restore,
    words=Words(
        add=_l("Add term"),
        all=_l("Terms"),
        deleted=_l("The term is deleted. You can restore it here."),
        restored=_l("The term is back."),
    ),
)
RECORDS.register()


@bp.get("/terms/<int:term_id>")
def term(term_id: int) -> ResponseReturnValue:
    row = readable(policy.READ_TERM, policy.RESTORE_TERM, term_id)
    return page(
        "institution/term.html",
        row=row,
        panels=panels("term", row.id),
        may_change=policy.ADD_TERM.may(current_actor()),
    )
