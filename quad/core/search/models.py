"""The tables of search. They repeat what other tables say, so they are not audited and can be rebuilt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.mysql import MEDIUMTEXT
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import clock
from quad.core.db.model import Id, Model
from quad.core.db.types import BigId, NormalisedKey

LONGEST_TERM = 40
LONGEST_TITLE = 200
LONGEST_URL = 300
LONGEST_PLACE = 180

# Ranges of terms follow code points; only PostgreSQL would sort by a language otherwise.
_TERM = String(LONGEST_TERM).with_variant(String(LONGEST_TERM, collation="C"), "postgresql")


class SearchTerm(Model):
    """One word under which a subject is found. The key is the index that prefix search reads.

    `place` is the subject's place in the usual order of its list: with it the index tells the first hits of a common
    word without looking up all of them. NULL where it is not known.
    """

    __tablename__ = "core_search_term"
    __audited__ = False

    subject_type: Mapped[str] = mapped_column(String(30), primary_key=True)
    term: Mapped[str] = mapped_column(_TERM, primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    place: Mapped[str | None] = mapped_column(NormalisedKey(LONGEST_PLACE), default=None)

    __table_args__ = (
        Index(None, "subject_type", "subject_id", "term"),
        Index(None, "subject_type", "term", "place", "subject_id"),
        {"sqlite_with_rowid": False},
    )


class SearchDocument(Model):
    """What a hit shows, and the words of its long text. `words` is written for the full-text index only."""

    __tablename__ = "core_search_document"
    __audited__ = False

    id: Mapped[Id]
    subject_type: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigId)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    sub: Mapped[str] = mapped_column(String(LONGEST_TITLE), default="")
    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    words: Mapped[str] = mapped_column(
        Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb"), default=""
    )
    indexed_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (UniqueConstraint("subject_type", "subject_id"),)
