"""From a row's tuple to what is read: a cell of the table, or a plain value for a sheet.

The row loop is plain Python, not a template, and escapes without Django's wrappers: lists are looked at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from houqin.kernel import wording
from houqin.ui.templatetags.kit import pill

from .declare import Column, Register

NUMBERS = ("money", "quantity", "number")
YES_NO = {True: "是", False: "否"}


@dataclass(frozen=True)
class Layout:
    """Which columns are shown, and where in a row's tuple each finds its paths (0 is the key)."""

    register: Register
    columns: tuple[Column, ...]
    paths: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]
    base: str = ""  # where the register stands, for a list that stands elsewhere

    @classmethod
    def of(cls, register: Register, columns: Iterable[Column], base: str = "") -> Layout:
        columns = tuple(columns)
        paths = list(dict.fromkeys(path for column in columns for path in column.paths))
        if register.kind == "matter" and register.number not in paths:
            paths.append(register.number)
        places = tuple(tuple(paths.index(path) + 1 for path in column.paths) for column in columns)
        return cls(register, columns, tuple(paths), places, base)

    def found(self, row: tuple) -> list[Any]:
        """What each column shows of a row, before it is written out."""
        return [
            column.value(*(row[at] for at in places)) if column.value else row[places[0]]
            for column, places in zip(self.columns, self.places, strict=True)
        ]

    def url(self, row: tuple) -> str:
        if self.register.kind == "matter":
            return f"/matters/{row[self.paths.index(self.register.number) + 1]}/"
        return f"{self.base}{row[0]}/" if self.register.card else ""


def text(column: Column, found: Any, now: datetime) -> str:
    """How a column's value reads."""
    if (words := _words(column, found)) is not None:
        return words
    match column.kind:
        case "money":
            return wording.money(found)
        case "quantity":
            return wording.quantity(found)
        case "number":
            return f"{found:,}"
        case "date":
            return wording.paper_day(found)
        case "moment":
            return wording.paper_moment(found)
        case "when":
            return wording.when(found, now)
        case "deadline":
            return wording.deadline(found, now)
    return str(found)


def plain(column: Column, found: Any) -> Any:
    """What a sheet holds: a number for money and counts, a date for a day,
    a moment without zone, else text."""
    if (words := _words(column, found)) is not None:
        return words
    match column.kind:
        case "money":
            return Decimal(found) / 100
        case "quantity":
            return Decimal(found) / 1000
        case "number":
            return found
        case "date" | "moment" | "when" | "deadline":
            return localtime(found).replace(tzinfo=None) if isinstance(found, datetime) else found
    return str(found)


def _words(column: Column, found: Any) -> str | None:
    """What reads alike on a page and in a sheet; None for what each writes in its own way."""
    if column.kind == "state":
        return found_part(found, "label")
    if found is None or found == "":
        return ""
    if column.choices:
        return str(column.labels.get(found, found))
    return YES_NO[bool(found)] if column.kind == "yes" else None


def found_part(found: Any, name: str) -> str:
    """`name` of a State or of a dict."""
    if found is None:
        return ""
    return str((found.get(name) if isinstance(found, dict) else getattr(found, name)) or "")


def rows_of(layout: Layout, rows: Iterable[tuple], now: datetime) -> SafeString:
    """The rows of the table, each a card on the phone; every value is escaped in `_cell`."""
    return mark_safe("\n".join(_row(layout, row, now) for row in rows))  # noqa: S308


def _row(layout: Layout, row: tuple, now: datetime) -> str:
    url = layout.url(row)
    cells, notes = [], []
    for column, found in zip(layout.columns, layout.found(row), strict=True):
        written = text(column, found, now)
        cells.append(_cell(column, found, written, url, now))
        if column.on == "note" and written:
            notes.append(escape(written))
    if notes:
        cells.insert(
            -1, f'<td data-on="note" class="hq-phone">{" · ".join(notes)}</td>'
        )  # the last one keeps its edge
    return f"<tr>{''.join(cells)}</tr>"


def _cell(column: Column, found: Any, written: str, url: str, now: datetime) -> str:
    inner: str = escape(written)
    classes = []
    if column.kind == "state":
        inner = pill(found) if written else ""
    elif column.kind in NUMBERS:
        classes.append("is-num")
    elif column.kind in ("code", "date", "moment", "when", "deadline"):
        classes.append("hq-code")
    if column.kind == "deadline" and found and found < now:
        classes.append("hq-red")
    if not written and column.empty:
        inner = escape(column.empty)
        classes.append("hq-meta")
    if column.on == "title" and url:
        inner = f'<a href="{escape(url)}">{inner or "打开"}</a>'
    slot = f' data-on="{column.on}"' if column.on and column.on != "note" else ""
    named = f' class="{" ".join(classes)}"' if classes else ""
    return f"<td{slot}{named}>{inner}</td>"
