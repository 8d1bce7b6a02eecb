"""Sheets that are written: `build_sheet` is the one place where an .xlsx or a .csv is made.

A text is always written as a text: nothing that someone typed can become a formula, in either format.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import rustpy_xlsxwriter
import xlsxwriter

from .cells import YES_NO
from .declare import SheetColumn

STYLED = 5_000  # rows; a bigger sheet is written plain, seven times as fast (stack.md 3.6)
LONGEST_CELL = 32_767  # what a cell of a sheet holds
FORMATS = {
    "money": "#,##0.00",
    "quantity": "#,##0.###",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
    "text": "@",
}
ACTIVE = re.compile(r"""^(?:[=+\-@\t\r\n＝＋－＠"';]|%0[AaDd])""")


@dataclass(frozen=True)
class Column:
    """One column of a sheet that is written:
    its head, what its cells are, and for a form to fill in the choices."""

    label: str
    kind: str = "text"  # text money quantity number date moment
    width: int = 14
    choices: tuple[str, ...] = ()
    hint: str = ""
    required: bool = False


# ── what a column is ────────────────────────────────────────────────────────────────────────────────────────


def form_column(column: SheetColumn) -> Column:
    kind = {"money": "money", "quantity": "quantity", "whole": "number", "date": "date"}.get(
        column.kind, "text"
    )
    choices = tuple(label for _, label in column.choices) or (("是", "否") if column.kind == "yes" else ())
    return Column(column.label, kind, width_of(column.kind), choices, column.hint, column.required)


def sheet_value(column: SheetColumn, value: Any) -> Any:
    """What the export writes for a column of the sheet; the import reads the same back."""
    if value is None or value == "":
        return ""
    if column.choices:
        return str(dict(column.choices).get(value, value))
    match column.kind:
        case "money":
            return Decimal(value) / 100
        case "quantity":
            return Decimal(value) / 1000
        case "whole" | "date":
            return value
        case "yes":
            return YES_NO[bool(value)]
    return str(value)


def sheet_kind(kind: str, chosen: bool) -> str:
    if chosen:
        return "text"
    return {"when": "moment", "deadline": "moment"}.get(
        kind, kind if kind in {*FORMATS, "number"} else "text"
    )


def width_of(kind: str) -> int:
    return {
        "date": 12,
        "moment": 17,
        "when": 17,
        "deadline": 17,
        "money": 12,
        "number": 9,
        "yes": 7,
        "text": 20,
    }.get(kind, 15)


# ── the choke point ─────────────────────────────────────────────────────────────────────────────────────────


def build_sheet(
    file: IO[bytes], columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, form: str = "xlsx",
    title: str = "", help_lines: Sequence[Sequence[str]] = (), marked: Iterable[tuple[int, int]] = (),
) -> None:  # fmt: skip
    """Write a sheet into `file`. Texts stay texts, whatever they begin with; `marked` cells are coloured."""
    if form == "csv":
        _csv(file, columns, rows)
        return
    rows = iter(rows)
    first = [row for _, row in zip(range(STYLED + 1), rows, strict=False)]
    if len(first) > STYLED:
        _plain(file, columns, first, rows, title)
    else:
        _styled(file, columns, first, title, help_lines, set(marked))


def _csv(file: IO[bytes], columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """UTF-8 with BOM; a text that a sheet program might run stands behind an apostrophe,
    which the import takes off."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    out = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    out.writerow(tame(column.label) for column in columns)
    out.writerows([_csv_value(value) for value in row] for row in rows)
    text.flush()
    text.detach()


def _csv_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | float | Decimal) else tame(str(value))


def tame(text: str) -> str:
    return f"'{text}" if ACTIVE.match(text) else text


def _styled(
    file: IO[bytes], columns: Sequence[Column], rows: list[Sequence[Any]], title: str,
    help_lines: Sequence[Sequence[str]], marked: set[tuple[int, int]],
) -> None:  # fmt: skip
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    page = book.add_worksheet(sheet_name(title))
    head = book.add_format(
        {"bold": True, "bottom": 1, "bg_color": "#EDF3F4", "text_wrap": True, "valign": "vcenter"}
    )
    looks = [
        book.add_format({"num_format": FORMATS.get(c.kind, "General"), "valign": "top"}) for c in columns
    ]
    wrong = [
        book.add_format({"num_format": FORMATS.get(c.kind, "General"), "bg_color": "#FBE3E0"})
        for c in columns
    ]
    for at, column in enumerate(columns):
        page.set_column(at, at, column.width, looks[at])
        page.write_string(0, at, f"{column.label}", head)
        _guide(page, at, column)
    for line, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            _cell(page, line, at, value, wrong[at] if (line, at) in marked else looks[at])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(1, len(rows)), max(0, len(columns) - 1))
    if help_lines:
        _help(book, help_lines, head)
    book.close()


def _cell(page: Any, line: int, at: int, value: Any, look: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_boolean(line, at, value, look)
    elif isinstance(value, int | float | Decimal):
        page.write_number(line, at, value, look)
    elif isinstance(value, date):  # a datetime is one
        page.write_datetime(line, at, value, look)
    else:
        page.write_string(line, at, str(value)[:LONGEST_CELL], look)


def _guide(page: Any, at: int, column: Column) -> None:
    """What may be written under a head, said by the sheet itself."""
    if column.choices and sum(len(choice) + 1 for choice in column.choices) <= 250:
        page.data_validation(1, at, 5000, at, {
            "validate": "list", "source": list(column.choices), "input_message": column.hint[:250] or "从列表里选",
            "error_title": "不在列表里", "error_message": "从列表里选一项",
        })  # fmt: skip
    elif column.hint:
        page.data_validation(1, at, 5000, at, {"validate": "any", "input_message": column.hint[:250]})


def _help(book: Any, lines: Sequence[Sequence[str]], head: Any) -> None:
    page = book.add_worksheet("填表说明")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for at, width in enumerate((14, 8, 44, 24)):
        page.set_column(at, at, width, wrap)
    for line, row in enumerate(lines):
        for at, text in enumerate(row):
            page.write_string(line, at, text, head if line == 0 else wrap)


def _plain(
    file: IO[bytes],
    columns: Sequence[Column],
    first: list[Sequence[Any]],
    rest: Iterator[Sequence[Any]],
    title: str,
) -> None:
    labels = unlike([column.label for column in columns])

    def records() -> Iterator[dict[str, Any]]:
        for part in (first, rest):
            for row in part:
                yield {label: _plain_value(value) for label, value in zip(labels, row, strict=True)}

    made = rustpy_xlsxwriter.write_worksheet
    formats = {
        label: rustpy_xlsxwriter.Format().set_num_format(FORMATS[column.kind])
        for label, column in zip(labels, columns, strict=True)
        if column.kind in FORMATS
    }
    buffer = io.BytesIO()
    made(
        records(),
        buffer,
        sheet_name=sheet_name(title),
        freeze_row=1,
        bold_headers=True,
        column_formats=formats,
    )
    buffer.seek(0)
    while chunk := buffer.read(1 << 20):
        file.write(chunk)


def _plain_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value[:LONGEST_CELL] if isinstance(value, str) else value


def unlike(labels: Iterable[str]) -> list[str]:
    """Each head once: a second one of the same name gets a number."""
    seen: dict[str, int] = {}
    made = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        made.append(label if seen[label] == 1 else f"{label} {seen[label]}")
    return made


def sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "表"
