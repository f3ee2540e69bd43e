"""What academics adds to the pages of batches and classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from quad.academics.policy import base as policy
from quad.academics.service import catalogue
from quad.core.policy import Actor


def students_of(kind: str) -> Callable[[Session, Actor, int], Mapping[str, Any] | None]:
    """Return the loader of the panel that counts the students of a batch or class; nothing for who lists none."""

    def load(db: Session, actor: Actor, row_id: int) -> Mapping[str, Any] | None:
        if not policy.STUDENT_LIST.may(actor):
            return None
        place: dict[str, Any] = {kind: row_id}
        href = url_for("academics.students_index", **place)
        return {"count": catalogue.count_students(db, actor, kind, row_id), "href": href}

    return load
