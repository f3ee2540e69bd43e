"""What the API answers about jobs, applications and drives."""

from __future__ import annotations

from datetime import date

from quad.alumni.models.references import ReferenceState
from quad.careers.models.applications import Stage
from quad.careers.models.jobs import JobKind, PayPeriod, PostingState, Workplace
from quad.web.api import Moment, Number, Out, WireId


class JobBrief(Out):
    """A job in a list."""

    id: WireId
    title: str
    company: str
    kind: JobKind
    location: str
    workplace: Workplace
    salary_min: Number | None
    salary_max: Number | None
    currency: str
    pay_period: PayPeriod
    deadline: Moment
    listed_at: Moment
    state: PostingState
    drive: str | None
    applications: int
    views: int


class JobSkillOut(Out):
    id: WireId
    name: str
    required: bool


class JobQuestionOut(Out):
    key: str
    question: str
    required: bool


class EligibilityCondition(Out):
    """One thing that is asked: what is required and what one has, in words."""

    kind: str
    name: str
    required: str
    actual: str
    met: bool


class EligibilityOut(Out):
    eligible: bool
    conditions: list[EligibilityCondition]


class WayOut(Out):
    """A condition that is not met, and how to come to meet it."""

    kind: str
    required: str
    advice: str


class FitOut(Out):
    """One skill of a job: the part it gives of 100, and how it is known."""

    skill: str
    required: bool
    has: bool
    part: int
    known: str


class MatchOut(Out):
    """`score` is null where the job asks for no skill."""

    score: int | None
    skills: list[FitOut]


class PostedJob(Out):
    """A job with everything its page says. `eligibility` and `match` are about oneself; null for one's own jobs."""

    id: WireId
    title: str
    company: str
    kind: JobKind
    about: str
    location: str
    workplace: Workplace
    salary_min: Number | None
    salary_max: Number | None
    currency: str
    pay_period: PayPeriod
    places: int | None
    starts_on: date | None
    deadline: Moment
    cv_needed: bool
    only_audience: bool
    audience: str
    audience_id: WireId
    state: PostingState
    listed_at: Moment
    sent_back: str
    views: int
    applications: int
    version: int
    poster: str
    poster_id: WireId
    drive_id: WireId | None
    drive: str | None
    skills: list[JobSkillOut]
    questions: list[JobQuestionOut]
    application_id: WireId | None
    saved: bool
    may_edit: bool
    eligibility: EligibilityOut | None
    match: MatchOut | None


class ApplicantBrief(Out):
    """An application for a job, as its poster lists it. `match` is the fit in per cent."""

    id: WireId
    job_id: WireId
    person_id: WireId
    person: str
    programme: str | None
    department: str | None
    stage: Stage
    match: int
    applied_at: Moment


class OwnApplication(Out):
    """One's own application in a list."""

    id: WireId
    job_id: WireId
    title: str
    company: str
    stage: Stage
    since: Moment
    applied_at: Moment


class ApplicationStepOut(Out):
    """Something that happened. `private` ones are not shown to the applicant."""

    id: WireId
    at: Moment
    by: str | None
    stage_before: Stage | None
    stage_after: Stage
    text: str
    private: bool


class SubmittedDocument(Out):
    kind: str
    name: str
    size: int
    media_type: str
    sha256: str


class ApplicationAnswer(Out):
    key: str
    question: str
    answer: str


class HandedOnReference(Out):
    """A reference that went with an application, or is asked for it. `text` is empty for who may not read it."""

    id: WireId
    writer: str
    purpose: str
    capacity: str
    text: str
    confidential: bool
    state: ReferenceState
    delivered_at: Moment | None


class ApplicationOut(Out):
    """One application with its story. `cv` is the address of the CV, for whoever may open it."""

    id: WireId
    job_id: WireId
    title: str
    company: str
    person_id: WireId
    person: str
    stage: Stage
    moves: list[Stage]
    applied_at: Moment
    cover_letter: str
    answers: list[ApplicationAnswer]
    submitted_documents: list[SubmittedDocument]
    cv: str | None
    references: list[HandedOnReference]
    offer: Number | None
    offer_currency: str
    match: MatchOut
    steps: list[ApplicationStepOut]
    may_handle: bool


class ApplicationsMoved(Out):
    """How many moved; `refused` says of each other one why not."""

    moved: int
    refused: dict[str, str]


class KeptCv(Out):
    id: WireId
    name: str
    size: int
    created_at: Moment


class DriveBrief(Out):
    id: WireId
    name: str
    about: str
    starts_on: date
    ends_on: date


class DriveJob(Out):
    id: WireId
    title: str
    company: str
    state: PostingState
    deadline: Moment


class DriveOut(DriveBrief):
    version: int
    jobs: list[DriveJob]


class PlacementLine(Out):
    """Offers of a group; all numbers are null where it is not shown."""

    department_id: WireId | None
    department: str
    offers: int | None
    hired: int | None
    median: Number | None


class PlacementOut(Out):
    year: int | None
    rule: str
    currency: str
    offers: int | None
    hired: int | None
    median: Number | None
    departments: list[PlacementLine]
