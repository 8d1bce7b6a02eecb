"""落点: where in a text a mark may stand, and how well. What stands in mid-sentence is words and never
gets here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from . import marks
from .marks import PAIRED, Mark
from .pages import SENTENCE, STOPPED

if TYPE_CHECKING:
    from .paragraphs import Line

CLOSING = "”’\"'」』）)》】 \u3000\t"
UNFINISHED = "，、,（(《“‘—-"
SEEN = 100  # characters around a place that are looked at
FAR = 1000  # characters before the head of a line, in which a sentence has begun
UNSURE = 4
HEADING = 25  # characters of a heading that runs on in its line
BEFORE = re.compile(
    r"[0-9０-９A-Za-z.:：/第周期初一二三四五六七八九十百]"
)  # a numeral after these is no mark
DAYS = ("周", "星期", "第", "初")  # a numeral on the next line belongs to these
LEADERS = re.compile(  # the line of a table of contents; each run is looked at once, from its beginning
    r"(?:(?<![.．…·])[.．…·]{3,}+\s*+|(?<!\s)(?=\s*?\t)\s++)[0-9０-９]"
)
COMMAS = re.compile(r"[，：:,]")


@dataclass(frozen=True)
class Place:
    """`standing`: what speaks for a mark here; `inline`: what a count that begins here has to bring along."""

    line: int
    at: int
    marks: tuple[Mark, ...]
    standing: float
    inline: float = 0
    forced: bool = False


@dataclass
class Context:
    """The words since the last place or paragraph, as far as they were read."""

    words: str = ""
    anything: bool = False
    places: list[Place] = field(default_factory=list)

    def after(self, place: Place) -> None:
        self.places.append(place)
        self.words, self.anything = "", True


def places(lines: Sequence[Line]) -> list[Place]:
    context = Context()
    for n, line in enumerate(lines):
        _line(context, n, line)
    return context.places


def _line(context: Context, n: int, line: Line) -> None:
    text, at = line.text, 0
    if line.number.strip():
        mark = marks.automatic(line.number, line.level)
        context.after(Place(n, -1, (mark,), 20, forced=True))
    elif not line.row and not LEADERS.search(text):
        standing = at_head(context, line)
        at = _try(context, n, text, 0, standing, 0, sure=line.starts) if standing is not None else 0
    if line.starts and not at and not line.number:
        context.words = ""
    if line.row or LEADERS.search(text):
        context.words, context.anything = context.words + text, True
        return
    _inside(context, n, text, at)


def _inside(context: Context, n: int, text: str, at: int) -> None:
    """The marks further on in a line, each after the end of a sentence or after a short heading."""
    begun = at
    for found in marks.FIRST.finditer(text):
        here = found.start()
        if here < at or here == 0:
            continue
        before = text[max(begun, here - SEEN) : here]
        weighed = inside(context.words[-SEEN:] + before, before)
        if weighed is None:
            continue
        after = _try(context, n, text, here, *weighed)
        if after:
            begun = at = after
    context.words += text[begun:]
    context.anything = context.anything or bool(text.strip())


def _try(
    context: Context, n: int, text: str, at: int, standing: float, inline: float, sure: bool = False
) -> int:
    """Note the place if the text there can be read as a mark; where its words begin, or 0.

    `sure`: no sentence comes from the line before, so 5、6年级 is rather 5、 than a pair.
    """
    found = marks.marks_at(text, at, head=at == 0)
    if sure and standing > 1:
        found = [replace(mark, doubt=UNSURE if mark.doubt == PAIRED else mark.doubt) for mark in found]
    if inline:
        found = [mark for mark in found if not _runs_on(mark, text)]
    if inline > 1:  # 窗台高1.2 ends this line, 米 begins the next
        found = [mark for mark in found if len(mark.values) == 1 or text[mark.end :].strip()]
    if not found:
        return 0
    context.after(Place(n, at, tuple(found), standing, inline))
    return max(mark.end for mark in found)


def at_head(context: Context, line: Line) -> float | None:
    """How well a mark stands at the head of this line; None: in mid-sentence."""
    words = context.words[-FAR:].rstrip()
    if not words:
        return 3 if context.anything else 5  # the head of all is rather a title
    if stopped(words):
        return 6
    if words.endswith(DAYS):
        return None
    if words[-1] in UNFINISHED:
        return 1 if line.starts else None
    if line.starts:
        return 5
    if any(stop in words for stop in SENTENCE):
        return None
    return 3 if COMMAS.search(words) else 4


def inside(words: str, before: str) -> tuple[float, float] | None:
    """How well a mark stands after these words, and what it costs to begin a count there; `before`:
    those of its line."""
    said = words.rstrip()
    if _open(before):
        return None
    if not said:
        return 3, 1
    if stopped(said):
        return (3 if said[-1] in "：:" else 4), 1
    blank = words != said
    if len(said) < 2 or len(said) > HEADING or said[-1] in UNFINISHED:
        return None
    if any(stop in said for stop in STOPPED):
        return None
    if not blank and BEFORE.match(said[-1]):
        return None
    return (2, 3) if blank else (1, 2)


def stopped(words: str) -> bool:
    """Does a sentence end here: a stop, then at most closing quotes?"""
    bare = words.rstrip(CLOSING)
    if not bare:
        return False
    if bare[-1] == ".":
        return len(bare) > 1 and not bare[-2].isascii()
    return bare[-1] in STOPPED or bare[-1] == "…"


def _open(before: str) -> bool:
    """Is a parenthesis open in this line?"""
    return sum(before.count(c) for c in "（(") > sum(before.count(c) for c in "）)")


def _runs_on(mark: Mark, text: str) -> bool:
    """按①…、②…: the next of the count follows within the same sentence, so both are words."""
    if mark.values[-1] != 1:
        return False
    sentence = re.split(rf"[{SENTENCE}]", text[mark.end : mark.end + SEEN], maxsplit=1)[0]
    return any(
        other.family == mark.family and other.values == (2,)
        for found in islice(re.finditer(r"[，、,]\s*", sentence), 4)
        for other in marks.marks_at(sentence, found.end(), head=False)
    )
