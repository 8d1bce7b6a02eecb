"""段落: the lines of a typed or pasted text, and which of them begin a paragraph."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from . import marks, markup, pages
from .places import stopped

ENDS = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
PAUSES = re.compile(r"[，。；：,;]")
TAB_WITHIN = re.compile(r"(?<=\S)\t+(?=\S)")


@dataclass(frozen=True)
class Line:
    """One line of a .txt or one paragraph of a .docx.

    `starts`: it begins a paragraph. `number`, `level`: the automatic number as Word shows it, and its depth.
    `row`: a row of a table, its cells parted by tabs; nothing in it is numbered. `was`: how it came, where
    signs of Markdown were taken off.
    """

    text: str
    starts: bool = False
    level: int | None = None
    number: str = ""
    row: bool = False
    was: str = ""


def lines_of(text: str) -> list[Line]:
    """A typed or pasted text: an indented line, or one after a blank line, begins a paragraph.

    Where nothing is indented and no sentence is broken over two lines, each line is a paragraph. In Markdown
    an indent says how deep a list is, and whatever its signs begin is a paragraph.
    """
    came = ENDS.split(text.removeprefix("\ufeff"))
    kept = [n for n, line in enumerate(came) if line.strip()]
    bare = markup.off(came)
    raw = [bare[n][0] if n in bare else line for n, line in enumerate(came)]
    begun = {n for n, (_, begins) in bare.items() if begins}
    indents = {n: _indent(raw[n]) for n in kept if not pages.is_page(raw[n])}
    least = min(indents.values(), default=0)
    flat = bool(begun) or not any(indent > least for indent in indents.values())
    whole = flat and not _broken([(raw[n], n in begun) for n in indents])
    rows = _rows(raw)
    return [
        Line(
            raw[n].strip(),
            whole
            or n in begun
            or indents.get(n, 0) > least
            or _after_blank(came, kept, at)
            or _after_title(raw, kept, at),
            row=n in rows,
            was=came[n].strip() if n in bare else "",
        )
        for at, n in enumerate(kept)
    ]


def _indent(line: str) -> int:
    blank = line[: len(line) - len(line.lstrip())]
    return sum(4 if char == "\t" else 2 if unicodedata.east_asian_width(char) == "F" else 1 for char in blank)


def _after_blank(raw: Sequence[str], kept: Sequence[int], at: int) -> bool:
    """Does a blank line stand before it, other than the one around the number of a page?"""
    if not at or kept[at] == kept[at - 1] + 1:
        return False
    return not pages.is_page(raw[kept[at - 1]]) and not pages.is_page(raw[kept[at]])


def _after_title(raw: Sequence[str], kept: Sequence[int], at: int) -> bool:
    return at == 1 and not PAUSES.search(raw[kept[0]])


def _broken(texts: Sequence[tuple[str, bool]]) -> bool:
    """Is some sentence of the text broken over two lines? Not where a sign says that the next one begins."""
    for (before, _), (after, begins) in pairwise(texts):
        if begins or not after.strip():
            continue
        unended = not stopped(before.strip()) and (
            PAUSES.search(before) or after.strip()[0] in "，。；、）)”"
        )
        if unended and all(mark.doubt >= 5 for mark in marks.marks_at(after.strip(), 0, head=True)):
            return True
    return False


def _rows(raw: Sequence[str]) -> set[int]:
    """Lines that stand together and have as many tabs within, as a table is pasted. A tab after a mark
    is none."""
    counts = [len(TAB_WITHIN.findall(_unmarked(line))) for line in raw]
    return {
        n
        for n, count in enumerate(counts)
        if count and count in counts[max(0, n - 1) : n] + counts[n + 1 : n + 2]
    }


def _unmarked(line: str) -> str:
    line = line.strip()
    found = marks.marks_at(line, 0, head=True)
    return line[max(mark.end for mark in found) :] if found and len(found[0].shape) < 2 else line
