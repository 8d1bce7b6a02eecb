"""H1–H5 and W1: what people look at all day, and one step of a matter."""

import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import cycle
from pathlib import Path
from random import Random
from urllib.parse import quote

from . import reference
from .load import Ask
from .rounds import Result, Streams, fair, half_yard, in_rounds, middle, ratios, times_best_peer, told
from .served import Server, Visitor

LIST = "/repairs/repairs/?view=all"
DEEP = 50_000 - 50  # page 1,000 begins after so many rows
WORDS = ("灯", "插座", "水龙头", "BX2026-09", "录播室", "鲲鹏")  # 1, 2, 3 characters, a number, rare, none
LEADERS = ("director", "principal", "vice-principal")
Check = Callable[[Path, str], None]


def same(visitors: list[Visitor], path: str) -> Streams:
    """Everyone asks for one page, over and over."""
    return lambda: [cycle([visitor.asks(path)]) for visitor in visitors]


def entered(server: Server, count: int) -> list[Visitor]:
    """So many sessions of the leaders, entered once a run."""
    for n in range(len(server.visitors), count):
        server.visitors.append(Visitor(server.port).enter(LEADERS[n % len(LEADERS)]))
    return server.visitors[:count]


def queries(server: Server, path: str, who: str = "director") -> int:
    """Questions to the database of one page, the second time it is asked for."""
    visitor = Visitor(server.port).enter(who)
    visitor.headers["X-Count"] = "1"
    visitor.get(path)
    visitor.get(path)
    return visitor.queries


def page(server: Server, name: str, key: str, ours: str, yard: str, check: Check, asked) -> Iterator[Result]:
    """One page against its yard, by one client and by fifty."""
    visitors = entered(server, 50)
    check(server.data, visitors[0].get(ours)[1])
    check_same(visitors[0], ours, yard)
    counted = queries(server, ours)
    for clients in (1, 50):
        some = visitors[:clients]
        sides = {"ours": same(some, ours), "yard": same(some, yard)}
        took, state = in_rounds(server, sides, asked.rounds, asked.seconds)
        check(server.data, visitors[0].get(ours)[1])
        unit, of = ("ms", "median") if clients == 1 else ("/s", "rate")
        peer, times = times_best_peer(f"{key}, {clients} clients, {unit}", fair(took["ours"], of, state))
        kept = (
            half_yard(took, state)
            and times >= 8
            and (clients == 1 or state.crowded or middle(took["ours"], "p95") <= 1000)
        )
        must = "≥ 1/2 yard, ≥ 8 × peer" + (", p95 ≤ 1 s" if clients > 1 else "")
        label = f"{name}, {clients} client{'s'[: clients - 1]}"
        yield Result(label, f"{told(took)}, {counted} queries{peer}", must, kept, state)


def check_same(visitor: Visitor, ours: str, yard: str) -> None:
    """The yard answers the same question: the same matters in the same order."""
    pages = [visitor.get(path)[1].partition("<main")[2] for path in (ours, yard)]
    mine, hand_written = (reference.numbers(page) for page in pages)
    assert mine == hand_written or not hand_written, f"{yard}: other rows than {ours}"


