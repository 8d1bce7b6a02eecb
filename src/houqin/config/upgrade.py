"""An older school under a newer program: backed up, tried on the backup, then migrated; all of it, or the
school is as it was, also when the power goes in the middle.
"""

import logging
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from houqin import __version__
from houqin.kernel.errors import Refused

KEPT = 3  # backups of upgrades that stay in the data folder
BEFORE = ".before"  # beside SQLite's file while it is being migrated: the file as it was

log = logging.getLogger("houqin.upgrade")


def migrate(*, keep: bool) -> None:
    """Migrate; a school that is there is backed up first (`keep`), and put back if a migration fails."""
    from . import upkeep

    if not keep or not upkeep.has_school():
        call_command("migrate", verbosity=0, interactive=False)
        return
    upkeep.tell("数据是旧版本的，先备份再升级……")
    file = _backed_up()
    try:
        with _all_or_nothing():
            call_command("migrate", verbosity=0, interactive=False)
    except Exception as error:
        log.exception("upgrade to %s", __version__)
        raise Refused(
            f"升级没有成功，数据已退回原样（备份在 {file}）。换回旧版本程序，把 log/houqin.log 交给维护人员。"
        ) from error
    upkeep.tell(f"升级好了。升级前的备份在 {file}，这样的留最近 {KEPT} 份。")


def _backed_up() -> Path:
    """The backup of before, proven by restoring and migrating it elsewhere; older ones beyond `KEPT` go."""
    from . import backup

    folder = Path(settings.DATA) / "backups"
    file = folder / f"before-{__version__}-{time.strftime('%Y%m%d-%H%M%S')}.houqin"
    folder.mkdir(parents=True, exist_ok=True)
    for half in folder.glob(".backup-*"):  # of an upgrade that was cut off
        shutil.rmtree(half, ignore_errors=True)
    try:
        backup.make(file, overwrite=True)
    except Refused as refused:
        raise Refused(
            f"升级没有开始，数据没有动，旧版本程序照常能用：先备份、在备份上试着升级，没有成功。{refused}"
        ) from refused
    for old in sorted(folder.glob("before-[0-9]*.houqin"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
        old.unlink()
    return file


# ── all or nothing ──────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """All migrations or none: one transaction on PostgreSQL, on SQLite the file as it was before."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    _copy(_file(), _before())
    try:
        yield
    except Exception:
        _put_back()
        raise
    _before().unlink()


def finish() -> None:
    """Take up an upgrade that was cut off: half-way, the file of before comes back; at its end, it goes.

    Only for whoever holds the folder: another program may be migrating at this moment.
    """
    from . import upkeep

    if connection.vendor != "sqlite" or not _before().exists():
        return
    if not _half_way():
        _before().unlink()
        return
    _put_back()
    upkeep.tell("上次升级断在中途，数据已退回升级以前的样子。")


def _half_way() -> bool:
    from . import upkeep

    try:
        return bool(upkeep.pending() or upkeep.newer())
    except DatabaseError:  # cut off while it was being put back
        return True


def _file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _before() -> Path:
    return _file().with_suffix(BEFORE)


def _put_back() -> None:
    """What SQLite wrote beside the file belongs to the file that goes: it must never meet the other one."""
    connections.close_all()
    for end in ("-wal", "-shm"):
        Path(f"{_file()}{end}").unlink(missing_ok=True)
    _before().replace(_file())


def _copy(file: Path, to: Path) -> None:
    """SQLite's own copy: whole at one moment; under its name only when complete."""
    half = to.with_suffix(".copying")
    half.unlink(missing_ok=True)
    source, target = sqlite3.connect(file), sqlite3.connect(half)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    half.replace(to)
