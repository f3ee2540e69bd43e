"""Draw the tables from the models: docs/erd.md (Mermaid, per domain) and docs/erd.svg (everything).

Usage: python scripts/erd.py [--check]    (--check fails when the pages are not what would be drawn)
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path

from sqlalchemy import Column, Table

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
FLOORS = ("institution", "identity", "academics", "notifications", "audit", "core")
STAMPS = {"created_at", "created_by", "updated_at", "updated_by"}
SAID_ONCE = (
    "Every table with a key also has `created_at`, `created_by`, `updated_at`, `updated_by`."
)
WORDS = {"biginteger": "integer", "normalisedkey": "key", "utc": "moment", "fixed": "decimal"}

WIDTH, GAP, ROW, HEAD, TALLEST = 248, 72, 17, 26, 1500
PAGE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
  aria-label="The tables of Quad and their foreign keys" font-family="Inter, system-ui, sans-serif">
<style>
  svg {{ color-scheme: light dark; background: light-dark(#fbfbf8, #16181a) }}
  .box {{ fill: light-dark(#fff, #1e2123); stroke: light-dark(#d5d5cc, #3a3f42) }}
  .head {{ fill: light-dark(#e4efe4, #22382a) }}
  text {{ fill: light-dark(#1f2421, #e6e8e6); font-size: 11px }}
  .name {{ font-weight: 600; font-size: 12px }} .floor {{ font-weight: 620; font-size: 18px }}
  .type {{ fill: light-dark(#5d645f, #a4aaa5); text-anchor: end }}
  path {{ fill: none; stroke: light-dark(#4a8a5c, #6fb183); stroke-opacity: .55 }}
</style>
{body}
</svg>
"""


@dataclass
class Box:
    """A table with its place on the page."""

    table: Table
    x: int
    y: int

    @property
    def height(self) -> int:
        """Return how tall the box is."""
        return HEAD + ROW * len(shown(self.table)) + 6

    def row(self, column: str) -> int:
        """Return the y of a column's line; of the head when the column is not shown."""
        names = [c.name for c in shown(self.table)]
        return self.y + (HEAD + ROW * names.index(column) + 9 if column in names else 13)


def shown(table: Table) -> list[Column[object]]:
    """Return the columns worth drawing: the key first, then all but the stamps."""
    columns = [column for column in table.columns if column.name not in STAMPS]
    return sorted(columns, key=lambda column: not column.primary_key)


def tables() -> dict[str, list[Table]]:
    """Load every model; return domain → tables, in the order of the floors."""
    import_module("quad.app")
    base = import_module("quad.core.db.model").Model
    found: dict[str, list[Table]] = defaultdict(list)
    owner = {
        mapper.local_table.name: mapper.class_.__module__.split(".")[1]
        for mapper in base.registry.mappers
    }
    for table in sorted(base.metadata.tables.values(), key=lambda table: table.name):
        found[owner.get(table.name, "core")].append(table)
    order = [*FLOORS, *sorted(found.keys() - set(FLOORS))]
    return {domain: found[domain] for domain in order if domain in found}


def kind(column: Column[object]) -> str:
    """Return the column's type in a word."""
    name = str(getattr(column.type, "name", None) or type(column.type).__name__).lower()
    return WORDS.get(name, name)


def marks(column: Column[object]) -> str:
    """Return what Mermaid shows beside a column."""
    keys = [
        *(["PK"] if column.primary_key else []),
        *(["FK"] if column.foreign_keys else []),
        *(["UK"] if column.unique else []),
    ]
    return f" {', '.join(keys)}" if keys else ""


def mermaid(found: dict[str, list[Table]]) -> str:
    """Return docs/erd.md."""
    parts = [
        "# Tables",
        f"Drawn by `make docs` from the models. [All on one page](erd.svg). {SAID_ONCE}",
    ]
    for domain, members in found.items():
        lines = [f"## {domain.capitalize()}", "", "```mermaid", "erDiagram"]
        for table in members:
            lines.append(f"    {table.name} {{")
            lines += [f"        {kind(c)} {c.name}{marks(c)}" for c in shown(table)]
            lines.append("    }")
        for table in members:
            for column in shown(table):
                for key in sorted(column.foreign_keys, key=lambda key: key.target_fullname):
                    many = "|o" if column.nullable else "||"
                    one = "o|" if column.unique else "o{"
                    target = key.column.table.name
                    lines.append(f"    {target} {many}--{one} {table.name} : {column.name}")
        parts.append("\n".join([*lines, "```"]))
    return "\n\n".join(parts) + "\n"


