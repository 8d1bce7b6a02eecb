"""读计划: the text of a plan becomes the tree of its clauses, numbered as the author numbered them.

Nothing of the text is lost but page numbers, and nothing is put right: a gap in the count stays and is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import choosing, pages
from .choosing import Chosen
from .marks import Mark
from .paragraphs import Line, lines_of
from .places import places

__all__ = ["Item", "Line", "Reading", "as_json", "lines_of", "read"]
TOLD = 30  # warnings; more help nobody
MARKUP = "有 {} 行带着 Markdown 的排版记号（#、**、- 一类），记号去掉了，字没有动。"
SAID = 12  # characters of an item by which a warning names it


@dataclass(frozen=True)
class Item:
    """条: its mark without the closing sign, its own words, what stands under it. The first of a plan has
    no number."""

    number: str
    text: str
    children: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The tree; what the reader should look at again, in sentences for the office; the page numbers left
    out."""

    items: tuple[Item, ...]
    warnings: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


@dataclass
class Draft:
    """An item while its words are still coming."""

    mark: Mark | None = None
    text: str = ""
    children: list[Draft] = field(default_factory=list)

    def add(self, words: str, starts: bool) -> None:
        words = words.strip()
        self.text += f"\n{words}" if starts and self.text and words else words

    def done(self) -> Item:
        return Item(
            self.mark.number if self.mark else "", self.text, tuple(child.done() for child in self.children)
        )


def read(lines: Sequence[Line]) -> Reading:
    left, numbers = pages.parted([line for line in lines if line.text or not line.was])
    root = Draft(children=[Draft()])
    open_: list[Draft] = [root]
    for line, chosen, words in _pieces(left, choosing.choose(places(left))):
        if chosen:
            draft = Draft(chosen.mark)
            del open_[chosen.depth + 1 :]
            open_[-1].children.append(draft)
            open_.append(draft)
        (open_[-1] if len(open_) > 1 else root.children[0]).add(words, line.starts and not chosen)
    warnings = tuple(_warnings(root, "全文", {}))
    if len(warnings) > TOLD:
        warnings = (*warnings[:TOLD], f"还有 {len(warnings) - TOLD} 处编号不连续，照原文保留。")
    if len(root.children) == 1:
        warnings = ("没有认出编号，全文放在一条里。",)
    if many := sum(bool(line.was) for line in lines):
        warnings = (MARKUP.format(many), *warnings)
    return Reading(tuple(draft.done() for draft in root.children), warnings, tuple(numbers))


def _pieces(lines: Sequence[Line], chosen: Sequence[Chosen]) -> Iterator[tuple[Line, Chosen | None, str]]:
    """The lines cut before each mark that was chosen: the line, the mark, the words after it."""
    by_line: dict[int, list[Chosen]] = {}
    for one in chosen:
        by_line.setdefault(one.place.line, []).append(one)
    for n, line in enumerate(lines):
        marks = by_line.get(n, [])
        cuts = [max(0, one.place.at) for one in marks] + [len(line.text)]
        if cuts[0]:
            yield line, None, line.text[: cuts[0]]
        for one, end in zip(marks, cuts[1:], strict=True):
            yield line, one, line.text[one.mark.end : end]


def _warnings(draft: Draft, where: str, seen: dict[str, Mark]) -> Iterator[str]:
    """Where a count lacks a number, goes back or does not begin with one; `seen`: how far each count has
    come."""
    last: dict[str, Mark] = {}
    for child in draft.children:
        if mark := child.mark:
            yield from _warning(last.get(mark.family), seen.get(mark.family), mark, where)
            last[mark.family] = seen[mark.family] = mark
        yield from _warnings(child, f"“{_name(child)}”", seen)


def _warning(last: Mark | None, before: Mark | None, mark: Mark, where: str) -> Iterator[str]:
    if last and choosing.step(last, mark) not in (0, 0.5):
        yield f"{where}下面 {last.number} 的后面是 {mark.number}，照原文保留。"
    if last is None and mark.values[-1] > 1 and not (before and choosing.step(before, mark) == 0):
        yield f"{where}下面从 {mark.number} 开始编号，照原文保留。"


def _name(draft: Draft) -> str:
    number = draft.mark.number if draft.mark else ""
    words = draft.text.partition("\n")[0]
    return f"{number} {words[:SAID]}{'…' if len(words) > SAID else ''}".strip()


def as_json(reading: Reading) -> list[dict[str, Any]]:
    return [_as_json(item) for item in reading.items]


def _as_json(item: Item) -> dict[str, Any]:
    return {
        "number": item.number,
        "text": item.text,
        "children": [_as_json(child) for child in item.children],
    }
