"""What happens between the command and the first page: folder, database, guards, built-in persons,
static files.
"""

import hashlib
import logging
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from houqin import __version__
from houqin.kernel import entries
from houqin.kernel.checks import check_areas
from houqin.kernel.errors import Refused
from houqin.kernel.invariants import engine, records
from houqin.kernel.people import actions as people
from houqin.ui.access import check_urls

from . import trouble, upgrade

log = logging.getLogger("houqin.upkeep")


def ready(*, keep: bool = True, pages: bool = True) -> None:
    """Bring the data folder up to the code: probe, refuse a newer one,
    back up (`keep`) and migrate an older one, lay out the `pages`' files.
    """
    for sentence in warnings():
        tell(sentence)
    upgrade.finish()
    refuse_torn()
    _probe()
    refuse_newer()
    if pending():
        upgrade.migrate(keep=keep)
    with transaction.atomic():
        entries.guard_all()
        people.ensure_built_in()
    if pages:
        collect_static()
    refuse_misdeclared()
    stamp("version", __version__)
    for finding in records.anchored():
        tell(f"{finding.thing}应为{finding.expected}，实际是{finding.found}。{finding.hint}")


def tell(sentence: str) -> None:
    """To the person at the machine, and into the log for whoever comes later."""
    log.warning("%s", sentence)
    print(sentence, file=sys.stderr)


def warnings() -> Iterator[str]:
    """What is not wrong enough to refuse, and too wrong to keep quiet about."""
    if connection.vendor == "sqlite" and not engine.safe_sqlite(sqlite3.sqlite_version_info):
        yield f"注意：SQLite {sqlite3.sqlite_version} 有写坏数据的毛病，换成 3.51.3 以上（重新安装依赖就会带上）。"


def refuse_torn() -> None:
    """A file that is torn is not opened for writing: what can still be saved of it stays as it is."""
    file = Path(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or not file.exists():
        return
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as probe:
        try:
            [[said]] = probe.execute("PRAGMA quick_check(1)")
        except sqlite3.DatabaseError as error:
            if not trouble.is_torn(error):
                raise
            said = str(error)
    if said != "ok":
        log.error("%s: %s", file, said)
        raise Refused(trouble.TORN)


def _probe() -> None:
    """The database answers, and works as the settings say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if wrong := [f"{name} 应为 {wanted}，现在是 {found}" for name, wanted, found in engine.pragmas_amiss()]:
        raise Refused(f"数据库的设置不对（{'；'.join(wrong)}），没有启动。看看是不是别的程序在改它。")


# ── versions ────────────────────────────────────────────────────────────────────────────────────────────


def refuse_unready() -> None:
    """Every verb but `start`, `demo` and `restore` wants a database that is up to date."""
    if not has_school():
        raise Refused("数据目录里还没有学校，没有执行。先运行 houqin start 或 houqin demo。")
    refuse_newer()
    if pending():
        raise Refused("数据还是旧版本的，没有执行。先运行 houqin start，它会备份再升级。")


def refuse_newer() -> None:
    """An older program never opens a newer school."""
    if found := newer():
        raise Refused(
            f"数据是更新版本的后勤写的（{'、'.join(found[:3])}），现在的程序是 {__version__}，没有启动。装上新版本再启动。"
        )


def newer() -> list[str]:
    """Migrations that the database has had and this program does not know, an area's that it does not have
    among them; a stamp above our version.
    """
    written = stamped("version")
    stamps = [written] if written and _parts(written) > _parts(__version__) else []
    return unknown(MigrationExecutor(connection).loader.applied_migrations) + stamps


def unknown(applied: Iterable[tuple[str, str]]) -> list[str]:
    """Those of the applied migrations that this program does not know."""
    known = MigrationExecutor(connection).loader.disk_migrations
    return sorted(f"{app}.{name}" for app, name in applied if (app, name) not in known)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def pending() -> list[str]:
    """Migrations that wait to be applied."""
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def has_school() -> bool:
    """Whether there is something to lose: a school, not only tables of a first start that was cut off."""
    from houqin.kernel.school.models import School

    if School._meta.db_table not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:  # by SQL: the table may be older than the model
        cursor.execute(f"SELECT count(*) FROM {School._meta.db_table}")  # noqa: S608 - our own table
        return bool(cursor.fetchone()[0])


def refuse_misdeclared() -> None:
    """A mis-declared area, a URL without an access, a setting out of line: none of them starts."""
    if wrong := misdeclared():
        lines = "\n".join(f"  {message.id} {message.msg}" for message in wrong)
        raise Refused(f"程序自检没有通过，没有启动：\n{lines}")


def misdeclared() -> list[checks.CheckMessage]:
    """What the start-up checks have against this program."""
    for each in (check_areas, check_urls):
        checks.register(each)  # a set: once is enough
    return [message for message in checks.run_checks() if message.level >= checks.ERROR]


# ── stamps and static files ─────────────────────────────────────────────────────────────────────────────


def stamped(name: str) -> str:
    """What the last start wrote down under a name."""
    try:
        return (Path(settings.DATA) / "static" / f".{name}").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def stamp(name: str, value: str) -> None:
    if stamped(name) != value:
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        (Path(settings.STATIC_ROOT) / f".{name}").write_text(value, encoding="utf-8")


def collect_static() -> None:
    """Put the pages' files where the server takes them from, when they are others than last time."""
    if settings.TESTING:
        return
    now, list_of_names = _fingerprint(), Path(settings.STATIC_ROOT) / "staticfiles.json"
    if now == stamped("files") and list_of_names.exists():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp("files", now)


def _fingerprint() -> str:
    """Names, sizes and times of all static sources; a few hundred stats."""
    from django.contrib.staticfiles.finders import get_finders

    seen = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            at = Path(storage.path(name)).stat()
            seen.update(f"{name} {at.st_size} {at.st_mtime_ns}\n".encode())
    return seen.hexdigest()
