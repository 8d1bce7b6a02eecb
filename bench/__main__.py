"""The named jobs, printed as ratios of one run; docs/building/bench.md says what each is.

python -m bench [JOB…] [--size S20] [--rounds 5] [--seconds 3]
"""

import argparse
import hashlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from . import machine, morning, operations, pages, reference
from .served import Server
from .sizes import SIZES

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("HOUQIN_BENCH", HERE.parent / ".cache/bench"))
MAKERS = ("sizes.py", "lives.py", "bulk.py", "generate.py")
JOBS = {  # the last two write in the yard, past the books' keys: C1 and O4 would find that
    "H1": pages.h1, "H2": pages.h2, "H3": pages.h3, "H5": pages.h5, "B2": operations.b2, "C1": operations.c1,
    "O1": operations.o1, "O2": operations.o2, "O3": operations.o3, "O4": operations.o4, "U1": morning.u1,
    "H4": pages.h4, "W1": pages.w1,
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=" ".join(JOBS))
    parser.add_argument("--size", choices=SIZES, default="S20")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    asked = parser.parse_args()
    wanted = {name.upper() for name in asked.jobs} or set(JOBS)
    if wrong := sorted(wanted - set(JOBS)):
        parser.error(f"no job {', '.join(wrong)}; there are {', '.join(JOBS)}")
    names = [name for name in JOBS if name in wanted]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server and the copy go with us
    kept = school(asked.size)
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="run-") as folder:
        data = Path(folder) / "school"
        shutil.copytree(kept, data)  # each run begins with the same rows
        print(heading(asked.size, data), flush=True)
        with Server(data) as server:
            server.settle()
            return max([run(server, name, asked) for name in names])


def run(server: Server, name: str, asked: argparse.Namespace) -> int:
    """One job; a wrong page fails it whatever its speed, and the others go on."""
    code = 0
    try:
        for result in JOBS[name](server, asked):
            print(result, flush=True)
            code = max(code, int(result.kept is False))
    except AssertionError as wrong:
        print(f"{name} WRONG: {wrong}", flush=True)
        return 2
    except Exception:
        traceback.print_exc()
        return 2
    return code


def heading(size: str, data: Path) -> str:
    mb = (data / "houqin.sqlite3").stat().st_size / 1_000_000
    repairs = reference.one(data, f"SELECT count(*) {reference.LISTED}")
    return (
        f"{datetime.now():%Y-%m-%d %H:%M} · {size}: {repairs:,} repairs, {mb:,.0f} MB · {platform.machine()},"
        f" {os.cpu_count()} cores, Python {platform.python_version()} · {machine.state()}"
    )


def school(size: str) -> Path:
    """The school of this size, built once for each state of its makers and of the tables."""
    sources = [HERE / name for name in MAKERS]
    sources += sorted((HERE.parent / "src/houqin").glob("**/migrations/0*.py"))
    mark = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    kept = CACHE / f"{size}-{mark}"
    if not kept.exists():
        print(f"building {size} once, into {kept} (minutes)", file=sys.stderr)
        making = CACHE / f"{size}-{mark}.making"
        shutil.rmtree(making, ignore_errors=True)
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(("src", "."))}
        subprocess.run([sys.executable, "-m", "bench.generate", str(making), size], env=env, check=True)
        making.rename(kept)
    return kept


if __name__ == "__main__":
    sys.exit(main())
