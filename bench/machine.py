"""What the machine was doing while we measured: how long a fixed piece of work takes, how busy it is.

Where others are at work on the same cores, waiting says more of them than of us. A figure in milliseconds is
then judged by the CPU time that it took, and its line says so.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

ALONE = 1.5  # what takes less than so many times its own CPU time has had the core to itself


@dataclass(frozen=True)
class State:
    """`wall` and `cpu` are milliseconds of the fixed piece of work; `busy`, of both cores, in per cent."""

    wall: float
    cpu: float
    load: float
    busy: float | None = None

    @property
    def crowd(self) -> float:
        """How many times longer than its own work something takes here."""
        return self.wall / self.cpu

    @property
    def crowded(self) -> bool:
        return self.crowd > ALONE

    def fair(self, waited: float, worked: float) -> float:
        """What to judge a time by: how long it took, on a crowded machine how long was worked on it."""
        return worked if self.crowded else waited

    def __str__(self) -> str:
        busy = "" if self.busy is None else f", busy {self.busy:.0f} %"
        judged = ", judged by cpu" if self.crowded else ""
        piece = f"cal {self.cpu:.0f} cpu ms in {self.wall:.0f} (×{self.crowd:.1f})"
        return f"{piece}, load {self.load:.1f}{busy}{judged}"


def state() -> State:
    """Do the fixed piece of work three times; the middle one counts."""
    found = sorted(_piece() for _ in range(3))[1]
    return State(*found, os.getloadavg()[0])


def _piece() -> tuple[float, float]:
    began, worked, total = time.perf_counter(), time.process_time(), 0
    for n in range(400_000):
        total += n * n % 7
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)


def worse(before: State, after: State, busy: float) -> State:
    """The more crowded of two moments, and how busy the cores were between them."""
    found = max(before, after, key=lambda one: one.crowd)
    return State(found.wall, found.cpu, max(before.load, after.load), busy)


def ticks() -> tuple[int, int]:
    """Ticks that the cores worked, and all ticks, since the start of the machine."""
    found = [int(n) for n in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return sum(found) - found[3] - found[4], sum(found)
