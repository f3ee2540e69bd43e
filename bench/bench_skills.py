"""What typing into the field for skills costs: the offers against the cheapest answer of the server, `/healthz`.

The catalogue is the one that comes with Quad, filled up with made-up names to 15,000 skills, 3,000 of them held by
somebody. Each word is typed letter by letter; a letter is a request. Medians over all of them, on kept-alive
connections, in turns with `/healthz` asked by somebody signed in.

Run: python -m bench.bench_skills [--skills N] [--rounds N] [--on DIALECT] … [--processor]. The exit code is 1 when
the offers take more than three times `/healthz`, or more statements than a page may.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random
from statistics import median
from urllib.parse import quote

from sqlalchemy import select, text

from bench.bench_pages import MOST_STATEMENTS, Hot, Visitor, serving, statements_of
from bench.kit.college import College, build
from bench.kit.databases import own_database
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.skills.models import ProofKind, Skill
from quad.skills.service import loading, proofs
from quad.web.security import SESSION_COOKIE
from tests.databases import SERVERS, server_problem

MOST_RATIO = 3.0
SKILLS, ROUNDS = 15_000, 20
STUDENTS = 300
DIALECTS = ("sqlite", "postgresql")
TYPED = ("python", "js", "microsoft exc", "c++", "machine le", "r", "auto", "data struct", "kubern")
SYLLABLES = ("ka", "lo", "mi", "ra", "ten", "vor", "sil", "qua", "dex", "no", "tri", "pan")


def fill(college: College, count: int) -> None:
    """Load the catalogue, fill it up to `count` skills, and let students hold some."""
    chance = Random(1)
    names: dict[str, None] = {}
    while len(names) < count:
        words = ("".join(chance.choices(SYLLABLES, k=3)).capitalize() for _word in range(2))
        names.setdefault(" ".join(words))
    with college.database.writer() as db, unit(db):
        loading.load(db, SYSTEM)
        there = len(db.scalars(select(Skill.id)).all())
        rest = [(name, "Other software") for name in list(names)[: count - there]]
        loading.load(db, SYSTEM, rest, ())
        ids = list(db.scalars(select(Skill.id).order_by(Skill.id)))
        people = list(
            db.scalars(text("SELECT user_id FROM academics_student ORDER BY id LIMIT 300"))
        )
        for place, skill_id in enumerate(chance.sample(ids, min(3_000, len(ids)))):
            person_id = people[place % len(people)]
            proofs.put(db, person_id, skill_id, ProofKind.CLAIMED, "", 2)
        proofs.derive(db, people)
    with college.database.writer() as db:
        db.execute(text("ANALYZE"))
        db.commit()


def beginnings() -> list[str]:
    """Return what the field asks for as each word is typed."""
    return [word[:end] for word in TYPED for end in range(1, len(word) + 1) if word[:end].strip()]


def measured(dialect: str, folder: Path, options: argparse.Namespace) -> bool:
    """Measure on one database; tell whether it stayed within its limits."""
    with ExitStack() as stack:
        url = ""
        if dialect != "sqlite":
            url = stack.enter_context(own_database(SERVERS[dialect], "quad_bench_skills"))
        college = build(folder / dialect, STUDENTS, 60, url)
        stack.callback(college.database.dispose)
        fill(college, options.skills)
        hot = Hot("offers", "student", "/skills/suggest?q=micro&options=1")
        statements = len(statements_of(college, (hot,))[hot.name])
        stack.enter_context(serving(college))
        cookie = f"{SESSION_COOKIE}={college.cookies['student']}"
        typing, idle = (Visitor(college, cookie, processor=options.processor) for _each in "ab")
        offers: dict[str, list[float]] = {}
        floor: list[float] = []
        for begun in beginnings():  # the first answers of a server are made, not measured
            typing.ask(f"/skills/suggest?options=1&q={quote(begun)}")
        for _round in range(options.rounds):
            for begun in beginnings():
                took, _size = typing.ask(f"/skills/suggest?options=1&q={quote(begun)}")
                offers.setdefault(begun, []).append(took)
                floor.append(idle.ask("/healthz")[0])
        base = median(floor)
        medians = {begun: median(times) for begun, times in offers.items()}
        usual, worst = median(medians.values()), max(medians, key=medians.__getitem__)
        print(
            f"{dialect}: {usual / base:.2f} × /healthz, at worst {medians[worst] / base:.2f} × "
            f"(“{worst}”), {statements} statements, /healthz {base * 1000:.1f} ms"
        )
        return usual <= MOST_RATIO * base and statements <= MOST_STATEMENTS


def main() -> int:
    """Measure on each database that answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skills", type=int, default=SKILLS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--on", action="append", choices=DIALECTS)
    parser.add_argument("--processor", action="store_true", help="measure processor time")
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}, {options.skills} skills")
    fine = True
    with tempfile.TemporaryDirectory() as name:
        for dialect in options.on or DIALECTS:
            problem = server_problem(dialect)
            if problem:
                print(f"{dialect}: {problem}")
            else:
                fine &= measured(dialect, Path(name), options)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
