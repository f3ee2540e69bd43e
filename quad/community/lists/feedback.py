"""Forms for feedback as a list, for those who run them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func

from quad.community import policy
from quad.community.models.feedback import FeedbackForm
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, SearchColumns
from quad.identity.models.accounts import User


def _owners(statement: Select[Any]) -> Select[Any]:
    return statement.outerjoin(User, User.id == FeedbackForm.owner_id)


def _state(row: Any) -> Cell:
    now = clock.now()
    if row.opens_at > now:
        return Cell(str(_l("Not open yet")), kind="status", state="open")
    if row.closes_at is not None and row.closes_at <= now:
        return Cell(str(_l("Closed")), kind="status", state="done")
    return Cell(str(_l("Open")), kind="status", state="going")


def _word(row: Any) -> str:
    return _state(row).text


FORMS = Listing(
    name="community.forms",
    title=_l("Forms for feedback"),
    singular=_l("form"),
    plural=_l("forms"),
    read=policy.RUN,
    columns=(
        Column("title", _l("Title"), FeedbackForm.title, sort=FeedbackForm.sort_title),
        Column(
            "state",
            _l("State"),
            (FeedbackForm.opens_at, FeedbackForm.closes_at),
            _state,
            export=_word,
        ),
        Column("answers", _l("Answers"), FeedbackForm.answers, numeric=True),
        Column(
            "owner",
            _l("Made by"),
            func.coalesce(User.full_name, "").label("owner"),
            hide_below="md",
        ),
        Column(
            "created_at",
            _l("Made"),
            FeedbackForm.created_at,
            sort=FeedbackForm.created_at,
            hide_below="md",
        ),
    ),
    default_sort="-created_at",
    joins=_owners,
    search=SearchColumns((FeedbackForm.sort_title,)),
    search_label=_l("Search by title"),
    href=lambda row: ("community.results", {"form_id": row.id}),
    row_label=lambda row: row.title,
)
