"""提纲: a plan's tree written as a list, a node a line with its level, as a person puts it right; and back
into a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .reading import Item

DEEPEST = 8
MOST = 450  # clauses of a plan; a form of more fields is not taken in
KEEP, MERGE, DROP = "keep", "merge", "drop"


@dataclass(frozen=True)
class Node:
    """One line of the outline; `fate` says whether it stays, joins the line before it, or goes."""

    level: int
    number: str
    text: str
    fate: str = KEEP


@dataclass(frozen=True)
class Row:
    """A node in its place: under which other one (by place, from 0), its numbers from the top, whether it
    only heads."""

    node: Node
    above: int | None
    path: str
    heading: bool


def nodes_of(items: Sequence[Item], level: int = 1) -> Iterator[Node]:
    """The tree from top to bottom."""
    for item in items:
        yield Node(level, item.number, item.text)
        yield from nodes_of(item.children, level + 1)


def settled(nodes: Iterable[Node]) -> list[Node]:
    """What was joined is joined, what was dropped is gone; a node with neither number nor words is none."""
    kept: list[Node] = []
    for node in nodes:
        if node.fate == DROP or not (node.number or node.text):
            continue
        if node.fate == MERGE and kept:
            kept[-1] = replace(kept[-1], text=f"{kept[-1].text}\n{node.number}{node.text}".strip())
        else:
            kept.append(replace(node, fate=KEEP))
    return kept


def rows_of(nodes: Sequence[Node]) -> list[Row]:
    """Each under the nearest one before it that stands higher. What has others under it only heads them,
    and the first without a number is title and preamble.
    """
    rows: list[Row] = []
    open_rows: list[int] = []
    for place, node in enumerate(nodes):
        while open_rows and nodes[open_rows[-1]].level >= node.level:
            open_rows.pop()
        above = open_rows[-1] if open_rows else None
        path = (rows[above].path if above is not None else "") + node.number
        below = place + 1 < len(nodes) and nodes[place + 1].level > node.level
        rows.append(Row(node, above, path, heading=below or not node.number))
        open_rows.append(place)
    return rows
