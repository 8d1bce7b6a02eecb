"""The engine itself: the file is whole, the schema is ours, the guards bite."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.migrations.executor import MigrationExecutor

from .. import entries
from ..area import Finding, Invariant

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "mmap_size": 0,
}
RESTORE = "用 houqin restore 从最近的备份恢复。"
REBUILD = "重新运行 houqin start；还在就从备份恢复。"
LONG_WAL = 256 << 20  # bytes
CONSTRAINT = re.compile(r'CONSTRAINT "([a-z0-9_]+)"')
NOT_OURS = "不是后勤建的，查一下是谁放进去的。"


def whole_fast() -> Iterator[Finding]:
    return _whole("quick_check")


def whole_full() -> Iterator[Finding]:
    return _whole("integrity_check")


def _whole(pragma: str) -> Iterator[Finding]:
    """SQLite's own test of its file, and rows that point at nothing; PostgreSQL holds both by itself."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA {pragma}")
            for (said,) in cursor.fetchall():
                if said != "ok":
                    yield Finding("I01", "数据库文件", "完好", said, RESTORE)
            cursor.execute("PRAGMA foreign_key_check")
            for table, row, parent, _ in cursor.fetchall():
                yield Finding(
                    "I01", f"{table} 第 {row} 行", f"指向 {parent} 里有的行", "指向的行没有了", RESTORE
                )
        else:
            cursor.execute(
                "SELECT conname, conrelid::regclass::text FROM pg_constraint WHERE NOT convalidated"
            )
            for name, table in cursor.fetchall():
                yield Finding("I01", f"{table} 的约束 {name}", "已验证", "没有验证", RESTORE)


def settings_of_the_engine() -> Iterator[Finding]:
    """What the connection was told, asked back;
    and a SQLite without the fault that loses what was committed.
    """
    for name, wanted, found in pragmas_amiss():
        yield Finding(
            "I02", f"SQLite 的 {name}", str(wanted), str(found), "重新启动后勤；还这样就交给维护人员。"
        )
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            version = cursor.execute("SELECT sqlite_version()").fetchone()[0]
        if not safe_sqlite(tuple(int(part) for part in version.split("."))):
            yield Finding("I02", "SQLite 版本", "3.51.3 以上", version, "重新安装依赖，里面带着修好的版本。")


def pragmas_amiss() -> Iterator[tuple[str, Any, Any]]:
    """Each setting of SQLite that is not as it must be (security.md 5.7);
    a test's database in memory has no journal.
    """
    live = connections[DEFAULT_DB_ALIAS]
    if live.vendor != "sqlite":
        return
    with live.cursor() as cursor:
        for name, wanted in PRAGMAS.items():
            row = cursor.execute(f"PRAGMA {name}").fetchone()
            if row and row[0] != wanted and row[0] != "memory":
                yield name, wanted, row[0]


def long_wal() -> Iterator[Finding]:
    """I46: SQLite's log of writes was folded back into the file; it grows for as long as somebody reads."""
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    if connection.vendor == "sqlite" and log.exists() and (size := log.stat().st_size) > LONG_WAL:
        most = f"不到 {LONG_WAL >> 20} MB"
        yield Finding("I46", "数据库的写入日志", most, f"{size >> 20} MB", "重新启动后勤，它会并回去。")


BACKPORTS: dict[tuple[int, ...], int] = {(3, 44): 6, (3, 50): 7}


def safe_sqlite(version: tuple[int, ...]) -> bool:
    """Free of the WAL-reset fault (3.7.0–3.51.2, mended in 3.51.3 and carried back to 3.44.6 and 3.50.7)."""
    return version >= (3, 51, 3) or version[2] >= BACKPORTS.get(version[:2], 1000)


# ── schema ──────────────────────────────────────────────────────────────────────────────────────────────


