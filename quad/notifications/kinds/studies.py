"""What people are told of their studies, their account and their requests."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.notifications.kinds.base import STAFF, STUDENT, Kind

MARKS_PUBLISHED = Kind(
    "marks_published",
    _l("Marks are published"),
    _l("Marks of %(course)s were published."),
    "certificate",
    mailed=True,
)
RESULTS_PUBLISHED = Kind(
    "results_published",
    _l("Results are published"),
    _l("The results of %(course)s were published."),
    "certificate",
    mailed=True,
)
MARK_CHANGED = Kind(
    "mark_changed",
    _l("A mark I can see is changed"),
    _l("A mark of yours in %(course)s was changed."),
    "edit",
    mailed=False,
)
RESULT_GIVEN = Kind(
    "result_given",
    _l("A result of mine is given by hand"),
    _l("Your result in %(course)s has changed."),
    "certificate",
    mailed=True,
)
ENROLLED = Kind(
    "enrolled",
    _l("I am enrolled in a course"),
    _l("You were enrolled in %(course)s."),
    "book",
    mailed=False,
)
MATERIALS_NEW = Kind(
    "materials_new",
    _l("There are new materials in a course of mine"),
    _l("New in %(course)s: %(titles)s"),
    "files",
    mailed=True,
    roles=STUDENT,
)
ROLE_GRANTED = Kind(
    "role_granted",
    _l("I am given a role"),
    _l("You now have the role “%(role)s”."),
    "user-check",
    mailed=True,
)
APPLICATION_WAITING = Kind(
    "application_waiting",
    _l("Somebody applies for an account"),
    _l("Applications for an account wait for your decision."),
    "user-plus",
    mailed=True,
    roles=frozenset({"admin", "hod"}),
)
PROMOTED = Kind(
    "promoted",
    _l("I move up to the next semester"),
    _l("You moved up after %(term)s."),
    "stairs-up",
    mailed=False,
    roles=frozenset({"student"}),
)
GRADUATED = Kind(
    "graduated",
    _l("I graduate"),
    _l("You have graduated. Congratulations! Your record stays here for you to read."),
    "certificate",
    mailed=True,
    roles=frozenset({"student", "alumnus"}),
)
HELD_BACK = Kind(
    "held_back",
    _l("I do not move up to the next semester"),
    _l("You did not move up after %(term)s. Ask your department what is missing."),
    "stairs-up",
    mailed=True,
    roles=frozenset({"student"}),
)
PROMOTION_UNDONE = Kind(
    "promotion_undone",
    _l("My moving up is taken back"),
    _l("What you were told about moving up after %(term)s was taken back."),
    "arrow-back-up",
    mailed=True,
    roles=frozenset({"student", "alumnus"}),
)
DUES_FLAGGED = Kind(
    "dues_flagged",
    _l("My dues are flagged or cleared"),
    _l("You owe something: %(reason)s."),
    "cash",
    mailed=True,
    roles=frozenset({"student"}),
)
REEVALUATION_WAITING = Kind(
    "reevaluation_waiting",
    _l("A re-evaluation waits for me"),
    _l("A re-evaluation in %(course)s waits for you."),
    "scale",
    mailed=True,
    roles=frozenset({"faculty", "hod", "admin"}),
)
REEVALUATION_RETURNED = Kind(
    "reevaluation_returned",
    _l("My answer to a re-evaluation comes back"),
    _l("Your answer to a re-evaluation in %(course)s was sent back: %(reason)s"),
    "scale",
    mailed=True,
    roles=frozenset({"faculty", "hod"}),
)
REEVALUATION_DUE = Kind(
    "reevaluation_due",
    _l("A re-evaluation is due"),
    _l("A re-evaluation in %(course)s is due on %(day)s."),
    "scale",
    mailed=True,
    roles=frozenset({"faculty", "hod", "admin"}),
)
REEVALUATION_STEP = Kind(
    "reevaluation_step",
    _l("My re-evaluation goes on"),
    _l("There is a new step in your re-evaluation of %(course)s."),
    "scale",
    mailed=False,
    roles=frozenset({"student"}),
)
REEVALUATION_DECIDED = Kind(
    "reevaluation_decided",
    _l("My re-evaluation is decided"),
    _l("Your re-evaluation in %(course)s is decided."),
    "scale",
    mailed=True,
    roles=frozenset({"student"}),
)


def _of_request(name: str, label: str, text: str, icon: str, roles: frozenset[str]) -> Kind:
    return Kind(f"request_{name}", label, text, icon, mailed=True, roles=roles)


# What becomes of requests: to the student by the kind of step, to the staff by what it means for them.
REQUEST_STEPS: dict[str, Kind] = {
    "submitted": _of_request(
        "received",
        _l("My request arrived"),
        _l("We have your request %(request)s."),
        "inbox",
        STUDENT,
    ),
    "assigned": _of_request(
        "assigned",
        _l("Somebody takes care of my request"),
        _l("%(person)s takes care of your request %(request)s now."),
        "user-check",
        STUDENT,
    ),
    "passed": _of_request(
        "passed",
        _l("My request goes to an office"),
        _l("Your request %(request)s is with %(office)s now."),
        "transfer",
        STUDENT,
    ),
    "started": _of_request(
        "started",
        _l("Work on my request begins"),
        _l("Work on your request %(request)s has begun."),
        "clock",
        STUDENT,
    ),
    "due_changed": _of_request(
        "moved",
        _l("My request is due on another day"),
        _l("Your request %(request)s is due on another day now."),
        "calendar",
        STUDENT,
    ),
    "resolved": _of_request(
        "resolved",
        _l("My request is resolved"),
        _l("Your request %(request)s is resolved."),
        "circle-check",
        STUDENT,
    ),
    "rejected": _of_request(
        "rejected",
        _l("My request is declined"),
        _l("Your request %(request)s was declined. The reason stands with it."),
        "x",
        STUDENT,
    ),
    "withdrawn": _of_request(
        "withdrawn",
        _l("My request is withdrawn"),
        _l("Your request %(request)s is withdrawn."),
        "arrow-back-up",
        STUDENT,
    ),
    "reopened": _of_request(
        "reopened",
        _l("My request is open again"),
        _l("Your request %(request)s is open again."),
        "refresh",
        STUDENT,
    ),
    "commented": _of_request(
        "commented",
        _l("Somebody writes about my request"),
        _l("Somebody wrote about your request %(request)s."),
        "message",
        STUDENT,
    ),
    "attached": _of_request(
        "attached",
        _l("Somebody adds a file to my request"),
        _l("Somebody added a file to your request %(request)s."),
        "paperclip",
        STUDENT,
    ),
}
REQUEST_WAITING = _of_request(
    "waiting",
    _l("A request waits for me"),
    _l("The request %(request)s waits for you."),
    "inbox",
    STAFF,
)
REQUEST_NEWS = _of_request(
    "news",
    _l("Something happens to a request I take care of"),
    _l("There is something new on the request %(request)s."),
    "message",
    STAFF,
)
REQUEST_DUE = _of_request(
    "due",
    _l("A request I take care of comes due"),
    _l("The request %(request)s comes due."),
    "clock",
    STAFF,
)
REQUEST_OVERDUE = _of_request(
    "overdue",
    _l("A request stays unanswered too long"),
    _l("The request %(request)s is overdue. You hear of it because you are above who has it."),
    "alert-triangle",
    STAFF,
)
ATTENDANCE_SHORT = Kind(
    "attendance_short",
    _l("My attendance falls below what is required"),
    _l("Your attendance in %(course)s is too low."),
    "alert-triangle",
    mailed=True,
    roles=frozenset({"student"}),
)
MENTEE_SHORT = Kind(
    "mentee_short",
    _l("The attendance of a student I advise falls below what is required"),
    _l("The attendance of %(student)s in %(course)s is too low."),
    "alert-triangle",
    mailed=False,
    roles=frozenset({"advisor"}),
)
DOCUMENT_ISSUED = Kind(
    "document_issued",
    _l("A document is issued to me"),
    _l("A document was issued to you: %(serial)s."),
    "file-text",
    mailed=True,
    roles=frozenset({"student", "alumnus"}),
)
DOCUMENT_REVOKED = Kind(
    "document_revoked",
    _l("A document of mine is revoked"),
    _l("The document %(serial)s is not valid any more."),
    "ban",
    mailed=True,
    roles=frozenset({"student", "alumnus"}),
)
