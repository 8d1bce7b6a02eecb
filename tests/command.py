"""`houqin` as a person at the machine runs it: a program of its own, on a data folder of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOUND = """
import django; django.setup()
from houqin.config import founding, upkeep
upkeep.ready(); founding.first_link()
"""


def environment(data: Path, **more: str) -> dict[str, str]:
    """What the program sees: this data folder, none of pytest's own names; compiled once for all of them."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("PYTEST", "HOUQIN", "DATABASE_URL", "DJANGO", "COV", "PYTHONDONTWRITE"))
    }
    return kept | {
        "HOUQIN_DATA": str(data), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "PYTHONUTF8": "1",
        "DJANGO_SETTINGS_MODULE": "houqin.config.settings",
        "PYTHONPYCACHEPREFIX": str(ROOT / ".cache/pyc"), **more,
    }  # fmt: skip


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


def houqin(data: Path, *words: str, **env: str) -> Said:
    return ran([sys.executable, "-m", "houqin.config.cli", *words], data, **env)


def script(data: Path, text: str, **env: str) -> Said:
    return ran([sys.executable, "-c", text], data, **env)


def ran(command: list[str], data: Path, **env: str) -> Said:
    done = subprocess.run(
        command,
        env=environment(data, **env),
        capture_output=True,
        text=True,
        check=False,
        cwd=data.parent,
        timeout=300,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Said(done.returncode, done.stdout.strip(), done.stderr.strip())


def found(data: Path) -> Path:
    """The unnamed school of a first start, without a server."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "tmp").mkdir(exist_ok=True)
    said = script(data, FOUND)
    assert said.code == 0, said.err
    return data
