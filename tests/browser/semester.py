"""What people do in a semester, each as one function that reads like a sentence; the story is in test_semester.py."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload, Locator, Page, expect

SERIAL = re.compile(r"BON-[0-9A-Z-]+")


@dataclass(frozen=True)
class Part:
    """One component of a course."""

    name: str
    kind: str
    maximum: int
    weight: int


@dataclass(frozen=True)
class Course:
    """One course, and the day and hour of each of its classes."""

    code: str
    title: str
    credits: int
    days: tuple[str, ...]


@dataclass
class Person:
    """One student: what is known before the semester, and the page that the college gives to the person."""

    first: str
    last: str
    number: str
    address: str
    page: str = ""
    user: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


@dataclass
class College:
    """The own corner of the college: a department with one programme, batch and class."""

    department: str
    code: str
    programme: str
    batch: str
    credits: int
    year: int
    offerings: dict[str, str] = field(default_factory=dict)


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def place(page: Page) -> str:
    """Return where the page is, without the server."""
    return urlsplit(page.url).path


def fill(form: Locator, values: Mapping[str, str]) -> None:
    """Fill in fields by their labels; of a list the option that begins with the words is chosen."""
    for label, value in values.items():
        control = form.get_by_label(re.compile(rf"^{re.escape(label)}(required)?$"))
        if control.evaluate("(node) => node.tagName") == "SELECT":
            option = control.locator("option").filter(has_text=re.compile(rf"^{re.escape(value)}"))
            control.select_option(option.first.evaluate("(node) => node.value"))
        else:
            control.fill(value)


def press(page: Page, label: str, within: Locator | None = None) -> None:
    """Press a button that leads to another page, saying yes if it asks; by key, for a message may still lie over it."""
    button = (within or main(page)).get_by_role("button", name=label, exact=True)
    asks = button.get_attribute("data-confirm")
    with page.expect_navigation():
        button.press("Enter")
        if asks:
            asked = page.get_by_role("dialog", name="Are you sure?")
            asked.get_by_role("button", name=label, exact=True).click()


def write_down(page: Page, address: str, values: Mapping[str, str], button: str = "Save") -> None:
    """Fill in the form at an address and send it; it must be taken."""
    page.goto(address)
    fill(main(page), values)
    press(page, button)
    expect(page.locator("[data-error-summary]")).to_have_count(0)


def figure(page: Page, label: str) -> Locator:
    """Return the value of a key figure."""
    return page.locator(".q-fig").filter(has=page.get_by_text(label, exact=True)).locator("b")


def row_of(page: Page, table: str, words: str) -> Locator:
    return main(page).get_by_role("region", name=table).get_by_role("row").filter(has_text=words)


# The office


def found_a_department(admin: Page, college: College) -> None:
    """Make the department, its programme, a batch and a class."""
    write_down(admin, "/departments/new", {"Code": college.code, "Name": college.department})
    write_down(
        admin,
        "/programmes/new",
        {
            "Code": f"{college.code}-1",
            "Name": college.programme,
            "Department": college.department,
            "Grading scheme": "10-point scale",
            "Credits needed for the degree": str(college.credits),
            "Length in terms": "1",
        },
    )
    write_down(
        admin,
        "/batches/new",
        {
            "Programme": college.programme,
            "Year of admission": str(college.year),
            "Expected graduation": str(college.year),
            "Name": college.batch,
        },
    )
    write_down(admin, "/classes/new", {"Batch": college.batch, "Name": "Z"})


def admit(admin: Page, college: College, people: Iterable[Person]) -> None:
    """Bring the students in from a file, after a look at the preview, and send each a link."""
    people = list(people)
    heads = "Register number,First name,Last name,E-mail,Department,Programme,Batch,Class,Admission year"
    where = f"{college.code},{college.code}-1,{college.batch},Z,{college.year}"
    lines = [f"{one.number},{one.first},{one.last},{one.address},{where}" for one in people]
    admin.goto("/imports/students")
    content = "\n".join([heads, *lines]).encode()
    file = FilePayload(name="students.csv", mimeType="text/csv", buffer=content)
    main(admin).get_by_label("File").set_input_files(file)
    press(admin, "Show the preview")
    press(admin, "Import")
    expect(main(admin).get_by_role("heading", name="What was done")).to_be_visible()
    for one in people:
        one.page = found(admin, f"/students?q={one.number}", one.name)
        one.user = found(admin, f"/users?q={one.address}", one.name)


def found(page: Page, address: str, name: str) -> str:
    """Return where the only hit of a list leads."""
    page.goto(address)
    return main(page).get_by_role("link", name=name).get_attribute("href") or ""


def send_activation_links(admin: Page, person: Person) -> None:
    admin.goto(f"/users?q={person.address}")
    main(admin).get_by_role("checkbox", name=f"Select {person.name}").check()
    press(admin, "Send activation links")


def teach_a_course(admin: Page, college: College, course: Course, teacher: str) -> None:
    """Make a course, offer it in the current term, and enrol the batch."""
    write_down(
        admin,
        "/courses/new",
        {
            "Code": course.code,
            "Title": course.title,
            "Credits": str(course.credits),
            "Department": college.department,
        },
        "Add course",
    )
    offer = main(admin).get_by_role("link", name="Offer in a term").get_attribute("href") or ""
    write_down(admin, offer, {"Taught by": teacher}, "Offer")
    college.offerings[course.code] = place(admin)
    admin.goto(f"{place(admin)}/enrol")
    batch = main(admin).get_by_role("region", name="Enrol a batch")
    fill(batch, {"Batch": college.batch})
    press(admin, "See who it is", batch)
    press(admin, "Enrol 3 students")


def withdraw(admin: Page, offering: str, person: Person) -> None:
    admin.goto(offering)
    main(admin).get_by_role("button", name=f"More about {person.name}").click()
    press(admin, "Withdraw")
    expect(row_of(admin, "Table of the roster", person.name)).to_contain_text("W, withdrawn")


def set_status(admin: Page, person: Person, status: str) -> None:
    write_down(admin, f"{person.page}/edit", {"Status": status})


def lock(admin: Page, offering: str) -> None:
    admin.goto(offering)
    press(admin, "Lock")
    expect(main(admin).get_by_text("Locked", exact=True)).to_be_visible()


# The teacher


def own_name(page: Page) -> str:
    """Return who is signed in."""
    page.goto("/profile/edit")
    return main(page).get_by_label(re.compile("^Full name")).input_value()


def set_up_components(teacher: Page, offering: str, parts: Iterable[Part]) -> None:
    """Say what the result is made of; marks of attendance follow the percentage."""
    teacher.goto(f"{offering}/components")
    for part in parts:
        form = main(teacher).get_by_role("region", name="Add a component")
        values = {"Name": part.name, "Kind": part.kind, "Maximum": str(part.maximum)}
        fill(form, values | {"Weight in %": str(part.weight)})
        press(teacher, "Add", form)
    main(teacher).get_by_role("button", name="More about Attendance").click()
    with teacher.expect_navigation():
        main(teacher).get_by_role("link", name="Marks from attendance").click()
    press(teacher, "Keep this rule")


def take_register(teacher: Page, offering: str, day: str, states: Mapping[str, str]) -> None:
    """Hold a class on a day and say of everybody named whether they were there."""
    write_down(
        teacher,
        f"{offering}/sessions/new",
        {"Day": day, "Begins at": "10:15"},
        "Add class",
    )
    for name, state in states.items():
        group = main(teacher).get_by_role("radiogroup", name=re.compile(name))
        group.locator("label", has_text=state).click()
        expect(group.get_by_role("radio", name=state)).to_be_checked()
    press(teacher, "Take register")


def type_marks(teacher: Page, offering: str, marks: Mapping[str, tuple[str, ...]]) -> None:
    """Type each student's marks into the sheet with the keyboard, column by column from the second on."""
    teacher.goto(f"{offering}/marks")
    teacher.wait_for_selector("[data-sheet][data-ready]")
    for name, values in marks.items():
        row = teacher.locator("tr[data-row]").filter(has_text=name)
        row.get_by_role("textbox").nth(0).focus()
        for value in values:
            teacher.keyboard.press("ArrowRight")
            teacher.keyboard.type(value)
    teacher.keyboard.press("Enter")
    expect(teacher.locator("[data-sheet-state]")).to_contain_text("Saved at")
    expect(teacher.locator("td[data-state]:not([data-state=''])")).to_have_count(0)


