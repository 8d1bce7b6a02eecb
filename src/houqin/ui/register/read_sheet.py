"""Reads one uploaded sheet in a process of its own: `python -I read_sheet.py FILE KIND`, rows as JSON lines.

First our own bounds, streaming: entries, inflated bytes, ratio, rows, columns, the largest cell reference,
declared dimension, shared strings, no DTD anywhere. Only then the library: a 5 KB .xlsx with the cells A1 and
XFD1048576 makes it ask for 512 GiB and abort, which no `except` catches. Nothing of Django is imported here.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

MB = 1024 * 1024
ENTRIES, INFLATED, RATIO = 1000, 200 * MB, 100
ROWS, COLUMNS, CELLS = 100_000, 200, 2_000_000
STRINGS, LONGEST, MERGES, OTHER_XML = 1_000_000, 100_000, 20_000, 20 * MB
CPU_SECONDS, MEMORY = 40, 1024 * MB
HEAD_ROOM = 20  # rows above and in the head
TOO_MANY_ROWS = f"表格超过 {ROWS:,} 行，没有导入。分成几份再导。"
TOO_MANY_COLUMNS = f"表格超过 {COLUMNS} 列，没有导入。去掉没用的列再导。"
TOO_LONG = f"表格里有一格文字超过 {LONGEST:,} 个字，没有导入。"
NOT_A_SHEET = "这不是能读的 .xlsx 表格，没有导入。用 Excel 或 WPS 另存为 .xlsx 再导。"


class Refuse(Exception):
    """The sentence for the person."""


# ── .xlsx: our own bounds ───────────────────────────────────────────────────────────────────────────────────


class Sheet(ContentHandler):
    """One worksheet's XML, streamed: how far it reaches, and where formulas and error values stand."""

    def __init__(self) -> None:
        super().__init__()
        self.row = self.column = self.cells = self.merges = self.length = 0
        self.kind, self.has_formula, self.has_value = "", False, False
        self.text: list[str] | None = None
        self.formulas: list[list[int]] = []
        self.hollow: list[list[int]] = []
        self.errors: list[list[Any]] = []

    def startElement(self, name: str, attrs: Any) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._cell(attrs.get("r", ""))
            self.kind, self.has_formula, self.has_value = attrs.get("t", ""), False, False
        elif name == "row":
            self._row(attrs.get("r", ""))
        elif name == "f":
            self.has_formula = True
        elif name in ("v", "is"):
            self.text, self.length = [], 0
        elif name == "dimension":
            self._declared(attrs.get("ref", ""))
        elif name == "mergeCell":
            self.merges += 1
            if self.merges > MERGES:
                raise Refuse(f"表格里合并的单元格超过 {MERGES:,} 处，没有导入。取消合并再导。")

    def characters(self, content: str) -> None:
        if self.text is None:
            return
        self.length += len(content)
        if self.length > LONGEST:
            raise Refuse(TOO_LONG)
        if len(self.text) < 4:
            self.text.append(content[:40])
        if content.strip():
            self.has_value = True

    def endElement(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            at = [self.row, self.column]
            if self.has_formula and len(self.formulas) < ROWS:
                (self.formulas if self.has_value else self.hollow).append(at)
            if self.kind == "e" and len(self.errors) < ROWS:
                self.errors.append([*at, "".join(self.text or ())[:12]])
            self.text = None

    def _row(self, ref: str) -> None:
        self.row = int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 9 else self.row + 1
        self.column = 0
        if self.row > ROWS + HEAD_ROOM:
            raise Refuse(TOO_MANY_ROWS)

    def _cell(self, ref: str) -> None:
        self.cells += 1
        if self.cells > CELLS:
            raise Refuse(f"表格超过 {CELLS:,} 个单元格，没有导入。分成几份再导。")
        if not ref:
            self.column += 1
        else:
            self.row, self.column = place(ref)
        if self.row > ROWS + HEAD_ROOM:
            raise Refuse(TOO_MANY_ROWS)
        if self.column > COLUMNS:
            raise Refuse(TOO_MANY_COLUMNS)

    def _declared(self, ref: str) -> None:
        row, column = place(ref.rpartition(":")[2]) if ref else (0, 0)
        if column > COLUMNS:
            raise Refuse(TOO_MANY_COLUMNS)
        if row > ROWS + HEAD_ROOM:
            raise Refuse(TOO_MANY_ROWS)


class Strings(ContentHandler):
    """The shared strings: how many, how long."""

    def __init__(self) -> None:
        super().__init__()
        self.count = self.length = 0

    def startElement(self, name: str, attrs: Any) -> None:
        if name.rpartition(":")[2] == "si":
            self.count, self.length = self.count + 1, 0
            if self.count > STRINGS:
                raise Refuse(f"表格里的文字超过 {STRINGS:,} 条，没有导入。分成几份再导。")

    def characters(self, content: str) -> None:
        self.length += len(content)
        if self.length > LONGEST:
            raise Refuse(TOO_LONG)


class Book(ContentHandler):
    """workbook.xml or its relations: names, ids and targets."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str, str]] = []
        self.targets: dict[str, str] = {}
        self.count = 0

    def startElement(self, name: str, attrs: Any) -> None:
        name = name.rpartition(":")[2]
        self.count += 1
        if self.count > STRINGS:
            raise Refuse(NOT_A_SHEET)
        if name == "sheet" and len(self.sheets) < ENTRIES:
            ids = [attrs.get(key) for key in attrs.getNames() if key.rpartition(":")[2] == "id"]
            self.sheets.append((attrs.get("name", ""), attrs.get("state", "visible"), ids[0] if ids else ""))
        elif name == "Relationship":
            self.targets[attrs.get("Id", "")] = attrs.get("Target", "")


def place(ref: str) -> tuple[int, int]:
    """Row and column of "AB12", counted from 1."""
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7})", ref)
    if not match:
        raise Refuse(NOT_A_SHEET)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


class Counted:
    """A stream of an entry that stops at a number of bytes, whatever the archive says of it."""

    def __init__(self, stream: IO[bytes], left: int):
        self.stream, self.left = stream, left

    def read(self, size: int = 65536) -> bytes:
        data = self.stream.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise Refuse(f"表格解开后超过 {INFLATED // MB} MB，没有导入。")
        return data

    def close(self) -> None:
        self.stream.close()


def within_bounds(path: str) -> tuple[str, Sheet]:
    """The name of the first sheet that is shown and what was found in it; refuses what is out of bounds."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        _archive(entries)
        found: dict[str, Sheet] = {}
        books: dict[str, Book] = {}
        left = INFLATED
        for entry in entries:
            handler = _handler(entry)
            if isinstance(handler, Sheet):
                found[entry.filename] = handler
            elif isinstance(handler, Book):
                books[entry.filename] = handler
            with archive.open(entry) as stream:
                counted = Counted(stream, left)
                _parse(counted, handler) if handler else _drain(counted)
                left = counted.left
    return _first(books, found)


def _archive(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRIES:
        raise Refuse(f"表格文件里超过 {ENTRIES:,} 个部件，没有导入。")
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) != len(names) or any(entry.flag_bits & 1 for entry in entries):
        raise Refuse(NOT_A_SHEET)
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Refuse("带宏的表格不收，没有导入。另存为不带宏的 .xlsx 再导。")
    if sum(entry.file_size for entry in entries) > INFLATED:
        raise Refuse(f"表格解开后超过 {INFLATED // MB} MB，没有导入。")
    for entry in entries:
        if entry.file_size > MB and entry.file_size > RATIO * max(1, entry.compress_size):
            raise Refuse(f"表格压缩得不寻常（超过 {RATIO} 倍），没有导入。")


def _handler(entry: zipfile.ZipInfo) -> ContentHandler | None:
    name = entry.filename.casefold()
    if not name.endswith((".xml", ".rels")):
        return None
    if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
        return Sheet()
    if name.endswith("sharedstrings.xml"):
        return Strings()
    if entry.file_size > OTHER_XML:
        raise Refuse("表格里的格式太多，没有导入。只把数值粘贴到新表再导。")
    return Book()


def _parse(stream: Counted, handler: ContentHandler) -> None:
    from defusedxml import DefusedXmlException
    from defusedxml.sax import make_parser

    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(handler)
    try:
        parser.parse(stream)
    except (SAXException, DefusedXmlException, ValueError) as wrong:
        raise Refuse(NOT_A_SHEET) from wrong


def _drain(stream: Counted) -> None:
    while stream.read():
        pass


def _first(books: dict[str, Book], found: dict[str, Sheet]) -> tuple[str, Sheet]:
    book = next((b for name, b in books.items() if name.casefold() == "xl/workbook.xml"), None)
    links = next((b for name, b in books.items() if name.casefold() == "xl/_rels/workbook.xml.rels"), None)
    by_name = {name.casefold(): sheet for name, sheet in found.items()}
    for name, state, key in book.sheets if book else ():
        if state == "visible":
            target = (links.targets.get(key, "") if links else "").lstrip("/")
            target = target if target.startswith("xl/") else f"xl/{target}"
            if sheet := by_name.get(target.casefold()):
                return name, sheet
    raise Refuse(NOT_A_SHEET)


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────


def xlsx(path: str) -> Iterator[Any]:
    name, seen = within_bounds(path)
    import python_calamine

    yield {"sheet": name, "formulas": seen.formulas, "hollow": seen.hollow, "errors": seen.errors}
    book = python_calamine.CalamineWorkbook.from_path(path)
    for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
        yield _trimmed([said(value) for value in row])


def said(value: Any) -> Any:
    """A cell with its type: text as it is, a number, a day, a moment, yes or no by a letter."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return {"b": value}
    if isinstance(value, int | float):
        return {"n": repr(value)}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time | timedelta):
        return {"h": str(value)}
    return str(value)


def _trimmed(row: list[Any]) -> list[Any]:
    while row and row[-1] is None:
        row.pop()
    return row


def comma(path: str) -> Iterator[Any]:
    """A .csv in UTF-8, GBK or what an old Excel writes; the separator is read off its first line."""
    with open(path, "rb") as file:
        text = decoded(file.read())
    if "\0" in text:
        raise Refuse("这不是能读的 .csv 表格，没有导入。")
    csv.field_size_limit(LONGEST)
    first = text.partition("\n")[0]
    separator = max(",\t;", key=first.count)
    yield {"sheet": "", "formulas": [], "hollow": [], "errors": []}
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        ):
            if number > ROWS + HEAD_ROOM:
                raise Refuse(TOO_MANY_ROWS)
            if len(row) > COLUMNS:
                raise Refuse(TOO_MANY_COLUMNS)
            yield _trimmed([cell or None for cell in row])
    except csv.Error as wrong:
        raise Refuse("这不是能读的 .csv 表格（引号没有配对，或一格太长），没有导入。") from wrong


def decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refuse("文件的文字编码认不出，没有导入。另存为 UTF-8 或 GBK 的 CSV，或存为 .xlsx。")


def limit() -> None:
    """Caps on this process, where the system has them."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def main() -> int:
    limit()
    path, kind = sys.argv[1:3]
    with open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False) as out:
        try:
            for line in (xlsx if kind == "xlsx" else comma)(path):
                json.dump(line, out, ensure_ascii=False, separators=(",", ":"))
                out.write("\n")
        except Refuse as no:
            json.dump({"refused": str(no)}, out, ensure_ascii=False)
        except Exception as wrong:  # a broken archive, or the library's own; the parent only needs to know
            json.dump({"refused": NOT_A_SHEET, "why": repr(wrong)[:200]}, out, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
