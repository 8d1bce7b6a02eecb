"""账: rows that are written once. The database refuses to change them; a keyed hash shows if it was made to.

An entry model inherits `Entry`, is written by `write` or `write_many`, and is guarded by triggers on both
engines. `guard_all` puts them up after every migration (a table rebuild on SQLite drops them silently) and
`unguarded` proves that they stand and bite.
"""

import hmac
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction


class Entry(models.Model):
    """Written once; `mac` is the keyed hash of every other column but the key."""

    mac = models.CharField(max_length=64, editable=False)

    class Meta:
        abstract = True


def write[E: Entry](model: type[E], **values: Any) -> E:
    """Write one entry with its keyed hash."""
    return write_many([model(**values)])[0]


def write_many[E: Entry](rows: list[E]) -> list[E]:
    """Write entries of one model in one statement batch."""
    for row in rows:
        row.mac = mac(row)
    return type(rows[0])._default_manager.bulk_create(rows, batch_size=500) if rows else rows


def mac(row: Entry) -> str:
    """HMAC-SHA256 over the table's name and every column but key and mac;
    the key lies outside the database."""
    return hmac.new(_key(), _canonical(row).encode(), sha256).hexdigest()


def intact(row: Entry) -> bool:
    return hmac.compare_digest(row.mac, mac(row))


def keyed_hash(text: str) -> str:
    """The fingerprint of a personal value that may be erased later."""
    return hmac.new(_key(), text.encode(), sha256).hexdigest()


def models_of_entries() -> list[type[Entry]]:
    return sorted((m for m in apps.get_models() if issubclass(m, Entry)), key=lambda m: m._meta.db_table)


@lru_cache(maxsize=1)
def _key() -> bytes:
    return settings.ENTRY_KEY.encode()


@lru_cache
def _columns(model: type[Entry]) -> tuple[str, ...]:
    return tuple(f.attname for f in model._meta.concrete_fields if not f.primary_key and f.attname != "mac")


def _canonical(row: Entry) -> str:
    said = [row._meta.db_table, *(_plain(getattr(row, name)) for name in _columns(type(row)))]
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


# ── guards ──────────────────────────────────────────────────────────────────────────────────────────────

SENTENCE = "entries only grow"

SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS {t}_stays BEFORE UPDATE ON {t} BEGIN SELECT RAISE(ABORT, '{s}'); END",
    "CREATE TRIGGER IF NOT EXISTS {t}_keeps BEFORE DELETE ON {t} BEGIN SELECT RAISE(ABORT, '{s}'); END",
    "CREATE TRIGGER IF NOT EXISTS {t}_once BEFORE INSERT ON {t}"
    " WHEN EXISTS (SELECT 1 FROM {t} WHERE {k} = NEW.{k})"
    " BEGIN SELECT RAISE(ABORT, '{s}'); END",
)
POSTGRES = (
    "CREATE OR REPLACE FUNCTION houqin_entries_only_grow() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION '{s}'; END $$",
    "CREATE OR REPLACE TRIGGER {t}_stays BEFORE UPDATE OR DELETE ON {t}"
    " FOR EACH ROW EXECUTE FUNCTION houqin_entries_only_grow()",
    "CREATE OR REPLACE TRIGGER {t}_keeps BEFORE TRUNCATE ON {t}"
    " FOR EACH STATEMENT EXECUTE FUNCTION houqin_entries_only_grow()",
)

ATTEMPTS = (
    "UPDATE {t} SET mac = '' WHERE {k} = (SELECT min({k}) FROM {t})",
    "DELETE FROM {t} WHERE {k} = (SELECT min({k}) FROM {t})",
)


def guard_all(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put the guards on every entry table; safe to repeat."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for model in models_of_entries():
            for statement in SQLITE if connection.vendor == "sqlite" else POSTGRES:
                cursor.execute(_statement(statement, model))


def unguarded(using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """Tables whose guard does not bite: tries to change a row of each, and rolls that back."""
    for model in models_of_entries():
        for attempt in _attempts(model):
            if not _refused(attempt, using):
                yield f"{model._meta.db_table}: {attempt.split()[0]}"


def _statement(template: str, model: type[Entry]) -> str:
    return template.format(t=model._meta.db_table, k=model._meta.pk.column, s=SENTENCE)


def _attempts(model: type[Entry]) -> Iterable[str]:
    return (_statement(attempt, model) for attempt in ATTEMPTS)


def _refused(attempt: str, using: str) -> bool:
    """True if the database says no, or if there was no row to try on."""
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(attempt)
            touched = cursor.rowcount
            transaction.set_rollback(True, using=using)
    except DatabaseError:
        return True
    return touched == 0
