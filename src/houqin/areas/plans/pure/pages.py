"""页码: numbers of pages that stand in the flow of a text. They are no words and start nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .marks import DIGIT

if TYPE_CHECKING:
    from .paragraphs import Line

DASH = r"[-—–－―~～·•*]"
NUMBER = rf"{DIGIT}{{1,3}}"
PAGE = re.compile(
    rf"(?:{DASH}+\s*{NUMBER}\s*{DASH}+|{NUMBER}(?:\s*[/／]\s*{NUMBER})?"
    rf"|第\s*(?:{NUMBER}|[一二三四五六七八九十]{{1,3}})\s*[页頁](?:\s*[/／,，]?\s*[共总總]\s*{NUMBER}\s*[页頁])?"
    rf"|[共总總]\s*{NUMBER}\s*[页頁]\s*[/／,，]?\s*第\s*{NUMBER}\s*[页頁]|{NUMBER}\s*[页頁]"
    rf"|(?:page|p\.?)\s*{NUMBER}(?:\s*(?:of|/)\s*{NUMBER})?|{NUMBER}\s+of\s+{NUMBER})",
    re.IGNORECASE,
)
HEAD = re.compile(rf"\s*({NUMBER})、")
SENTENCE = "。；！？;!?"
STOPPED = SENTENCE + "：:"


def is_page(text: str) -> bool:
    """A line that holds the number of a page and nothing else."""
    return bool(PAGE.fullmatch(text.strip()))


def heads(texts: Sequence[str]) -> list[int]:
    """Where each line's words begin after 1、 2、 3、 … when each line is a page; else nothing.

    A list looks the same at the line heads; but a page ends in mid-sentence and has marks of its own inside.
    """
    found = [HEAD.match(text) for text in texts]
    if len(texts) < 3 or not all(m and int(m[1]) == n for n, m in enumerate(found, 1)):
        return []
    broken = sum(
        any(stop in before for stop in SENTENCE) and before.rstrip()[-1:] not in STOPPED
        for before in texts[:-1]
    )
    counted = sum(
        bool(re.search(r"[。；：;:].{0,30}?[0-9一二三四五六七八九十][、)）]", text)) for text in texts
    )
    if 2 * broken <= len(texts) or 2 * counted <= len(texts):
        return []
    return [m.end() for m in found if m]


def parted(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """The lines without the numbers of pages, and these."""
    left: list[Line] = []
    numbers: list[str] = []
    last = 0
    for n, line in enumerate(lines):
        page = _page_of(line, [*lines[max(0, n - 1) : n], *lines[n + 1 : n + 2]], last)
        if page:
            numbers.append(line.text.strip())
            last = page
        else:
            left.append(line)
    return _without_heads(left, numbers)


def _page_of(line: Line, beside: Sequence[Line], last: int) -> int:
    """The number of the page if that is all the line says; a bare number only where pages would count so
    far."""
    if line.row or line.number or not is_page(line.text):
        return 0
    said = re.search(rf"{DIGIT}+", line.text)
    page = int(said[0]) if said else last + 1
    if line.text.strip().isdigit() and (
        page <= last or any(other.text.strip().isdigit() for other in beside)
    ):
        return 0
    return page


def _without_heads(lines: list[Line], numbers: list[str]) -> tuple[list[Line], list[str]]:
    begun = heads([line.text for line in lines])
    for n, at in enumerate(begun):
        numbers.append(lines[n].text[:at].strip())
        lines[n] = replace(lines[n], text=lines[n].text[at:], starts=n == 0)
    return lines, numbers
