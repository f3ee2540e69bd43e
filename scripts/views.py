"""Write down the views for reporting tools, column by column: docs/views.md.

Usage: python scripts/views.py [--check]    (--check fails when the page is not what would be written)
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PAGE = ROOT / "docs" / "views.md"
HEAD = """\
# Views for reporting tools

Every installation has these SQL views in its database, the same on SQLite, PostgreSQL, MariaDB and MySQL. They are for
reading: give a reporting tool an account that may SELECT from them and from nothing else. Deleted rows are never in
them. Of people's profiles they hold what everybody in the network may see. Moments are in UTC. `make docs` writes this.
"""


def text() -> str:
    """Return the page."""
    import_module("quad.app")
    views = import_module("quad.core.db.views").VIEWS
    parts = [HEAD]
    for name in sorted(views):
        view = views[name]
        rows = [f"| `{column}` | {meaning} |" for column, meaning in view.columns.items()]
        parts.append(
            "\n".join((f"## {name}", "", view.about, "", "| column | what it holds |", "|---|---|"))
        )
        parts[-1] += "\n" + "\n".join(rows) + "\n"
    return "\n".join(parts)


def main() -> int:
    """Write the page, or compare it."""
    made = text()
    if "--check" in sys.argv[1:]:
        if PAGE.read_text(encoding="utf-8") == made:
            return 0
        print("docs/views.md is not what the views are. Run `make docs` and commit it.")
        return 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
