"""Pages of the institution: where they stand and who sees them. What they say is in their revisions, which are only
ever added: the newest is what editors work on, another one may be what readers see.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.audience.models import Audience
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

TITLE_LENGTH = 160
SLUG_LENGTH = 100


class PageVisibility(enum.StrEnum):
    """Who sees a published page."""

    PUBLIC = "public"
    MEMBERS = "members"
    AUDIENCE = "audience"


class RevisionKind(enum.StrEnum):
    """How a revision came to be."""

    SAVED = "saved"
    RESTORED = "restored"


class Page(SoftDeleted, Versioned, Row):
    """One page. `title` is the newest one, `shown_title` what readers see.

    `latest_id` is what editors work on, `published_id` what readers see (none for a draft), `scheduled_id` what they
    see from `publish_at` on. `position` orders the pages of a menu.
    """

    __tablename__ = "pages_page"
    __table_args__ = (
        UniqueConstraint("slug", "live"),
        Index(None, "position", "id"),
        Index(None, "sort_title", "id"),
        Index(None, "publish_at"),
    )

    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    sort_title: Mapped[str] = mapped_column(NormalisedKey(TITLE_LENGTH * 2))
    shown_title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    visibility: Mapped[PageVisibility] = mapped_column(
        enum_type(PageVisibility, name="visibility"), default=PageVisibility.PUBLIC
    )
    audience_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey(Audience.id, ondelete="RESTRICT"), index=True, default=None
    )
    in_footer: Mapped[bool] = mapped_column(Boolean, default=False)
    in_sidebar: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int] = mapped_column(Integer, default=0)
    # Numbers of revisions, without foreign keys: the two tables would wait for each other.
    latest_id: Mapped[int | None] = mapped_column(BigId, default=None)
    published_id: Mapped[int | None] = mapped_column(BigId, default=None)
    published_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    scheduled_id: Mapped[int | None] = mapped_column(BigId, default=None)
    publish_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class PageRevision(Row):
    """What a page said once: `revision_data` is its words and sections as JSON. `number` counts within the page."""

    __tablename__ = "pages_revision"
    __table_args__ = (UniqueConstraint("page_id", "number"),)

    page_id: Mapped[int] = mapped_column(BigId, ForeignKey("pages_page.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[RevisionKind] = mapped_column(
        enum_type(RevisionKind, name="kind"), default=RevisionKind.SAVED
    )
    note: Mapped[str] = mapped_column(String(200), default="")
    revision_data: Mapped[dict[str, Any]] = mapped_column(JSON)


class PageImage(Row):
    """A picture that sections of a page show; it stays as long as the page, for its revisions."""

    __tablename__ = "pages_image"

    page_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("pages_page.id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True
    )
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)


constraint("uq_pages_page_slug_live", _l("Another page has this address."), "slug")
constraint(
    "uq_pages_revision_page_id_number",
    _l("Somebody else changed this in the meantime. Compare, then save again."),
)