def publish(teacher: Page, offering: str) -> None:
    teacher.goto(offering)
    press(teacher, "Publish results")
    expect(teacher.locator("#toasts")).to_contain_text("The results are published.")


# The student


def letter(page: Page, address: str, words: str) -> str:
    """Return the newest letter to an address as plain text, once it holds the words."""
    page.goto(f"/dev/mailbox/?to={address}")
    for _turn in range(60):
        newest = main(page).locator("details")
        if newest.count() and words in (newest.text_content() or ""):
            newest.get_by_text("Plain text").click()
            return newest.inner_text()
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"No letter to {address} says {words}")


def activate(page: Page, person: Person, password: str) -> None:
    """Follow the link in the mail and choose a password."""
    found = re.search(r"https?://\S+/activate/\S+", letter(page, person.address, "/activate/"))
    assert found
    values = {"New password": password, "The same again": password}
    write_down(page, urlsplit(found[0]).path, values, "Open my account")


def sign_in(page: Page, door: str, address: str, password: str) -> None:
    """Sign in by one of the doors, with the password and the code that is mailed."""
    write_down(page, door, {"E-mail or user name": address, "Password": password}, "Continue")
    step = page.url
    code = re.search(r"\b\d{6}\b", letter(page, address, "finish signing in"))
    assert code
    write_down(page, step, {"Code from the mail": code[0]}, "Sign in")


