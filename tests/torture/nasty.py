"""Values that break programs: huge, empty, broken, foreign, hostile. The same seed gives the same values."""

from __future__ import annotations

import io
import json
import zipfile
from random import Random
from typing import Any

import xlsxwriter

TEXTS = (
    "",
    " ",
    "\t\n",
    "\0",
    "a\0b",
    "é" * 300,
    "😀" * 50,
    "👩‍👩‍👧‍👦",
    "مرحبا",
    "\u202eright to left",
    "\ufeffbom",
    "\u0130\u0131ß\ufb03",
    "Z" * 10_000,
    "a" * 256,
    "a\u0300" * 100,
    "' OR 1=1 --",
    "'; DROP TABLE identity_user; --",
    "%s%n%d{0}{}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}",
    '=HYPERLINK("http://x")',
    "=1+1",
    "@SUM(A1)",
    "-1+1",
    "\\",
    '"',
    "'",
    ",",
    ";",
    "null",
    "None",
    "true",
    "undefined",
    "\x7f\x1b[31m",
    "\ud83d",
    "name@college.example",
    "NAME@COLLEGE.EXAMPLE",
    "a@b",
    "@",
    "x" * 250 + "@college.example",
    "1970-01-01",
    "0000-00-00",
    "9999999-12-31",
)
NUMBERS = (
    "0",
    "-0",
    "-1",
    "1",
    "27.5",
    "27,5",
    "100.001",
    "1e3",
    "1e999",
    "-1e999",
    "1e-999",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "0x1F",
    "1_000",
    "１２",
    "٣",
    "½",
    "9" * 400,
    "0." + "0" * 400 + "1",
    "9223372036854775808",
    "-9223372036854775809",
    "AB",
    "ab",
    "--5",
    "5-",
    "5 5",
    "",
)
JSON_LEAVES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 10**400, 0.1, 1e308, float("nan"), float("inf"), [], {}, [[]], {"": ""},
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "latin-1", "cp1252", "cp037")


