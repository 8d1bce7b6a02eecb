"""A living school for the browser: one prepared data folder, a copy of it for each server,
`houqin start` as a process of its own.

Also used by scripts/pictures.py. The server's clock starts at a fixed moment of the demo's last day and goes
on from there (start_at.py), so that no test and no picture depends on the day it is made.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "demo"
TODAY, MOMENT = "2026-11-23", "2026-11-23T07:42:00+08:00"
OUTSIDE = {
    "static",
    "dist",
    "fe",
    "templates",
    "tests",
    "__pycache__",
}  # of src/houqin: what the demo's rows do not come from
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--lang=zh-CN"]  # fmt: skip


def sources() -> str:
    """The key of everything the demo school is made from."""
    sums = hashlib.sha256(TODAY.encode())
    for path in sorted((ROOT / "src" / "houqin").rglob("*")):
        inside = path.relative_to(ROOT)
        if path.is_file() and not OUTSIDE & set(inside.parts):
            sums.update(str(inside).encode() + b"\0" + path.read_bytes())
    return sums.hexdigest()[:16]


def prepared() -> Path:
    """The data folder of a demo school, made once for these sources;
    HOUQIN_DEMO names one to be taken as it is."""
    if given := os.environ.get("HOUQIN_DEMO"):
        return Path(given)
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = CACHE / sources()
        if not (folder / "houqin.sqlite3").exists():
            for old in CACHE.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            houqin(folder, "demo", "--today", TODAY)
        return folder


def houqin(data: Path, *words: str) -> str:
    """Run one verb to its end on a data folder; what it printed."""
    command = [sys.executable, "-m", "houqin.config.cli", *words]
    done = subprocess.run(
        command, env=environment(data), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(
            f"houqin {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}\n{logged(data)}"
        )
    return done.stdout


def environment(data: Path, **more: str) -> dict[str, str]:
    """Nothing of pytest or of another server reaches the process: TESTING settings stay off."""
    ours = {"PYTEST", "DATABASE_URL", "HOUQIN", "DJANGO", "COV"}
    kept = {
        name: value for name, value in os.environ.items() if not any(name.startswith(word) for word in ours)
    }
    return {
        **kept,
        "HOUQIN_DATA": str(data),
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@dataclass(frozen=True)
class House:
    """A server that runs: its address, its data folder."""

    url: str
    data: Path
    process: subprocess.Popen

    def ask(self, sql: str, *values: object) -> list[tuple]:
        """Read rows from the folder, past the server."""
        connection = sqlite3.connect(f"file:{self.data / 'houqin.sqlite3'}?mode=ro", uri=True)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def one(self, sql: str, *values: object) -> object:
        return self.ask(sql, *values)[0][0]

    def label(self, code: str) -> tuple[str, str]:
        """Token and short code of the label that hangs at a place."""
        sql = """SELECT l.token, l.short_code FROM kernel_label l JOIN kernel_place p ON p.id = l.key
                 WHERE l.kind = 'kernel.place' AND p.code = ? ORDER BY l.id DESC"""
        return self.ask(sql, code)[0]  # type: ignore[return-value]


def copied(into: Path) -> Path:
    """A copy of the prepared folder, without what the server makes itself."""
    return shutil.copytree(prepared(), into, ignore=shutil.ignore_patterns("log", "lock", "tmp"))


@contextmanager
def running(
    data: Path, *, moment: str = MOMENT, still: bool = False, port: int = 0, https: bool = False
) -> Iterator[House]:
    """Serve a data folder on a free port (or again on the one it had); ends with SIGINT as Ctrl-C would, and
    that end must be clean unless the test killed it.

    `still`: the clock does not go on (pictures).
    """
    port = port or free_port()
    url = f"{'https' if https else 'http'}://127.0.0.1:{port}"
    said = (data.parent / f"{data.name}.said").open("w+")
    clock = f"{moment}!" if still else moment
    command = [
        sys.executable,
        str(Path(__file__).with_name("start_at.py")),
        clock,
        "start",
        "--port",
        str(port),
        *(["--https"] if https else []),
    ]
    process = subprocess.Popen(
        command,
        env=environment(data, HOUQIN_URL=url, HOUQIN_HOSTS="127.0.0.1,office.school"),
        cwd=ROOT,
        stdout=said,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        wait_for(url, process, said, data)
        yield House(url, data, process)
        if process.poll() == -signal.SIGKILL:
            return
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0, "houqin start did not end cleanly"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        said.close()


def wait_for(url: str, process: subprocess.Popen, said: IO[str], data: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(
                f"{url}/healthz", timeout=2, context=ssl._create_unverified_context()
            ).close()
            return
        except OSError:
            time.sleep(0.1)
    said.seek(0)
    raise RuntimeError(f"houqin start did not come up:\n{said.read()[-2000:]}\n{logged(data)}")


def logged(data: Path) -> str:
    log = data / "log" / "houqin.log"
    return log.read_text(encoding="utf-8")[-3000:] if log.exists() else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def chromium() -> str:
    """The browser's path the way scripts/machine.sh finds it, the Chinese fonts with it;
    empty when there is none."""
    if not os.environ.get("CHROMIUM"):
        find = "source scripts/machine.sh; find_browser; find_fonts"
        script = f'{find}; printf "%s\\n%s" "$CHROMIUM" "${{FONTCONFIG_FILE:-}}"'
        found = subprocess.run(
            ["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        path, _, fonts = found.partition("\n")
        os.environ["CHROMIUM"] = path
        if fonts:
            os.environ["FONTCONFIG_FILE"] = fonts
    return os.environ["CHROMIUM"]