def h1(server: Server, asked) -> Iterator[Result]:
    """The register of repairs (there are no assets yet), first page and page 1,000 by key."""
    yield from page(
        server, "H1 list50", "H1", LIST, "/yard/list/", lambda d, t: reference.check_list(d, t, 0), asked
    )
    count = reference.one(server.data, f"SELECT count(*) {reference.LISTED}")
    offset = min(DEEP, count // 2)
    after = reference.one(
        server.data, f"SELECT id {reference.LISTED} ORDER BY id DESC LIMIT 1 OFFSET ?", offset - 1
    )
    deep = f"{LIST}&after={after}"
    yield from page(
        server, f"H1 page {offset // 50 + 1:,}", "H1", deep, f"/yard/list/?after={after}",
        lambda d, t: reference.check_list(d, t, offset), asked,
    )  # fmt: skip
    visitors = entered(server, 1)
    sides = {"ours": same(visitors, deep), "yard": same(visitors, LIST)}
    took, state = in_rounds(server, sides, asked.rounds, asked.seconds)
    waited, worked = 1 / statistics.median(ratios(took)), statistics.median(ratios(took, "cpu"))
    said = f"{waited:.2f} × page 1, by cpu {worked:.2f}"
    yield Result("H1 page 1,000 : page 1", said, "≤ 1.2", state.fair(waited, worked) <= 1.2, state)


def h2(server: Server, asked) -> Iterator[Result]:
    """A signed repair with its way, its files and what may be done."""
    number = signed(server.data, 1)[0]
    yield from page(
        server, "H2 open", "H2", f"/matters/{number}/", f"/yard/open/{number}/",
        lambda d, t: reference.check_open(d, t, number), asked,
    )  # fmt: skip


@cache
def assigned(data: Path) -> list[str]:
    """What a leader may press for."""
    return [n for (n,) in reference.asked(data, f"SELECT number {reference.LISTED} AND state = 'assigned'")]


@cache
def signed(data: Path, count: int) -> list[str]:
    rows = reference.asked(
        data, "SELECT number FROM kernel_matter WHERE state = 'signed' ORDER BY id DESC LIMIT 4000"
    )
    return [number for (number,) in Random(7).sample(rows, min(count, len(rows)))]


def h3(server: Server, asked) -> Iterator[Result]:
    """The box over everything: one, two, three characters, a number, a rare one, none."""
    visitors = entered(server, 1)
    for words in WORDS:
        query = f"search/?q={quote(words)}"
        for front in ("/", "/yard/"):
            reference.check_search(server.data, visitors[0].get(f"{front}{query}")[1], words)
        sides = {"ours": same(visitors, f"/{query}"), "yard": same(visitors, f"/yard/{query}")}
        took, state = in_rounds(server, sides, asked.rounds, asked.seconds)
        peer, times = times_best_peer("H3, 1 clients, ms", fair(took["ours"], "median", state))
        said = f"{told(took)}, {queries(server, f'/{query}')} queries{peer}"
        yield Result(f"H3 search {words}", said, "≥ 8 × peer", times >= 8, state)


# ── fifty at once ───────────────────────────────────────────────────────────────────────────────────────


def mix(visitor: Visitor, data: Path, seed: int, yard: str = "") -> Iterator[Ask]:
    """Half lists, three tenths open matters, a tenth searches, a tenth writes, on the disk when answered."""
    dice, found = Random(seed), signed(data, 500)
    mine = assigned(data)
    first, front = ("/yard/list/", "/yard") if yard else (LIST, "")
    while True:
        share = dice.random()
        if share < 0.5:
            yield visitor.asks(first, "list")
        elif share < 0.8:
            where = "open" if yard else "matters"
            yield visitor.asks(f"{front}/{where}/{dice.choice(found)}/", "open")
        elif share < 0.9:
            yield visitor.asks(f"{front}/search/?q={quote(dice.choice(WORDS))}", "search")
        else:
            number = dice.choice(mine)
            path = f"/yard/step/{number}/" if yard else f"/matters/{number}/nudge/"
            yield visitor.sends(path, {"note": "请尽快"}, "write")


def h4(server: Server, asked) -> Iterator[Result]:
    """Fifty sessions of three leaders, each at its own pages."""
    visitors = entered(server, 50)
    sides = {
        "ours": lambda: [mix(v, server.data, n) for n, v in enumerate(visitors)],
        "yard": lambda: [mix(v, server.data, n, "yard") for n, v in enumerate(visitors)],
    }
    took, state = in_rounds(server, sides, asked.rounds, asked.seconds)
    written = wrote(server, visitors, asked.seconds)
    peer, times = times_best_peer("H4, 50 clients, /s", fair(took["ours"], "rate", state))
    quick = state.crowded or middle(took["ours"], "p95") <= 1000
    kept = half_yard(took, state) and times >= 8 and quick
    yield Result(
        "H4 mix50", f"{told(took)}{peer}, {written}", "≥ 1/2 yard, ≥ 8 × peer, p95 ≤ 1 s", kept, state
    )


def wrote(server: Server, visitors: list[Visitor], seconds: float) -> str:
    """The oracle of the mix: as many steps in the books as were answered."""
    from .load import storm

    before = reference.nudges(server.data)
    streams = [mix(v, server.data, 100 + n) for n, v in enumerate(visitors)]
    answers, _ = storm(server.port, streams, seconds)
    wrong = [answer.wrong for answer in answers if answer.wrong]
    assert not wrong, wrong[:3]
    writes = sum(answer.name == "write" for answer in answers)
    there = reference.nudges(server.data) - before
    assert there == writes, f"{there} steps in the books, {writes} answered"
    return f"{writes} writes all in the books, 0 errors"


def h5(server: Server, asked) -> Iterator[Result]:
    """The desk in the morning: the director's, with what is late, to be dispatched and his own."""
    visitors = entered(server, 1)
    reference.check_desk(server.data, visitors[0].get("/")[1], f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}")
    for path, who in (("/", "director"), ("/", "class-teacher")):
        some = [Visitor(server.port).enter(who)]
        took, state = in_rounds(server, {"ours": same(some, path)}, asked.rounds, asked.seconds)
        counted, ours = queries(server, path, who), took["ours"]
        said = f"{middle(ours, 'median'):.1f} ms, cpu {middle(ours, 'cpu'):.1f} ms, {counted} queries"
        kept = fair(ours, "median", state) <= 40 and counted <= 12
        yield Result(f"H5 board, {who}", said, "≤ 40 ms, ≤ 12 queries", kept, state)


def w1(server: Server, asked) -> Iterator[Result]:
    """One step of a matter: state, event, notice and operation, on the disk when it is answered."""
    visitor = entered(server, 1)[0]
    number = reference.one(server.data, f"SELECT number {reference.LISTED} AND state = 'assigned' LIMIT 1")

    def steps(path: str) -> Streams:
        def stream() -> Iterator[Ask]:
            while True:
                yield visitor.sends(path, {"note": "请尽快"}, "write")

        return lambda: [stream()]

    before = reference.nudges(server.data)
    sides = {"ours": steps(f"/matters/{number}/nudge/"), "yard": steps(f"/yard/step/{number}/")}
    took, state = in_rounds(server, sides, asked.rounds, asked.seconds)
    assert reference.nudges(server.data) > before, "nothing was written"
    peer, times = times_best_peer("W1, 1 clients, /s", fair(took["ours"], "rate", state))
    kept = half_yard(took, state) and times >= 8
    yield Result("W1 step", f"{told(took)}{peer}", "≥ 1/2 yard, ≥ 8 × peer", kept, state)
