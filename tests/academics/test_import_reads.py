"""How many rows an import reads: as many as its file asks for, however many are there and however long the file is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from quad.core.db.model import Model
from quad.core.facts import unit
from quad.core.importing.pipeline import importer_of
from tests.factories import academics as factory
from tests.factories.people import person

THERE = 250
CHANGED = 4
# One statement looks up a handful of keys for each line; of `CHANGED` lines that is less than a table of `THERE` rows.
MOST = 50
WALKED = THERE * THERE
FEW = {
    "core_setting",
    "institution_term",
    "institution_programme",
    "institution_grading_scheme",
    "institution_grade_band",
}
COUNTERS = {
    "mariadb": "SHOW SESSION STATUS LIKE 'Handler\\_read%'",
    "postgresql": "SELECT '', sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))"
    " FROM pg_stat_xact_user_tables",
}
# Kind, columns, a line, what differs in it: at first, and in the file that changes some.
FILES = (
    ("departments", "code,name", "D{n:04},{x} {n}", ("Old", "New")),
    (
        "batches",
        "programme,name,start_year,graduation_year,class_name",
        "{programme},B{n:04},{x},2030,A",
        (2024, 2025),
    ),
    (
        "teachers",
        "email,first_name,department",
        "t{n:04}@college.example,{x},D{n:04}",
        ("Asha", "Uma"),
    ),
    (
        "students",
        "register_number,first_name,batch,class_name",
        "R{n:04},{x},B{n:04},A",
        ("Asha", "Uma"),
    ),
    ("courses", "code,title,credits,department", "C{n:04},{x} {n},4,D{n:04}", ("Old", "New")),
    (
        "offerings",
        "course,term,section,teacher",
        "C{n:04},{term},Z,{x}@college.example",
        ("t0000", "t0001"),
    ),
    (
        "components",
        "course,term,section,name,kind,maximum",
        "C{n:04},{term},Z,Quiz,internal,{x}",
        (10, 20),
    ),
    (
        "enrolments",
        "register_number,course,term,enrolled_on",
        "R{n:04},{place},{x}",
        ("2026-08-03", "2026-08-04"),
    ),
    (
        "attendance",
        "register_number,course,term,held_on,starts_at,state",
        "R{n:04},{place},2024-09-16,09:00,{x}",
        ("present", "late"),
    ),
    ("marks", "register_number,course,term,component,value", "R{n:04},{place},Exam,{x}", (5, 7)),
    (
        "awards",
        "register_number,course,term,kind",
        "R{n:04},{place},{x}",
        ("incomplete", "absent"),
    ),
    ("results", "course,term,section,state", "C{n:04},{term},Z,{x}", ("draft", "published")),
    ("dues", "register_number,reason", "R{n:04},{x}", ("A book", "Two books")),
    (
        "mentors",
        "register_number,advisor",
        "R{n:04},{x}@college.example",
        ("avi", "bela"),
    ),
    (
        "invitations",
        "email,role,full_name",
        "i{n:04}@college.example,faculty,{x}",
        ("Asha", "Uma"),
    ),
    (
        "alumni",
        "email,full_name,programme,graduation_year,company",
        "a{n:04}@college.example,Asha Rao,{programme},2001,{x}",
        ("Old", "New"),
    ),
    (
        "jobs",
        "title,company,poster,about,deadline,location",
        "Engineer {n:04},Paisa Switch,poster@college.example,Work,2099-01-31,{x}",
        ("Old", "New"),
    ),
)
# A college has a few of each, and its files a few lines.
SHORT_FILES = {"campuses", "degrees", "terms", "grading-schemes", "programmes"}
# Without statistics PostgreSQL finds the few accounts of one platform by the platform.
APART = {"snapshots"}


@contextmanager
def reads(database) -> Iterator[dict[str, int]]:
    """Collect the statements run meanwhile, each with the most rows it read.

    The servers count them. SQLite tells its plan instead: a walk through a table that grows is `WALKED`, all else 0.
    """
    found: dict[str, int] = {}
    read = walked if database.dialect == "sqlite" else counted

    def before(connection, _cursor, statement, parameters, _context, many) -> None:
        connection.info["read"] = 0 if many else read(connection, statement, parameters)

    def after(connection, _cursor, statement, _parameters, _context, many) -> None:
        more = connection.info["read"]
        if read is counted:
            more = counted(connection) - more
        found[statement] = 0 if many else max(more, found.get(statement, 0))

    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "after_cursor_execute", after)
    yield found
    event.remove(database.engine, "before_cursor_execute", before)
    event.remove(database.engine, "after_cursor_execute", after)


def counted(connection, *_statement) -> int:
    kind = "postgresql" if connection.dialect.name == "postgresql" else "mariadb"
    with connection.connection.cursor() as cursor:
        cursor.execute(COUNTERS[kind])
        return sum(int(count or 0) for _name, count in cursor.fetchall())


def walked(connection, statement: str, parameters) -> int:
    if not statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
        return 0
    cursor = connection.connection.cursor()
    plan = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    steps = [f"{row[3]} ".split(" ", 2)[:2] for row in plan]
    grows = Model.metadata.tables.keys() - FEW
    return WALKED if any(word == "SCAN" and name in grows for word, name in steps) else 0


@pytest.mark.db
@pytest.mark.feature("C30")
def test_an_import_reads_what_its_file_asks_for_and_never_a_whole_table(bring, database):
    with database.writer() as db, unit(db):
        made = factory.college(db, size=1)
        for name in ("avi", "bela"):
            person(db, role="advisor", email=f"{name}@college.example")
        person(db, role="alumnus", email="poster@college.example")
        there = {
            "term": made.term.code,
            "place": f"{made.course.code},{made.term.code}",
            "programme": made.programme.code,
        }
    if database.dialect == "postgresql":
        # With this few rows reading all of them is cheap; let it plan as with many.
        event.listen(database.engine, "connect", avoid_walking)
        database.engine.dispose()
    for kind, head, line, (old, new) in FILES:
        for count, x in ((THERE, old), (CHANGED, new)):
            if database.dialect == "postgresql" and count == CHANGED:
                analyse(database)
            rows = [line.format(n=n, x=x, **there) for n in range(count)]
            with reads(database) as found:
                told = bring(importer_of(kind), "\n".join([head, *rows]))
            assert (told.state, told.errors) == ("done", 0), told
            assert_few(found, count)
        # Whoever is invited already stays so; of all others each line changed something.
        assert told.changed == (0 if kind == "invitations" else CHANGED), told


def test_every_import_is_looked_at(app):
    kinds = {importer.kind for importer in app.extensions["quad"].module_parts("importers")}
    assert kinds == {kind for kind, *_rest in FILES} | SHORT_FILES | APART


def avoid_walking(connection, _record) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
    connection.commit()


def analyse(database) -> None:
    """Know what is there, as a server does that has run for a day."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def assert_few(found: dict[str, int], lines: int) -> None:
    assert {statement: read for statement, read in found.items() if read > MOST * lines} == {}
    assert any(statement.startswith("UPDATE") for statement in found)
