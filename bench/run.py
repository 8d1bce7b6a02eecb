"""The jobs of the yard, printed as ratios of one run.

    python -m bench.run [--matters 20000] [--rounds 5] [--seconds 3]

Each job and its yard are asked in turn within a round, the order reversed every other round; the ratio is
taken inside a round and the median over rounds is quoted, with CPU milliseconds of the server beside it.
Every job has an oracle: a wrong or cut page fails it whatever its speed.
"""

import argparse
import contextlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .peers import PEERS
from .served import Server, Visitor

CACHE = Path(os.environ.get("HOUQIN_BENCH", ".cache/bench"))
Call = Callable[[Visitor, int], None]


@dataclass
class Took:
    """One job in one round: answers a second, median and p95 in ms, CPU ms an answer."""

    rate: float
    median: float
    p95: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--matters", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    asked = parser.parse_args()
    data = prepared(asked.matters)
    print(
        f"{platform.machine()} · {os.cpu_count()} cores · Python {platform.python_version()}"
        f" · {asked.matters:,} matters"
    )
    with Server(data) as server:
        jobs(server, asked.rounds, asked.seconds)
        memory(server)
    operations(data)


def prepared(matters: int) -> Path:
    """The demo school with `matters` more, built once and kept."""
    data = CACHE / f"school-{matters}"
    if not (data / "ready").exists():
        env = {**os.environ, "HOUQIN_DATA": str(data), "PYTHONPATH": os.pathsep.join(("src", "."))}
        subprocess.run([sys.executable, "-m", "houqin.config.cli", "demo"], env=env, check=True)
        subprocess.run(
            [sys.executable, "-m", "bench.generate", str(data), "--matters", str(matters)],
            env=env,
            check=True,
        )
        subprocess.run([sys.executable, "-m", "houqin.config.cli", "check", "--full"], env=env, check=False)
        (data / "ready").touch()
    return data


# ── the jobs ────────────────────────────────────────────────────────────────────────────────────────────


def jobs(server: Server, rounds: int, seconds: float) -> None:
    number, deep, mine = samples(server)
    pairs: list[tuple[str, Call, Call, int]] = []
    for clients in (1, 50):
        said = f"{clients} client" + ("s" if clients > 1 else "")
        pairs += [
            (
                f"H1 list50, {said}",
                get("/repairs/repairs/?view=all", "hq-register"),
                get("/yard/list/", "hq-register"),
                clients,
            ),
            (
                f"H1 list50 deep, {said}",
                get(deep, "hq-register"),
                get("/yard/list/?after=" + deep.rpartition("=")[2], "hq-register"),
                clients,
            ),
            (
                f"H2 open, {said}",
                get(f"/matters/{number}/", number),
                get(f"/yard/open/{number}/", number),
                clients,
            ),
        ]
    for words in ("灯", "空调", "水龙头", "BX2026", "鲲鹏"):
        query = f"search/?q={quote(words)}"
        pairs.append(
            (f"H3 search {words}, 1 client", get(f"/{query}", "</h1>"), get(f"/yard/{query}", "</h1>"), 1)
        )
    pairs.append(("W1 step, 1 client", nudge(f"/matters/{mine}/nudge/"), nudge(f"/yard/step/{mine}/"), 1))
    for name, ours, yard, clients in pairs:
        compare(server, name, ours, yard, clients, rounds, seconds)


def get(path: str, oracle: str) -> Call:
    def call(visitor: Visitor, turn: int) -> None:
        status, text = visitor.get(path)
        assert (status, oracle in text, text.rstrip().endswith("</html>")) == (200, True, True), (
            f"{path}: {status}"
        )

    return call


def nudge(path: str) -> Call:
    def call(visitor: Visitor, turn: int) -> None:
        status, text = visitor.post(path, {"note": f"第 {turn} 次"})
        assert status in (302, 303), f"{path}: {status} {text[:300]}"

    return call


