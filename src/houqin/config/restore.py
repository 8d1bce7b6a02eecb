"""`houqin restore FILE`: a new folder is filled, verified and checked beside the old one,
and only then put in its place.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import django

from houqin import __version__
from houqin.kernel.errors import Refused

from . import archive, folder


def run(asked: argparse.Namespace) -> None:
    """Restore into an empty data folder; a full one is kept beside when `--replace` says so."""
    data = folder.data()
    folder.finish_restore(data)
    refuse_full(data, replace=asked.replace)
    data.parent.mkdir(parents=True, exist_ok=True)
    scratch = folder.beside(data, folder.RESTORED)
    try:
        with folder.speaking_for(data), archive_of(Path(asked.file), scratch) as reader:
            _keys(reader, data, scratch)
            outside = bool(os.environ.get("DATABASE_URL", "").strip())
            if outside and asked.replace:
                _keep_safe(data)
            os.environ["HOUQIN_DATA"] = str(scratch)
            django.setup()
            held = _fill(reader, scratch, outside=outside, replace=asked.replace)
        kept = folder.put_in_place(scratch, data)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    made = reader.manifest
    print(
        f"恢复好了：{sum(table['count'] for table in made['tables'].values())} 行，{made['files']} 个附件，核对无误。"
    )
    print("  所有人要重新登录。" + (f"原来的数据整个留在 {kept}" if kept else ""))
    if held:
        print(f"  {held} 个通知渠道停了。这一份接着用，就到“设置 · 渠道”里启用；原来的还在发，就别启用。")


def refuse_full(data: Path, *, replace: bool) -> None:
    if not folder.is_empty(data) and not replace:
        raise Refused(
            f"数据目录 {data} 不是空的，没有恢复。换一个空目录；或者加 --replace，原来的会整个留在旁边。"
        )
    if folder.is_held(data):
        raise Refused(f"数据目录 {data} 正在使用，没有恢复。先停掉后勤程序。")


class archive_of:
    """A verified backup, open; what was unsealed for it is thrown away."""

    def __init__(self, path: Path, scratch: Path):
        self.reader = archive.open_file(path.resolve(), scratch, archive.ask_passphrase)
        self.unsealed = scratch / "unsealed.zip"
        self.reader.verify()

    def __enter__(self) -> archive.Reader:
        return self.reader

    def __exit__(self, *wrong: object) -> None:
        self.reader.zip.close()
        self.unsealed.unlink(missing_ok=True)


def _keys(reader: archive.Reader, data: Path, scratch: Path) -> None:
    """The entry key comes with the backup or lies in the folder already;
    the cookie key is always a new one.
    """
    keys = scratch / "keys"
    keys.mkdir(mode=0o700)
    for name in reader.names("keys/"):
        reader.take_out(name, keys / Path(name).name)
    for old in (data / "keys").glob("*") if (data / "keys").exists() else ():
        if not (keys / old.name).exists():
            shutil.copy2(old, keys / old.name)
    (keys / "secret").unlink(missing_ok=True)
    if not (keys / "entries").exists():
        raise Refused(
            f"备份里没有密钥，{data / 'keys'} 里也没有，没有恢复。把原来那台机器数据目录里的 keys 文件夹放到 {data} 里再恢复。"
        )
    for path in keys.iterdir():
        path.chmod(0o600)


def _fill(reader: archive.Reader, scratch: Path, *, outside: bool, replace: bool) -> int:
    """Fill the new folder and check it; answers how many channels are held."""
    from django.db import connections, transaction

    from . import backup, upkeep

    if backup.key_id() != reader.manifest["key_id"]:
        raise Refused("keys 文件夹里的密钥不是这份备份的，没有恢复。换成做备份那台机器的 keys 文件夹。")
    refuse_newer(reader.manifest)
    for name in reader.names("files/"):
        reader.take_out(name, scratch / name)
    if reader.manifest.get("demo"):
        (scratch / "demo").write_text("")
    if outside and upkeep.has_school() and not replace:
        raise Refused(
            "DATABASE_URL 指的数据库不是空的，没有恢复。换一个空的；或者加 --replace，先自动备份再换掉。"
        )
    (scratch / "tmp").mkdir(exist_ok=True)
    with transaction.atomic() if outside else nullcontext():
        if outside:
            _clear_database()
        _rows(reader)
        upkeep.ready(keep=False, pages=False)  # the next start lays them out
        _end_sessions()
        held = _hold_channels()
        _refuse_wrong()
    _settle()
    connections.close_all()
    return held


def _keep_safe(data: Path) -> None:
    """A database outside the folder does not stay beside it: it is backed up before it is replaced."""
    file = data / "backups" / f"before-restore-{time.strftime('%Y%m%d-%H%M%S')}.houqin"
    if not (data / "keys" / "entries").exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "houqin.config.cli", "backup", str(file), "--with-keys"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode != 0 and "还没有学校" not in done.stderr:
        raise Refused(f"恢复之前的备份没有做成，没有恢复：{done.stderr.strip()[-300:]}")


def refuse_newer(manifest: dict[str, Any]) -> None:
    """A backup of a newer program is not opened by an older one."""
    from . import upkeep

    if upkeep.unknown((app, name) for app, name in manifest["migrations"]):
        raise Refused(
            f"备份是更新版本的后勤（{manifest['version']}）做的，现在的程序是 {__version__}，没有恢复。先装新版本。"
        )


def _rows(reader: archive.Reader) -> None:
    """Migrate to where the backup stood, put the rows in,
    and read them out again to hold against the manifest.
    """
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    from . import rows

    executor = MigrationExecutor(connection)
    targets = _leaves(executor, {tuple(one) for one in reader.manifest["migrations"]})
    executor.migrate(targets)
    with transaction.atomic():
        rows.empty()
        for table in reader.manifest["tables"]:
            if not rows.plain_name(table):
                raise Refused(f"备份里的“{table}”不是后勤的表，没有恢复。换一份备份。")
            rows.load(table, reader.lines(f"tables/{table}.jsonl"))
        rows.go_on_counting()
    refuse_different(reader.manifest["tables"])


def _leaves(executor: Any, applied: set[tuple[str, ...]]) -> list[tuple[str, str]]:
    """The last applied migration of each app."""
    graph = executor.loader.graph
    known = [(one[0], one[1]) for one in applied if one in graph.nodes]
    return [
        one
        for one in known
        if not any(child.key in applied and child.key[0] == one[0] for child in graph.node_map[one].children)
    ]


def refuse_different(wanted: dict[str, dict[str, Any]]) -> None:
    """Every table's count and fingerprint, recomputed from the new database."""
    import hashlib

    from . import rows

    for table, said in wanted.items():
        seen, count = hashlib.sha256(), -1
        for line in rows.lines(table):
            seen.update(line.encode() + b"\n")
            count += 1
        if (count, seen.hexdigest()) != (said["count"], said["sha256"]):
            raise Refused(
                f"恢复出来的“{table}”和备份不一样（{count} 行，应为 {said['count']} 行），没有恢复。"
            )


