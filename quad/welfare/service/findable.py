"""Under which words requests are found. Confidential ones are under none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.core.search.index import index_many
from quad.core.search.searchable import Document
from quad.identity.models.accounts import User
from quad.welfare.models.requests import Request

REQUESTS = "welfare.request"


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these requests: subject, number, and who asks."""
    rows = db.execute(
        select(Request.id, Request.title, User.full_name, Student.register_number)
        .join(User, User.id == Request.user_id)
        .join(Student, Student.id == Request.student_id)
        .where(Request.id.in_(ids), Request.confidential.is_(False))
    )
    for row in rows:
        yield Document(
            subject_id=row.id,
            title=row.title,
            sub=f"{row.full_name}, {row.register_number}",
            url=f"/requests/{row.id}",
            terms=(str(row.id),),
        )


def index_request(db: Session, request: Request) -> None:
    """Make a new request findable."""
    index_many(db, REQUESTS, documents(db, [request.id]), new=True)