def placed(found: dict[str, list[Table]]) -> tuple[dict[str, Box], list[tuple[str, int]]]:
    """Put the tables into columns by domain; return the boxes and each domain's heading."""
    boxes: dict[str, Box] = {}
    headings: list[tuple[str, int]] = []
    x = GAP // 2
    for domain, members in found.items():
        headings.append((domain, x))
        y = 64
        for table in members:
            box = Box(table, x, y)
            if y > 64 and y + box.height > TALLEST:
                x += WIDTH + GAP
                box.x, box.y, y = x, 64, 64
            boxes[table.name] = box
            y += box.height + 18
        x += WIDTH + GAP
    return boxes, headings


def drawn(box: Box) -> str:
    """Return one table as SVG."""
    x, y = box.x, box.y
    parts = [
        f'<rect class="box" x="{x}" y="{y}" width="{WIDTH}" height="{box.height}" rx="4"/>',
        f'<rect class="head" x="{x}" y="{y}" width="{WIDTH}" height="{HEAD - 4}" rx="4"/>',
        f'<text class="name" x="{x + 8}" y="{y + 15}">{escape(box.table.name)}</text>',
    ]
    for column in shown(box.table):
        line = box.row(column.name) + 4
        word = kind(column) + ("" if column.nullable else " ·")
        parts.append(f'<text x="{x + 8}" y="{line}">{escape(column.name)}</text>')
        parts.append(f'<text class="type" x="{x + WIDTH - 8}" y="{line}">{escape(word)}</text>')
    return "\n".join(parts)


def lines(boxes: dict[str, Box]) -> list[str]:
    """Return a curve for every foreign key, from its column to the head of the table it names."""
    curves = []
    for box in boxes.values():
        for column in shown(box.table):
            for key in sorted(column.foreign_keys, key=lambda key: key.target_fullname):
                target = boxes[key.column.table.name]
                left = target.x < box.x
                x1, y1 = (box.x if left else box.x + WIDTH), box.row(column.name)
                side = target.x > box.x
                x2, y2 = (target.x if side else target.x + WIDTH), target.y + 11
                bend = 40 + abs(x2 - x1) // 6
                c1, c2 = x1 + (-bend if left else bend), x2 + (-bend if side else bend)
                curves.append(f'<path d="M{x1} {y1}C{c1} {y1} {c2} {y2} {x2} {y2}"/>')
    return curves


def picture(found: dict[str, list[Table]]) -> str:
    """Return docs/erd.svg."""
    boxes, headings = placed(found)
    note = SAID_ONCE.replace("`", "")
    legend = f'<text x="{GAP // 2}" y="20">{note} A dot: never empty.</text>'
    names = [
        f'<text class="floor" x="{x}" y="44">{name.capitalize()}</text>' for name, x in headings
    ]
    body = "\n".join([*lines(boxes), legend, *names, *map(drawn, boxes.values())])
    width = max(box.x for box in boxes.values()) + WIDTH + GAP // 2
    height = max(box.y + box.height for box in boxes.values()) + GAP // 2
    return PAGE.format(width=width, height=height, body=body)


def main() -> int:
    """Write both pages, or with --check compare them."""
    found = tables()
    pages = {ROOT / "docs/erd.md": mermaid(found), ROOT / "docs/erd.svg": picture(found)}
    stale = [
        path.name
        for path, text in pages.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        if stale:
            print(f"{' and '.join(stale)} do not show the models. Run `make docs` and commit them.")
        return 1 if stale else 0
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"docs/erd.md, docs/erd.svg: {sum(map(len, found.values()))} tables")
    return 0


if __name__ == "__main__":
    sys.exit(main())
