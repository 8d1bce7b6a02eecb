"""取舍: which of the marks that may stand in a text do number it.

Each reading of the text is a stack of open levels; each mark that is taken brings what speaks for its
place and costs
what its number lacks: a gap, a count begun anew, a level out of its order. The best reading wins, found
by a beam.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .marks import Mark
from .places import Place

WIDTH, WORK, DEEPEST = 24, 30_000, 12
FAMILIES = 64  # no plan has so many; past them what was seen is forgotten
OTHER_SHAPE = 0.6  # 1、 2．
NESTED, NESTED_SHAPE = 6.0, 2.0  # a count inside itself; by another shape: 1、 over 1.
INVERTED, CLOSED = 2.5, 1.5  # a higher family below a lower one; or beside it
UNFIT = 8.0
HOPELESS = -4.0  # what no later mark makes good; automatic numbers stand too well to come so low


@dataclass(frozen=True)
class Chosen:
    """A mark that numbers an item, and how deep it stands."""

    place: Place
    mark: Mark
    depth: int


type Taken = tuple[Chosen, Taken | None]


class Trial(NamedTuple):
    """One reading of the text so far."""

    stack: tuple[Mark, ...]
    seen: dict[str, int]
    pairs: frozenset[tuple[str, str]]
    score: float
    end: tuple[int, int]  # line and place from which the next mark may stand
    taken: Taken | None


def choose(places: Sequence[Place]) -> list[Chosen]:
    width = max(2, min(WIDTH, WORK // max(1, len(places))))
    beam = [Trial((), {}, frozenset(), 0.0, (0, -1), None)]
    for place in places:
        best: dict[tuple[tuple[Mark, ...], tuple[int, int]], Trial] = {}
        for trial in beam:
            for after in _continued(trial, place):
                key = (after.stack, after.end)
                if key not in best or after.score > best[key].score:
                    best[key] = after
        beam = sorted(best.values(), key=lambda trial: -trial.score)[:width]
    return _unrolled(beam[0])


def _unrolled(trial: Trial) -> list[Chosen]:
    found, link = [], trial.taken
    while link:
        chosen, link = link
        found.append(chosen)
    return found[::-1]


def _continued(trial: Trial, place: Place) -> Iterator[Trial]:
    """The trial with the place as words, and with each of its marks where it can go."""
    free = (place.line, place.at) >= trial.end
    if not place.forced or not free:
        yield trial
    if not free:
        return
    for mark in place.marks:
        for depth, cost in _ways(trial, place, mark):
            gain = place.standing - cost - mark.doubt
            if gain > HOPELESS:
                yield _taken(trial, place, mark, depth, gain)


def _taken(trial: Trial, place: Place, mark: Mark, depth: int, gain: float) -> Trial:
    stack = (*trial.stack[:depth], mark)
    pairs = trial.pairs | {(stack[-2].family, mark.family)} if depth else trial.pairs
    seen = {**trial.seen, mark.family: mark.values[-1]}
    if len(seen) > FAMILIES:
        seen, pairs = {}, frozenset()
    chosen = Chosen(place, mark, depth)
    return Trial(
        stack, seen, pairs, trial.score + gain, (place.line, max(0, mark.end)), (chosen, trial.taken)
    )


def _ways(trial: Trial, place: Place, mark: Mark) -> Iterator[tuple[int, float]]:
    """How deep the mark can stand, and what it costs there."""
    stack = trial.stack
    for depth, level in enumerate(stack):
        if level.family == mark.family:
            yield depth, step(level, mark, stack[:depth]) + (OTHER_SHAPE if level.shape != mark.shape else 0)
    for depth in range(len(stack), -1, -1):
        if depth < DEEPEST and (cost := _out_of_order(trial, mark, depth)) is not None:
            yield depth, cost + begun(trial, mark, depth) + place.inline
    if place.forced and len(stack) == DEEPEST:
        yield DEEPEST - 1, UNFIT  # a number that Word wrote is never left out


def step(last: Mark, mark: Mark, above: Sequence[Mark] = ()) -> float:
    """What the number lacks to follow the last one of its level."""
    if last.values[:-1] != mark.values[:-1]:
        carried = mark.values[-1] == 1 and mark.values[:-2] == last.values[:-2]
        carried = carried and mark.values[-2] == last.values[-2] + 1
        return UNFIT if not carried else 2.0 if above and above[-1].values == last.values[:-1] else 0.5
    return _count(last.values[-1], mark.values[-1])


def _count(last: int, now: int) -> float:
    if now == last + 1:
        return 0
    if now > last:
        return 3 + 0.2 * min(20, now - last - 2)
    if now == last:
        return 3.5
    return 3 if now == 1 else 5


def begun(trial: Trial, mark: Mark, depth: int) -> float:
    """What it costs to begin a count with this number."""
    first = mark.values[-1]
    cost = 0.0 if first == 1 else 4 + 0.2 * min(20, first - 2)
    if len(mark.values) > 1:
        under = _under(trial.stack[:depth], mark)
        return cost + under - (1.5 if cost and not under else 0)  # 4.2 under 4
    if first != 1 and trial.seen.get(mark.family, -1) == first - 1:
        cost = 0.5 if mark.family == "第条" else 1.5
    for level in trial.stack[:depth]:
        if level.family == mark.family:
            cost += NESTED if level.shape == mark.shape else NESTED_SHAPE
    return cost


def _under(above: Sequence[Mark], mark: Mark) -> float:
    """1.1 stands under 1, or under 一; 1.1.1 under 1.1."""
    if above and above[-1].values == mark.values[:-1]:
        return 0
    if any(level.values == mark.values[:-1] for level in above):
        return 1
    lone = set(mark.values[:-1]) == {1} and not any(
        level.family in {"arabic", mark.family} for level in above
    )
    return 3 if lone else UNFIT


def _out_of_order(trial: Trial, mark: Mark, depth: int) -> float | None:
    """What it costs to stand at this depth against the usual order of the families; None: it cannot."""
    stack = trial.stack
    known = not depth or (stack[depth - 1].family, mark.family) in trial.pairs
    if depth == len(stack):
        return 0 if known or _above(stack[-1], mark) else INVERTED
    closed = stack[depth]
    if mark.rank is None or closed.rank is None or closed.rank <= mark.rank:
        return None
    return CLOSED if known or _above(stack[depth - 1], mark) else None


def _above(upper: Mark, lower: Mark) -> bool:
    return upper.rank is None or lower.rank is None or upper.rank < lower.rank
