"""What the machine was doing while we measured: how long a fixed piece of work takes, how busy it is."""

import os
import time
from dataclasses import dataclass
from pathlib import Path


def calibrate() -> float:
    """Milliseconds of a fixed piece of Python: twice as long means a machine half as free."""
    began = time.perf_counter()
    total = 0
    for n in range(400_000):
        total += n * n % 7
    return 1000 * (time.perf_counter() - began)


@dataclass(frozen=True)
class State:
    cal_ms: float
    load: float

    def __str__(self) -> str:
        return f"cal {self.cal_ms:.0f} ms, load {self.load:.1f}"


def state() -> State:
    return State(calibrate(), os.getloadavg()[0])


def busy() -> tuple[int, int]:
    """Ticks that the cores worked, and all ticks, since the start of the machine."""
    ticks = [int(n) for n in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)
