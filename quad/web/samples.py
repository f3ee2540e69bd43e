"""What the style page shows: people and numbers that do not exist."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any, Final

from pydantic import Field

from quad.core.forms import Bound, Form, words

NAMES: Final = (
    "Jyothi Ramesh", "Chen Yu-Ting", "Bhavesh Patel", "Aditi Hegde", "Eshwar Prasad", "Ananya Bhattacharya",
    "Aisha Bello", "Devansh Agarwal", "Abdul Rahim Sait", "Divya Nair", "Gurpreet Kaur", "Bùi Thanh Hà",
    "Sinéad O'Brien", "Łukasz Wójcik", "Lucía Fernández Ortega", "Tenzin",
)  # fmt: skip
STANDINGS: Final = (
    ("done", "Good"),
    ("stop", "1 backlog"),
    ("warn", "Attendance low"),
    ("open", "New"),
)
COLUMNS: Final = (
    ("name", "Student", False, None), ("cgpa", "CGPA", True, None), ("attendance", "Attendance", True, "sm"),
    ("credits", "Credits", True, "md"), ("advisor", "Advisor", False, "lg"), ("standing", "Standing", False, "md"),
)  # fmt: skip


class SampleForm(Form):
    """Every kind of field, once."""

    name: str = words("Name", autocomplete="name")
    email: str = words(
        "E-mail", hint="The one your department has.", widget="email", autocomplete="email",
        placeholder="you@college.example",
    )  # fmt: skip
    password: str = words("Password", widget="password", autocomplete="current-password")
    code: str = words("Code from the mail", widget="code")
    credits: int = Field(title="Credits", ge=1, le=30)
    born: datetime.date | None = Field(default=None, title="Date of birth")
    department: int = Field(title="Department")
    standing: str = Field(default="good", title="Standing", json_schema_extra={"widget": "radio"})
    days: list[str] = Field(default_factory=list, title="Days")
    note: str | None = Field(
        default=None, title="Note", description="Only staff read it.",
        json_schema_extra={"widget": "textarea", "rows": 3},
    )  # fmt: skip
    marks: str | None = Field(
        default=None, title="Marks file", description="CSV or Excel, at most 25 MB.",
        json_schema_extra={"widget": "file", "accept": ".csv,.xlsx"},
    )  # fmt: skip
    active: bool = Field(default=True, title="May sign in")
    digest: bool = Field(
        default=False, title="One mail a day", json_schema_extra={"widget": "switch"}
    )


class SignInForm(Form):
    """What the sign-in pages ask for."""

    email: str = words(
        "E-mail", widget="email", autocomplete="username", placeholder="you@college.example"
    )
    password: str = words("Password", widget="password", autocomplete="current-password")
    code: str = words("Code from the mail", widget="code")
    remember: bool = Field(default=False, title="Keep me signed in on this device")


CHOICES: Final[dict[str, list[tuple[Any, Any]]]] = {
    "department": [(1, "Computer Science"), (2, "Mechanical"), (3, "Civil")],
    "standing": [("good", "Good"), ("watch", "To be watched")],
    "days": [("mon", "Monday"), ("tue", "Tuesday"), ("wed", "Wednesday")],
}


def good_form() -> Bound[SampleForm]:
    """A form that is filled in and has nothing wrong."""
    start = {
        "name": "Meenakshi Raghavan",
        "email": "meenakshi@college.example",
        "credits": 4,
        "department": 1,
    }
    return Bound(SampleForm, initial=start, choices=CHOICES)


def bad_form() -> Bound[SampleForm]:
    """The same form, sent with a mistake in every field."""
    typed = {
        "name": "",
        "email": "meenakshi at college",
        "credits": "many",
        "born": "31.2.2005",
        "code": "12",
    }
    bound = Bound(SampleForm, typed, choices=CHOICES)
    bound.errors = dict.fromkeys(SampleForm.model_fields, "Please fill this in.") | {
        "email": "This is not an e-mail address. One looks like you@college.example.",
        "credits": "Write a whole number.",
        "born": "February has no 31st day. Choose another date.",
    }
    return bound


def _cell(text: str, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(
        **({"text": text, "sub": "", "href": None, "kind": "text", "state": None} | more)
    )


def _row(index: int, name: str) -> SimpleNamespace:
    state, words_ = STANDINGS[index % 4]
    low = index % 4 == 2
    cells = [
        _cell(name, kind="person", sub=f"4NV24CS{index + 5:03}", href=f"#student-{index}"),
        _cell(f"{9.83 - index * 0.19:.2f}", kind="number"),
        _cell("73.9 %" if low else f"{95 - index} %", kind="number", state="warn" if low else None),
        _cell(str(84 - index), kind="number"),
        _cell("Dr. Sunita Kulkarni"),
        _cell(words_, kind="status", state=state),
    ]
    return SimpleNamespace(
        id=index + 1, href=f"#student-{index}", label=name, cells=cells, actions=_actions(name)
    )


def _actions(name: str) -> list[SimpleNamespace]:
    remove = {
        "href": "#",
        "icon": "trash",
        "post": True,
        "danger": True,
        "confirm": f"Remove {name}?",
    }
    return [
        SimpleNamespace(
            label="Edit", href="#", icon="pencil", post=False, danger=False, confirm=""
        ),
        SimpleNamespace(label="Remove", **remove),
    ]


def list_page(*, filtered: bool = True, found: bool = True) -> SimpleNamespace:
    """A page of a list, as quad.core.listing hands it to the macro."""
    columns = [
        SimpleNamespace(
            key=key, label=label, numeric=numeric, sortable=True, hide_below=below, macro=None
        )
        for key, label, numeric, below in COLUMNS
    ]
    bulk = [
        SimpleNamespace(name="advise", label="Assign advisor", icon="user-check", danger=False, confirm="", href="#"),
        SimpleNamespace(
            name="remove", label="Remove", icon="trash", danger=True, href="#",
            confirm="Remove the selected students? You can restore them for 30 days.",
        ),
    ]  # fmt: skip
    chips = [("Department: CSE"), ("Semester: 5"), ("CGPA: 7 or more")]
    filters = [
        SimpleNamespace(key="semester", label="Semester", kind="choice", choices=[(n, str(n)) for n in range(1, 9)],
                        value="5" if filtered else None, error=""),
        SimpleNamespace(key="attendance", label="Attendance below", kind="number", choices=None, value=None, error=""),
        SimpleNamespace(key="section", label="Section", kind="text", choices=None, value=None, error=""),
        SimpleNamespace(key="joined", label="Joined after", kind="date", choices=None, value=None, error=""),
    ]  # fmt: skip
    rows = [_row(index, name) for index, name in enumerate(NAMES)] if found else []
    ids = {row.id for row in rows}
    return SimpleNamespace(
        listing=SimpleNamespace(name="sample", title="Students", singular="student", plural="students"),
        columns=columns, all_columns=columns, rows=rows, chips=[
            SimpleNamespace(label=label, remove_href="#") for label in chips if filtered
        ], filters=filters, search_label="Search by name, number or e-mail",
        search_placeholder="Name, number or e-mail",
        q="" if found or not filtered else "watanabe", sort_key="cgpa", sort_desc=True,
        sort_href=lambda key: f"?sort={key}", total=182 if found else 0, total_exact=True,
        unfiltered_total_text="604", first=1, last=len(rows),
        pages=[(1, "?page=1", True), (2, "?page=2", False), (3, "?page=3", False), (None, None, False),
               (8, "?page=8", False)],
        previous_href=None, next_href="?page=2", exports=[("CSV", "?format=csv"), ("Excel", "?format=xlsx")],
        bulk=bulk, allowed={"advise": ids, "remove": ids - {3}}, clear_href="?",
        empty_hints=[
            SimpleNamespace(label="Without “Mechanical”: 1 student", href="#"),
            SimpleNamespace(label="Without “watanabe”: 3 students", href="#"),
        ],
        actions=[
            SimpleNamespace(label="Import", href="#", icon="file-import", primary=False),
            SimpleNamespace(label="Add student", href="#", icon="plus", primary=True),
        ],
    )  # fmt: skip


COMPONENTS: Final = [
    {"key": "a1", "name": "Assignment 1", "short": "1", "max": 10, "weight": "5 %", "state": "done",
     "group": "Assignments"},
    {"key": "i1", "name": "Internal 1", "short": "1", "max": 30, "weight": "10 %", "state": "done",
     "group": "Internals"},
    {"key": "i2", "name": "Internal 2", "short": "2", "max": 30, "weight": "10 %", "state": "going",
     "group": "Internals"},
    {"key": "x", "name": "Exam", "short": "Exam", "max": 50, "weight": "50 %", "state": "open", "group": "The end",
     "closed": "opens 14 Dec"},
]  # fmt: skip


def sheet_rows() -> list[dict[str, Any]]:
    """Rows of a marks sheet: one above its maximum, one corrected, one not complete."""
    return [
        {
            "id": index, "name": name, "sub": f"CS{index:03}", "href": "#", "fixed": ["i1"] if index == 2 else [],
            "values": {"a1": "8.5", "i1": "24", "i2": "34" if index == 4 else "" if index == 6 else "27"},
            "wrong": ["i2"] if index == 4 else [], "total": "21.3", "partial": index in (4, 6),
        }
        for index, name in enumerate(NAMES)
    ]  # fmt: skip


def jobs() -> list[dict[str, Any]]:
    """A long piece of work in each of its states; none of them asks the server again."""
    states = (
        ("waiting", 0, ""),
        ("running", 4_100, "4 rows need a look"),
        ("done", 9_800, ""),
        ("failed", 312, ""),
    )
    return [
        {"id": index, "label": "Import of students", "state": state, "done": done, "total": 9_800, "message": message,
         "result_href": "#" if state == "done" else "", "poll_href": ""}
        for index, (state, done, message) in enumerate(states)
    ]  # fmt: skip


def door_form() -> Bound[SignInForm]:
    """The empty sign-in form."""
    return Bound(SignInForm)
