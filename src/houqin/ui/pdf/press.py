"""The press: a folder for one file, a child that sets it, and the file or a sentence."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from houqin.kernel.errors import Refused, TooMany

HERE = Path(__file__).parent
KIT, CHILD = HERE / "kit.typ", HERE / "child.py"
SECONDS = 20  # of the clock; the child's own cap of the processor is lower
AT_ONCE = threading.BoundedSemaphore(2)
KEPT = ("SYSTEMROOT", "TEMP", "TMP")  # of the environment: what Windows cannot start without
NOWHERE = "http://127.0.0.1:9"  # the way to the network: nobody answers there

log = logging.getLogger("houqin.pdf")


class NotMade(Refused):
    """The file could not be made; nothing else is wrong."""

    status = 503


def pdf(template: Path, data: Mapping[str, Any], pictures: Mapping[str, Path], *, at: datetime) -> bytes:
    """The file of this template and data. `at` is its date: the same data make the same bytes."""
    if not AT_ONCE.acquire(timeout=SECONDS):
        raise TooMany("正有两份 PDF 在做，这一份没有做。过一分钟再来。", wait=60)
    try:
        with tempfile.TemporaryDirectory(prefix="houqin-pdf-", ignore_cleanup_errors=True) as folder:
            lay_out(Path(folder), template, data, pictures)
            return run_child(Path(folder), at)
    finally:
        AT_ONCE.release()


def lay_out(folder: Path, template: Path, data: Mapping[str, Any], pictures: Mapping[str, Path]) -> None:
    """All that the child may read."""
    shutil.copyfile(template, folder / "main.typ")
    shutil.copyfile(KIT, folder / "kit.typ")
    (folder / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    for name, path in pictures.items():
        shutil.copyfile(path, folder / name)


def run_child(folder: Path, at: datetime) -> bytes:
    command = [sys.executable, "-I", str(CHILD), str(folder), str(int(at.timestamp()))]
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    shut = dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), NOWHERE
    )
    try:
        done = subprocess.run(  # noqa: S603 - our own program, our own folder
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=SECONDS,
            env=kept | shut, cwd=folder,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _not_made(f"no end after {SECONDS} s") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise _not_made(f"{done.returncode} {done.stderr[-2000:].decode('utf-8', 'replace')}")
    return done.stdout


def _not_made(why: str) -> NotMade:
    log.error("pdf: %s", why)
    return NotMade(
        "PDF 没有做成，别的都没有动。先用“打印”从浏览器印，或者过一分钟再试；还是不行，请告诉管理员。"
    )