def _clear_database() -> None:
    """Take everything out of an outside database, inside the transaction that fills it again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _end_sessions() -> None:
    """Nobody stays logged in over a restore."""
    from houqin.kernel.people.actions import logins
    from houqin.kernel.people.models import LoginSession

    from .founding import system_act

    logins.end(
        list(LoginSession.objects.filter(ended_at=None).values_list("pk", flat=True)), act=system_act()
    )


def _hold_channels() -> int:
    """Nothing goes out of a copy by itself: the school it was made from may be sending the same."""
    from houqin.kernel.notices.actions import channels
    from houqin.kernel.notices.models import Channel

    from .founding import system_act

    open_now = list(Channel.objects.filter(active=True).order_by("pk"))
    for channel in open_now:
        channels.switch_off(channel, act=system_act())
    return len(open_now)


def _refuse_wrong() -> None:
    """The restored school is checked like any other;
    errors mean that it does not take the old one's place.
    """
    from . import check

    told = [one for one in check.findings(full=True, uncommitted=True) if one.invariant.severity == "error"]
    for one in told[:10]:
        print(one.sentence, file=sys.stderr)
    if told:
        raise Refused(f"恢复出来的数据核对有 {len(told)} 处错误，没有换上去，原来的数据没有动。换一份备份。")


def _settle() -> None:
    """Count the tables, which the backup does not carry; fold the log of writes back into the one file, so
    that the folder can be moved.
    """
    from django.db import connection

    from houqin.kernel import tuning

    tuning.refresh()

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
