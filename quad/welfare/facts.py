"""What happens to requests, and to how they are set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class RequestChanged(Fact):
    """Something happened to a request. `kind` is its event's kind.

    `told` are the people of the staff who should hear of it; `student_user_id` is who asked, None when the student
    should not hear of it.
    """

    request_id: int
    event_id: int
    kind: str
    told: tuple[int, ...]
    student_user_id: int | None


class RequestSubmitted(RequestChanged):
    """A student asked for something."""


class RequestAssigned(RequestChanged):
    """Somebody takes care of a request now."""


class RequestPassed(RequestChanged):
    """A request waits in an office now."""


class RequestStarted(RequestChanged):
    """Work on a request began."""


class RequestCommented(RequestChanged):
    """Somebody wrote about a request."""


class RequestAttached(RequestChanged):
    """A file came to a request."""


class RequestDueChanged(RequestChanged):
    """A request is to be answered by another day."""


class RequestReminded(RequestChanged):
    """A request comes due."""


class RequestEscalated(RequestChanged):
    """A request is overdue, and who is above hears of it."""


class RequestResolved(RequestChanged):
    """A request was answered as asked."""


class RequestRejected(RequestChanged):
    """A request was declined."""


class RequestWithdrawn(RequestChanged):
    """A student does not want it any more."""


class RequestReopened(RequestChanged):
    """A student asks to look at a declined or answered request again."""


class ConfidentialRequestChanged(RequestChanged):
    """Anything that happens to a confidential request. The audit shows it to nobody; its own story has it all."""

    confidential: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class LeaveApproved(Fact):
    """A student may be away from `first_day` to `last_day`, both included."""

    request_id: int
    student_id: int
    first_day: date
    last_day: date


@dataclass(frozen=True, kw_only=True)
class CategoryChanged(Fact):
    """A category of requests was added, changed, deleted or brought back."""

    category_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class CategoryFieldsChanged(Fact):
    """The form of a category has other fields, or in another order."""

    category_id: int


@dataclass(frozen=True, kw_only=True)
class OfficeChanged(Fact):
    """An office of requests was added or deleted, has another name or other members."""

    office_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class RoutesChanged(Fact):
    """A rule about who gets which requests was added, changed or removed."""

    route_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class StartedWithUsualCategories(Fact):
    """An empty setup was filled with the usual categories."""

    category_ids: tuple[int, ...]
