"""Print docs/features.md with the tests that prove each id; fail when the two disagree.

Fails on: an id of the catalogue that is missing, doubled or unknown; a status that is none of ours;
an id called done that no test names; a test that names an unknown id.

Usage: python scripts/features.py [--check]    (--check prints only what is wrong)
"""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CATALOGUE = {"L": 60, "C": 49, "M": 23, "A": 73}
STATUSES = ("done", "part", "planned")


@dataclass(frozen=True)
class Feature:
    """One row of docs/features.md."""

    id: str
    what: str
    where: str
    status: str


def rows(text: str) -> Iterator[Feature]:
    """Yield the table rows of the page whose first cell is an id."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 4 and cells[0][1:].isdigit():
            yield Feature(*cells)


def claims(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (id, where) for each `pytest.mark.feature(…)` in a test file, whatever it decorates."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "feature"
            and ast.unparse(node.func.value).endswith("mark")
        ):
            for argument in node.args:
                yield ast.unparse(argument).strip("'\""), f"{path.relative_to(ROOT)}:{node.lineno}"


def problems(features: list[Feature], tests: dict[str, list[str]]) -> Iterator[str]:
    """Yield one sentence for everything that does not hold."""
    wanted = {f"{side}{n}" for side, size in CATALOGUE.items() for n in range(1, size + 1)}
    counted = Counter(feature.id for feature in features)
    for missing in sorted(wanted - counted.keys()):
        yield f"{missing} has no row in docs/features.md."
    for feature_id, count in counted.items():
        if count > 1:
            yield f"{feature_id} has {count} rows in docs/features.md."
    for feature in features:
        if feature.id not in wanted:
            yield f"{feature.id} is not in the catalogue."
        if feature.status not in STATUSES:
            yield f"{feature.id} is called '{feature.status}'; say {', '.join(STATUSES)}."
        if feature.status == "done" and not tests.get(feature.id):
            yield f"{feature.id} is called done, but no test proves it."
        if feature.status == "done" and feature.where == "—":
            yield f"{feature.id} is called done, but its row does not say where it is."
    for unknown in sorted(tests.keys() - wanted):
        yield f"{unknown} is no feature, but {', '.join(tests[unknown])} claims to prove it."


def main() -> int:
    """Print the table and what is wrong with it; return 1 if anything is."""
    features = list(rows((ROOT / "docs/features.md").read_text(encoding="utf-8")))
    tests: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for feature_id, where in claims(path):
            tests[feature_id].append(where)
    if "--check" not in sys.argv[1:]:
        for feature in features:
            proofs = tests.get(feature.id, [])
            print(f"{feature.id:4} {feature.status:8} {feature.what} · {feature.where}")
            for proof in proofs:
                print(f"{'':14}{proof}")
        count = Counter(feature.status for feature in features)
        print("\n" + ", ".join(f"{count[status]} {status}" for status in STATUSES))
    wrong = list(problems(features, tests))
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