class Nasty:
    """A source of bad input. About one value in three is a plain one, so that others are reached behind it."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def text(self, fine: str = "") -> str:
        kind = self.chance.random()
        if fine and kind < 0.34:
            return fine
        if kind < 0.75:
            return self.chance.choice(TEXTS)
        if kind < 0.9:
            return self.number()
        letters = (
            chr(self.chance.choice([self.chance.randrange(128), self.chance.randrange(0xD7FF)]))
            for _ in range(self.chance.randrange(40))
        )
        return "".join(letters)

    def number(self, fine: str = "") -> str:
        return fine if fine and self.chance.random() < 0.34 else self.chance.choice(NUMBERS)

    def value(self, fine: Any, depth: int = 0) -> Any:
        """Return something for a JSON field."""
        kind = self.chance.random()
        if kind < 0.4:
            return fine
        if kind < 0.6:
            return self.chance.choice(JSON_LEAVES)
        if kind < 0.9 or depth > 3:
            return self.text()
        if kind < 0.95:
            return [self.value(fine, depth + 1) for _ in range(self.chance.randrange(4))]
        return {self.text(): self.value(fine, depth + 1) for _ in range(self.chance.randrange(4))}

    def body(self, fine: Any) -> bytes:
        """Return a JSON body like `fine`, with values changed, left out, added, or the bytes broken."""
        return self.broken(json.dumps(self.like(fine)).encode())

    def like(self, fine: Any) -> Any:
        if isinstance(fine, dict):
            made = {
                name: self.like(part) for name, part in fine.items() if self.chance.random() < 0.92
            }
            if self.chance.random() < 0.05:
                made[self.text()] = self.text()
            return made
        if isinstance(fine, list) and self.chance.random() < 0.9:
            return [
                self.like(self.chance.choice(fine))
                for _ in range(self.chance.choice([0, 1, 1, 2, 30]))
            ]
        return self.value(fine)

    def broken(self, data: bytes) -> bytes:
        kind = self.chance.random()
        if kind < 0.75:
            return data
        if kind < 0.8:
            return data[: self.chance.randrange(len(data) + 1)]
        if kind < 0.85:
            return b"\xef\xbb\xbf" + data
        if kind < 0.9:
            return self.chance.choice(
                [b"", b"[" * 20_000, b'{"a":' * 5_000, b"\xff\xfe\x00", b"\xc3\x28", b"\0"]
            )
        if kind < 0.95:
            place = self.chance.randrange(len(data) + 1)
            return data[:place] + self.chance.randbytes(3) + data[place:]
        return json.dumps(self.value("x")).encode()

    def table(self, columns: tuple[str, ...], fine: dict[str, str]) -> tuple[bytes, str]:
        """Return a table file and its media type."""
        kind = self.chance.random()
        if kind < 0.12:
            return self.broken_workbook(columns, fine), XLSX
        if kind < 0.16:
            return bomb(), XLSX
        rows = [self.columns(columns)]
        rows += [self.row(rows[0], fine) for _ in range(self.chance.choice([0, 1, 2, 5, 40]))]
        comma = self.chance.choice([",", ",", ",", ";", "\t", "|"])
        text = self.chance.choice(["\n", "\r\n", "\r"]).join(
            comma.join(self.quoted(cell) for cell in row) for row in rows
        )
        if self.chance.random() < 0.02:
            text += "\n" * 100_000
        encoding = "utf-8" if self.chance.random() < 0.6 else self.chance.choice(ENCODINGS)
        return self.broken(text.encode(encoding, "replace")), "text/csv"

    def columns(self, usual: tuple[str, ...]) -> list[str]:
        names = [name for name in usual if self.chance.random() < 0.95]
        if self.chance.random() < 0.1:
            names.append(self.text())
        if self.chance.random() < 0.03:
            names += names
        if self.chance.random() < 0.01:
            names += [f"c{n}" for n in range(3_000)]
        if self.chance.random() < 0.1:
            self.chance.shuffle(names)
        return names

    def row(self, columns: list[str], fine: dict[str, str]) -> list[str]:
        cells = [
            fine.get(name, "")
            + (str(self.chance.randrange(50)) if name == "register_number" else "")
            if self.chance.random() < 0.7
            else self.text()
            for name in columns
        ]
        if self.chance.random() < 0.05:
            return cells[: self.chance.randrange(len(cells) + 1)]
        return cells + ["more"] * (self.chance.random() < 0.03)

    def quoted(self, cell: str) -> str:
        if self.chance.random() < 0.05 or not any(mark in cell for mark in ',;\t|"\n\r'):
            return cell
        return '"' + cell.replace('"', '""') + '"'

    def broken_workbook(self, columns: tuple[str, ...], fine: dict[str, str]) -> bytes:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": True})
        sheet = book.add_worksheet()
        names = self.columns(columns)[:200]
        for line in range(self.chance.randrange(4)):
            for place, cell in enumerate(names if line == 0 else self.row(names, fine)):
                kind = self.chance.randrange(4)
                if kind == 0:
                    sheet.write_number(line, place, self.chance.choice([0, -1, 1e300, 45000.5]))
                elif kind == 1:
                    sheet.write_formula(line, place, "=1/0")
                else:
                    sheet.write_string(
                        line, place, cell.encode("utf-8", "replace").decode()[:30_000]
                    )
        book.close()
        data = bytearray(out.getvalue())
        damage = self.chance.random()
        if damage < 0.4:
            return bytes(data[: self.chance.randrange(len(data))])
        if damage < 0.7:
            for _ in range(20):
                data[self.chance.randrange(len(data))] = self.chance.randrange(256)
        return bytes(data)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_bomb: list[bytes] = []


def bomb() -> bytes:
    """Return a small workbook that unpacks to a large one."""
    if not _bomb:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("[Content_Types].xml", "<Types/>")
            packed.writestr("xl/workbook.xml", "<workbook/>")
            packed.writestr("xl/worksheets/sheet1.xml", b"\0" * 60_000_000)
        _bomb.append(out.getvalue())
    return _bomb[0]
