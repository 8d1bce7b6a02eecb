"""Into the house, second step: rows become values, and values meet the cards that are there.
Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import Model

from houqin.kernel.act import Act
from houqin.kernel.errors import Refused

from . import values
from .declare import Register, Sheet, SheetColumn
from .pick import codes_of, may_see
from .sheets import sheet_value
from .upload import Reading

PROBLEM = "问题"
HOLLOW = "这一格是公式，没有算出结果。粘贴成数值再导。"
HEAD_WITHIN = 10  # rows above the head: a title, a unit, a date


@dataclass
class Line:
    """One row of the sheet: what it says, what is wrong with it, what becomes of it."""

    number: int  # as a person counts it in the sheet
    cells: list[Any]
    said: dict[str, Any] = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)  # column's name ("" the whole row), sentence
    remarks: list[str] = field(default_factory=list)
    fate: str = ""  # new change same
    changes: list[tuple[str, str, str]] = field(default_factory=list)  # label, was, now
    key: str = ""
    card: Any = None  # the known card's key in the database

    @property
    def problem(self) -> str:
        return "；".join(dict.fromkeys(sentence for _, sentence in self.wrong))


@dataclass
class Look:
    """The whole sheet as it was understood."""

    register: Register
    reading: Reading
    head: int  # index of the head's row
    columns: dict[int, SheetColumn]  # by position
    lines: list[Line]
    blank: int = 0

    @property
    def sheet(self) -> Sheet:
        assert self.register.sheet is not None
        return self.register.sheet

    @property
    def wrong(self) -> list[Line]:
        return [line for line in self.lines if line.wrong]

    def of(self, fate: str) -> list[Line]:
        return [line for line in self.lines if not line.wrong and line.fate == fate]

    @property
    def counts(self) -> dict[str, int]:
        fates = Counter("wrong" if line.wrong else line.fate for line in self.lines)
        return {fate: fates[fate] for fate in ("new", "change", "same", "wrong")}

    @property
    def digest(self) -> str:
        """What the person was shown; if the house has moved on, it is another."""
        said = [(line.number, line.fate, line.card, line.changes, line.problem) for line in self.lines]
        return sha256(repr((self.reading.sha256, said)).encode()).hexdigest()[:32]


# ── understanding ───────────────────────────────────────────────────────────────────────────────────────────


def understood(register: Register, reading: Reading, act: Act) -> Look:
    """Read the whole sheet against the house; writes nothing."""
    sheet = register.sheet
    assert sheet is not None
    codes = codes_of(act.by, act.day)
    able = [column for column in sheet.columns if may_see(column.duties, codes)]
    head, columns = head_of(reading, able, sheet)
    found = Look(register, reading, head, columns, [])
    _cells(found, act)
    _repeated(found)
    _refs(found)
    _known(found, able, act)
    for at, name, sentence in sheet.check([line.said for line in found.lines]):
        found.lines[at].wrong.append((name, sentence))
    return found


def head_of(reading: Reading, able: list[SheetColumn], sheet: Sheet) -> tuple[int, dict[int, SheetColumn]]:
    """Which row is the head, and which column stands where;
    refuses unknown and repeated heads, and a missing key."""
    known = {values.folded(name): column for column in able for name in (column.label, *column.aliases)}

    def hits(row: list[Any]) -> int:
        return sum(values.folded(values.shown(cell)) in known for cell in row)

    rows = reading.rows[:HEAD_WITHIN]
    at = max(range(len(rows)), key=lambda index: hits(rows[index]), default=0)
    if not rows or not hits(rows[at]):
        raise Refused(
            f"表里没有认识的列，没有导入。第一行要写：{'、'.join(column.label for column in able)}。"
        )
    columns: dict[int, SheetColumn] = {}
    for position, cell in enumerate(rows[at]):
        label = values.trimmed(values.shown(cell))
        column = known.get(values.folded(label))
        if column is None and label and label != PROBLEM:
            raise Refused(f"不认识“{label[:20]}”这一列，没有导入。删掉这一列，或改成空表里的名称。")
        if column in columns.values() and column:
            raise Refused(f"“{column.label}”这一列有两个，没有导入。留下一个再导。")
        if column:
            columns[position] = column
    lacking = [c.label for c in able if (c.required or c.name == sheet.key) and c not in columns.values()]
    if lacking:
        raise Refused(f"表里少了这几列：{'、'.join(lacking)}，没有导入。补上再导。")
    return at, columns


def _cells(found: Look, act: Act) -> None:
    """Every cell to its value, or the sentence why not."""
    reading = found.reading
    beginning = found.head + 1
    month_first = found.sheet.month_first
    if month_first is None:
        spots = [at for at, column in found.columns.items() if column.kind == "date"]
        dates = (row[at] for row in reading.rows[beginning:] for at in spots if at < len(row))
        month_first = values.reads_month_first(dates)
    for index, row in enumerate(reading.rows[beginning:], start=beginning):
        if all(values.empty(cell) for cell in row):
            found.blank += 1
            continue
        line = Line(index + 1, row)
        for at, column in found.columns.items():
            cell = row[at] if at < len(row) else None
            try:
                line.said[column.name] = _value(
                    found, column, cell, (index + 1, at + 1), month_first, act.day
                )
            except values.Wrong as wrong:
                line.wrong.append((column.name, str(wrong)))
            if (index + 1, at + 1) in reading.formulas:
                line.remarks.append(f"“{column.label}”是公式，取了它的结果")
        line.key = str(line.said.get(found.sheet.key) or "")
        found.lines.append(line)


def _value(
    found: Look, column: SheetColumn, cell: Any, spot: tuple[int, int], month_first: bool, today: date
) -> Any:
    reading = found.reading
    if spot in reading.hollow:
        raise values.Wrong(HOLLOW)
    if reading.errors and spot in reading.errors:
        raise values.Wrong(f"“{column.label}”是错误值 {reading.errors[spot]}")
    if reading.kind == "csv" and isinstance(cell, str) and cell.startswith("'"):
        cell = cell[1:]  # the mark by which a sheet program, and our own export, says: this is text
    return values.value_of(column, cell, month_first=month_first, today=today)


def _repeated(found: Look) -> None:
    """The same key twice in one sheet: both rows are told."""
    label = next(column.label for column in found.sheet.columns if column.name == found.sheet.key)
    rows: dict[str, list[Line]] = {}
    for line in found.lines:
        if line.key:
            rows.setdefault(values.folded(line.key), []).append(line)
    for same in rows.values():
        for line in same if len(same) > 1 else ():
            others = "、".join(str(other.number) for other in same if other is not line)
            line.wrong.append((found.sheet.key, f"“{label}”和第 {others} 行重复"))


def _refs(found: Look) -> None:
    """Names and codes to the cards they mean; an import makes none of them."""
    for column in found.columns.values():
        if column.kind == "ref" and column.find:
            texts = {line.said[column.name] for line in found.lines if line.said.get(column.name)}
            meant = column.find(texts) if texts else {}
            for line in found.lines:
                asked = line.said.get(column.name)
                if not asked:
                    continue
                card = meant.get(asked)
                if card is None or isinstance(card, str):
                    line.wrong.append(
                        (column.name, card or f"没有“{asked[:20]}”这个{column.label}，导入不新建")
                    )
                else:
                    line.said[column.name] = card


def _known(found: Look, able: list[SheetColumn], act: Act) -> None:
    """Which rows are cards already, and what of them would change."""
    sheet, keys = found.sheet, sorted({line.key for line in found.lines if line.key})
    cards = known_cards(found.register, able, keys, act)
    _own(found, act)
    for line in found.lines:
        if line.wrong or not line.key:
            continue
        card = cards.get(line.key)
        line.fate = "new" if card is None else _compare(line, card, found.columns.values())
        if line.fate == "change" and sheet.change is None:
            line.wrong.append((sheet.key, f"“{line.key}”已经有了，导入不改已有的"))


def known_cards(
    register: Register, able: list[SheetColumn], keys: list[str], act: Act
) -> dict[str, dict[str, Any]]:
    """Cards by key: what each says now, in the words of the sheet, and its own key under "pk"."""
    sheet = register.sheet
    assert sheet is not None
    path = next(column.way for column in sheet.columns if column.name == sheet.key)
    paths = [column.way for column in able]
    cards: dict[str, dict[str, Any]] = {}
    for start in range(0, len(keys), 500):
        rows = register.rows(act.by, act.at).filter(**{f"{path}__in": keys[start : start + 500]})
        for pk, key, *said in rows.values_list("pk", path, *paths):
            texts = {c.name: sheet_value(c, value) for c, value in zip(able, said, strict=True)}
            cards[str(key)] = {**texts, "pk": pk}
    return cards


def _own(found: Look, act: Act) -> None:
    """A row may name another row of the same sheet or register."""
    for column in found.columns.values():
        if column.kind != "own":
            continue
        asked = {said for line in found.lines if (said := line.said.get(column.name))}
        here = {line.key for line in found.lines}
        there = set(known_cards(found.register, [], sorted(asked - here), act))
        for line in found.lines:
            wanted = line.said.get(column.name)
            if wanted and wanted not in here | there:
                line.wrong.append((column.name, f"没有“{wanted[:20]}”这个{column.label}，表里也没有"))


def _compare(line: Line, card: dict[str, Any], columns: Iterable[SheetColumn]) -> str:
    line.card = card["pk"]
    for column in columns:
        now, was = worded(column, line.said.get(column.name)), worded_cell(column, card[column.name])
        if now == was or (column.fixed and not now):
            continue
        if column.fixed:
            line.wrong.append((column.name, f"“{column.label}”现在是“{was or '空的'}”，导入不能改"))
        line.changes.append((column.label, was, now))
    return "change" if line.changes else "same"


def worded(column: SheetColumn, value: Any) -> str:
    """A value as the sheet would show it; for a card, what the export writes of it."""
    if isinstance(value, Model):
        for name in column.way.split("__")[1:]:
            value = getattr(value, name, value)
        return str(value)
    return values.shown(cell_of(sheet_value(column, value)))


def worded_cell(column: SheetColumn, exported: Any) -> str:
    """What is there now, read as if it stood in the sheet."""
    cell = cell_of(exported)
    try:
        value = values.value_of(replace(column, required=False), cell)
    except values.Wrong:
        return values.shown(cell)
    return worded(column, value)


def cell_of(value: Any) -> Any:
    """A plain value as the reading process would answer it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return {"b": value}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"n": str(value)} if isinstance(value, int | float | Decimal) else str(value)
