"""`houqin demo`: a whole school in an empty data folder.
It is made beside it and put in place when it is complete.
"""

import argparse
import os
import shutil
import sys
import time
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import django

from houqin.kernel.errors import Refused

from . import folder

MAKING = ".making"


def run(asked: argparse.Namespace) -> None:
    """Fill the empty data folder; refuses one with anything in it."""
    today = _today(asked.today)
    data = folder.data()
    folder.finish_restore(data)
    refuse_full(data, again=asked.again)
    begun = time.monotonic()
    scratch = _scratch(data)
    try:
        with folder.speaking_for(data):
            _fill(scratch, today)
        _put_in_place(scratch, data, again=asked.again)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"演示学校好了（{time.monotonic() - begun:.0f} 秒），数据目录 {data}。接着运行 houqin start")


def _today(written: str) -> date:
    if not written:
        return datetime.now(
            ZoneInfo("Asia/Shanghai")
        ).date()  # not Django's: settings are read once the folder is set
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Refused(f"“{written}”不是日期，没有生成。写成 2026-11-23 这样。") from None


def refuse_full(data: Path, *, again: bool) -> None:
    """A demo never comes on top of anything; `--again` throws away a demo, never a real school."""
    if folder.is_empty(data):
        return
    if not again:
        raise Refused(
            f"数据目录 {data} 里已经有数据，没有生成演示。换一个空目录（HOUQIN_DATA），或者演示数据用 --again 重做。"
        )
    if not (data / "demo").exists():
        raise Refused(f"数据目录 {data} 不是演示学校，没有动它。演示换一个空目录（HOUQIN_DATA）。")
    if folder.is_held(data):
        raise Refused(f"数据目录 {data} 正在使用，没有重做。先停掉后勤程序。")


def _scratch(data: Path) -> Path:
    """Beside the data folder where that can be written, else inside it."""
    data.parent.mkdir(parents=True, exist_ok=True)
    beside = os.access(data.parent, os.W_OK)
    scratch = data.with_name(data.name + MAKING) if beside else data / MAKING
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "tmp").mkdir(parents=True, mode=0o750)
    if (data / "keys").exists():
        shutil.copytree(data / "keys", scratch / "keys")
    return scratch


def _fill(scratch: Path, today: date) -> None:
    os.environ["HOUQIN_DATA"] = str(scratch)
    django.setup()
    from django.db import connections

    from houqin.kernel import tuning
    from houqin.kernel.audit.sealing import actions as sealing

    from . import demo, founding, upkeep

    if upkeep.has_school() and "sqlite" not in str(connections["default"].vendor):
        raise Refused("数据库里已经有数据，没有生成演示。把 DATABASE_URL 指到一个空的数据库。")
    upkeep.ready()
    demo.fill(today, progress)
    sealing.seal(act=founding.system_act())
    tuning.refresh()
    (scratch / "demo").write_text(today.isoformat())
    connections.close_all()


def _put_in_place(scratch: Path, data: Path, *, again: bool) -> None:
    """The database moves last: until then the folder is as empty as it was."""
    if again:
        shutil.rmtree(data)
    data.mkdir(parents=True, exist_ok=True, mode=0o750)
    for child in sorted(scratch.iterdir(), key=lambda path: path.name.startswith("houqin.sqlite3")):
        place = data / child.name
        shutil.rmtree(place, ignore_errors=True)
        shutil.move(child, place)


def progress(share: float, what: str = "") -> None:
    """A bar on a terminal; elsewhere a line at each tenth."""
    if sys.stderr.isatty():
        full = round(share * 30)
        print(
            f"\r  [{'█' * full}{'·' * (30 - full)}] {share:4.0%} {what:<20}",
            end="",
            file=sys.stderr,
            flush=True,
        )
        if share >= 1:
            print(file=sys.stderr)
    elif (tenth := int(share * 10)) != progress.__dict__.get("said"):
        progress.__dict__["said"] = tenth
        print(f"  {tenth * 10}% {what}", file=sys.stderr, flush=True)
