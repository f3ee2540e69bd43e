"""Under which words skills are found: their names and their synonyms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.search.index import index_many, unindex
from quad.core.search.searchable import Document
from quad.skills.models import SEARCHED_AS, Skill, SkillSynonym


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these skills; a merged one has none."""
    names: dict[int, list[str]] = {}
    others = select(SkillSynonym.skill_id, SkillSynonym.name).where(SkillSynonym.skill_id.in_(ids))
    for skill_id, name in db.execute(others):
        names.setdefault(skill_id, []).append(name)
    query = (
        select(Skill.id, Skill.name, Skill.name_key)
        .where(Skill.id.in_(ids), Skill.deleted_at.is_(None))
        .order_by(Skill.id)
    )
    for row in db.execute(query):
        yield Document(
            subject_id=row.id,
            title=row.name,
            url=f"/skills/{row.id}",
            terms=names.get(row.id, ()),
            place=row.name_key,
        )


def index_skills(db: Session, ids: Sequence[int], *, new: bool = False) -> None:
    """Make skills findable as they are now."""
    found = list(documents(db, ids))
    if not new and len(found) < len(ids):
        unindex(db, SEARCHED_AS, ids)
    index_many(db, SEARCHED_AS, found, new=new)
