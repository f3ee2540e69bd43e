"""The summary of a material as its page shows it, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from quad.core.errors import NotFound
from quad.core.jobs.models import Job, JobState
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.materials import policy
from quad.materials.models.materials import Material, MaterialVersion, VersionState
from quad.materials.models.summary import Extract, Maker, Summary, SummaryState


@dataclass(frozen=True)
class Point:
    """One sentence and the page it stands on."""

    text: str
    page: int | None


@dataclass(frozen=True)
class Question:
    """A question with its answer and page."""

    question: str
    answer: str
    page: int | None


@dataclass(frozen=True)
class Shown:
    """A summary, its source, and what the actor may do with it. `job` is there while it is made."""

    row: Any
    may_manage: bool

    @property
    def waiting(self) -> bool:
        """Tell whether it is on its way."""
        return self.row.state is SummaryState.WAITING and self.row.job_state is not JobState.DEAD

    @property
    def failed(self) -> bool:
        """Tell whether the worker gave up."""
        return self.row.state is SummaryState.WAITING and self.row.job_state is JobState.DEAD

    @property
    def points(self) -> list[Point]:
        """The sentences, in the order of the document."""
        return [Point(text, page) for text, page in self.row.points]

    @property
    def questions(self) -> list[Question]:
        """Questions to check oneself with; only a provider's model writes some."""
        return [Question(*one) for one in self.row.questions]

    @property
    def by_machine(self) -> bool:
        """Tell whether the words are a machine's."""
        return self.row.maker is not Maker.PERSON


def find(db: Session, actor: Actor, material_id: int) -> Shown | None:
    """Return the summary of what a material shows now; None when it has none, or a hidden one for others."""
    row = db.execute(
        select(
            *(getattr(Summary, name) for name in _OWN),
            Material.id.label("material_id"),
            Material.title,
            Extract.total.label("pages"),
            Extract.words,
            MaterialVersion.refusal,
            Job.id.label("job_id"),
            Job.state.label("job_state"),
            Job.progress_done,
            Job.progress_total,
            Job.progress_note,
            Job.last_error,
            User.full_name.label("editor"),
            case((policy.MANAGE.where(actor), 1), else_=0).label("managed"),
        )
        .select_from(Material)
        .join(MaterialVersion, MaterialVersion.material_id == Material.id)
        .join(Summary, Summary.version_id == MaterialVersion.id)
        .outerjoin(Extract, Extract.version_id == MaterialVersion.id)
        .outerjoin(Job, Job.id == Summary.job_id)
        .outerjoin(User, User.id == Summary.editor_id)
        .where(
            Material.id == material_id,
            MaterialVersion.current == 1,
            MaterialVersion.state != VersionState.REFUSED,
            policy.READ.where(actor),
        )
    ).first()
    if row is None or (row.hidden and not row.managed):
        return None
    return Shown(row, bool(row.managed))


_OWN = (
    *("state", "maker", "model", "points", "terms", "questions", "language", "minutes", "problem"),
    *("hidden", "made_at", "edited_at", "version"),
)


def shown(db: Session, actor: Actor, material_id: int) -> Shown:
    """Return the summary of a material. Raises NotFound."""
    found = find(db, actor, material_id)
    if found is None:
        raise NotFound
    return found


def panel(db: Session, actor: Actor, material_id: int) -> Mapping[str, Any] | None:
    """Return what the page of a material shows of its summary; None where there is none."""
    found = find(db, actor, material_id)
    return None if found is None else {"summary": found}
