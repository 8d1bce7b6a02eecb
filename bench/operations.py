"""O1–O4, C1, B2: installing, starting, backing up, checking, the indicators; timed as whole commands."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from . import machine, pages, reference
from .load import storm
from .rounds import Result, times_best_peer
from .served import Server

TABLES = (
    "kernel_matter", "kernel_event", "kernel_signature", "kernel_notice", "kernel_change",
    "kernel_attachment", "repairs_repair", "kernel_searchrow", "kernel_seal",
)  # fmt: skip


def command(data: Path, *words: str, module: str = "houqin.config.cli") -> subprocess.Popen:
    env = {**os.environ, "HOUQIN_DATA": str(data), "PYTHONPATH": os.pathsep.join(("src", "."))}
    line = [sys.executable, "-m", module, *words]
    return subprocess.Popen(line, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def done(process: subprocess.Popen) -> str:
    """What it said; a command that fails fails its job."""
    out, err = process.communicate()
    assert process.returncode == 0, f"{process.args[3:]}: {process.returncode} {out[-500:]} {err[-500:]}"
    return out


def result(
    name: str,
    value: float,
    unit: str,
    must: float,
    *,
    cpu: float | None = None,
    peer: str = "",
    more: str = "",
) -> Result:
    """One line; `cpu` is what the same thing took in CPU time, in the same unit."""
    state = machine.state()
    fair = value if cpu is None else state.fair(value, cpu)
    worked = "" if cpu is None else f", cpu {cpu:.2f} {unit}"
    said = times_best_peer(f"{peer}, {unit}", fair)[0] if peer else ""
    return Result(name, f"{value:.2f} {unit}{worked}{more}{said}", f"≤ {must:g} {unit}", fair <= must, state)


def spent() -> float:
    """CPU seconds of every command that has ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def o1(server: Server, asked) -> Iterator[Result]:
    """An empty folder → migrated, first administrator, answering."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "new") as fresh:
        tables = reference.one(fresh.data, "SELECT count(*) FROM kernel_person WHERE code = 'admin'")
        assert tables == 1, "no administrator"
        yield result("O1 install", fresh.booted_in, "s", 82 / 8, cpu=fresh.cpu(), peer="O1")


def o2(server: Server, asked) -> Iterator[Result]:
    """From the command to the first answer, on the school as it is."""
    server.end()
    server.start()
    yield result("O2 boot", server.booted_in, "s", 3, cpu=server.cpu())


def o3(server: Server, asked) -> Iterator[Result]:
    """PSS of the server and its children after a thousand mixed requests."""
    visitors = pages.entered(server, 10)
    count = 0
    while count < 1000:
        answers, _ = storm(server.port, [pages.mix(v, server.data, n) for n, v in enumerate(visitors)], 3)
        count += len(answers)
    yield result("O3 memory", server.memory(), "MB", 220, peer="O3", more=f" after {count:,} requests")


def o4(server: Server, asked) -> Iterator[Result]:
    """A backup while fifty are at work, then restored elsewhere and opened; the same rows are in it."""
    visitors = pages.entered(server, 50)

    def p95(seconds: float) -> float:
        answers, _ = storm(
            server.port, [pages.mix(v, server.data, n) for n, v in enumerate(visitors)], seconds
        )
        assert not [a.wrong for a in answers if a.wrong], [a.wrong for a in answers if a.wrong][:3]
        return sorted(a.ms for a in answers)[int(len(answers) * 0.95) - 1]

    calm = p95(asked.seconds)
    with tempfile.TemporaryDirectory(dir=server.data.parent) as folder:
        file, back = Path(folder) / "kept.houqin", Path(folder) / "back"
        counted = {table: reference.one(server.data, f"SELECT count(*) FROM {table}") for table in TABLES}
        began, before, worst = time.perf_counter(), spent(), []
        process = command(server.data, "backup", "--with-keys", str(file))
        while process.poll() is None:
            worst.append(p95(1.0))
        done(process)
        made = time.perf_counter() - began
        began = time.perf_counter()
        done(command(back, "restore", str(file)))
        restored = time.perf_counter() - began
        there = {table: reference.one(back, f"SELECT count(*) FROM {table}") for table in TABLES}
        assert all(there[table] >= counted[table] for table in TABLES), f"{there} of {counted}"
    size = f", backup {made:.1f} s under load + restore {restored:.1f} s"
    yield result("O4 backup, checked, restored", made + restored, "s", 12, cpu=spent() - before, more=size)
    times = max(worst) / calm
    said = f"{times:.1f} × ({calm:.0f} → {max(worst):.0f} ms)"
    yield Result("O4 H4's p95 during it", said, "≤ 3 ×", times <= 3, machine.state())


def c1(server: Server, asked) -> Iterator[Result]:
    """`houqin check` and `houqin check --full`; both must find nothing."""
    for words, must in ((("check",), 10), (("check", "--full"), 120)):
        began, before = time.perf_counter(), spent()
        said = done(command(server.data, *words))
        assert "没有问题" in said, said[-500:]
        yield result(f"C1 {' '.join(words)}", time.perf_counter() - began, "s", must, cpu=spent() - before)


def b2(server: Server, asked) -> Iterator[Result]:
    """Every declared indicator over the present term, in a process of its own; compared with plain SQL."""
    said = json.loads(done(command(server.data, module="bench.indicators")))
    more = f", {said['count']} indicators, {said['queries']} queries"
    yield result("B2 indicators of a term", said["ms"], "ms", 300, cpu=said["cpu"], more=more)
