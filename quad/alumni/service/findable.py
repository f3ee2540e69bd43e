"""Under which words people of the network are found, and by whom.

A field that everybody sees is indexed under `MEMBERS`, one for the department under `OF_DEPARTMENT`, one for
connections under `OF_CONNECTIONS`; what is hidden is indexed nowhere. A search reads the kinds that count for the
reader (`words_of`), so that a word of a field one does not see matches nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, literal, select
from sqlalchemy.orm import Session

from quad.alumni.models.members import Achievement, Education, Member, Seen, Work
from quad.alumni.policy import audience
from quad.alumni.policy.audience import TIERS
from quad.core.db.rows import plain_rows
from quad.core.markdown import as_plain
from quad.core.policy import Actor
from quad.core.search.index import index_many, unindex
from quad.core.search.searchable import Document, Tokens
from quad.identity.models.accounts import User
from quad.identity.models.profiles import Profile
from quad.institution.models import Degree, Department, Programme
from quad.skills.models import PersonSkill, Skill

_DEPARTMENT = "network department"


def department_token(department_id: int) -> str:
    """Return what stands for a department in the audiences of long texts."""
    return f"{_DEPARTMENT} {department_id}"


def index_members(db: Session, ids: Sequence[int]) -> None:
    """Make members findable as they are now, for everybody who sees what is found."""
    heads, told = list(plain_rows(db, _heads(ids))), _told(db, ids)
    for seen, kind in TIERS.items():
        documents = list(_documents(heads, told, seen))
        index_many(db, kind, documents)
        unindex(db, kind, set(ids) - {document.subject_id for document in documents})


def documents_for(seen: Seen) -> Callable[[Session, Sequence[int]], Iterator[Document]]:
    """Return what loads the documents of one audience."""

    def load(db: Session, ids: Sequence[int]) -> Iterator[Document]:
        return _documents(plain_rows(db, _heads(ids)), _told(db, ids), seen)

    return load


def _documents(heads: Iterable[Any], told: Mapping[int, Any], seen: Seen) -> Iterator[Document]:
    for row in heads:
        if row.deleted_at is None:
            document = _document(row, told.get(row.id, {}), seen)
            if seen is Seen.NETWORK or document.terms or document.body:
                yield document


def _heads(ids: Sequence[int]) -> Any:
    codes = list(audience.FIELDS.values())
    return (
        select(
            Member.id,
            Member.deleted_at,
            Member.sort_name,
            Member.is_alumnus,
            Member.student_id,
            Member.department_id,
            Member.graduation_year,
            Member.headline,
            Member.city,
            Member.country,
            *codes,
            User.full_name,
            Profile.bio,
            Programme.code.label("programme"),
            Programme.name.label("programme_name"),
            Department.name.label("department"),
            Degree.name.label("degree"),
        )
        .join(User, User.id == Member.user_id)
        .outerjoin(Profile, Profile.user_id == Member.user_id)
        .outerjoin(Programme, Programme.id == Member.programme_id)
        .outerjoin(Department, Department.id == Member.department_id)
        .outerjoin(Degree, Degree.id == Member.degree_id)
        .where(Member.id.in_(ids))
    )


def _told(db: Session, ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """Return the words and texts of entries by member and field; the texts under the field's name with a star."""
    found: dict[int, dict[str, list[str]]] = {}
    parts: tuple[tuple[str, Any, tuple[Any, ...], Any], ...] = (
        ("work", Work, (Work.company, Work.title), Work.description),
        ("education", Education, (Education.school, Education.subject), Education.description),
        (
            "achievements",
            Achievement,
            (Achievement.title, Achievement.given_by),
            Achievement.description,
        ),
    )
    for field, model, names, text in parts:
        query = select(model.member_id, *names, text).where(model.member_id.in_(ids))
        for row in plain_rows(db, query):
            member_id, *given, description = tuple(row)
            mine = found.setdefault(member_id, {})
            mine.setdefault(field, []).extend(given)
            mine.setdefault(f"{field}*", []).append(description)
    held = (
        select(Member.id, Skill.name)
        .join(PersonSkill, PersonSkill.person_id == Member.user_id)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(Member.id.in_(ids), PersonSkill.hidden.is_(False))
    )
    for member_id, name in (tuple(row) for row in plain_rows(db, held)):
        found.setdefault(member_id, {}).setdefault("skills", []).append(name)
    return found


def _document(row: Any, told: dict[str, list[str]], seen: Seen) -> Document:
    def seen_here(field: str) -> bool:
        return bool(getattr(row, audience.FIELDS[field].key) == int(seen))

    terms: list[str] = []
    texts: list[str] = []
    if seen is Seen.NETWORK:
        studies = (row.programme, row.programme_name, row.department, row.degree)
        terms += [word for word in studies if word]
        if row.graduation_year:
            terms.append(str(row.graduation_year))
    if seen_here("headline"):
        terms.append(row.headline)
    if seen_here("location"):
        terms += [row.city, row.country]
    if seen_here("bio") and row.bio:
        texts.append(as_plain(row.bio))
    for field in ("work", "education", "achievements", "skills"):
        if seen_here(field):
            terms += told.get(field, ())
            texts += told.get(f"{field}*", ())
    body = "\n".join(text for text in texts if text)
    return Document(
        row.id,
        title=row.full_name,
        sub=row.headline if seen is Seen.NETWORK and seen_here("headline") else "",
        url=f"/alumni/{row.id}" if row.is_alumnus else f"/students/{row.student_id}",
        terms=[word for word in terms if word],
        # Long texts for connections alone are not searched: an index knows no one's connections.
        body="" if seen is Seen.CONNECTIONS else body,
        audiences=_audiences(row, seen),
        place=row.sort_name,
        named=seen is Seen.NETWORK,
    )


def _audiences(row: Any, seen: Seen) -> tuple[str, ...]:
    if seen is Seen.DEPARTMENT and row.department_id is not None:
        return (department_token(row.department_id),)
    return ()


def reader_tokens(actor: Actor) -> list[Tokens]:
    """Return what stands for the departments of `actor` in the audiences of long texts."""
    held = [select(literal(number, BigInteger)) for number in audience.departments(actor)]
    return [(_DEPARTMENT, mine) for mine in (audience.own_department(actor), *held)]
