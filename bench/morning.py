"""U1: two hundred people between 07:55 and 08:05: each logs in, looks at the desk and reports something.

The ten minutes are pressed into five: twice as dense as the morning of a school.
"""

import threading
import time
from collections.abc import Iterator
from random import Random

from . import machine, reference
from .generate import PASSWORD
from .rounds import Result
from .served import Server, Visitor

PEOPLE, SECONDS = 200, 300.0


def u1(server: Server, asked) -> Iterator[Result]:
    """Real logins with a password, from two hundred addresses."""
    data, dice = server.data, Random(11)
    codes = [c for (c,) in reference.asked(
        data, "SELECT code FROM kernel_person WHERE code LIKE 'teacher%' OR code LIKE 'class-teacher%'"
        " ORDER BY id LIMIT ?", PEOPLE)]  # fmt: skip
    kind = reference.one(
        data, "SELECT id FROM repairs_faulttype WHERE worker_id IS NOT NULL AND NOT after_photo LIMIT 1"
    )
    rooms = [r for (r,) in reference.asked(data, "SELECT id FROM kernel_place WHERE kind = 'room' LIMIT 300")]
    before = reference.one(data, "SELECT count(*) FROM kernel_matter")
    times: list[tuple[str, float]] = []
    errors: list[str] = []
    began = time.perf_counter()

    def come(n: int, code: str, after: float) -> None:
        time.sleep(max(0.0, began + after - time.perf_counter()))
        try:
            times.extend(arrive(server, n, code, {"place": rooms[n % len(rooms)], "fault_type": kind}))
        except Exception as error:  # whatever it was, the morning went wrong for somebody
            errors.append(f"{code}: {error!r}")

    people = [
        threading.Thread(target=come, args=(n, code, dice.random() * SECONDS)) for n, code in enumerate(codes)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert not errors, f"{len(errors)} of {len(codes)}: {errors[:3]}"
    there = reference.one(data, "SELECT count(*) FROM kernel_matter") - before
    assert there == len(codes), f"{there} reports in the books of {len(codes)}"
    yield from told(times)


def arrive(server: Server, n: int, code: str, said: dict) -> Iterator[tuple[str, float]]:
    """One person's morning; each request with its milliseconds."""
    visitor = Visitor(server.port, headers={"X-Forwarded-For": f"10.1.{n // 250}.{n % 250 + 1}"})

    def timed(what: str, call) -> tuple[str, float]:
        began = time.perf_counter()
        call()
        return what, 1000 * (time.perf_counter() - began)

    yield timed("login page", lambda: visitor.must("GET", "/login/"))
    sent = {"username": code, "password": PASSWORD, "next": ""}
    yield timed("login", lambda: visitor.must("POST", "/login/", sent, op=False))
    yield timed("desk", lambda: visitor.must("GET", "/"))
    yield timed("form", lambda: visitor.must("GET", "/repairs/repair/new/"))
    report = {**said, "detail": f"第 {n} 位早上报的", "photos": ""}
    yield timed("report", lambda: visitor.must("POST", "/repairs/repair/new/", report))


def told(times: list[tuple[str, float]]) -> Iterator[Result]:
    every = sorted(ms for _, ms in times)
    p95 = every[int(len(every) * 0.95) - 1]
    worst = {what: max(ms for w, ms in times if w == what) for what in dict(times)}
    said = ", ".join(f"{what} ≤ {ms:.0f}" for what, ms in worst.items())
    said = f"p95 {p95:.0f} ms, median {every[len(every) // 2]:.0f}; slowest {said}; 0 errors"
    yield Result("U1 morning of 200", said, "p95 ≤ 1 s, no error", p95 <= 1000, machine.state())