def ask_for_a_letter(page: Page, purpose: str) -> str:
    """Ask for a bonafide letter; return the address of the request."""
    page.goto("/requests/new")
    with page.expect_navigation():
        main(page).get_by_role("link", name="Bonafide letter").click()
    fill(main(page), {"Purpose": purpose})
    press(page, "Send")
    expect(main(page).get_by_role("heading", level=1)).to_contain_text("Bonafide letter")
    return place(page)


def resolve(admin: Page, request: str, note: str) -> None:
    admin.goto(request)
    main(admin).get_by_role("button", name="Resolve", exact=True).click()
    asked = admin.get_by_role("dialog", name="Resolve this request")
    asked.get_by_role("textbox").fill(note)
    press(admin, "Resolve", asked)


def verify(stranger: Page, serial: str, person: Person) -> None:
    """Check the number of a letter without an account."""
    write_down(stranger, "/verify", {"Number on the document": serial}, "Check")
    expect(main(stranger)).to_contain_text("A document with this number was issued and is valid.")
    expect(main(stranger)).to_contain_text(person.name)


def suppose(page: Page, title: str, credits: int, letter_: str) -> None:
    """Suppose a course to come in the simulator."""
    page.goto("/simulator")
    course = main(page).get_by_role("group", name="Course 1")
    fill(course, {"Course": title, "Credits": str(credits), "Grade": letter_})


# The end of the term


def ask_for_results(admin: Page, college: College) -> None:
    """Look at the results of the own department."""
    admin.goto("/analytics/results")
    fill(main(admin), {"Department": college.department})
    press(admin, "Show")


def preview_promotion(admin: Page, college: College) -> str:
    """Look at what becomes of the batch after the current term; return the address of the run."""
    write_down(admin, "/promotions/new", {"Batch": college.batch}, "Show the preview")
    return place(admin)


def apply_promotion(admin: Page, run: str) -> None:
    admin.goto(run)
    press(admin, "Apply")
    for _turn in range(60):
        if main(admin).get_by_text("Applied", exact=True).count():
            return
        admin.wait_for_timeout(250)
        admin.goto(run)
    raise AssertionError("The promotion is never applied")
