"""What happens to documents."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DocumentIssued(Fact):
    document_id: int
    student_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class DocumentsIssued(Fact):
    """Several documents of a batch are finished."""

    batch_id: int
    document_ids: tuple[int, ...]
    user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class DocumentRevoked(Fact):
    document_id: int
    student_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class DocumentBatchAsked(Fact):
    batch_id: int
