"""Ours and the yard in turn, the order reversed every other round; ratios are taken inside a round."""

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import machine
from .load import Ask, storm
from .peers import PEERS
from .served import Server

Streams = Callable[[], list[Iterator[Ask]]]


@dataclass(frozen=True)
class Took:
    """One side of one round: answers a second, median and p95 in ms, CPU ms of the server an answer."""

    rate: float
    median: float
    p95: float
    cpu: float


@dataclass(frozen=True)
class Result:
    """One line of the report; `must` is the sentence of performance.md and whether it is kept."""

    name: str
    said: str
    must: str = ""
    kept: bool | None = None
    state: machine.State | None = None

    def __str__(self) -> str:
        mark = {True: "kept  ", False: "MISSED", None: "      "}[self.kept]
        must = f" · must {self.must}" if self.must else ""
        return f"{self.name:34} {mark} {self.said}{must} · {self.state}"


def measured(server: Server, streams: list[Iterator[Ask]], seconds: float) -> Took:
    """One side for so long; anything wrong in any answer ends the job."""
    cpu = server.cpu()
    answers, took = storm(server.port, streams, seconds)
    wrong = [answer.wrong for answer in answers if answer.wrong]
    assert not wrong, f"{len(wrong)} wrong answers: {wrong[:3]}"
    times = sorted(answer.ms for answer in answers)
    p95 = times[max(0, int(len(times) * 0.95) - 1)]
    cost = 1000 * (server.cpu() - cpu) / len(times)
    return Took(len(times) / took, statistics.median(times), p95, cost)


def in_rounds(
    server: Server, sides: dict[str, Streams], rounds: int, seconds: float
) -> tuple[dict[str, list[Took]], machine.State]:
    """Every side once a round; what each took, by side, and the state of the machine."""
    took: dict[str, list[Took]] = {side: [] for side in sides}
    before, (worked, every) = machine.state(), machine.ticks()
    for side in sides:
        measured(server, sides[side](), min(seconds, 0.5))  # the first page reads the templates
    for turn in range(rounds):
        order = list(sides)
        for side in order if turn % 2 == 0 else reversed(order):
            took[side].append(measured(server, sides[side](), seconds))
    now, every_now = machine.ticks()
    busy = 100 * (now - worked) / max(1, every_now - every)
    return took, machine.worse(before, machine.state(), busy)


def middle(rows: list[Took], name: str) -> float:
    return statistics.median(getattr(row, name) for row in rows)


def fair(took: list[Took], name: str, state: machine.State) -> float:
    """Median ms or answers a second; on a crowded machine what the CPU time of an answer allows."""
    cpu = middle(took, "cpu")
    if name == "rate":
        return 1000 / cpu if state.crowded else middle(took, "rate")
    return state.fair(middle(took, name), cpu)


def half_yard(took: dict[str, list[Took]], state: machine.State) -> bool:
    """At least half of the yard's answers, or at most twice its CPU time."""
    of_cpu = 1 / statistics.median(ratios(took, "cpu"))
    return (of_cpu if state.crowded else statistics.median(ratios(took))) >= 0.5


def ratios(took: dict[str, list[Took]], name: str = "rate") -> list[float]:
    return [getattr(a, name) / getattr(b, name) for a, b in zip(took["ours"], took["yard"], strict=True)]


def told(took: dict[str, list[Took]]) -> str:
    """Rate, median, p95 and CPU of ours; the yard's; the ratio with its spread."""
    ours, yard, found = took["ours"], took["yard"], ratios(took)
    mine = {name: middle(ours, name) for name in ("rate", "median", "p95", "cpu")}
    return (
        f"{mine['rate']:6.1f}/s, {mine['median']:6.1f} ms, p95 {mine['p95']:6.1f}, cpu {mine['cpu']:5.2f} ms"
        f" · yard {middle(yard, 'rate'):6.1f}/s, cpu {middle(yard, 'cpu'):5.2f} ms"
        f" · ours/yard {statistics.median(found):.2f} ({min(found):.2f}–{max(found):.2f}),"
        f" by cpu {1 / statistics.median(ratios(took, 'cpu')):.2f}"
    )


def times_best_peer(key: str, value: float) -> tuple[str, float]:
    """How many times as good as the best peer of performance.md; a rate is better when higher."""
    peers = PEERS[key]
    rate = key.endswith("/s")
    best = (max if rate else min)(peers.values())
    times = value / best if rate else best / value
    return f" · best peer {best:g} {key.rpartition(' ')[2]}, ×{times:.0f}", times