def schema() -> Iterator[Finding]:
    """Every table, column and constraint of the models is there; nothing is there that nobody declared."""
    executor = MigrationExecutor(connection)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Finding("I03", "数据库结构", f"做过 {migration}", "没有做", REBUILD)
    declared = {m._meta.db_table: m for m in apps.get_models(include_auto_created=True) if m._meta.managed}
    with connection.cursor() as cursor:
        there, names = _columns(cursor), _names(cursor)
        for table, model in sorted(declared.items()):
            if table not in there:
                yield Finding("I03", f"表 {table}", "有", "没有", RESTORE)
            else:
                yield from _differs(model, there[table], names)
        yield from _foreign(cursor, set(there) - set(declared) - {"django_migrations"})


def _differs(model: type[models.Model], found: set[str], names: set[str]) -> Iterator[Finding]:
    table = model._meta.db_table
    wanted = {str(field.column) for field in model._meta.local_concrete_fields}
    for name in sorted(wanted - found):
        yield Finding("I03", f"表 {table} 的列 {name}", "有", "没有", RESTORE)
    for name in sorted(found - wanted - {"tokens"}):
        yield Finding("I03", f"表 {table} 的列 {name}", "没有", "有", NOT_OURS)
    for name in sorted(_named(model) - names):
        yield Finding("I03", f"表 {table} 的约束 {name}", "有", "没有", RESTORE)


def _columns(cursor: Any) -> dict[str, set[str]]:
    """Table → its columns, of every ordinary table."""
    if connection.vendor == "sqlite":
        cursor.execute(
            "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c"
            " WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite_%%'"
        )
    else:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema()"
        )
    found: dict[str, set[str]] = {}
    for table, column in cursor.fetchall():
        found.setdefault(table, set()).add(column)
    return found


def _names(cursor: Any) -> set[str]:
    """The names of all constraints and indexes."""
    if connection.vendor == "sqlite":
        cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'index')")
        rows = cursor.fetchall()
        said = {name for kind, _, sql in rows if kind == "table" for name in CONSTRAINT.findall(sql or "")}
        return said | {name for kind, name, _ in rows if kind == "index"}
    cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'i' UNION SELECT conname FROM pg_constraint")
    return {name for (name,) in cursor.fetchall()}


def _named(model: type[models.Model]) -> set[str]:
    """The constraints and indexes a model declares; the index of words is made otherwise."""
    rules = {str(rule.name) for rule in model._meta.constraints}
    return rules | {str(index.name) for index in model._meta.indexes if type(index) is models.Index}


def _foreign(cursor: Any, tables: set[str]) -> Iterator[Finding]:
    """Tables, views and triggers that no migration of ours made."""
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'view'")
        views = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = current_schema()")
        views = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    triggers = {name for (name,) in cursor.fetchall()} - _our_triggers()
    for what, names in (("表", tables), ("视图", views), ("触发器", triggers)):
        for name in sorted(names):
            yield Finding("I03", f"{what} {name}", "没有", "有", NOT_OURS)


def _our_triggers() -> set[str]:
    guards = {
        f"{m._meta.db_table}_{end}" for m in entries.models_of_entries() for end in ("stays", "keeps", "once")
    }
    return guards | {"search_put", "search_take", "search_change"}


def guards() -> Iterator[Finding]:
    """The database refuses to change an entry: tried on every entry table,
    inside a savepoint that is rolled back.
    """
    for said in entries.unguarded():
        yield Finding(
            "I35", said, "数据库拒绝改动", "改得动", "重新运行 houqin start，保护会重新装上，再查是谁卸掉的。"
        )


INVARIANTS = (
    Invariant("I01", "数据库文件完好", whole_fast),
    Invariant("I01", "数据库文件逐页完好", whole_full, fast=False),
    Invariant("I02", "数据库按规定的设置工作", settings_of_the_engine),
    Invariant("I03", "数据库结构和程序一致", schema),
    Invariant("I46", "数据库的写入日志不长", long_wal, severity="warning"),
    Invariant("I35", "账只增不改", guards),
)
