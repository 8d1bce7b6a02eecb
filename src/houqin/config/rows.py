# ruff: noqa: S608 - tables and columns are read off the database itself, and quoted
"""Every row of every table as a line of JSON, the same from SQLite and PostgreSQL, and back again.

Moments are UTC with microseconds, JSON columns are JSON, all else is what it is; lines come by key.
So the SHA-256 of a table's lines is its fingerprint, whatever engine it lies on.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections

NOT_KEPT = {"django_migrations"}  # said by the manifest, made by migrating
BATCH = 500
PLAIN = "plain"  # numbers and words: one engine knows more kinds of them than the other
WRITTEN_APART = {
    "DateTimeField", "DateField", "TimeField", "JSONField", "BooleanField", "BinaryField", "DecimalField"
}  # fmt: skip


def tables(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Ordinary tables, by name; what an engine keeps for itself (its index of words, the sizes of its
    tables) is not among them.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        names = {
            info.name for info in connection.introspection.get_table_list(cursor) if info.type in ("t", "p")
        }
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM pragma_table_list"
                " WHERE type IN ('virtual', 'shadow') OR name LIKE 'sqlite_%'"
            )
            names -= {name for (name,) in cursor.fetchall()}
    return sorted(names - NOT_KEPT)


def kinds(table: str, using: str = DEFAULT_DB_ALIAS) -> dict[str, str]:
    """Column → Django's name of its kind where it matters how it is written down, else `PLAIN`; read off the
    database, so that a schema older than the models does too. Both engines say the same.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
        made = _made_by_the_engine(cursor, table) if connection.vendor == "postgresql" else set()
    return {info.name: _kind(connection, info) for info in described if info.name not in made}


def _made_by_the_engine(cursor: Any, table: str) -> set[str]:
    """Columns that nobody may write: what PostgreSQL computes of the others for its index of words."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'ALWAYS'",
        [table],
    )
    return {name for (name,) in cursor.fetchall()}


def _kind(connection: Any, info: Any) -> str:
    found = connection.introspection.get_field_type(info.type_code, info)
    kind = found[0] if isinstance(found, tuple) else found
    return kind if kind in WRITTEN_APART else PLAIN


def key_of(table: str, using: str = DEFAULT_DB_ALIAS) -> str:
    connection = connections[using]
    with connection.cursor() as cursor:
        columns = connection.introspection.get_primary_key_columns(cursor, table) or ["id"]
    return ", ".join(connection.ops.quote_name(name) for name in columns)


def lines(table: str, using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """The first line says the columns, each other one is a row."""
    connection = connections[using]
    columns = dict(sorted(kinds(table, using).items()))
    yield json.dumps(columns, separators=(",", ":"))
    quote = connection.ops.quote_name
    listed = ", ".join(_read(connection, name, kind) for name, kind in columns.items())
    say = [_said(kind) for kind in columns.values()]
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {listed} FROM {quote(table)} ORDER BY {key_of(table, using)}")
        while found := cursor.fetchmany(2000):
            for row in found:
                values = [None if v is None else f(v) for f, v in zip(say, row, strict=True)]
                yield json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _read(connection: Any, name: str, kind: str) -> str:
    quoted = connection.ops.quote_name(name)
    return f"{quoted}::text" if kind == "JSONField" and connection.vendor == "postgresql" else quoted


def _said(kind: str) -> Callable[[Any], Any]:
    """How a value of this kind of column is written down."""
    if kind == "DateTimeField":
        return _moment
    if kind in ("DateField", "TimeField"):
        return lambda value: value if isinstance(value, str) else value.isoformat()
    if kind == "JSONField":
        return json.loads
    if kind == "BooleanField":
        return bool
    if kind == "BinaryField":
        return lambda value: bytes(value).hex()
    if kind == "DecimalField":
        return str
    return lambda value: value


def _moment(value: Any) -> str:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


# ── and back ────────────────────────────────────────────────────────────────────────────────────────────


def load(table: str, said: Iterator[str], using: str = DEFAULT_DB_ALIAS) -> int:
    """Put the lines of a table into it, in the caller's transaction; answers how many rows."""
    connection = connections[using]
    columns = json.loads(next(said))
    give = [_given(connection, kind) for kind in columns.values()]
    quote = connection.ops.quote_name
    listed = ", ".join(quote(name) for name in columns)
    marks = ", ".join("%s" for _ in columns)
    statement = f"INSERT INTO {quote(table)} ({listed}) VALUES ({marks})"
    count = 0
    with connection.cursor() as cursor:
        batch: list[list[Any]] = []
        for line in said:
            batch.append([None if v is None else f(v) for f, v in zip(give, json.loads(line), strict=True)])
            if len(batch) == BATCH:
                cursor.executemany(statement, batch)
                count, batch = count + len(batch), []
        if batch:
            cursor.executemany(statement, batch)
    return count + len(batch)


def _given(connection: Any, kind: str) -> Callable[[Any], Any]:
    """How what was written down is handed to this engine."""
    if kind == "DateTimeField":
        return lambda said: connection.ops.adapt_datetimefield_value(
            datetime.fromisoformat(said).replace(tzinfo=UTC)
        )
    if kind == "DateField":
        return lambda said: connection.ops.adapt_datefield_value(date.fromisoformat(said))
    if kind == "TimeField":
        return lambda said: connection.ops.adapt_timefield_value(time.fromisoformat(said))
    if kind == "JSONField":
        return lambda said: json.dumps(said, ensure_ascii=False)
    if kind == "BinaryField":
        return bytes.fromhex
    if kind == "DecimalField":
        return Decimal
    return lambda said: said


def empty(using: str = DEFAULT_DB_ALIAS) -> None:
    """What migrating itself put there (content types, permissions) makes way for the rows of the backup.

    Their order does not matter: references are asked at the end, also after a migration of the same
    transaction that asked them at once (PostgreSQL, a column that became NOT NULL).
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in reversed(tables(using)):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def go_on_counting(using: str = DEFAULT_DB_ALIAS) -> None:
    """The next key of each table follows the last one that was put in."""
    connection = connections[using]
    models = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    there = set(tables(using))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(
            no_style(), [m for m in models if m._meta.db_table in there]
        ):
            cursor.execute(statement)


def plain_name(table: str) -> bool:
    """A table's name as we write them; what else stands in a backup is not loaded."""
    return re.fullmatch(r"[a-z][a-z0-9_]{0,62}", table) is not None