def samples(server: Server) -> tuple[str, str, str]:
    """A signed matter, a deep page of the register, an open matter the director may nudge."""
    import sqlite3

    base = sqlite3.connect(f"file:{server.data / 'houqin.sqlite3'}?mode=ro", uri=True)
    one = base.execute(
        "SELECT number FROM kernel_matter WHERE state = 'signed' ORDER BY id DESC LIMIT 1 OFFSET 100"
    ).fetchone()[0]
    count = base.execute("SELECT count(*) FROM kernel_matter").fetchone()[0]
    deep = base.execute(
        "SELECT id FROM kernel_matter ORDER BY id DESC LIMIT 1 OFFSET ?", [min(50_000, count // 2)]
    ).fetchone()[0]
    mine = base.execute(
        "SELECT number FROM kernel_matter WHERE state IN ('assigned', 'fixed') ORDER BY id DESC LIMIT 1"
    ).fetchone()[0]
    base.close()
    return one, f"/repairs/repairs/?view=all&after={deep}", mine


def compare(
    server: Server, name: str, ours: Call, yard: Call, clients: int, rounds: int, seconds: float
) -> None:
    """Ours and the yard in turn; prints the medians and the ratio."""
    took: dict[str, list[Took]] = {"ours": [], "yard": []}
    visitors = [Visitor(server.port).enter("director") for _ in range(clients)]
    for turn in range(rounds):
        order = [("ours", ours), ("yard", yard)]
        for who, call in order if turn % 2 == 0 else reversed(order):
            took[who].append(timed(server, call, visitors, seconds))
    ratios = [a.rate / b.rate for a, b in zip(took["ours"], took["yard"], strict=True)]
    cpus = [a.cpu / b.cpu for a, b in zip(took["ours"], took["yard"], strict=True)]
    mid = {
        who: [statistics.median(getattr(t, key) for t in rows) for key in ("rate", "median", "p95", "cpu")]
        for who, rows in took.items()
    }
    (rate, median, p95, cpu), (yrate, *_, ycpu) = mid["ours"], mid["yard"]
    unit, key = ("ms", median) if clients == 1 and not name.startswith("W1") else ("/s", rate)
    print(
        f"{name:30} {rate:7.1f}/s {median:7.1f} ms p95 {p95:7.1f} cpu {cpu:6.2f} ms"
        f" · yard {yrate:7.1f}/s cpu {ycpu:6.2f} · ours/yard {statistics.median(ratios):.2f}"
        f" ({min(ratios):.2f}–{max(ratios):.2f}), cpu x{statistics.median(cpus):.2f}"
        f"{against_peers(name, unit, key)}"
    )


def against_peers(name: str, unit: str, ours: float) -> str:
    peers = PEERS.get(f"{name.split(' deep')[0]}, {unit}") or next(
        (p for k, p in PEERS.items() if k[:2] == name[:2] and name[:2] == "H3"), None
    )
    if not peers:
        return ""
    best = (min if unit == "ms" else max)(peers.values())
    times = best / ours if unit == "ms" else ours / best
    return f" · best peer {best:g} {unit}: x{times:.0f}"


def timed(server: Server, call: Call, visitors: list[Visitor], seconds: float) -> Took:
    """All visitors ask as fast as they are answered for so many seconds."""
    times: list[float] = []
    errors: list[BaseException] = []
    until = time.perf_counter() + seconds

    def work(visitor: Visitor, offset: int) -> None:
        turn = offset
        with contextlib.suppress(StopIteration):
            while time.perf_counter() < until and not errors:
                began = time.perf_counter()
                try:
                    call(visitor, turn)
                except BaseException as error:
                    errors.append(error)
                times.append(time.perf_counter() - began)
                turn += len(visitors)

    cpu, began = server.cpu(), time.perf_counter()
    threads = [threading.Thread(target=work, args=(v, n)) for n, v in enumerate(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    took = time.perf_counter() - began
    times.sort()
    return Took(len(times) / took, 1000 * statistics.median(times), 1000 * times[int(len(times) * 0.95) - 1],
                1000 * (server.cpu() - cpu) / len(times))  # fmt: skip


# ── running the house ───────────────────────────────────────────────────────────────────────────────────


def memory(server: Server) -> None:
    """O3: after 1,000 mixed requests."""
    visitor = Visitor(server.port).enter("director")
    for turn in range(1000):
        visitor.get(("/", "/repairs/repairs/", "/search/?q=%E7%81%AF", "/notices/")[turn % 4])
    report("O3 memory, MB", server.memory(), 220)


def operations(data: Path) -> None:
    """O1, O2, O4."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with Server(Path(folder) / "new"):
            report("O1 install, s", time.perf_counter() - began, 10)
    with Server(data) as server:
        report("O2 boot, s", server.booted_in, 3)
        with tempfile.TemporaryDirectory() as folder:
            backup(server, Path(folder))


def backup(server: Server, folder: Path) -> None:
    """O4: a backup, checked by restoring it, while pages are asked for; then restored once more."""
    visitor = Visitor(server.port).enter("director")
    calm = timed(server, get("/repairs/repairs/", "hq-register"), [visitor], 3)
    env = {**os.environ, "HOUQIN_DATA": str(server.data), "PYTHONPATH": os.pathsep.join(("src", "."))}
    command = [sys.executable, "-m", "houqin.config.cli"]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "backup", "--with-keys", str(folder / "b.zip")], env=env, stdout=subprocess.DEVNULL
    )
    busy = []
    while process.poll() is None:
        busy.append(timed(server, get("/repairs/repairs/", "hq-register"), [visitor], 0.5))
    assert process.returncode == 0, "the backup failed"
    report("O4 backup, s", time.perf_counter() - began, 12)
    print(f"{'O4 p95 during / before':30} {max(t.p95 for t in busy) / calm.p95:7.2f}   must ≤ 3")
    began = time.perf_counter()
    subprocess.run(
        [*command, "restore", str(folder / "b.zip")],
        env={**env, "HOUQIN_DATA": str(folder / "back")},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    report("O4 restore, s", time.perf_counter() - began, 12)


def report(name: str, value: float, must: float) -> None:
    peers = PEERS.get(name)
    times = f" · best peer {min(peers.values()):g}: x{min(peers.values()) / value:.0f}" if peers else ""
    print(f"{name:30} {value:7.2f}   must ≤ {must:g}{times}")


if __name__ == "__main__":
    main()
