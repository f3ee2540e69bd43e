"""What happens to jobs, drives and applications."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class JobChanged(Fact):
    """A job was written, changed, or is in another state."""

    job_id: int
    poster_id: int


class JobWritten(JobChanged):
    """A job was written; nobody else sees it yet."""


class JobEdited(JobChanged):
    """A job says something else now."""


class JobSubmitted(JobChanged):
    """A job waits for the placement office."""


class JobOpened(JobChanged):
    """People can apply for a job now."""


class JobSentBack(JobChanged):
    """The placement office wants something changed first."""


class JobClosed(JobChanged):
    """Nobody can apply for a job any more."""


class JobDeleted(JobChanged):
    """A job was deleted."""


@dataclass(frozen=True, kw_only=True)
class JobOffered(JobChanged):
    """Some of those a job is for hear that it opened."""

    user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class JobSaved(Fact):
    """Somebody keeps an eye on a job, or no longer."""

    job_id: int
    saved: bool


@dataclass(frozen=True, kw_only=True)
class DriveChanged(Fact):
    """A placement drive was added, changed or deleted."""

    drive_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class ApplicationChanged(Fact):
    """Something happened to an application. `step_id` is its step; `stage` is where it stands."""

    application_id: int
    job_id: int
    step_id: int
    person_id: int
    poster_id: int
    stage: str


class ApplicationSent(ApplicationChanged):
    """Somebody applied for a job, for the first time or again."""


class ApplicationMoved(ApplicationChanged):
    """An application is at another stage."""


class ApplicationNoted(ApplicationChanged):
    """Somebody wrote a note about an application, for those who take care of it."""


class ApplicationWithdrawn(ApplicationChanged):
    """The applicant does not want the job any more."""


@dataclass(frozen=True, kw_only=True)
class CvTaken(Fact):
    """Somebody took the CV of an application."""

    application_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class CvKept(Fact):
    """A person keeps a CV for applications, or threw one away."""

    person_id: int
    kept: bool
