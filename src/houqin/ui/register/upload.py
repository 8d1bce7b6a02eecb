"""Into the house, first step: a file is taken, read by a process of its own,
and kept aside until it is confirmed.

Nothing that is uploaded can end the server: the reading process has bounds, a time cap, and a memory cap
where the system has one; whatever happens to it, the answer is a sentence.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from houqin.kernel.errors import NotThere, Refused, TooMany
from houqin.kernel.people.models import Person

from . import read_sheet
from .declare import Register

LARGEST = 20 * 1024 * 1024
SECONDS = 60
KEPT = 24 * 3600
READERS = threading.BoundedSemaphore(2)
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
COULD_NOT = "表格读不出来（读了 {s} 秒，或者太大），没有导入。只把数值粘贴到新表，或分成几份再导。"


@dataclass(frozen=True)
class Reading:
    """One sheet as it was read: its cells row by row,
    and where formulas and error values stand (row, column from 1)."""

    name: str
    kind: str  # xlsx or csv
    sha256: str
    rows: list[list[Any]]
    formulas: frozenset[tuple[int, int]] = frozenset()
    hollow: frozenset[tuple[int, int]] = frozenset()
    errors: dict[tuple[int, int], str] | None = None


def take_in(name: str, chunks: Iterable[bytes], register: Register, person: Person) -> str:
    """Read an uploaded sheet and keep what was read; answers the token it is kept under."""
    _sweep()
    with tempfile.NamedTemporaryFile(dir=_folder(), prefix="up-", delete=False) as file:
        path = Path(file.name)
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST:
                break
            digest.update(chunk)
            file.write(chunk)
    try:
        if size > LARGEST:
            raise Refused(f"文件超过 {LARGEST // 1024 // 1024} MB，没有导入。分成几份再导。", field="file")
        kind = kind_of(name, path)
        token = secrets.token_urlsafe(24)
        about = {"register": of_register(register), "person": person.pk, "name": name[-80:], "kind": kind}
        _keep(token, {**about, "sha256": digest.hexdigest()}, read(path, kind))
        return token
    finally:
        path.unlink(missing_ok=True)


def of_register(register: Register) -> str:
    return f"{register.model._meta.label_lower}:{register.key}"


def kind_of(name: str, path: Path) -> str:
    """By what it is, not by what it is called; refuses what is neither."""
    with path.open("rb") as file:
        first = file.read(8)
    if first.startswith(b"PK"):
        return "xlsx"
    if first.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("这是旧的 .xls 或加了密码的表格，没有导入。不加密码另存为 .xlsx 再导。", field="file")
    if not first:
        raise Refused("文件是空的，没有导入。", field="file")
    if name.casefold().endswith((".csv", ".txt")):
        return "csv"
    raise Refused("只能导入 .xlsx 和 .csv 的表格，没有导入。", field="file")


def read(path: Path, kind: str) -> list[str]:
    """The lines that the reading process answers; refuses with its sentence, or when it had to be ended."""
    if not READERS.acquire(timeout=30):
        raise TooMany("正有两份表在读，这一份没有开始。过一分钟再来。", wait=60)
    try:
        with tempfile.TemporaryFile(dir=_folder()) as out:
            code = _run(path, kind, out)
            out.seek(0)
            lines = out.read().decode("utf-8", "replace").split("\n") if code == 0 else []
    finally:
        READERS.release()
    lines = [line for line in lines if line]
    if not lines:
        raise Refused(COULD_NOT.format(s=SECONDS), field="file")
    if '"refused"' in lines[-1][:12]:
        raise Refused(json.loads(lines[-1])["refused"], field="file")
    return lines


def _run(path: Path, kind: str, out: BinaryIO) -> int:
    command = [sys.executable, "-I", str(Path(read_sheet.__file__)), str(path), kind]
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    try:
        return subprocess.run(  # noqa: S603  (our own program, our own path)
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            env=kept,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -1


# ── kept aside ──────────────────────────────────────────────────────────────────────────────────────────────


def _folder() -> Path:
    folder = Path(settings.DATA) / "imports"
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    return folder


def _keep(token: str, about: dict[str, Any], lines: list[str]) -> None:
    path = _folder() / f"{token}.jsonl"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join([json.dumps(about, ensure_ascii=False), *lines]))


def kept(token: str, register: Register, person: Person) -> Reading:
    """What was read under this token, by this person for this register; else as if it were not there."""
    path = _folder() / f"{token}.jsonl"
    if not TOKEN.fullmatch(token) or not path.exists():
        raise NotThere("这份表不在了（过了一天，或已经写入）。重新上传。", told=True)
    about, meta, *rows = (json.loads(line) for line in path.read_text(encoding="utf-8").split("\n"))
    if about["person"] != person.pk or about["register"] != of_register(register):
        raise NotThere("这份表不在了（过了一天，或已经写入）。重新上传。", told=True)
    return reading(about, meta, rows)


def reading(about: dict[str, Any], meta: dict[str, Any], rows: list[list[Any]]) -> Reading:
    return Reading(
        about["name"],
        about["kind"],
        about["sha256"],
        rows,
        frozenset((row, column) for row, column in meta["formulas"]),
        frozenset((row, column) for row, column in meta["hollow"]),
        {(row, column): value for row, column, value in meta["errors"]},
    )


def read_file(path: Path) -> Reading:
    """A sheet from a path, for the command line."""
    if path.stat().st_size > LARGEST:
        raise Refused(f"文件超过 {LARGEST // 1024 // 1024} MB，没有导入。分成几份再导。")
    kind = kind_of(path.name, path)
    meta, *rows = (json.loads(line) for line in read(path, kind))
    return reading(
        {"name": path.name, "kind": kind, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}, meta, rows
    )


def forget(token: str) -> None:
    if TOKEN.fullmatch(token):
        (_folder() / f"{token}.jsonl").unlink(missing_ok=True)


def _sweep() -> None:
    """Files that nobody confirmed within a day."""
    for path in _folder().iterdir():
        if time.time() - path.stat().st_mtime > KEPT:
            path.unlink(missing_ok=True)
