"""Campuses, degrees, programmes, batches, classes and terms over JSON."""

from __future__ import annotations

from datetime import date

from quad.institution import lists, policy
from quad.institution.api.resource import Resource, offer, plain
from quad.institution.forms import (
    BatchForm,
    CampusForm,
    ClassForm,
    DegreeForm,
    ProgrammeForm,
    TermForm,
)
from quad.institution.models import DegreeLevel
from quad.institution.service import batches, campuses, classes, degrees, programmes, terms
from quad.web.api import Number, Out, WireId


class ProgrammeOut(Out):
    id: WireId
    code: str
    name: str
    department_id: WireId
    grading_scheme_id: WireId
    degree_id: WireId | None
    credits_required: Number
    duration_terms: int
    version: int


class TermOut(Out):
    id: WireId
    code: str
    name: str
    starts_on: date
    ends_on: date
    is_current: bool
    version: int


class CampusOut(Out):
    id: WireId
    code: str
    name: str
    city: str
    version: int


class DegreeOut(Out):
    id: WireId
    code: str
    name: str
    level: DegreeLevel
    version: int


class BatchOut(Out):
    id: WireId
    programme_id: WireId
    name: str
    start_year: int
    graduation_year: int
    version: int


class ClassOut(Out):
    id: WireId
    batch_id: WireId
    name: str
    version: int


offer(
    Resource(
        path="/academics/campuses",
        word="Campus",
        subject="campus",
        listing=lists.CAMPUSES,
        read=policy.READ_CAMPUS,
        form=CampusForm,
        out=CampusOut,
        lines=list[CampusOut],
        service=campuses,
        load=plain(policy.READ_CAMPUS),
    )
)
offer(
    Resource(
        path="/academics/degrees",
        word="Degree",
        subject="degree",
        listing=lists.DEGREES,
        read=policy.READ_DEGREE,
        form=DegreeForm,
        out=DegreeOut,
        lines=list[DegreeOut],
        service=degrees,
        load=plain(policy.READ_DEGREE),
    )
)
offer(
    Resource(
        path="/academics/programmes",
        word="Programme",
        subject="programme",
        listing=lists.PROGRAMMES,
        read=policy.READ_PROGRAMME,
        form=ProgrammeForm,
        out=ProgrammeOut,
        lines=list[ProgrammeOut],
        service=programmes,
        load=plain(policy.READ_PROGRAMME),
    )
)
offer(
    Resource(
        path="/academics/batches",
        word="Batch",
        subject="batch",
        listing=lists.BATCHES,
        read=policy.READ_BATCH,
        form=BatchForm,
        out=BatchOut,
        lines=list[BatchOut],
        service=batches,
        load=plain(policy.READ_BATCH),
        guarded=True,
    )
)
offer(
    Resource(
        path="/academics/classes",
        word="Class",
        subject="class",
        listing=lists.CLASSES,
        read=policy.READ_CLASS,
        form=ClassForm,
        out=ClassOut,
        lines=list[ClassOut],
        service=classes,
        load=plain(policy.READ_CLASS),
        guarded=True,
    )
)
offer(
    Resource(
        path="/academics/terms",
        word="Term",
        subject="term",
        listing=lists.TERMS,
        read=policy.READ_TERM,
        form=TermForm,
        out=TermOut,
        lines=list[TermOut],
        service=terms,
        load=plain(policy.READ_TERM),
    )
)
