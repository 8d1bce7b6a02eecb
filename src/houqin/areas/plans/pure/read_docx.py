"""Reads one .docx in a process of its own: `python -I read_docx.py`, the file on stdin, its lines as JSON.

First our own bounds: entries, bytes, ratio, no DTD. Then what Word would show. Imports nothing of ours.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

MB = 1024 * 1024
PART, RATIO, ENTRIES = 20 * MB, 200, 1000
LINES, CHARACTERS = 10_000, 40_000
CPU_SECONDS, MEMORY = 20, 768 * MB
NOT_WORD = "这不是能读的 .docx 文件，没有导入。用 Word 或 WPS 另存为 .docx 再导，或者把文字粘贴进来。"
TOO_LONG = f"文字超过 {CHARACTERS:,} 个字或 {LINES:,} 行，没有导入。只留计划的正文再导。"
GONE = {
    "del",
    "moveFrom",
    "delText",
    "delInstrText",
    "instrText",
    "rt",
    "pPr",
    "rPr",
    "Fallback",
    "tbl",
    "txbxContent",
}
HAN, LEGAL, OLD_LEGAL = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "零壹貳參肆伍陸柒捌玖"
STEMS = "甲乙丙丁戊己庚辛壬癸"
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40,
    "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


class Refuse(Exception): ...  # the sentence for the person


class Line(NamedTuple):
    text: str
    level: int | None = None
    number: str = ""
    row: bool = False


def part(archive: zipfile.ZipFile, name: str) -> Element | None:
    """One part of the file, within bounds, or None if it is not there."""
    from defusedxml.ElementTree import fromstring

    try:
        entry = archive.getinfo(name)
    except KeyError:
        return None
    if entry.flag_bits & 1:
        raise Refuse("文件加了密码，没有导入。去掉密码另存一份再导。")
    if entry.file_size > PART or (
        entry.file_size > MB and entry.file_size > RATIO * max(1, entry.compress_size)
    ):
        raise Refuse(f"文件解开后太大（最多 {PART // MB} MB），没有导入。只留计划的正文再导。")
    return fromstring(archive.read(entry), forbid_dtd=True)  # reads no more than the size the entry gives


def related(archive: zipfile.ZipFile, rels: str, kind: str, default: str) -> str:
    """The name of a part by its relation; parts may have any name."""
    found = part(archive, rels)
    folder = default.rpartition("/")[0] if rels.startswith("word/") else ""
    for one in found if found is not None else ():
        if one.get("Type", "").endswith(f"/{kind}") and one.get("TargetMode") != "External":
            target = one.get("Target", "")
            return target.lstrip("/") if target.startswith("/") or not folder else f"{folder}/{target}"
    return default


def local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def child(element: Element | None, *path: str) -> Element | None:
    for name in path:
        element = next((one for one in element if local(one) == name), None) if element is not None else None
    return element


def val(element: Element | None, name: str = "val", default: str = "") -> str:
    if element is None:
        return default
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), default)


def whole(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


@dataclass(frozen=True)
class Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    style: str = ""
    restart: int = -1  # -1: after any higher level
    legal: bool = False


@dataclass
class Numbering:
    """Lists and styles as they are declared, and how far each list has counted."""

    lists: dict[str, dict[int, Level]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)  # a list that borrows its levels from a style
    nums: dict[str, str] = field(default_factory=dict)
    starts: dict[tuple[str, int], int] = field(default_factory=dict)
    levels: dict[tuple[str, int], Level] = field(default_factory=dict)  # levels of one num's own
    styles: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # based on, numId, ilvl
    plain: str = ""  # the style of paragraphs that name none
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[tuple[str, int]] = field(default_factory=set)

    def of(self, paragraph: Element) -> tuple[int | None, str]:
        """Depth and number that Word shows before this paragraph; counts one on."""
        num, depth = self._asked(paragraph)
        source = self._list(num)
        if source is None:
            return None, ""
        level = self.levels.get((num, depth)) or self.lists[source].get(depth)
        if level is None:
            return None, ""
        counts = self._count(num, source, depth, level)
        if level.format in {"bullet", "none"}:
            return None, ""
        return depth, self._said(num, source, depth, level, counts)

    def _asked(self, paragraph: Element) -> tuple[str, int]:
        style = val(child(paragraph, "pPr", "pStyle")) or self.plain
        own = child(paragraph, "pPr", "numPr")
        num, depth = val(child(own, "numId")), val(child(own, "ilvl"))
        if num:
            return num, whole(depth, 0)
        num, ilvl, names = self._styled(style)
        levels = self.lists.get(self._list(num) or "", {})
        by_style = [str(n) for name in names for n, level in levels.items() if level.style == name]
        return num, whole(depth or (by_style[0] if by_style else ilvl), 0)

    def _styled(self, style: str) -> tuple[str, str, list[str]]:
        """numId and ilvl of a style or of what it is based on; the names of the styles on the way."""
        names, ilvl = [style], ""
        for _ in range(20):
            based, num, own = self.styles.get(names[-1], ("", "", ""))
            ilvl = ilvl or own
            if num or not based:
                return num, ilvl, names
            names.append(based)
        return "", "", names

    def _list(self, num: str) -> str | None:
        source = self.nums.get(num)
        if source in self.links:
            source = self.nums.get(self.styles.get(self.links[source], ("", "", ""))[1], source)
        return source if source in self.lists else None

    def _count(self, num: str, source: str, depth: int, level: Level) -> dict[int, int]:
        counts = self.counts.setdefault(source, {})
        anew = (num, depth) in self.starts and (num, depth) not in self.begun
        self.begun.add((num, depth))
        if anew:
            counts[depth] = self.starts[num, depth]
        else:
            counts[depth] = counts[depth] + 1 if depth in counts else level.start
        for deeper in [n for n in counts if n > depth]:
            restart = self.lists[source].get(deeper, Level()).restart
            if restart < 0 or depth < restart:
                del counts[deeper]
        return counts

    def _said(self, num: str, source: str, depth: int, level: Level, counts: dict[int, int]) -> str:
        text = level.text
        for n in range(depth + 1):
            each = self.levels.get((num, n)) or self.lists[source].get(n, Level())
            form = "decimal" if level.legal else each.format
            text = text.replace(f"%{n + 1}", numeral(counts.get(n, each.start), form))
        return text.strip()


def numbering(archive: zipfile.ZipFile, rels: str) -> Numbering:
    made = Numbering()
    lists = part(archive, related(archive, rels, "numbering", "word/numbering.xml"))
    for one in lists if lists is not None else ():
        if local(one) == "abstractNum":
            key = val(one, "abstractNumId")
            made.lists[key] = {
                whole(val(each, "ilvl"), 0): level(each) for each in one if local(each) == "lvl"
            }
            if link := val(child(one, "numStyleLink")):
                made.links[key] = link
        elif local(one) == "num":
            _num(made, one)
    _styles(made, part(archive, related(archive, rels, "styles", "word/styles.xml")))
    return made


def _num(made: Numbering, one: Element) -> None:
    key = val(one, "numId")
    made.nums[key] = val(child(one, "abstractNumId"))
    for override in one:
        if local(override) == "lvlOverride":
            depth = whole(val(override, "ilvl"), 0)
            if (start := child(override, "startOverride")) is not None:
                made.starts[key, depth] = whole(val(start), 1)
            if (own := child(override, "lvl")) is not None:
                made.levels[key, depth] = level(own)


def _styles(made: Numbering, styles: Element | None) -> None:
    for one in styles if styles is not None else ():
        if local(one) == "style":
            key = val(one, "styleId")
            asked = child(one, "pPr", "numPr")
            made.styles[key] = (
                val(child(one, "basedOn")),
                val(child(asked, "numId")),
                val(child(asked, "ilvl")),
            )
            if val(one, "type") == "paragraph" and val(one, "default") in {"1", "true"}:
                made.plain = key


def level(element: Element) -> Level:
    legal = child(element, "isLgl")
    return Level(
        start=whole(val(child(element, "start")), 1),
        format=val(child(element, "numFmt"), default="decimal"),
        text=val(child(element, "lvlText")),
        style=val(child(element, "pStyle")),
        restart=whole(val(child(element, "lvlRestart")), -1),
        legal=val(legal, default="0") not in {"0", "false"} or (legal is not None and not legal.attrib),
    )


def numeral(count: int, form: str) -> str:
    """A count as Word writes it in this format; in plain digits where the format has no sign for it."""
    signs = {"decimalEnclosedCircle": ("①", 20), "decimalEnclosedCircleChinese": ("①", 20),
        "decimalEnclosedParen": ("⑴", 20),
             "decimalEnclosedFullstop": ("⒈", 20), "ideographEnclosedCircle": ("㊀", 10),
                 "upperLetter": ("A", 26),
             "lowerLetter": ("a", 26)}  # fmt: skip
    if form in signs and 0 < count <= signs[form][1]:
        return chr(ord(signs[form][0]) + count - 1)
    if form == "ideographTraditional" and count > 0:
        return STEMS[(count - 1) % len(STEMS)]
    if form in {"chineseLegalSimplified", "ideographLegalTraditional"}:
        digits = LEGAL if form == "chineseLegalSimplified" else OLD_LEGAL
        return counted(count, digits, "拾", "佰")
    if form in {"ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand", "koreanDigital2"}:
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(count))
    if "ounting" in form:
        return counted(count, HAN, "十", "百").removeprefix("一" if 10 <= count < 20 else "")
    if form.endswith("Roman"):
        return roman(count).upper() if form == "upperRoman" else roman(count)
    if form.startswith("decimalFullWidth"):
        return str(count).translate({ord("0") + n: ord("０") + n for n in range(10)})
    return f"{count:02}" if form == "decimalZero" else str(count)


def counted(count: int, digits: str, ten: str, hundred: str) -> str:
    """二十三, 一百零五; up to 999, beyond that digit by digit."""
    if not 0 < count < 1000:
        return "".join(digits[int(digit)] for digit in str(count))
    high, middle, low = count // 100, count // 10 % 10, count % 10
    said = digits[high] + hundred if high else ""
    said += digits[middle] + ten if middle else digits[0] if high and low else ""
    return said + (digits[low] if low else "")


def roman(count: int) -> str:
    said = ""
    for size, letters in ROMAN:
        said, count = said + letters * (count // size), count % size
    return said


@dataclass
class Walk:
    """The body in its order; a paragraph whose end mark was deleted runs on into the next."""

    numbering: Numbering
    before: str = ""

    def blocks(self, element: Element) -> Iterator[Line]:
        for one in element:
            name = local(one)
            if name == "p":
                yield from self.paragraph(one)
            elif name == "tbl":
                yield from self.table(one)
            elif name not in GONE and name != "sectPr":
                yield from self.blocks(one)

    def paragraph(self, element: Element) -> Iterator[Line]:
        text = self.before + "".join(words(element))
        if (
            child(element, "pPr", "rPr", "del") is not None
            or child(element, "pPr", "rPr", "moveFrom") is not None
        ):
            self.before = text
            return
        self.before = ""
        depth, number = self.numbering.of(element)
        for n, piece in enumerate(text.split("\n")):
            if piece.strip():
                yield Line(piece.strip(), depth if not n else None, number if not n else "")
        for box in under(element, "txbxContent"):  # once: the fallback for old programs is not read
            yield from self.blocks(box)

    def table(self, element: Element) -> Iterator[Line]:
        for row in under(element, "tr"):
            if child(row, "trPr", "del") is not None:
                continue
            cells = [list(self.blocks(cell)) for cell in under(row, "tc")]
            if len(cells) == 1 and len(cells[0]) > 2:
                yield from cells[0]  # a frame around the text rather than a table
                continue
            said = "\t".join(" ".join(f"{line.number}{line.text}" for line in cell) for cell in cells)
            if said.strip():
                yield Line(said.replace("\n", " ").strip("\t "), row=True)


def under(element: Element, name: str) -> Iterator[Element]:
    """Rows of a table, cells of a row, text boxes of a paragraph; also inside a content control or an
    insertion."""
    for one in element:
        if local(one) == name:
            yield one
        elif local(one) not in GONE:
            yield from under(one, name)


def words(element: Element) -> Iterator[str]:
    for one in element:
        name = local(one)
        if name == "t":
            yield (one.text or "").replace("\n", " ")
        elif name in {"tab", "ptab"}:
            yield "\t"
        elif name == "cr" or (name == "br" and val(one, "type") in {"", "textWrapping"}):
            yield "\n"
        elif name == "noBreakHyphen":
            yield "-"
        elif name not in GONE:
            yield from words(one)


def lines(data: bytes) -> Iterator[Line]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if len(archive.infolist()) > ENTRIES:
            raise Refuse(NOT_WORD)
        main = related(archive, "_rels/.rels", "officeDocument", "word/document.xml")
        folder, _, name = main.rpartition("/")
        document = part(archive, main)
        body = child(document, "body")
        if body is None:
            raise Refuse(NOT_WORD)
        yield from Walk(numbering(archive, f"{folder}/_rels/{name}.rels")).blocks(body)


def limit() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def main() -> int:
    limit()
    answer: Any
    try:
        answer, left = [], CHARACTERS
        for line in lines(sys.stdin.buffer.read()):
            left -= len(line.text)
            if left < 0 or len(answer) >= LINES:
                raise Refuse(TOO_LONG)
            answer.append(line)
    except Refuse as no:
        answer = str(no)
    except Exception:  # a broken archive, broken XML, no memory: the parent needs to know no more
        answer = NOT_WORD
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
